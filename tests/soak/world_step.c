/* SPDX-License-Identifier: Apache-2.0 */
/* One turn of one end: what waits goes in, what comes out goes to the referee, the capture and the link. */
#include <stdlib.h>
#include <string.h>
#include "world_step.h"

uint64_t world_local(const struct world *world, uint32_t side)
{
	return drift_local(&world->sides[side].manner.clock, world->now_ns);
}

/* FNV-1a */
static void digest(struct world *world, const void *data, size_t length)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < length; i++)
		world->digest = (world->digest ^ at[i]) * UINT64_C(0x100000001b3);
}

static void *grown(void *old, uint64_t *room, uint64_t wanted, size_t size)
{
	void *new = old;

	if (wanted <= *room)
		return old;
	*room = 2 * wanted;
	new = realloc(old, *room * size);
	if (new == NULL)
		abort();
	return new;
}

/* With the addresses of the places: what addresses the ports of a process have is another matter in each run. */
static void record(struct world *world, uint32_t side, const struct frame *frame, bool sent)
{
	if (!world->recording)
		return;
	world->records = grown(world->records, &world->record_room, world->record_count + 1, sizeof(*world->records));
	world->octets = grown(world->octets, &world->octet_room, world->octet_count + frame->length, 1);
	world->records[world->record_count++] = (struct record){.time_ns = world_local(world, side),
								.at = world->octet_count,
								.length = frame->length,
								.side = (uint8_t)side,
								.sent = sent};
	memcpy(world->octets + world->octet_count, frame->octets, frame->length);
	world->octet_count += frame->length;
}

/* The packets among the frames that were taken which have to reach the session. */
static uint32_t hear(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side];
	uint32_t count = 0;
	uint16_t port;

	for (uint32_t i = 0; i < s->turn.taken; i++) {
		s->arrived = s->turn.in[i];
		memcpy(s->arrived.octets, s->place.mac, 6);
		record(world, side, &s->arrived, false);
		if (frame_unwrap(&s->turn.in[i], &world->sides[side ^ 1].place, &s->place, &s->heard[count], &port) == NULL)
			count++;
	}
	return count;
}

static uint32_t say(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side], *other = &world->sides[side ^ 1];
	const char *reason;

	for (uint32_t i = 0; i < s->turn.out_count; i++) {
		struct frame *frame = &s->turn.out[i];
		uint16_t port = 0;

		reason = frame_unwrap(frame, &s->place, &other->place, &s->said[i], &port);
		if (reason == NULL && memcmp(frame->octets, other->place.mac, 6) != 0)
			reason = "MAC address";
		if (reason == NULL && (port < 49152 || (s->place.source_port != 0 && s->place.source_port != port)))
			reason = "UDP source port";
		if (reason != NULL) {
			world->failed = reason;
			return i;
		}
		s->place.source_port = port;
		memcpy(frame->octets + 6, s->place.mac, 6);
		record(world, side, frame, true);
		link_send(&other->towards, frame, world->now_ns);
		world->frames++;
	}
	return s->turn.out_count;
}

static void judge(struct world *world, uint32_t side, struct step *step)
{
	struct side *s = &world->sides[side];

	step->heard = s->heard;
	step->said = s->said;
	s->end->kind->look(s->end, &step->now);
	s->next_ns = s->end->kind->next(s->end);
	digest(world, &step->now_ns, sizeof(step->now_ns));
	digest(world, &step->now.state, sizeof(step->now.state));
	for (uint32_t i = 0; i < step->said_count; i++)
		digest(world, step->said[i].octets, step->said[i].length);
	referee_step(&s->referee, step);
	if (s->shadow != NULL)
		soak_shadow(s->shadow, side, step);
}

bool world_report(struct world *world, uint32_t side, const struct command *command)
{
	struct side *s = &world->sides[side];
	struct step step = {.now_ns = s->step_local_ns, .command = command, .said_count = say(world, side)};

	if (world->failed != NULL)
		return false;
	judge(world, side, &step);
	world_schedule(world, side);
	return world_right(world);
}

bool world_drain(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side];
	struct told told[64];
	uint32_t count;

	s->undrained = 0;
	if (!s->manner.tells)
		return world_right(world);
	while ((count = s->end->kind->told(s->end, told, 64)) > 0)
		for (uint32_t i = 0; i < count; i++)
			referee_told(&s->referee, &told[i]);
	referee_drained(&s->referee, s->end->kind->overflows(s->end));
	return world_right(world);
}

bool world_step(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side];
	uint64_t local = world_local(world, side), late = world->now_ns - s->due_ns;
	struct step step = {.now_ns = local, .excuse_ns = s->due_ns < world->now_ns ? late + late / 64 : 0};

	s->turn.now_ns = local;
	s->turn.in = s->pending;
	s->turn.in_count = s->turn.taken = s->pending_count;
	s->turn.full = false;
	s->turn.out_count = 0;
	world->failed = s->end->kind->turn(s->end, &s->turn);
	if (world->failed != NULL)
		return false;
	step.heard_count = hear(world, side);
	if (s->turn.full)
		step.overflow_ns = local - s->step_local_ns;
	step.said_count = say(world, side);
	s->pending_count = 0;
	s->step_ns = world->now_ns;
	s->step_local_ns = local;
	world->turns++;
	if (world->failed != NULL)
		return false;
	judge(world, side, &step);
	world_schedule(world, side);
	if (++s->undrained >= s->manner.drain_every || s->referee.pending > PENDING_MOST / 2)
		return world_drain(world, side);
	return world_right(world);
}

void world_schedule(struct world *world, uint32_t side)
{
	struct side *s = &world->sides[side];
	uint64_t next = s->next_ns, wake, local;

	s->due_ns = next == UINT64_MAX ? UINT64_MAX : drift_true(&s->manner.clock, next);
	if (s->pending_count > 0 && s->pending_ns < s->due_ns)
		s->due_ns = s->pending_ns;
	wake = s->due_ns > s->step_ns ? s->due_ns : s->step_ns + 1;
	if (s->manner.poll_ns != 0 && wake != UINT64_MAX) {
		local = drift_local(&s->manner.clock, wake) + s->manner.poll_ns - 1;
		wake = drift_true(&s->manner.clock, local - local % s->manner.poll_ns);
	}
	s->wake_ns = wake > s->paused_ns ? wake : s->paused_ns;
	if (s->due_ns == UINT64_MAX)
		s->wake_ns = UINT64_MAX;
}
