/* SPDX-License-Identifier: Apache-2.0 */
/* What the watch stands on: the engine's tables at one moment, what RFC 5880 would have made of them, and the events so far. */
#ifndef WATCH_H
#define WATCH_H
#include "world.h"

struct snapshot {
	struct bfd_session hot[SESSIONS_AT_MOST];
	struct path_session cold[SESSIONS_AT_MOST];
	struct path_session_extra extra[SESSIONS_AT_MOST];
	struct neighbour neighbours[SESSIONS_AT_MOST];
	struct path_adjacency macs[SESSIONS_AT_MOST];
	uint64_t counters[PYDP_CNT_COUNT]; /* of all ports */
	uint64_t sent;
	uint32_t slots;
};

static inline void snapshot_take(struct snapshot *snapshot, const struct world *world)
{
	const struct pydp_engine *engine = world->engine;

	snapshot->slots = engine->sessions.slots;
	memcpy(snapshot->hot, engine->sessions.hot, snapshot->slots * sizeof(snapshot->hot[0]));
	memcpy(snapshot->cold, engine->sessions.cold, snapshot->slots * sizeof(snapshot->cold[0]));
	memcpy(snapshot->extra, engine->sessions.extra, snapshot->slots * sizeof(snapshot->extra[0]));
	memcpy(snapshot->neighbours, engine->neighbours.entries, sizeof(snapshot->neighbours));
	memcpy(snapshot->macs, engine->neighbours.path, sizeof(snapshot->macs));
	memset(snapshot->counters, 0, sizeof(snapshot->counters));
	for (uint32_t port = 0; port < engine->port_count; port++)
		for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
			snapshot->counters[i] += engine->path_ports[port]->counters[i];
	snapshot->sent = world->sent;
}

/* receive/book.c: the rules once more, from the RFCs' text and not from the engine's tables */
uint8_t book_next_state(const struct bfd_session *before, uint8_t received);
bool book_may_follow(uint8_t old_state, uint8_t new_state);
/* The session was silent for its detection time, or its echoes were. */
bool book_may_expire(const struct snapshot *before, uint32_t slot, uint64_t now_ns);
/* A packet that a session took was its to take. */
void book_admits(const struct world *world, uint32_t slot, const struct snapshot *before, const struct frame *frame,
		 const uint8_t *packet, uint32_t length);

/* receive/chronicle.c: events, in order */
void chronicle_begin(void);
void chronicle_add(const struct pydp_event *event, uint64_t now_ns);
/* What the events say of a session's state is what it is. */
void chronicle_agrees(const struct world *world);

#endif
