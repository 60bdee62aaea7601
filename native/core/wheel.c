/* SPDX-License-Identifier: Apache-2.0 */
/* The timer wheel's levels, slots and lists. A slot of an upper level spans one round of the level below; when the wheel
 * comes to its first tick, its timers move down. A bitmap of occupied slots lets it step over empty time. */
#include "wheel.h"

#define NONE    UINT32_MAX
#define HEAD    UINT32_C(0x80000000)
#define HORIZON (UINT64_C(1) << (WHEEL_LOW_BITS + (WHEEL_LEVELS - 1) * WHEEL_HIGH_BITS))

/* A level: where its slots begin among all, how many they are, and how many ticks (2^shift) one spans. */
struct level {
	uint32_t base;
	uint32_t slots;
	uint32_t shift;
};

static const struct level levels[WHEEL_LEVELS] = {
	{0, WHEEL_LOW_SLOTS, 0},
	{WHEEL_LOW_SLOTS, WHEEL_HIGH_SLOTS, WHEEL_LOW_BITS},
	{WHEEL_LOW_SLOTS + WHEEL_HIGH_SLOTS, WHEEL_HIGH_SLOTS, WHEEL_LOW_BITS + WHEEL_HIGH_BITS},
	{WHEEL_LOW_SLOTS + 2 * WHEEL_HIGH_SLOTS, WHEEL_HIGH_SLOTS, WHEEL_LOW_BITS + 2 * WHEEL_HIGH_BITS},
};

void wheel_init(struct wheel *wheel, struct wheel_node *nodes, uint32_t capacity, uint64_t now_ns)
{
	*wheel = (struct wheel){.nodes = nodes, .capacity = capacity, .tick = now_ns >> WHEEL_TICK_BITS};
	for (uint32_t slot = 0; slot < WHEEL_SLOTS; slot++)
		wheel->heads[slot] = NONE;
	for (uint32_t i = 0; i < capacity; i++)
		nodes[i] = (struct wheel_node){.tick = UINT64_MAX, .next = NONE, .prev = NONE};
}

static uint32_t slot_of(const struct level *level, uint64_t tick)
{
	return level->base + ((uint32_t)(tick >> level->shift) & (level->slots - 1));
}

static void mark(struct wheel *wheel, uint32_t slot)
{
	wheel->occupied[slot / 64] |= UINT64_C(1) << (slot % 64);
}

static void unmark(struct wheel *wheel, uint32_t slot)
{
	wheel->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
}

static void link_node(struct wheel *wheel, uint32_t index)
{
	struct wheel_node *node = &wheel->nodes[index];
	uint64_t tick = node->tick > wheel->tick ? node->tick : wheel->tick;
	uint64_t distance = tick - wheel->tick;
	const struct level *level = levels;
	uint32_t slot, first;

	if (distance >= HORIZON) {
		distance = HORIZON - 1;
		tick = wheel->tick + distance;
	}
	while (distance >> level->shift >= level->slots)
		level++;
	slot = slot_of(level, tick);
	first = wheel->heads[slot];
	node->next = first;
	node->prev = HEAD | slot;
	if (first != NONE)
		wheel->nodes[first].prev = index;
	wheel->heads[slot] = index;
	mark(wheel, slot);
}

static void unlink_node(struct wheel *wheel, uint32_t index)
{
	struct wheel_node *node = &wheel->nodes[index];

	if (node->next != NONE)
		wheel->nodes[node->next].prev = node->prev;
	if (!(node->prev & HEAD)) {
		wheel->nodes[node->prev].next = node->next;
		return;
	}
	wheel->heads[node->prev & ~HEAD] = node->next;
	if (node->next == NONE)
		unmark(wheel, node->prev & ~HEAD);
}

void wheel_arm(struct wheel *wheel, uint32_t index, uint64_t deadline_ns)
{
	struct wheel_node *node = &wheel->nodes[index];
	uint64_t tick;

	if (deadline_ns == UINT64_MAX)
		return;
	tick = (deadline_ns >> WHEEL_TICK_BITS) + ((deadline_ns & ((1u << WHEEL_TICK_BITS) - 1)) != 0);
	if (node->tick != UINT64_MAX) {
		if (node->tick <= tick)
			return;
		unlink_node(wheel, index);
	} else {
		wheel->armed++;
	}
	node->tick = tick;
	link_node(wheel, index);
}

void wheel_cancel(struct wheel *wheel, uint32_t index)
{
	if (wheel->nodes[index].tick == UINT64_MAX)
		return;
	unlink_node(wheel, index);
	wheel->nodes[index].tick = UINT64_MAX;
	wheel->armed--;
}

/* The first occupied slot in [from, end), or end. */
static uint32_t find_occupied(const struct wheel *wheel, uint32_t from, uint32_t end)
{
	while (from < end) {
		uint64_t word = wheel->occupied[from / 64] >> (from % 64);

		if (word != 0)
			return from + (uint32_t)__builtin_ctzll(word);
		from += 64 - from % 64;
	}
	return end;
}

/* The first tick, from the wheel's own, at which a slot must be emptied. */
static uint64_t next_stop(const struct wheel *wheel)
{
	uint64_t stop = UINT64_MAX;

	if (wheel->armed == 0)
		return stop;
	for (const struct level *level = levels; level < levels + WHEEL_LEVELS; level++) {
		/* The first slot of this level that begins now or later, and its round. */
		uint64_t unit = (wheel->tick + (UINT64_C(1) << level->shift) - 1) >> level->shift;
		uint32_t begin = (uint32_t)unit & (level->slots - 1), end = level->base + level->slots, found;

		found = find_occupied(wheel, level->base + begin, end);
		if (found < end)
			unit += found - level->base - begin;
		else if ((found = find_occupied(wheel, level->base, level->base + begin)) < level->base + begin)
			unit += level->slots - begin + found - level->base;
		else
			continue;
		if (unit << level->shift < stop)
			stop = unit << level->shift;
		/* Upper slots begin only where level 0 begins a round: before that, nothing precedes this. */
		if (level == levels && begin != 0 && stop >> levels[1].shift == wheel->tick >> levels[1].shift)
			break;
	}
	return stop;
}

/* Timers of the upper slots that begin at this tick move down, from the top. */
static void cascade(struct wheel *wheel)
{
	for (const struct level *level = levels + WHEEL_LEVELS - 1; level > levels; level--) {
		uint32_t slot = slot_of(level, wheel->tick), index, next;

		if (wheel->tick & ((UINT64_C(1) << level->shift) - 1))
			continue;
		index = wheel->heads[slot];
		wheel->heads[slot] = NONE;
		unmark(wheel, slot);
		for (; index != NONE; index = next) {
			next = wheel->nodes[index].next;
			if (next != NONE)
				__builtin_prefetch(&wheel->nodes[next], 1);
			link_node(wheel, index);
		}
	}
}

/* Disarms up to capacity timers of a slot of level 0, from its head. */
static uint32_t take_slot(struct wheel *wheel, uint32_t slot, uint32_t *indices, uint32_t capacity)
{
	uint32_t index = wheel->heads[slot], count = 0;

	while (index != NONE && count < capacity) {
		indices[count++] = index;
		wheel->nodes[index].tick = UINT64_MAX;
		index = wheel->nodes[index].next;
	}
	wheel->armed -= count;
	wheel->heads[slot] = index;
	if (index == NONE)
		unmark(wheel, slot);
	else
		wheel->nodes[index].prev = HEAD | slot;
	return count;
}

uint32_t wheel_expire(struct wheel *wheel, uint64_t now_ns, uint32_t *indices, uint32_t capacity)
{
	uint64_t target = now_ns >> WHEEL_TICK_BITS;
	uint32_t count = 0;

	while (wheel->tick <= target) {
		uint64_t stop = next_stop(wheel);
		uint32_t slot;

		if (stop > target) {
			wheel->tick = target + 1;
			break;
		}
		wheel->tick = stop;
		cascade(wheel);
		slot = slot_of(levels, stop);
		count += take_slot(wheel, slot, indices + count, capacity - count);
		if (wheel->heads[slot] != NONE)
			break;
		wheel->tick = stop + 1;
	}
	return count;
}

uint64_t wheel_next(const struct wheel *wheel)
{
	uint64_t stop = next_stop(wheel);

	return stop == UINT64_MAX ? stop : stop << WHEEL_TICK_BITS;
}
