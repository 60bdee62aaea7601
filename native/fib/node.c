/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "fib/node.h"

bool node_is_alone(const struct node *node, uint8_t slot)
{
	uint8_t next = (uint8_t)(slot + 1);

	return runs_begins(node->starts, slot) && (next == 0 || runs_begins(node->starts, next));
}

void node_read(const struct arena *arena, uint32_t line, struct runs *runs)
{
	const struct node *node = arena_at(arena, line);
	const uint32_t *entry = node->entries;

	memcpy(runs->starts, node->starts, sizeof(runs->starts));
	for (uint32_t word = 0; word < 4; word++)
		for (uint64_t starts = runs->starts[word]; starts != 0; starts &= starts - 1)
			runs->entries[word * 64 + (uint32_t)__builtin_ctzll(starts)] = *entry++;
}

uint32_t node_make(struct arena *arena, const struct runs *runs)
{
	uint8_t before[4];
	uint32_t count = 0, line, *entry;
	struct node *node;

	for (uint32_t word = 0; word < 4; word++) {
		before[word] = (uint8_t)count;
		count += (uint32_t)__builtin_popcountll(runs->starts[word]);
	}
	line = arena_take(arena,
			  (uint32_t)(offsetof(struct node, entries) + count * sizeof(*entry) + ARENA_LINE - 1) / ARENA_LINE);
	if (line == ARENA_NONE)
		return ARENA_NONE;
	node = arena_at(arena, line);
	memcpy(node->starts, runs->starts, sizeof(node->starts));
	memcpy(node->before, before, sizeof(node->before));
	entry = node->entries;
	for (uint32_t word = 0; word < 4; word++)
		for (uint64_t starts = runs->starts[word]; starts != 0; starts &= starts - 1)
			*entry++ = runs->entries[word * 64 + (uint32_t)__builtin_ctzll(starts)];
	return line;
}
