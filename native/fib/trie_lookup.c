/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up a burst: all packets take one step at a time, so that each waits for its line of memory while the others ask for
 * theirs. */
#include <rte_byteorder.h>
#include "fib/node.h"
#include "fib/trie.h"

enum { AT_ONCE = 32, STRIDE = 8 };

/* The packets whose entry is a node, and from there to leaves. at: the octet of the addresses that is next. */
static inline void go_down(const struct arena *arena, const uint8_t *const *keys, uint32_t *entries, uint32_t count,
			   uint32_t at)
{
	const uint32_t *words[AT_ONCE];
	uint8_t inside[AT_ONCE];
	uint32_t left = 0;

	for (uint32_t i = 0; i < count; i++) {
		inside[left] = (uint8_t)i;
		__builtin_prefetch(node_at(arena, entries[i]));
		left += entries[i] >> 31;
	}
	while (left > 0) {
		uint32_t stay = 0;

		for (uint32_t j = 0; j < left; j++) {
			uint32_t i = inside[j];

			words[j] = node_entry(arena, node_at(arena, entries[i]), keys[i][at]);
			__builtin_prefetch(words[j]);
		}
		for (uint32_t j = 0; j < left; j++) {
			uint32_t i = inside[j], entry = entry_load(words[j]);

			entries[i] = entry;
			inside[stay] = (uint8_t)i;
			__builtin_prefetch(node_at(arena, entry));
			stay += entry >> 31;
		}
		left = stay;
		at++;
	}
}

static inline void look_up(const struct trie *trie, const uint8_t *const *keys, uint32_t *next_hops, uint32_t count,
			   uint32_t root_bits)
{
	uint32_t entries[AT_ONCE], fallback = entry_load(&trie->fallback);
	const uint32_t *words[AT_ONCE];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = (uint32_t)keys[i][0] << 8 | keys[i][1];

		words[i] = &trie->root[root_bits == 16 ? index : index << 8 | keys[i][2]];
		__builtin_prefetch(words[i]);
	}
	for (uint32_t i = 0; i < count; i++)
		entries[i] = entry_load(words[i]);
	go_down(trie->arena, keys, entries, count, root_bits / STRIDE);
	for (uint32_t i = 0; i < count; i++)
		next_hops[i] = (entries[i] != ENTRY_NONE ? entries[i] : fallback) & ENTRY_ID;
}

void trie_lookup6(const struct trie *trie, const uint8_t *const *addresses, uint32_t *next_hops, uint16_t count)
{
	for (uint32_t done = 0; done < count; done += AT_ONCE) {
		uint32_t now = count - done < AT_ONCE ? count - done : AT_ONCE;

		if (trie->root_bits == 16)
			look_up(trie, addresses + done, next_hops + done, now, 16);
		else
			look_up(trie, addresses + done, next_hops + done, now, 24);
	}
}

void trie_lookup4(const struct trie *trie, const uint32_t *addresses, uint32_t *next_hops, uint16_t count)
{
	uint32_t octets[AT_ONCE];
	const uint8_t *keys[AT_ONCE];

	for (uint32_t i = 0; i < AT_ONCE; i++)
		keys[i] = (const uint8_t *)&octets[i];
	for (uint32_t done = 0; done < count; done += AT_ONCE) {
		uint32_t now = count - done < AT_ONCE ? count - done : AT_ONCE;

		for (uint32_t i = 0; i < now; i++)
			octets[i] = rte_cpu_to_be_32(addresses[done + i]);
		trie_lookup6(trie, keys, next_hops + done, (uint16_t)now);
	}
}
