/* SPDX-License-Identifier: Apache-2.0 */
/* The 256 slots of a node while they are changed: runs of slots with the same entry.
 *
 * Slots of two prefixes are never one run, whatever their next hops: another next hop for a prefix, or none, is then a store
 * of entries that are its own, and the number of runs is bounded by the number of prefixes. */
#ifndef FIB_RUNS_H
#define FIB_RUNS_H
#include <stdbool.h>
#include <stdint.h>

enum { RUNS_SLOTS = 256 };

struct runs {
	uint64_t starts[4];           /* bit s: a run begins at slot s; bit 0 is always set */
	uint32_t entries[RUNS_SLOTS]; /* of a run: at the slot where it begins; elsewhere undefined */
};

struct slots {
	uint8_t first, last;
};

static inline bool runs_begins(const uint64_t starts[4], uint8_t slot)
{
	return (starts[slot / 64] >> slot % 64 & 1) != 0;
}

/* The first slot from this one on where a run begins; RUNS_SLOTS where none does. */
uint32_t runs_next(const uint64_t starts[4], uint32_t slot);
/* The slots become one run. */
void runs_set(struct runs *runs, struct slots slots, uint32_t entry);
/* Leaves of shorter prefixes become this one in the slots. */
void runs_fill(struct runs *runs, struct slots slots, uint32_t leaf);
/* Runs of this leaf that are side by side become one, as far as they are of one prefix. depth: where the node begins. */
void runs_unite(struct runs *runs, uint32_t leaf, uint8_t depth);
/* All slots are of one leaf, which is that of the first. */
bool runs_are_one_leaf(const struct runs *runs);

#endif
