/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up a burst: all packets take one step at a time, so that each waits for its line of memory while the others ask for
 * theirs. No step depends on a branch that the addresses decide. */
#include <string.h>
#include <rte_byteorder.h>
#include <rte_config.h>
#ifdef RTE_ARCH_X86_64
#include <immintrin.h>
#endif
#include "fib/fib.h"
#include "fib/node.h"
#include "fib/spans.h"
#include "fib/trie.h"

enum { AT_ONCE = 64, STRIDE = 8, LANES = 8 };
static_assert(AT_ONCE % LANES == 0, "the last vector of entries has room");

/* Addresses as a caller has them. */
struct keys {
	const uint32_t *numbers;      /* IPv4, host order */
	const uint8_t *const *octets; /* IPv6 */
};

static inline __attribute__((always_inline)) uint32_t octet(struct keys keys, bool six, uint32_t i, uint32_t at)
{
	return six ? keys.octets[i][at] : keys.numbers[i] >> (24 - STRIDE * at) & 0xff;
}

/* Of a leaf: line 0, which is nobody's and always there. */
static inline const struct node *node_or_nothing(const struct arena *arena, uint32_t entry)
{
	return arena_at(arena, entry & (uint32_t)((int32_t)entry >> 31) & ~ENTRY_CHILD);
}

static inline uint32_t next_hop_of(uint32_t entry, uint32_t fallback)
{
	return (entry != ENTRY_NONE ? entry : fallback) & ENTRY_ID;
}

/* From the nodes that the entries of those inside are of, and which were asked for, down to leaves. at: the octet of the addresses that
 * is next. */
static inline __attribute__((always_inline)) void go_down(const struct arena *arena, struct keys keys, bool six,
							  uint32_t *entries, uint32_t *inside, uint32_t left, uint32_t at)
{
	const uint32_t *words[AT_ONCE];

	for (; left > 0; at++) {
		uint32_t stay = 0;

		for (uint32_t j = 0; j < left; j++) {
			uint32_t i = inside[j];

			words[j] = node_entry(node_at(arena, entries[i]), (uint8_t)octet(keys, six, i, at));
			__builtin_prefetch(words[j]);
		}
		for (uint32_t j = 0; j < left; j++) {
			uint32_t i = inside[j], entry = entry_load(words[j]);

			entries[i] = entry;
			inside[stay] = i;
			__builtin_prefetch(node_or_nothing(arena, entry));
			stay += entry >> 31;
		}
		left = stay;
	}
}

/* The first four octets as a number. */
static inline __attribute__((always_inline)) uint32_t beginning(struct keys keys, bool six, uint32_t i)
{
	uint32_t word;

	if (!six)
		return keys.numbers[i];
	memcpy(&word, keys.octets[i], sizeof(word));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(word) : word;
}

/* The next hops of those who found leaves in the root; returns how many are inside nodes. */
static inline __attribute__((always_inline)) uint32_t read_root(const struct trie *trie, struct keys keys, bool six,
								uint32_t *next_hops, uint32_t count, uint32_t root_bits,
								uint32_t *entries, uint32_t *inside)
{
	uint32_t fallback = entry_load(&trie->fallback), any = 0, left = 0;
	const uint32_t *root = trie->root;

#pragma GCC unroll 4
	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(&root[beginning(keys, six, i) >> (32 - root_bits)]);
	for (uint32_t i = 0; i < count; i++) {
		entries[i] = entry_load(&root[beginning(keys, six, i) >> (32 - root_bits)]);
		next_hops[i] = next_hop_of(entries[i], fallback);
		any |= entries[i];
	}
	if (!entry_is_child(any))
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		inside[left] = i;
		left += entries[i] >> 31;
	}
	return left;
}

#ifdef RTE_ARCH_X86_64
/* The same of IPv4, eight entries at once. Wider vectors are no faster. */
__attribute__((target("avx512f,avx512vl,avx512dq"))) static uint32_t read_root_wide(const struct trie *trie,
										    const uint32_t *addresses,
										    uint32_t *next_hops, uint32_t count,
										    uint32_t *entries, uint32_t *inside)
{
	const __m256i ids = _mm256_set1_epi32(ENTRY_ID), lanes = _mm256_set1_epi32(LANES);
	const __m256i fallback = _mm256_set1_epi32((int)entry_load(&trie->fallback));
	__m256i place = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
	uint32_t left = 0;

	for (uint32_t i = 0; i < count; i += LANES) {
		__mmask8 there = count - i >= LANES ? 0xff : (__mmask8)((1u << (count - i)) - 1), child;
		__m256i at = _mm256_srli_epi32(_mm256_maskz_loadu_epi32(there, addresses + i), 32 - 24);
		__m256i entry = _mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), there, at, trie->root, sizeof(*entries));
		__m256i leaf = _mm256_mask_mov_epi32(fallback, _mm256_test_epi32_mask(entry, entry), entry);

		_mm256_mask_storeu_epi32(next_hops + i, there, _mm256_and_si256(leaf, ids));
		_mm256_storeu_si256((__m256i *)(void *)(entries + i), entry);
		child = _mm256_movepi32_mask(entry);
		_mm256_storeu_si256((__m256i *)(void *)(inside + left), _mm256_maskz_compress_epi32(child, place));
		left += (uint32_t)__builtin_popcount(child);
		place = _mm256_add_epi32(place, lanes);
	}
	return left;
}
#endif

/* At most AT_ONCE, all by the root. */
static inline __attribute__((always_inline)) void look_up(const struct trie *trie, struct keys keys, bool six,
							  uint32_t *next_hops, uint32_t count, uint32_t root_bits)
{
	uint32_t entries[AT_ONCE], inside[AT_ONCE + LANES], fallback = entry_load(&trie->fallback), left;

#ifdef RTE_ARCH_X86_64
	if (!six && root_bits == 24 && trie->wide)
		left = read_root_wide(trie, keys.numbers, next_hops, count, entries, inside);
	else
#endif
		left = read_root(trie, keys, six, next_hops, count, root_bits, entries, inside);
	if (left == 0)
		return;
	for (uint32_t j = 0; j < left; j++)
		__builtin_prefetch(node_at(trie->arena, entries[inside[j]]));
	go_down(trie->arena, keys, six, entries, inside, left, root_bits / STRIDE);
	for (uint32_t i = 0; i < count; i++)
		next_hops[i] = next_hop_of(entries[i], fallback);
}

static inline __attribute__((always_inline)) void look_up_all(const struct trie *trie, struct keys keys, bool six,
							      uint32_t *next_hops, uint32_t count)
{
	for (uint32_t now; count > 0; count -= now, next_hops += now) {
		now = count < AT_ONCE ? count : AT_ONCE;
		if (trie->root_bits == 16)
			look_up(trie, keys, six, next_hops, now, 16);
		else
			look_up(trie, keys, six, next_hops, now, 24);
		if (six)
			keys.octets += now;
		else
			keys.numbers += now;
	}
}

void trie_lookup4(const struct trie *trie, const uint32_t *addresses, uint32_t *next_hops, uint16_t count)
{
	look_up_all(trie, (struct keys){.numbers = addresses}, false, next_hops, count);
}

/* At most AT_ONCE, by the shortcuts. Returns how many have to go by the trie: who they are is in elsewhere. */
static uint32_t look_up_short(const struct trie *trie, const uint8_t *const *addresses, uint32_t *next_hops, uint32_t count,
			      uint32_t *elsewhere)
{
	uint32_t mask = __atomic_load_n(&trie->shortcuts.mask, __ATOMIC_RELAXED), fallback = entry_load(&trie->fallback);
	struct keys keys = {.octets = addresses};
	const uint64_t *buckets[AT_ONCE];
	const struct spans *all = arena_at(trie->arena, ARENA_NONE), *spans[AT_ONCE];
	uint32_t starts[AT_ONCE], left = 0;

	for (uint32_t i = 0; i < count; i++) {
		starts[i] = beginning(keys, true, i);
		buckets[i] = &trie->shortcuts.pairs[shortcut_bucket(starts[i], mask)];
		__builtin_prefetch(buckets[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		spans[i] = all + shortcut_line(buckets[i], starts[i]);
		__builtin_prefetch(spans[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t next_hop = spans_find(spans[i], (uint16_t)(addresses[i][4] << 8 | addresses[i][5]));

		next_hops[i] = next_hop != FIB_NONE ? next_hop : fallback & ENTRY_ID;
		elsewhere[left] = i;
		left += next_hop == SPANS_ELSEWHERE;
	}
	return left;
}

/* Those who are elsewhere, together. */
static void look_up_others(const struct trie *trie, const uint8_t *const *addresses, uint32_t *next_hops,
			   const uint32_t *elsewhere, uint32_t count)
{
	const uint8_t *octets[AT_ONCE];
	uint32_t found[AT_ONCE];

	for (uint32_t j = 0; j < count; j++)
		octets[j] = addresses[elsewhere[j]];
	look_up(trie, (struct keys){.octets = octets}, true, found, count, SHORTCUT_DEPTH - STRIDE);
	for (uint32_t j = 0; j < count; j++)
		next_hops[elsewhere[j]] = found[j];
}

void trie_lookup6(const struct trie *trie, const uint8_t *const *addresses, uint32_t *next_hops, uint16_t count)
{
	uint32_t elsewhere[AT_ONCE], others;

	if (trie->shortcuts.pairs == NULL) {
		look_up_all(trie, (struct keys){.octets = addresses}, true, next_hops, count);
		return;
	}
	for (uint32_t now, left = count; left > 0; left -= now, addresses += now, next_hops += now) {
		now = left < AT_ONCE ? left : AT_ONCE;
		others = look_up_short(trie, addresses, next_hops, now, elsewhere);
		if (others > 0)
			look_up_others(trie, addresses, next_hops, elsewhere, others);
	}
}
