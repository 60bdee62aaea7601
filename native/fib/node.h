/* SPDX-License-Identifier: Apache-2.0 */
/* A node of a trie: 256 slots, by the next eight bits of an address, as runs of slots with the same entry. The entries are behind
 * the runs' bounds, seven of them in the same line of cache, sixteen more in the next one.
 *
 * In a node that readers see only entries change; anything else is a new node. */
#ifndef FIB_NODE_H
#define FIB_NODE_H
#include <assert.h>
#include <stddef.h>
#include "fib/arena.h"
#include "fib/entry.h"
#include "fib/runs.h"

struct node {
	uint64_t starts[4]; /* as of struct runs */
	uint8_t before[4];  /* runs that begin before each of these words */
	uint32_t entries[]; /* of the runs */
};
static_assert(offsetof(struct node, entries) + RUNS_SLOTS * sizeof(uint32_t) <= (size_t)ARENA_MOST_LINES * ARENA_LINE,
	      "a piece of the arena");

static inline struct node *node_at(const struct arena *arena, uint32_t entry)
{
	return arena_at(arena, entry & ~ENTRY_CHILD);
}

static inline uint32_t *node_entry(struct node *node, uint8_t slot)
{
	uint32_t word = slot / 64;
	uint64_t until = node->starts[word] & ~UINT64_C(0) >> (63 - slot % 64);

	return &node->entries[(int32_t)(node->before[word] + (uint32_t)__builtin_popcountll(until)) - 1];
}

static inline uint32_t node_runs(const struct node *node)
{
	return node->before[3] + (uint32_t)__builtin_popcountll(node->starts[3]);
}

/* Whether the slot is a run by itself. */
bool node_is_alone(const struct node *node, uint8_t slot);
void node_read(const struct arena *arena, uint32_t line, struct runs *runs);
/* The line of a new node; ARENA_NONE where there is no room. */
uint32_t node_make(struct arena *arena, const struct runs *runs);

#endif
