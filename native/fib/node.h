/* SPDX-License-Identifier: Apache-2.0 */
/* A node of a trie: 256 slots, by the next eight bits of an address, as runs of slots with the same entry. Up to six entries
 * are in the node's one line of cache; more are in lines of their own.
 *
 * In a node that readers see only entries change; anything else is a new node. */
#ifndef FIB_NODE_H
#define FIB_NODE_H
#include <assert.h>
#include "fib/arena.h"
#include "fib/entry.h"
#include "fib/runs.h"

enum { NODE_INLINE = 6 };

struct node {
	uint64_t starts[4]; /* as of struct runs */
	uint8_t before[4];  /* runs that begin before each of these words */
	uint32_t base;      /* where the entries of the runs are, as words of the arena, less one */
	uint32_t inlined[NODE_INLINE];
};
static_assert(sizeof(struct node) == ARENA_LINE, "one line");

static inline struct node *node_at(const struct arena *arena, uint32_t entry)
{
	return arena_at(arena, entry & ~ENTRY_CHILD);
}

static inline uint32_t *node_entry(const struct arena *arena, const struct node *node, uint8_t slot)
{
	uint32_t word = slot / 64;
	uint64_t until = node->starts[word] & ~UINT64_C(0) >> (63 - slot % 64);

	return (uint32_t *)arena->lines + node->base + node->before[word] + (uint32_t)__builtin_popcountll(until);
}

static inline uint32_t node_runs(const struct node *node)
{
	return node->before[3] + (uint32_t)__builtin_popcountll(node->starts[3]);
}

/* The entry of a run, counted from 0. */
static inline uint32_t *node_run(const struct arena *arena, const struct node *node, uint32_t run)
{
	return (uint32_t *)arena->lines + node->base + 1 + run;
}

/* Whether the slot is a run by itself. */
bool node_is_alone(const struct node *node, uint8_t slot);
void node_read(const struct arena *arena, uint32_t line, struct runs *runs);
/* The line of a new node; ARENA_NONE where there is no room. */
uint32_t node_make(struct arena *arena, const struct runs *runs);
/* The node alone, not what is below. Give: no reader has seen it. */
void node_give(struct arena *arena, uint32_t line);
void node_retire(struct arena *arena, uint32_t line);

#endif
