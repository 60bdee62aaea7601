/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>
#include "fib/node.h"

enum { LINE_WORDS = ARENA_LINE / 4, INLINE_AT = offsetof(struct node, inlined) / 4 };

bool node_is_alone(const struct node *node, uint8_t slot)
{
	uint8_t next = (uint8_t)(slot + 1);

	return runs_begins(node->starts, slot) && (next == 0 || runs_begins(node->starts, next));
}

void node_read(const struct arena *arena, uint32_t line, struct runs *runs)
{
	const struct node *node = arena_at(arena, line);
	const uint32_t *entry = node_run(arena, node, 0);

	memcpy(runs->starts, node->starts, sizeof(runs->starts));
	for (uint32_t word = 0; word < 4; word++)
		for (uint64_t starts = runs->starts[word]; starts != 0; starts &= starts - 1)
			runs->entries[word * 64 + (uint32_t)__builtin_ctzll(starts)] = *entry++;
}

uint32_t node_make(struct arena *arena, const struct runs *runs)
{
	uint32_t line = arena_take(arena, 1), at = line * LINE_WORDS + INLINE_AT, count = 0, *entry;
	struct node *node;

	if (line == ARENA_NONE)
		return ARENA_NONE;
	node = arena_at(arena, line);
	memcpy(node->starts, runs->starts, sizeof(node->starts));
	for (uint32_t word = 0; word < 4; word++) {
		node->before[word] = (uint8_t)count;
		count += (uint32_t)__builtin_popcountll(runs->starts[word]);
	}
	if (count > NODE_INLINE)
		at = arena_take(arena, (count + LINE_WORDS - 1) / LINE_WORDS) * LINE_WORDS;
	if (at == ARENA_NONE) {
		arena_give(arena, line);
		return ARENA_NONE;
	}
	node->base = at - 1;
	entry = node_run(arena, node, 0);
	for (uint32_t word = 0; word < 4; word++)
		for (uint64_t starts = runs->starts[word]; starts != 0; starts &= starts - 1)
			*entry++ = runs->entries[word * 64 + (uint32_t)__builtin_ctzll(starts)];
	return line;
}

/* The line of the entries where they have one; ARENA_NONE where they are in the node. */
static uint32_t entries_line(const struct arena *arena, uint32_t line)
{
	const struct node *node = arena_at(arena, line);
	uint32_t at = (node->base + 1) / LINE_WORDS;

	return at == line ? ARENA_NONE : at;
}

void node_give(struct arena *arena, uint32_t line)
{
	uint32_t entries = entries_line(arena, line);

	if (entries != ARENA_NONE)
		arena_give(arena, entries);
	arena_give(arena, line);
}

void node_retire(struct arena *arena, uint32_t line)
{
	uint32_t entries = entries_line(arena, line);

	if (entries != ARENA_NONE)
		arena_retire(arena, entries);
	arena_retire(arena, line);
}
