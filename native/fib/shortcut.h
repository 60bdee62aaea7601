/* SPDX-License-Identifier: Apache-2.0 */
/* Spans by the first 32 bits of an address: a hash table, which spares a reader the way through the trie. It is only a shorter way.
 * Whatever is found in it is right; what has no room in its bucket, or is not there while the table grows, is found by the trie.
 *
 * One writer; readers at any time. */
#ifndef FIB_SHORTCUT_H
#define FIB_SHORTCUT_H
#include <stddef.h>
#include <stdint.h>
#include "fib/arena.h"

enum { SHORTCUT_DEPTH = 32, SHORTCUT_WAYS = 2, SHORTCUT_LEAST_BITS = 4, SHORTCUT_MOST_BITS = 21 };

struct shortcuts {
	/* Buckets of SHORTCUT_WAYS pairs: the 32 bits, and the line of the spans; 0: nothing. NULL: there is no table. */
	uint64_t *pairs;
	uint32_t mask; /* the number of a bucket's first pair has these bits */
	uint32_t count;
};

/* 0 or PYDP_E_NOMEM. */
int shortcuts_create(struct shortcuts *shortcuts);
void shortcuts_destroy(struct shortcuts *shortcuts);
/* These 32 bits have their spans in this line, or none: ARENA_NONE. Returns the line that is not to be found any more: the one before,
 * or this one where there is no room. */
uint32_t shortcuts_set(struct shortcuts *shortcuts, uint32_t start, uint32_t line);
/* Octets that are in use. */
size_t shortcuts_memory(const struct shortcuts *shortcuts);

/* The first pair of a bucket. mask: read once a burst. */
static inline uint32_t shortcut_bucket(uint32_t start, uint32_t mask)
{
	return (uint32_t)(start * UINT64_C(0x9e3779b97f4a7c15) >> 39) & mask;
}

/* The line of the spans, ARENA_NONE where there are none. No branch. */
static inline uint32_t shortcut_line(const uint64_t *bucket, uint32_t start)
{
	uint64_t key = (uint64_t)start << 32;
	uint64_t one = __atomic_load_n(&bucket[0], __ATOMIC_ACQUIRE) ^ key;
	uint64_t other = __atomic_load_n(&bucket[1], __ATOMIC_ACQUIRE) ^ key;
	uint64_t least = one < other ? one : other;

	return least <= UINT32_MAX ? (uint32_t)least : ARENA_NONE;
}

#endif
