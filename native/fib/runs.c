/* SPDX-License-Identifier: Apache-2.0 */
#include "fib/entry.h"
#include "fib/runs.h"

/* The slot where the run of a slot begins. */
static uint8_t run_of(const struct runs *runs, uint8_t slot)
{
	uint32_t word = slot / 64;
	uint64_t until = runs->starts[word] & ~UINT64_C(0) >> (63 - slot % 64);

	while (until == 0)
		until = runs->starts[--word];
	return (uint8_t)(word * 64 + 63 - (uint32_t)__builtin_clzll(until));
}

uint32_t runs_next(const uint64_t starts[4], uint32_t slot)
{
	uint32_t word = slot / 64;
	uint64_t from;

	if (slot >= RUNS_SLOTS)
		return RUNS_SLOTS;
	from = starts[word] & ~UINT64_C(0) << slot % 64;
	while (from == 0) {
		if (++word == 4)
			return RUNS_SLOTS;
		from = starts[word];
	}
	return word * 64 + (uint32_t)__builtin_ctzll(from);
}

static void begin(struct runs *runs, uint8_t slot)
{
	if (runs_begins(runs->starts, slot))
		return;
	runs->entries[slot] = runs->entries[run_of(runs, slot)];
	runs->starts[slot / 64] |= UINT64_C(1) << slot % 64;
}

static void unite(struct runs *runs, uint8_t slot)
{
	runs->starts[slot / 64] &= ~(UINT64_C(1) << slot % 64);
}

/* Runs begin and end where the slots do. */
static void cut_out(struct runs *runs, struct slots slots)
{
	begin(runs, slots.first);
	if (slots.last < RUNS_SLOTS - 1)
		begin(runs, (uint8_t)(slots.last + 1));
}

void runs_set(struct runs *runs, struct slots slots, uint32_t entry)
{
	cut_out(runs, slots);
	for (uint32_t s = runs_next(runs->starts, slots.first + 1u); s <= slots.last; s = runs_next(runs->starts, s + 1))
		unite(runs, (uint8_t)s);
	runs->entries[slots.first] = entry;
}

void runs_fill(struct runs *runs, struct slots slots, uint32_t leaf)
{
	uint8_t length = leaf_length(leaf);
	bool filled = false;

	cut_out(runs, slots);
	for (uint32_t s = slots.first; s <= slots.last; s = runs_next(runs->starts, s + 1)) {
		bool fill = !entry_is_child(runs->entries[s]) && leaf_length(runs->entries[s]) < length;

		if (fill && filled)
			unite(runs, (uint8_t)s);
		else if (fill)
			runs->entries[s] = leaf;
		filled = fill;
	}
}

/* Whether a prefix of this length may begin at the slot and not before. */
static bool is_boundary(uint8_t slot, uint8_t length, uint8_t depth)
{
	return length > depth && (slot & (0xff >> (length - depth))) == 0;
}

void runs_unite(struct runs *runs, uint32_t leaf, uint8_t depth)
{
	uint32_t before = runs->entries[0];

	for (uint32_t s = runs_next(runs->starts, 1); s < RUNS_SLOTS; s = runs_next(runs->starts, s + 1)) {
		if (before == leaf && runs->entries[s] == leaf && !is_boundary((uint8_t)s, leaf_length(leaf), depth))
			unite(runs, (uint8_t)s);
		before = runs->entries[s];
	}
}

bool runs_are_one_leaf(const struct runs *runs)
{
	return runs_next(runs->starts, 1) == RUNS_SLOTS && !entry_is_child(runs->entries[0]);
}
