/* SPDX-License-Identifier: Apache-2.0 */
/* The next hops of all addresses with the same 32 bits before, by their next 16 bits: spans of these that have one next hop. Made from
 * the nodes of the trie, and never changed: a change is another one. */
#ifndef FIB_SPANS_H
#define FIB_SPANS_H
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif
#include "fib/arena.h"

enum {
	SPANS_LINES = 2,
	SPANS_LINE = 16,         /* in a line */
	SPANS_ELSEWHERE = 0xffff /* in place of a next hop: the trie knows more */
};

/* A line of them; the second one, if there is one, has those behind. */
struct spans {
	uint16_t ends[SPANS_LINE]; /* the last slot of each, rising; 0xffff from the last one on */
	uint16_t next_hops[SPANS_LINE];
};
static_assert(sizeof(struct spans) == ARENA_LINE, "one line of cache");

/* How many of a line's spans end before a slot, of which the last does not. */
static inline uint32_t spans_before(const uint16_t ends[SPANS_LINE], uint16_t slot)
{
#ifdef __SSE4_1__
	__m128i wanted = _mm_set1_epi16((short)slot), low = _mm_load_si128((const __m128i *)(const void *)ends);
	__m128i high = _mm_load_si128((const __m128i *)(const void *)(ends + SPANS_LINE / 2));

	low = _mm_cmpeq_epi16(_mm_max_epu16(wanted, low), low);
	high = _mm_cmpeq_epi16(_mm_max_epu16(wanted, high), high);
	return (uint32_t)__builtin_ctz((uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high)));
#else
	uint32_t at = 8u * (ends[7] < slot);

	at += 4u * (ends[at + 3] < slot);
	at += 2u * (ends[at + 1] < slot);
	return at + (ends[at] < slot);
#endif
}

/* The next hop of a slot, FIB_NONE where there is none, or SPANS_ELSEWHERE. No branch. */
static inline uint32_t spans_find(const struct spans *spans, uint16_t slot)
{
	spans += spans->ends[SPANS_LINE - 1] < slot;
	return spans->next_hops[spans_before(spans->ends, slot)];
}

/* Of what is below an entry at depth 32: how many lines of them there are; 0: more than there is room for, or next hops of higher
 * numbers, or very many runs to read. */
uint32_t spans_make(const struct arena *arena, uint32_t entry, struct spans spans[SPANS_LINES]);
/* All is elsewhere. */
void spans_clear(struct spans *spans);

#endif
