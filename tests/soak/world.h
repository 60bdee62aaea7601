/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends, a link with an adversary on it, a clock for each end, a referee for each end, and the true time. */
#ifndef SOAK_WORLD_H
#define SOAK_WORLD_H
#include "drift.h"
#include "end.h"
#include "link.h"

/* How an end's worker runs. */
struct manner {
	struct drift clock;
	uint64_t poll_ns;     /* it looks only so often; 0: exactly when there is something to do */
	uint32_t drain_every; /* its control plane reads what it tells after so many turns */
	uint64_t slack_ns;    /* its timers may be so late */
	bool tells;
};

struct side {
	struct end *end;
	struct manner manner;
	struct place place;
	struct referee referee;
	struct link towards;
	void *shadow; /* NULL, or who in Python watches each of its steps */
	bool open;
	struct frame pending[TURN_MOST];
	uint32_t pending_count;
	uint64_t pending_ns; /* since when the first of them waits */
	uint64_t next_ns;    /* the end's next timer, at its own clock */
	uint64_t due_ns;     /* when the end wanted to be stepped */
	uint64_t wake_ns;    /* when it will be, unless something comes before */
	uint64_t paused_ns;  /* not before this */
	uint64_t step_ns, step_local_ns;
	uint32_t undrained;
	struct turn turn;
	struct frame arrived;
	struct payload heard[TURN_MOST], said[TURN_MOST];
};

/* A frame as an end received or sent it, at its own time. The octets lie in world.octets. */
struct record {
	uint64_t time_ns;
	uint64_t at;
	uint16_t length;
	uint8_t side;
	bool sent;
};

struct world {
	uint64_t now_ns;
	struct side sides[2];
	const char *failed; /* not a complaint: the world itself does not work */
	uint64_t turns, frames, budget;
	uint64_t digest; /* of everything that was heard and said, and when */
	bool recording;
	struct record *records;
	uint64_t record_count, record_room;
	uint8_t *octets;
	uint64_t octet_count, octet_room;
};

/* world_destroy ends the ends, too. NULL: no memory. */
struct world *world_create(struct end *left, struct end *right, const struct manner manners[2], uint64_t seed);
void world_destroy(struct world *world);
void world_record(struct world *world);
void world_condition(struct world *world, uint32_t side, const struct condition *towards);
/* Each returns whether nothing is wrong so far. */
bool world_open(struct world *world, uint32_t side, const struct wanted *wanted);
bool world_command(struct world *world, uint32_t side, const struct command *command);
bool world_restart(struct world *world, uint32_t side, const struct wanted *wanted);
/* Until so much later, or until so many frames more were sent than the budget allows. */
bool world_run(struct world *world, uint64_t duration_ns);
void world_pause(struct world *world, uint32_t side, uint64_t duration_ns);
/* So many packets for a session that does not exist come in at once. */
void world_flood(struct world *world, uint32_t side, uint32_t count);
/* Reads everything that was told. */
bool world_drain(struct world *world, uint32_t side);
bool world_right(const struct world *world);

#endif
