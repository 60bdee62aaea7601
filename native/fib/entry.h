/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of a trie, one word: a leaf (next-hop id, and length of the prefix that it came from), or the line of a node
 * below. Readers see a change as one store of one entry. */
#ifndef FIB_ENTRY_H
#define FIB_ENTRY_H
#include <stdbool.h>
#include <stdint.h>

enum { ENTRY_LENGTH_SHIFT = 20, ENTRY_ID = (1 << ENTRY_LENGTH_SHIFT) - 1 };
#define ENTRY_CHILD 0x80000000u
/* The leaf where no prefix but a default route covers. */
#define ENTRY_NONE 0u

static inline bool entry_is_child(uint32_t entry)
{
	return (entry & ENTRY_CHILD) != 0;
}

static inline uint32_t leaf_make(uint8_t length, uint32_t id)
{
	return (uint32_t)length << ENTRY_LENGTH_SHIFT | id;
}

/* 0 of ENTRY_NONE, as of a default route. */
static inline uint8_t leaf_length(uint32_t leaf)
{
	return (uint8_t)(leaf >> ENTRY_LENGTH_SHIFT);
}

static inline uint32_t entry_load(const uint32_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

static inline void entry_store(uint32_t *entry, uint32_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

#endif
