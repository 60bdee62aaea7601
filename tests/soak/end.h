/* SPDX-License-Identifier: Apache-2.0 */
/* One end of the link: whatever speaks BFD there. Times are of the end's own clock. */
#ifndef SOAK_END_H
#define SOAK_END_H
#include "frame.h"
#include "referee.h"

enum { TURN_MOST = 2048 };

/* What goes in and out of an end at one time. */
struct turn {
	uint64_t now_ns;
	const struct frame *in;
	uint32_t in_count;
	uint32_t taken; /* set by the end: the rest did not fit into its receive queue */
	bool full;      /* set by the end: its receive queue was full */
	uint32_t out_count;
	struct frame out[TURN_MOST];
};

struct end {
	const struct end_kind *kind;
	struct place place, peer;
};

struct end_kind {
	/* NULL, or why it cannot be. */
	const char *(*open)(struct end *end, const struct wanted *wanted, struct turn *turn);
	uint64_t (*next)(struct end *end); /* when a timer is due; UINT64_MAX: none is */
	const char *(*turn)(struct end *end, struct turn *turn);
	const char *(*command)(struct end *end, const struct command *command, struct turn *turn);
	void (*look)(struct end *end, struct snapshot *snapshot);
	uint32_t (*told)(struct end *end, struct told *told, uint32_t room);
	uint64_t (*overflows)(struct end *end);
	/* All is forgotten, as after a crash. */
	const char *(*restart)(struct end *end);
	void (*destroy)(struct end *end);
};

struct engine_options {
	uint64_t seed;
	uint32_t event_capacity;
	uint32_t queue; /* packets its receive queue holds, a power of two */
};

/* NULL, and pydp_last_error says why. */
struct end *end_engine_create(const char *name, const struct place *place, const struct place *peer,
			      const struct engine_options *options);
/* One that lives in Python, which knows it by the handle. */
struct end *end_python_create(void *handle, const struct place *place, const struct place *peer);

#endif
