/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of numbers per tick. A timer that is armed anew for an earlier time leaves its old entry behind, which is passed over
 * when its tick comes; when the pool runs out of blocks all of these are swept out. */
#include <stdbool.h>
#include <string.h>
#include "agenda.h"

#define NONE UINT32_MAX
#define IDLE UINT32_MAX

uint32_t agenda_blocks(uint32_t capacity)
{
	/* Full blocks of all timers, a partly filled one for each tick that has any, and as many again for what is left behind. */
	uint32_t partly = capacity < AGENDA_TICKS ? capacity : AGENDA_TICKS;

	return 2 * (capacity / AGENDA_ITEMS + partly + 1);
}

void agenda_init(struct agenda *agenda, uint32_t *armed, struct agenda_block *pool, uint32_t *heads, uint32_t capacity,
		 uint64_t now_ns)
{
	memset(agenda, 0, sizeof(*agenda));
	agenda->armed = armed;
	agenda->pool = pool;
	agenda->heads = heads;
	agenda->capacity = capacity;
	agenda->blocks = agenda_blocks(capacity);
	agenda->free = NONE;
	agenda->tick = now_ns >> AGENDA_TICK_BITS;
	memset(armed, 0xff, capacity * sizeof(armed[0]));
}

static bool is_occupied(const struct agenda *agenda, uint32_t slot)
{
	return agenda->occupied[slot / 64] >> slot % 64 & 1;
}

static void give_back(struct agenda *agenda, uint32_t block)
{
	agenda->pool[block].next = agenda->free;
	agenda->free = block;
}

/* The tick that a slot stands for now. */
static uint32_t tick_of(const struct agenda *agenda, uint32_t slot)
{
	return (uint32_t)(agenda->tick + ((slot - (uint32_t)agenda->tick) & (AGENDA_TICKS - 1)));
}

/* Entries that were left behind go, and the others move together. */
static void sweep(struct agenda *agenda)
{
	for (uint32_t slot = 0; slot < AGENDA_TICKS; slot++) {
		uint32_t block, next, kept = NONE, tick = tick_of(agenda, slot);

		if (!is_occupied(agenda, slot))
			continue;
		for (block = agenda->heads[slot]; block != NONE; block = next) {
			struct agenda_block *from = &agenda->pool[block];
			uint32_t count = 0;

			next = from->next;
			for (uint32_t i = 0; i < from->count; i++)
				if (agenda->armed[from->items[i]] == tick)
					from->items[count++] = from->items[i];
			from->count = count;
			/* Into the room of the block before, as far as it goes. */
			while (kept != NONE && agenda->pool[kept].count < AGENDA_ITEMS && from->count > 0)
				agenda->pool[kept].items[agenda->pool[kept].count++] = from->items[--from->count];
			if (from->count == 0) {
				give_back(agenda, block);
				continue;
			}
			from->next = kept;
			kept = block;
		}
		agenda->heads[slot] = kept;
		if (kept == NONE)
			agenda->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	}
}

static uint32_t take_block(struct agenda *agenda)
{
	uint32_t block = agenda->free;

	if (block != NONE)
		agenda->free = agenda->pool[block].next;
	else
		block = agenda->blocks_made++;
	agenda->pool[block].count = 0;
	return block;
}

static bool has_block(const struct agenda *agenda)
{
	return agenda->free != NONE || agenda->blocks_made < agenda->blocks;
}

void agenda_arm(struct agenda *agenda, uint32_t index, uint64_t deadline_ns)
{
	uint64_t tick = (deadline_ns >> AGENDA_TICK_BITS) + ((deadline_ns & ((1u << AGENDA_TICK_BITS) - 1)) != 0);
	uint32_t slot, before = agenda->armed[index], block;

	if (deadline_ns == UINT64_MAX)
		return;
	if (tick < agenda->tick)
		tick = agenda->tick;
	if (tick - agenda->tick >= AGENDA_TICKS)
		tick = agenda->tick + AGENDA_TICKS - 1;
	if (before != IDLE && (int32_t)(before - (uint32_t)tick) <= 0)
		return;
	slot = (uint32_t)tick & (AGENDA_TICKS - 1);
	agenda->armed[index] = (uint32_t)tick;
	if (!is_occupied(agenda, slot) || agenda->pool[agenda->heads[slot]].count == AGENDA_ITEMS) {
		if (!has_block(agenda))
			sweep(agenda);
		block = take_block(agenda);
		agenda->pool[block].next = is_occupied(agenda, slot) ? agenda->heads[slot] : NONE;
		agenda->heads[slot] = block;
		agenda->occupied[slot / 64] |= UINT64_C(1) << slot % 64;
	}
	block = agenda->heads[slot];
	agenda->pool[block].items[agenda->pool[block].count++] = index;
}

/* The next occupied slot's tick, at most last. */
static uint64_t next_tick(const struct agenda *agenda, uint64_t last)
{
	uint64_t tick = agenda->tick;

	while (tick <= last) {
		uint32_t slot = (uint32_t)tick & (AGENDA_TICKS - 1);
		uint64_t word = agenda->occupied[slot / 64] >> slot % 64;

		if (word != 0)
			return tick + (uint32_t)__builtin_ctzll(word);
		tick += 64 - slot % 64;
	}
	return UINT64_MAX;
}

static uint64_t round_end(const struct agenda *agenda)
{
	return agenda->tick + AGENDA_TICKS - 1;
}

uint32_t agenda_expire(struct agenda *agenda, uint64_t now_ns, uint32_t *indices, uint32_t capacity)
{
	uint64_t target = now_ns >> AGENDA_TICK_BITS, last = target < round_end(agenda) ? target : round_end(agenda);
	uint32_t count = 0;

	while (count + AGENDA_ITEMS <= capacity) {
		uint64_t tick = next_tick(agenda, last);
		uint32_t slot = (uint32_t)tick & (AGENDA_TICKS - 1), block;
		struct agenda_block *from;

		if (tick > last) {
			agenda->tick = target + 1 > agenda->tick ? target + 1 : agenda->tick;
			break;
		}
		agenda->tick = tick;
		block = agenda->heads[slot];
		from = &agenda->pool[block];
		if (from->next != NONE)
			__builtin_prefetch(&agenda->pool[from->next]);
		for (uint32_t i = 0; i < from->count; i++) {
			if (agenda->armed[from->items[i]] != (uint32_t)tick)
				continue;
			agenda->armed[from->items[i]] = IDLE;
			indices[count++] = from->items[i];
		}
		agenda->heads[slot] = from->next;
		if (from->next == NONE)
			agenda->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
		give_back(agenda, block);
	}
	return count;
}

uint64_t agenda_next(const struct agenda *agenda)
{
	uint64_t tick = next_tick(agenda, round_end(agenda));

	return tick == UINT64_MAX ? tick : tick << AGENDA_TICK_BITS;
}
