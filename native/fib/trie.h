/* SPDX-License-Identifier: Apache-2.0 */
/* The longest prefix of an address: an array over its first bits, then nodes of eight bits each. One writer, who tells it of
 * prefixes and of what covers them; readers look up at any time and are never blocked.
 *
 * Keys are octets in network order, all those of an address. A default route is kept apart, so that it costs one store. */
#ifndef FIB_TRIE_H
#define FIB_TRIE_H
#include <stdbool.h>
#include <stdint.h>
#include "fib/arena.h"
#include "fib/shortcut.h"

struct trie {
	struct arena *arena;
	uint32_t *root;
	uint32_t fallback;          /* the default route's leaf, or ENTRY_NONE */
	uint8_t bits;               /* of an address: 32 or 128 */
	uint8_t root_bits;          /* 16 or 24 */
	bool wide;                  /* the processor can read several entries of a root of 24 bits at once */
	struct shortcuts shortcuts; /* of IPv6 with a root of 24 bits */
};

/* 0 or PYDP_E_NOMEM. Its nodes are in the arena, which outlives it. */
int trie_create(struct trie *trie, uint8_t bits, uint8_t root_bits, struct arena *arena);
void trie_destroy(struct trie *trie);
/* Octets of the root and the shortcuts. */
size_t trie_memory(const struct trie *trie);
/* known: the prefix has a next hop already. PYDP_E_NOMEM: nothing has changed; not where the prefix is known. */
int trie_put(struct trie *trie, const uint8_t *key, uint8_t length, uint32_t id, bool known);
/* cover: the leaf of the longest shorter prefix, ENTRY_NONE where that is a default route or there is none. */
void trie_drop(struct trie *trie, const uint8_t *key, uint8_t length, uint32_t cover);
/* The memory of the key's root entry (level 0), or of its first or second node, if it has one: the one before is in a cache. */
void trie_prefetch(const struct trie *trie, const uint8_t *key, uint32_t level);
/* The leaf of the longest prefix; ENTRY_NONE where there is none. */
uint32_t trie_match(const struct trie *trie, const uint8_t *key);

/* fib/trie_lookup.c: the next-hop ids of a burst; 0: none. Addresses in host order, or where the octets are. */
void trie_lookup4(const struct trie *trie, const uint32_t *addresses, uint32_t *next_hops, uint16_t count);
void trie_lookup6(const struct trie *trie, const uint8_t *const *addresses, uint32_t *next_hops, uint16_t count);

#endif
