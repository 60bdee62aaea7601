/* SPDX-License-Identifier: Apache-2.0 */
/* A peering LAN in virtual time: members on switches, frames between them, and a BFD session from each member to each other one,
 * run by the same state machine as the engine's. Time passes only in pydp_lan_run, from one thing to do to the next. Opens
 * nothing, reads no clock, needs no EAL. One thread at a time per pydp_lan_t. Members and switches are numbered from 0. */
#ifndef PYDP_LAN_H
#define PYDP_LAN_H
#include <stdint.h>
#include <pydp/event.h>
#include <pydp/hellos.h>
#include <pydp/session.h>

typedef struct pydp_lan pydp_lan_t;

enum pydp_lan_limit { PYDP_LAN_MEMBERS_MOST = 4096, PYDP_LAN_SWITCHES_MOST = 64 };

struct pydp_lan_config {
	uint32_t members;  /* 2 to PYDP_LAN_MEMBERS_MOST; memory grows with its square, by 128 octets for each session in use */
	uint32_t switches; /* 1 to PYDP_LAN_SWITCHES_MOST; all members are on switch 0 at first */
	uint64_t delay_ns; /* of each frame, at most a second */
	uint64_t seed;     /* of jitter and discriminators */
};

/* At first every link, port and trunk carries. */
int pydp_lan_create(const struct pydp_lan_config *config, pydp_lan_t **lan);
int pydp_lan_destroy(pydp_lan_t *lan);

/* What carries frames. A frame goes from one member to another when the sender's port sends, the receiver's port hears, the
 * trunk between their switches carries in that direction, and so does the link between the two. One that is on its way arrives. */
int pydp_lan_place(pydp_lan_t *lan, uint32_t member, uint32_t at_switch);
int pydp_lan_port(pydp_lan_t *lan, uint32_t member, uint32_t sends, uint32_t hears);
int pydp_lan_trunk(pydp_lan_t *lan, uint32_t from_switch, uint32_t to_switch, uint32_t carries);
int pydp_lan_link(pydp_lan_t *lan, uint32_t from, uint32_t to, uint32_t carries);
/* Sends one frame from each member to each other one, over the same links as everything else, and lets it arrive. reached:
 * members * members octets, row by row; 1 where the frame of the row's member came to the column's. Its own column stays 0. Time
 * does not pass, and sessions hear nothing of it. */
int pydp_lan_probe(pydp_lan_t *lan, uint8_t *reached);

struct pydp_lan_session_config {
	uint32_t desired_min_tx_us; /* > 0 */
	uint32_t required_min_rx_us;
	uint8_t multiplier; /* > 0 */
	uint8_t role;       /* enum pydp_role */
	uint8_t admin_down;
	uint8_t reserved;
};

/* The end at `member` of a session with `peer`: made, changed, or, where it was being removed, taken back. id: member * members +
 * peer + 1, the same for each session between the two. */
int pydp_lan_session(pydp_lan_t *lan, uint32_t member, uint32_t peer, const struct pydp_lan_session_config *config,
		     uint32_t *id);
/* AdminDown is said for the peer's detection time, then PYDP_EVENT_REMOVED tells. PYDP_E_NOENT. */
int pydp_lan_remove(pydp_lan_t *lan, uint32_t id);
/* Without a word, and without an event: all sessions of a member that stopped. */
int pydp_lan_crash(pydp_lan_t *lan, uint32_t member);
/* As pydp_nexthop_clear and pydp_nexthop_hold do. PYDP_E_NOENT. */
int pydp_lan_clear(pydp_lan_t *lan, uint32_t id);
int pydp_lan_hold(pydp_lan_t *lan, uint32_t id, uint32_t held);
/* What an event with PYDP_EVENT_REREAD would say of it now. PYDP_E_NOENT. */
int pydp_lan_look(const pydp_lan_t *lan, uint32_t id, struct pydp_event *event);

/* How punctually a member hears the others, as pydp_port_hellos says it of a port. */
int pydp_lan_hellos(const pydp_lan_t *lan, uint32_t member, uint64_t within_ns, struct pydp_hellos *hellos);

/* Time passes to until_ns, or to slice_ns after the first event that waits (0: to the end of its own instant), or until capacity of
 * them wait, whichever is first; then at most capacity of them are handed out, oldest first. Commands tell theirs here, too.
 * Neighbours are always resolved; PYDP_EVENT_TIMERS is not told, and poll gaps are 0. */
int pydp_lan_run(pydp_lan_t *lan, uint64_t until_ns, uint64_t slice_ns, struct pydp_event *events, uint32_t capacity,
		 uint32_t *count);

struct pydp_lan_totals {
	uint64_t now_ns;
	uint64_t sessions; /* ends that are there */
	uint64_t up;       /* of these */
	uint64_t sent;     /* BFD packets */
	uint64_t lost;     /* of these: the LAN did not carry them */
	uint64_t heard;    /* taken by a session */
	uint64_t refused;  /* arrived where no session took them */
	uint64_t probes;
};
int pydp_lan_totals(const pydp_lan_t *lan, struct pydp_lan_totals *totals);

#endif
