/* SPDX-License-Identifier: Apache-2.0 */
/* The timer wheel's levels, slots and lists. A slot of level n spans 256^n ticks; when the wheel comes to its first tick,
 * its timers move to lower levels. Bitmaps of occupied slots let it step over empty time. */
#include "wheel.h"

#define NONE      UINT32_MAX
#define HEAD      UINT32_C(0x80000000)
#define SLOT_MASK (WHEEL_SLOTS - 1)
#define HORIZON   (UINT64_C(1) << (WHEEL_LEVELS * WHEEL_SLOT_BITS))

void wheel_init(struct wheel *wheel, struct wheel_node *nodes, uint32_t capacity, uint64_t now_ns)
{
	*wheel = (struct wheel){.nodes = nodes, .capacity = capacity, .tick = now_ns >> WHEEL_TICK_BITS};
	for (uint32_t level = 0; level < WHEEL_LEVELS; level++)
		for (uint32_t slot = 0; slot < WHEEL_SLOTS; slot++)
			wheel->heads[level][slot] = NONE;
	for (uint32_t i = 0; i < capacity; i++)
		nodes[i] = (struct wheel_node){.tick = UINT64_MAX, .next = NONE, .prev = NONE};
}

static void link_node(struct wheel *wheel, uint32_t index)
{
	struct wheel_node *node = &wheel->nodes[index];
	uint64_t tick = node->tick > wheel->tick ? node->tick : wheel->tick;
	uint64_t distance = tick - wheel->tick;
	uint32_t level = 0, slot, first;

	if (distance >= HORIZON) {
		distance = HORIZON - 1;
		tick = wheel->tick + distance;
	}
	while (distance >> ((level + 1) * WHEEL_SLOT_BITS))
		level++;
	slot = (uint32_t)(tick >> (level * WHEEL_SLOT_BITS)) & SLOT_MASK;
	first = wheel->heads[level][slot];
	node->next = first;
	node->prev = HEAD | level << WHEEL_SLOT_BITS | slot;
	if (first != NONE)
		wheel->nodes[first].prev = index;
	wheel->heads[level][slot] = index;
	wheel->occupied[level][slot / 64] |= UINT64_C(1) << (slot % 64);
}

static void unlink_node(struct wheel *wheel, uint32_t index)
{
	struct wheel_node *node = &wheel->nodes[index];

	if (node->next != NONE)
		wheel->nodes[node->next].prev = node->prev;
	if (node->prev & HEAD) {
		uint32_t level = (node->prev & ~HEAD) >> WHEEL_SLOT_BITS, slot = node->prev & SLOT_MASK;

		wheel->heads[level][slot] = node->next;
		if (node->next == NONE)
			wheel->occupied[level][slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	} else {
		wheel->nodes[node->prev].next = node->next;
	}
}

static uint32_t detach_slot(struct wheel *wheel, uint32_t level, uint32_t slot)
{
	uint32_t first = wheel->heads[level][slot];

	wheel->heads[level][slot] = NONE;
	wheel->occupied[level][slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	return first;
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

/* Distance from a slot to the first occupied one, going round; WHEEL_SLOTS when there is none. */
static uint32_t distance_to_occupied(const uint64_t *occupied, uint32_t from)
{
	for (uint32_t distance = 0; distance < WHEEL_SLOTS;) {
		uint32_t slot = (from + distance) & SLOT_MASK;
		uint64_t word = occupied[slot / 64] >> (slot % 64);

		if (word != 0) {
			distance += (uint32_t)__builtin_ctzll(word);
			return distance < WHEEL_SLOTS ? distance : WHEEL_SLOTS;
		}
		distance += 64 - slot % 64;
	}
	return WHEEL_SLOTS;
}

/* The first tick, from the wheel's own, at which a slot must be emptied. */
static uint64_t next_stop(const struct wheel *wheel)
{
	uint64_t stop = UINT64_MAX;

	if (wheel->armed == 0)
		return stop;
	for (uint32_t level = 0; level < WHEEL_LEVELS; level++) {
		uint32_t bits = level * WHEEL_SLOT_BITS;
		uint64_t unit = (wheel->tick + (UINT64_C(1) << bits) - 1) >> bits;
		uint32_t distance = distance_to_occupied(wheel->occupied[level], (uint32_t)unit & SLOT_MASK);

		if (distance < WHEEL_SLOTS && (unit + distance) << bits < stop)
			stop = (unit + distance) << bits;
	}
	return stop;
}

/* Timers of the upper slots that begin at this tick fall to lower levels. */
static void cascade(struct wheel *wheel)
{
	for (uint32_t level = WHEEL_LEVELS - 1; level > 0; level--) {
		uint32_t bits = level * WHEEL_SLOT_BITS;
		uint32_t index, next;

		if (wheel->tick & ((UINT64_C(1) << bits) - 1))
			continue;
		index = detach_slot(wheel, level, (uint32_t)(wheel->tick >> bits) & SLOT_MASK);
		for (; index != NONE; index = next) {
			next = wheel->nodes[index].next;
			if (next != NONE)
				__builtin_prefetch(&wheel->nodes[next], 1);
			link_node(wheel, index);
		}
	}
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
		slot = (uint32_t)stop & SLOT_MASK;
		while (count < capacity && wheel->heads[0][slot] != NONE) {
			uint32_t index = wheel->heads[0][slot];

			unlink_node(wheel, index);
			wheel->nodes[index].tick = UINT64_MAX;
			wheel->armed--;
			indices[count++] = index;
		}
		if (wheel->heads[0][slot] != NONE)
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
