/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of numbers per tick. A timer that is cancelled, or armed anew for an earlier time, leaves its old entry behind, which is
 * passed over when its tick comes; when the pool runs out of blocks all of these are swept out. */
#include "agenda.h"
#include <string.h>

#define NONE  UINT32_MAX
#define IDLE  0u
#define WORDS (AGENDA_TICKS / 64)
/* Who is so far behind takes all that is due at once, so that what is armed meanwhile finds a round before it. */
#define FAR_BEHIND (AGENDA_TICKS / 2)

static uint32_t blocks_of(uint32_t capacity)
{
	/* Full blocks of all timers, a partly filled one for each tick that has any, and as many again for what is left behind. */
	uint32_t partly = capacity < AGENDA_TICKS ? capacity : AGENDA_TICKS;

	return 2 * (capacity / AGENDA_ITEMS + partly + 1);
}

size_t agenda_size(uint32_t capacity)
{
	return blocks_of(capacity) * sizeof(struct agenda_block) + (AGENDA_TICKS + (size_t)capacity) * sizeof(uint32_t);
}

void agenda_init(struct agenda *agenda, void *memory, uint32_t capacity, uint64_t now_ns)
{
	memset(agenda, 0, sizeof(*agenda));
	agenda->blocks = blocks_of(capacity);
	agenda->pool = memory;
	agenda->heads = (uint32_t *)(agenda->pool + agenda->blocks);
	agenda->armed = agenda->heads + AGENDA_TICKS;
	agenda->capacity = capacity;
	agenda->free = agenda->due = NONE;
	agenda->tick = now_ns >> AGENDA_TICK_BITS;
	memset(agenda->armed, 0, capacity * sizeof(agenda->armed[0]));
	/* The memory may be there only once it is touched, which costs a page fault: not when a session has gone Down. */
	memset(agenda->heads, 0xff, AGENDA_TICKS * sizeof(agenda->heads[0]));
}

static uint32_t slot_of(uint64_t tick)
{
	return (uint32_t)tick & (AGENDA_TICKS - 1);
}

static bool is_occupied(const struct agenda *agenda, uint32_t slot)
{
	return agenda->occupied[slot / 64] >> slot % 64 & 1;
}

static void vacate(struct agenda *agenda, uint32_t slot)
{
	agenda->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	if (agenda->occupied[slot / 64] == 0)
		agenda->summary[slot / 64 / 64] &= ~(UINT64_C(1) << slot / 64 % 64);
}

static uint64_t round_end(const struct agenda *agenda)
{
	return agenda->tick + AGENDA_TICKS - 1;
}

/* The first occupied tick in [tick, last], or UINT64_MAX. last: within a round. */
static uint64_t next_tick(const struct agenda *agenda, uint64_t tick, uint64_t last)
{
	uint32_t slot = slot_of(tick), word = slot / 64, at = word + 1;
	uint64_t bits = agenda->occupied[word] >> slot % 64;

	if (tick > last)
		return UINT64_MAX;
	if (bits != 0) {
		tick += (uint32_t)__builtin_ctzll(bits);
		return tick <= last ? tick : UINT64_MAX;
	}
	if (last - tick < 64 - slot % 64)
		return UINT64_MAX;
	/* Once around, to what lies before us in our own word. */
	while ((bits = agenda->summary[at % WORDS / 64] >> at % 64) == 0) {
		at += 64 - at % 64;
		if (at > word + WORDS)
			return UINT64_MAX;
	}
	at += (uint32_t)__builtin_ctzll(bits);
	if (at > word + WORDS)
		return UINT64_MAX;
	tick += (at - word) * 64 - slot % 64 + (uint32_t)__builtin_ctzll(agenda->occupied[at % WORDS]);
	return tick <= last ? tick : UINT64_MAX;
}

static void give_back(struct agenda *agenda, uint32_t block)
{
	agenda->pool[block].next = agenda->free;
	agenda->free = block;
}

/* Of these blocks, those entries that are a timer's only or first one for the tick, in as few blocks as hold them. */
static uint32_t tidy(struct agenda *agenda, uint32_t block, uint32_t mark)
{
	uint32_t kept = NONE, next;

	for (; block != NONE; block = next) {
		struct agenda_block *from = &agenda->pool[block];
		uint32_t count = 0;

		next = from->next;
		for (uint32_t i = 0; i < from->count; i++) {
			if (agenda->armed[from->items[i]] != mark)
				continue;
			agenda->armed[from->items[i]] = IDLE;
			from->items[count++] = from->items[i];
		}
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
	for (block = kept; block != NONE; block = agenda->pool[block].next)
		for (uint32_t i = 0; i < agenda->pool[block].count; i++)
			agenda->armed[agenda->pool[block].items[i]] = mark;
	return kept;
}

static void sweep(struct agenda *agenda)
{
	uint64_t tick = agenda->tick, last = round_end(agenda);

	agenda->due = tidy(agenda, agenda->due, agenda->due_mark);
	for (; (tick = next_tick(agenda, tick, last)) <= last; tick++) {
		uint32_t slot = slot_of(tick);

		agenda->heads[slot] = tidy(agenda, agenda->heads[slot], agenda_mark(tick));
		if (agenda->heads[slot] == NONE)
			vacate(agenda, slot);
	}
}

static uint32_t take_block(struct agenda *agenda)
{
	uint32_t block;

	if (agenda->free == NONE && agenda->blocks_made == agenda->blocks)
		sweep(agenda);
	block = agenda->free;
	if (block != NONE)
		agenda->free = agenda->pool[block].next;
	else
		block = agenda->blocks_made++;
	agenda->pool[block].count = 0;
	return block;
}

void agenda_arm(struct agenda *agenda, uint32_t index, uint64_t deadline_ns)
{
	uint64_t tick = (deadline_ns >> AGENDA_TICK_BITS) + ((deadline_ns & ((1u << AGENDA_TICK_BITS) - 1)) != 0);
	uint32_t slot, before = agenda->armed[index], block;

	if (deadline_ns == UINT64_MAX)
		return;
	if (tick < agenda->tick)
		tick = agenda->tick;
	if (tick > round_end(agenda))
		tick = round_end(agenda);
	if (before != IDLE && (int32_t)(before - agenda_mark(tick)) <= 0)
		return;
	slot = slot_of(tick);
	agenda->armed[index] = agenda_mark(tick);
	if (!is_occupied(agenda, slot) || agenda->pool[agenda->heads[slot]].count == AGENDA_ITEMS) {
		block = take_block(agenda);
		agenda->pool[block].next = is_occupied(agenda, slot) ? agenda->heads[slot] : NONE;
		agenda->heads[slot] = block;
		agenda->occupied[slot / 64] |= UINT64_C(1) << slot % 64;
		agenda->summary[slot / 64 / 64] |= UINT64_C(1) << slot / 64 % 64;
	}
	block = agenda->heads[slot];
	agenda->pool[block].items[agenda->pool[block].count++] = index;
}

void agenda_cancel(struct agenda *agenda, uint32_t index)
{
	agenda->armed[index] = IDLE;
}

/* All blocks up to the tick become due, one behind the other. */
static void catch_up(struct agenda *agenda, uint64_t target)
{
	uint64_t tick = agenda->tick, last = target < round_end(agenda) ? target : round_end(agenda);
	uint32_t *link = &agenda->due;

	for (; (tick = next_tick(agenda, tick, last)) <= last; tick++) {
		*link = agenda->heads[slot_of(tick)];
		vacate(agenda, slot_of(tick));
		for (; *link != NONE; link = &agenda->pool[*link].next) {
			struct agenda_block *block = &agenda->pool[*link];
			uint32_t count = 0;

			for (uint32_t i = 0; i < block->count; i++) {
				if (agenda->armed[block->items[i]] != agenda_mark(tick))
					continue;
				agenda->armed[block->items[i]] = agenda_mark(target);
				block->items[count++] = block->items[i];
			}
			block->count = count;
		}
	}
	agenda->due_mark = agenda_mark(target);
	agenda->tick = target + 1;
}

/* Whether there is anything due. */
static bool turn_to(struct agenda *agenda, uint64_t target)
{
	uint64_t tick;

	if (agenda->tick > target)
		return false;
	if (target - agenda->tick >= FAR_BEHIND) {
		catch_up(agenda, target);
		return agenda->due != NONE;
	}
	tick = next_tick(agenda, agenda->tick, target);
	if (tick > target) {
		agenda->tick = target + 1;
		return false;
	}
	agenda->due = agenda->heads[slot_of(tick)];
	agenda->due_mark = agenda_mark(tick);
	vacate(agenda, slot_of(tick));
	agenda->tick = tick + 1;
	return true;
}

uint32_t agenda_expire(struct agenda *agenda, uint64_t now_ns, uint32_t *indices, uint32_t capacity)
{
	uint32_t count = 0;

	while (count < capacity && (agenda->due != NONE || turn_to(agenda, now_ns >> AGENDA_TICK_BITS))) {
		uint32_t block = agenda->due;
		struct agenda_block *from = &agenda->pool[block];

		if (from->next != NONE)
			__builtin_prefetch(&agenda->pool[from->next]);
		while (from->count > 0 && count < capacity) {
			uint32_t index = from->items[--from->count];

			if (agenda->armed[index] != agenda->due_mark)
				continue;
			agenda->armed[index] = IDLE;
			indices[count++] = index;
		}
		if (from->count == 0) {
			agenda->due = from->next;
			give_back(agenda, block);
		}
	}
	return count;
}

uint64_t agenda_next(const struct agenda *agenda)
{
	uint64_t tick = agenda->due != NONE ? agenda->tick - 1 : next_tick(agenda, agenda->tick, round_end(agenda));

	return tick == UINT64_MAX ? tick : tick << AGENDA_TICK_BITS;
}
