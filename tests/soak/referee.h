/* SPDX-License-Identifier: Apache-2.0 */
/* The referee of one end: from what an end heard, was commanded, said and told it works out by RFC 5880 6.8 what the end had to
 * do and what it must not have done, and complains about the first difference. It sees no code of the end; jitter and
 * lateness are the end's own choice within bounds. One step is one turn of an end at one time of its own clock. */
#ifndef SOAK_REFEREE_H
#define SOAK_REFEREE_H
#include <stdbool.h>
#include <stdint.h>
#include "section.h"

enum { UNKNOWN = 0, LIVE = 1, DEAD = 2 }; /* the next hop: only DEAD is avoided */

/* The whole wanted session. */
struct wanted {
	uint32_t desired_us;
	uint32_t required_us;
	uint8_t multiplier;
	bool passive;
	uint8_t admin_down;      /* 0, or the diagnostic that says why: 7, or 5 for a path known to be down (6.8.16) */
	bool demand;             /* Demand mode (6.6) */
	uint32_t demand_poll_us; /* in which it asks so often by itself; 0: never */
	uint8_t concatenated;    /* 0, or the diagnostic of a path beyond that is down: 6 or 8 (6.8.17) */
	uint8_t keys[KEYS_MOST]; /* numbers of keys (section.h) in order of use, then 0; none: no authentication (6.7) */
	bool meticulous;
};

enum order { NO_ORDER = 0, CONFIGURE, REMOVE, REMOVE_NOW, CLEAR, HOLD, RELEASE, POLL, RESET };
struct command {
	uint32_t order; /* enum order */
	struct wanted wanted;
};

/* What an end says of itself, besides its packets. */
struct snapshot {
	bool gone; /* there is no session; the rest is nothing then */
	bool counts;
	uint8_t state, remote_state, diagnostic, remote_diagnostic, nexthop, polling;
	uint32_t local, remote, tx_us, rx_us;
	uint64_t detection_us;
	uint64_t rx_packets, tx_packets;
	uint32_t ups, downs, admin_downs, polls, stalls;
};

enum telling { TOLD_STATE = 1, TOLD_TIMERS = 2, TOLD_REMOTE = 3, TOLD_NEIGHBOUR = 4, TOLD_REMOVED = 5, TOLD_NEXTHOP = 6 };
/* What an end tells its control plane of a change. */
struct told {
	uint64_t time_ns;
	uint64_t detection_us;
	uint32_t sequence, local, remote, tx_us, rx_us;
	uint8_t type, old_state, new_state, remote_state, diagnostic, nexthop;
	bool reread; /* what was told before it did not fit, and this is the latest */
};

struct step {
	uint64_t now_ns;
	uint64_t excuse_ns;   /* the end was kept from stepping for so long */
	uint64_t overflow_ns; /* packets were lost in its receive queue, and it had last looked so long ago; 0: none were */
	const struct command *command; /* or NULL; a step has a command or packets, and with a command no timers */
	const struct payload *heard;
	const struct payload *said;
	uint32_t heard_count, said_count;
	struct snapshot now; /* at the end of it */
};

enum { PENDING_MOST = 8192, COMPLAINT_ROOM = 240 };

struct referee {
	/* set by who makes it */
	uint64_t slack_ns; /* timers may be so late */
	bool tells;        /* the end tells of changes */

	/* the complaint; rule NULL: none */
	const char *rule;
	char complaint[COMPLAINT_ROOM];
	uint64_t complaint_ns;

	/* what the end has to be by 6.8.1 */
	bool live, removing;
	struct wanted wanted;
	uint64_t now_ns, excuse_ns;
	uint32_t local, remote;
	uint8_t state, diagnostic, remote_state, remote_diagnostic, remote_multiplier, nexthop;
	bool remote_demand, hearing, has_said;
	uint32_t remote_desired_us, remote_required_us;
	uint32_t tx_in_force_us, rx_in_force_us;
	uint64_t heard_ns, said_ns, left_ns, stay_ns;
	uint64_t pace_ns;      /* since when the interval is what it is */
	uint64_t detection_ns; /* since when the detection time is what it is */
	uint64_t allowed_ns;   /* law 5: how much longer than the detection time it may wait */
	uint64_t gap_ns;       /* law 5: the longest gap of its worker with which packets were lost since it last heard */
	bool held;             /* coming Up does not make the next hop Live */

	/* Own Demand mode (6.6): the peer may have read a D and no packet without it that it answered */
	bool demanding;
	uint64_t demand_begin_ns, demand_end_ns;
	uint64_t ask_from_ns, ask_by_ns; /* when it may and has to ask by itself; 0: never */
	bool ask_vague;                  /* it may have asked already, during another Poll or a hold */
	bool asking;                     /* such a wish may wait for the end of a hold */
	bool seen_polling;               /* what the end says of itself after this step */

	/* Poll Sequences (6.5, 6.8.3) */
	bool poll_needed;             /* something changed that no Poll has told yet */
	bool poll_out;                /* P was said and F was not heard */
	bool poll_hold;               /* F was heard, and nothing since */
	uint64_t poll_ns, release_ns; /* first P of the running one; a round trip after the last one */

	/* Authentication (6.7) */
	uint8_t key_at;                           /* which of the wanted keys it sends with */
	bool sequence_known, has_signed, refused; /* refused: in this step a packet that proves no key came */
	uint32_t sequence_heard, sequence_said;
	uint8_t said[HELLO_LENGTH]; /* by the last packet with a sequence number */

	/* counts */
	uint64_t rx_packets, tx_packets;
	uint32_t ups, downs, admin_downs, overflows;

	/* what it has to tell and has not told */
	uint32_t told_sequence, first, pending;
	uint64_t lost;
	struct told expected[PENDING_MOST];

	/* what a run saw, so that a test can say it saw enough */
	uint64_t checked_gaps, checked_finals, checked_polls, checked_events, checked_rereads, expiries, deferrals;
	uint64_t checked_demands, checked_asks, unanswered;
	uint64_t checked_sections, checked_refusals, checked_key_changes;
};

/* A session begins, at the time of the end's own clock. */
void referee_open(struct referee *referee, const struct wanted *wanted, uint32_t local, uint64_t now_ns);
/* The end as a whole is gone without a word. */
void referee_close(struct referee *referee);
void referee_step(struct referee *referee, const struct step *step);
void referee_told(struct referee *referee, const struct told *told);
/* Everything that was to be told has been read. overflows: how many tellings the end says did not fit. */
void referee_drained(struct referee *referee, uint64_t overflows);

uint64_t referee_detection_us(const struct referee *referee);

#endif
