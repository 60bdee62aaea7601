/* SPDX-License-Identifier: Apache-2.0 */
/* The watch: octets of a capture file in, BFD packets, happenings and sessions out. What include/pydp/replay.h promises, without
 * the checks of arguments. Reads no clock and no random source: the seed of its tables is given. */
#ifndef REPLAY_WATCH_H
#define REPLAY_WATCH_H
#include <pydp/replay.h>
#include "replay/capfile.h"
#include "replay/conversations.h"
#include "replay/echoes.h"
#include "replay/queue.h"
#include "replay/sight.h"

enum { WATCH_SESSIONS = 262144, WATCH_EVENTS = 4096 };

struct watch {
	struct capfile *file;
	struct conversations conversations;
	struct gaps_pool gaps;
	struct queue events;
	struct queue packets;
	uint32_t long_gap_permille;
	/* The packet at hand: */
	uint64_t number;
	uint64_t now_ns;
	const uint8_t *data; /* of this feed */
	bool timed;          /* it, or one before it, had a stamp */
	/* Totals: */
	uint64_t first_ns;
	uint64_t consumed;
	uint64_t backwards;
	uint64_t without_time;
	uint64_t seen[SIGHT_WHATS];
	uint64_t kinds[PYDP_REPLAY_ECHO + 1];
	uint64_t unfollowed;
	struct echoes echoes;
};

/* NULL: no memory. Zeros in config stand for the defaults. */
struct watch *watch_create(const struct pydp_replay_config *config, const uint64_t seed[4]);
void watch_destroy(struct watch *watch);
/* 0, or -1 when capfile_fault(watch->file) says why the file ends here. */
int watch_feed(struct watch *watch, const uint8_t *data, size_t length, bool last, size_t *consumed);

/* Frames of any kind instead, at most capacity; returns as watch_feed. */
int watch_frames(struct watch *watch, const uint8_t *data, size_t length, bool last, size_t *consumed,
		 struct pydp_replay_frame *frames, uint32_t capacity, uint32_t *count);

/* hear.c: an accepted control packet. */
void watch_hear(struct watch *watch, const struct sight *sight);
/* A packet that a check refused: counted for its session's end where that is known, told as an event. */
void watch_refuse(struct watch *watch, const struct sight *sight);

/* Where a packet belongs. */
struct place {
	struct conversation *conversation; /* NULL: nowhere */
	uint32_t index;
	uint8_t end;
};

/* pairing.c: among several conversations of one key. `place` holds the first of them and the end; makes PAIRED events. Leaves
 * NULL where a new conversation has to be made. */
void pairing_choose(struct watch *watch, const struct sight *sight, struct place *place);

/* happening.c: an event about this packet; the rest of its fields is the caller's. place may have no conversation. */
struct pydp_replay_event *watch_tell(struct watch *watch, const struct sight *sight, const struct place *place, uint8_t type);

/* unreachable.c: ICMP that quotes a BFD packet. */
void watch_icmp(struct watch *watch, const struct sight *sight);

/* account.c */
void account_session(const struct watch *watch, uint32_t index, struct pydp_replay_session *session);
void account_totals(const struct watch *watch, struct pydp_replay_totals *totals);
void account_packet(const struct watch *watch, const struct sight *sight, const struct place *place, int64_t gap_ns,
		    struct pydp_replay_packet *packet);

#endif
