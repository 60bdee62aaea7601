/* SPDX-License-Identifier: Apache-2.0 */
/* True time goes from one thing that happens to the next. */
#include <stdlib.h>
#include <string.h>
#include "world_step.h"

bool world_right(const struct world *world)
{
	return world->failed == NULL && world->sides[0].referee.rule == NULL && world->sides[1].referee.rule == NULL;
}

struct world *world_create(struct end *left, struct end *right, const struct manner manners[2], uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return NULL;
	world->digest = UINT64_C(0xcbf29ce484222325);
	for (uint32_t i = 0; i < 2; i++) {
		struct side *s = &world->sides[i];

		s->end = i == 0 ? left : right;
		s->manner = manners[i];
		s->place = i == 0 ? right->peer : left->peer;
		s->referee.slack_ns = manners[i].slack_ns;
		s->referee.tells = manners[i].tells;
		s->next_ns = s->due_ns = s->wake_ns = UINT64_MAX;
	}
	link_begin(&world->sides[0].towards, &world->sides[1].place, &world->sides[0].place, 2 * seed + 1);
	link_begin(&world->sides[1].towards, &world->sides[0].place, &world->sides[1].place, 2 * seed + 2);
	return world;
}

void world_destroy(struct world *world)
{
	for (uint32_t i = 0; i < 2; i++) {
		world->sides[i].end->kind->destroy(world->sides[i].end);
		link_end(&world->sides[i].towards);
	}
	free(world->records);
	free(world->octets);
	free(world);
}

void world_record(struct world *world)
{
	world->recording = true;
}

void world_condition(struct world *world, uint32_t side, const struct condition *towards)
{
	world->sides[side].towards.condition = *towards;
}

bool world_open(struct world *world, uint32_t side, const struct wanted *wanted)
{
	struct side *s = &world->sides[side];
	struct snapshot snapshot;

	if (!world_right(world))
		return false;
	s->turn.now_ns = world_local(world, side);
	s->turn.out_count = 0;
	s->place.source_port = 0;
	s->step_ns = world->now_ns;
	s->step_local_ns = s->turn.now_ns;
	world->failed = s->end->kind->open(s->end, wanted, &s->turn);
	if (world->failed != NULL)
		return false;
	s->end->kind->look(s->end, &snapshot);
	referee_open(&s->referee, wanted, snapshot.local, s->turn.now_ns);
	s->open = true;
	return world_report(world, side, &(struct command){.order = NO_ORDER, .wanted = *wanted});
}

/* The end is stepped first: a command comes at the time of the last turn, and that is now. */
bool world_command(struct world *world, uint32_t side, const struct command *command)
{
	struct side *s = &world->sides[side];

	if (!world_right(world))
		return false;
	if (s->paused_ns > world->now_ns) {
		s->paused_ns = 0;
		s->due_ns = s->due_ns < world->now_ns ? s->due_ns : world->now_ns;
	}
	if (!s->open || !world_step(world, side))
		return world_right(world);
	if (!s->referee.live) {
		if (command->order != CONFIGURE)
			return true;
		return world_drain(world, side) && world_open(world, side, &command->wanted);
	}
	s->turn.out_count = 0;
	world->failed = s->end->kind->command(s->end, command, &s->turn);
	return world->failed == NULL && world_report(world, side, command);
}

bool world_restart(struct world *world, uint32_t side, const struct wanted *wanted)
{
	struct side *s = &world->sides[side];

	if (!world_right(world) || !world_drain(world, side))
		return false;
	s->paused_ns = 0;
	s->pending_count = 0;
	world->failed = s->end->kind->restart(s->end);
	referee_close(&s->referee);
	return world->failed == NULL && world_open(world, side, wanted);
}

void world_pause(struct world *world, uint32_t side, uint64_t duration_ns)
{
	world->sides[side].paused_ns = world->now_ns + duration_ns;
	world_schedule(world, side);
}

static void wait_for_turn(struct world *world, uint32_t side, const struct frame *frame)
{
	struct side *s = &world->sides[side];

	if (!s->open || s->pending_count == TURN_MOST)
		return;
	if (s->pending_count == 0)
		s->pending_ns = world->now_ns;
	s->pending[s->pending_count] = *frame;
	/* The switch knows where the end is plugged in. */
	memcpy(s->pending[s->pending_count++].octets, s->end->place.mac, 6);
}

void world_flood(struct world *world, uint32_t side, uint32_t count)
{
	struct place stranger = world->sides[side ^ 1].place;
	struct payload payload = {.length = HELLO_LENGTH, .octets = {0x20, 0x40, 3, 24, 1, 2, 3, 4}};
	struct frame frame;

	stranger.address[stranger.family == 4 ? 3 : 15] ^= 0x40;
	stranger.source_port = 50000;
	frame_wrap(&stranger, &world->sides[side].place, 255, &payload, &frame);
	for (uint32_t i = 0; i < count; i++)
		wait_for_turn(world, side, &frame);
	world_schedule(world, side);
}

static uint64_t next_event(const struct world *world)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < 2; i++) {
		if (link_next(&world->sides[i].towards) < next)
			next = link_next(&world->sides[i].towards);
		if (world->sides[i].open && world->sides[i].wake_ns < next)
			next = world->sides[i].wake_ns;
	}
	return next < world->now_ns ? world->now_ns : next;
}

static void arrive(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side];
	struct frame frame;
	bool news = false;

	while (link_take(&s->towards, world->now_ns, &frame)) {
		wait_for_turn(world, side, &frame);
		news = true;
	}
	if (news && s->open)
		world_schedule(world, side);
}

bool world_run(struct world *world, uint64_t duration_ns)
{
	uint64_t end = world->now_ns + duration_ns, next;

	while (world_right(world) && world->frames <= world->budget && (next = next_event(world)) < end) {
		world->now_ns = next;
		arrive(world, 0);
		arrive(world, 1);
		for (uint32_t i = 0; i < 2; i++)
			if (world->sides[i].open && world->sides[i].wake_ns <= world->now_ns && !world_step(world, i))
				return false;
	}
	if (world_right(world) && world->frames <= world->budget)
		world->now_ns = end;
	return world_right(world);
}
