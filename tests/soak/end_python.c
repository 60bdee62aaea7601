/* SPDX-License-Identifier: Apache-2.0 */
/* An end that lives in Python and knows packets only; the frames around them are made here. */
#include <stdlib.h>
#include "end.h"
#include "end_python.h"

struct python_end {
	struct end end;
	void *handle;
	struct payload heard[TURN_MOST], said[PYTHON_MOST];
};

static void wrap(struct python_end *e, uint32_t count, struct turn *turn)
{
	struct place place = e->end.place;

	place.source_port = 49152;
	for (uint32_t i = 0; i < count && turn->out_count < TURN_MOST; i++)
		frame_wrap(&place, &e->end.peer, 255, &e->said[i], &turn->out[turn->out_count++]);
}

static const char *python_open(struct end *end, const struct wanted *wanted, struct turn *turn)
{
	soak_open(((struct python_end *)end)->handle, turn->now_ns, wanted);
	return NULL;
}

static uint64_t python_next(struct end *end)
{
	return soak_next(((struct python_end *)end)->handle);
}

static const char *python_turn(struct end *end, struct turn *turn)
{
	struct python_end *e = (struct python_end *)end;
	uint32_t count = 0;
	uint16_t port;

	for (uint32_t i = 0; i < turn->in_count; i++)
		if (frame_unwrap(&turn->in[i], &end->peer, &end->place, &e->heard[count], &port) == NULL)
			count++;
	turn->taken = turn->in_count;
	turn->full = false;
	wrap(e, soak_turn(e->handle, turn->now_ns, e->heard, count, e->said), turn);
	return NULL;
}

static const char *python_command(struct end *end, const struct command *command, struct turn *turn)
{
	struct python_end *e = (struct python_end *)end;

	wrap(e, soak_command(e->handle, turn->now_ns, command, e->said), turn);
	return NULL;
}

static void python_look(struct end *end, struct snapshot *snapshot)
{
	*snapshot = (struct snapshot){0};
	soak_look(((struct python_end *)end)->handle, snapshot);
}

static uint32_t python_told(struct end *end, struct told *told, uint32_t room)
{
	return soak_told(((struct python_end *)end)->handle, told, room);
}

static uint64_t python_overflows(struct end *end)
{
	(void)end;
	return 0;
}

static const char *python_restart(struct end *end)
{
	soak_restart(((struct python_end *)end)->handle);
	return NULL;
}

static void python_destroy(struct end *end)
{
	free(end);
}

struct end *end_python_create(void *handle, const struct place *place, const struct place *peer)
{
	static const struct end_kind kind = {.open = python_open,
					     .next = python_next,
					     .turn = python_turn,
					     .command = python_command,
					     .look = python_look,
					     .told = python_told,
					     .overflows = python_overflows,
					     .restart = python_restart,
					     .destroy = python_destroy};
	struct python_end *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->end = (struct end){.kind = &kind, .place = *place, .peer = *peer};
	e->handle = handle;
	return &e->end;
}
