/* SPDX-License-Identifier: Apache-2.0 */
/* Is there nothing about a packet in transit that core/ip_check.h would refuse or treat apart? PLAIN_LANES headers are asked at
 * once, in columns: vectors that have the same word of each header. A no decides nothing; ip_check.h says why. */
#ifndef PATH_PLAIN_H
#define PATH_PLAIN_H
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_vect.h>
#include "core/ip_check.h"
#include "path/filter.h"

static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "headers are read as little-endian words here");

/* 4, or 8 where vectors of 256 bits are there. */
#ifndef PLAIN_LANES
#define PLAIN_LANES 4
#endif

typedef uint32_t plain_quad __attribute__((vector_size(16)));
typedef uint32_t plain_words __attribute__((vector_size(4 * PLAIN_LANES)));
typedef int32_t plain_numbers __attribute__((vector_size(4 * PLAIN_LANES)));
typedef uint8_t plain_octets __attribute__((vector_size(4 * PLAIN_LANES)));

#if PLAIN_LANES == 8
#define PLAIN_OF(f)            {f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7)}
#define PLAIN_LOW_WORDS(a, b)  __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define PLAIN_HIGH_WORDS(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define PLAIN_LOW_PAIRS(a, b)  __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define PLAIN_HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define PLAIN_SWAPPED(octets)                                                                                                 \
	__builtin_shufflevector(octets, octets, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, \
				21, 20, 27, 26, 25, 24, 31, 30, 29, 28)
#else
#define PLAIN_OF(f)            {f(0), f(1), f(2), f(3)}
#define PLAIN_LOW_WORDS(a, b)  __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define PLAIN_HIGH_WORDS(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define PLAIN_LOW_PAIRS(a, b)  __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define PLAIN_HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define PLAIN_SWAPPED(octets)  __builtin_shufflevector(octets, octets, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
#endif

static inline plain_quad plain_load(const uint8_t *octets)
{
	plain_quad words;

	memcpy(&words, octets, sizeof(words));
	return words;
}

/* 16 octets of one header, and with eight lanes those of the fourth one after it. */
static inline plain_words plain_rows(const uint8_t *const *headers, uint32_t at)
{
#if PLAIN_LANES == 8
	return __builtin_shufflevector(plain_load(headers[0] + at), plain_load(headers[4] + at), 0, 1, 2, 3, 4, 5, 6, 7);
#else
	return plain_load(headers[0] + at);
#endif
}

/* 16 octets of each header, from the one at a place on. */
static inline void plain_columns(const uint8_t *const *headers, uint32_t at, plain_words columns[4])
{
	plain_words a = plain_rows(headers, at), b = plain_rows(headers + 1, at);
	plain_words c = plain_rows(headers + 2, at), d = plain_rows(headers + 3, at);
	plain_words ab = PLAIN_LOW_WORDS(a, b), cd = PLAIN_LOW_WORDS(c, d);

	columns[0] = PLAIN_LOW_PAIRS(ab, cd);
	columns[1] = PLAIN_HIGH_PAIRS(ab, cd);
	ab = PLAIN_HIGH_WORDS(a, b);
	cd = PLAIN_HIGH_WORDS(c, d);
	columns[2] = PLAIN_LOW_PAIRS(ab, cd);
	columns[3] = PLAIN_HIGH_PAIRS(ab, cd);
}

static inline uint32_t plain_word(const uint8_t *octets)
{
	uint32_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

/* The word of TTL, protocol and checksum of one router later (RFC 1624): one off the TTL and one to the checksum's first octet, which is
 * the less significant one here; a carry, and 0xffff, add one more. */
static inline uint32_t plain_aged(const uint8_t *header)
{
	uint32_t word = plain_word(header + IP4_TTL_AT);

	return word + 0xffff + (word >> 17 == 0x7fff ? 0x10000 : 0);
}

static inline plain_words plain_host_order(plain_words words)
{
	plain_octets octets = (plain_octets)words;

	return (plain_words)PLAIN_SWAPPED(octets);
}

static inline bool plain_any(plain_words words)
{
#if PLAIN_LANES == 8
	return !_mm256_testz_si256((__m256i)words, (__m256i)words);
#else
	uint64_t halves[2];

	memcpy(halves, &words, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
#endif
}

/* Of the lanes that are 0. */
static inline uint32_t plain_bits(plain_words words)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < PLAIN_LANES; i++)
		bits |= (uint32_t)(words[i] == 0) << i;
	return bits;
}

/* The first octets of two addresses, of each lane in octets of their own; the other octets are 1, which is fit. */
static inline plain_octets plain_firsts(plain_words source, plain_words destination)
{
	return (plain_octets)((source & 0xff) | (destination & 0xff) << 16 | 0x01000100);
}

/* Not 0 where an address begins with 0, 127, 169.254 or 224 and more: ip4_is_martian and ip4_is_multicast. The columns are as
 * they stand in memory. */
enum { IP4_LINK_LOCAL = 0xfea9 };

static inline plain_words plain_unfit4(plain_words source, plain_words destination)
{
	plain_octets first = plain_firsts(source, destination);

	return (plain_words)((first == 0) | (first == 127) | ((first & 0xe0) == 0xe0)) |
	       (plain_words)((source & 0xffff) == IP4_LINK_LOCAL) | (plain_words)((destination & 0xffff) == IP4_LINK_LOCAL);
}

/* Not 0 where a destination with that hash may be an address of ours. */
static inline plain_words plain_filter(const struct path_filter *filter, plain_words hash)
{
	plain_words at = hash >> PATH_FILTER_PLACE_SHIFT;
	plain_words mark = (hash >> PATH_FILTER_MARK_SHIFT & PATH_FILTER_MARK) | PATH_FILTER_TAKEN;
#define PLAIN_PLACE(i) filter->places[at[i]]
	plain_words place = PLAIN_OF(PLAIN_PLACE);

	return (plain_words)(place == mark) | (plain_words)(place == PATH_FILTER_SHARED);
}

static inline plain_words plain_halves(plain_words words)
{
	return (words & 0xffff) + (words >> 16);
}

/* Headers of which 20 octets are there, and which begin with 0x45; length: octets of the frames, whose link headers have 14. Plain
 * is a header that passes every check of ip4_check, of a datagram that is not for us, behind which there is at most Ethernet's
 * padding. Returns not 0 where a header is not plain. destinations: host order; aged: as plain_aged. */
static __rte_always_inline plain_words plain_ask4(const uint8_t *const headers[PLAIN_LANES], plain_words length,
						  const struct path_filter *filter, uint32_t destinations[PLAIN_LANES],
						  uint32_t aged[PLAIN_LANES])
{
#define PLAIN_LAST(i) plain_word(headers[i] + IP4_DESTINATION_AT)
	plain_words columns[4], sum, total, fit, unfit, worn, last = PLAIN_OF(PLAIN_LAST), at_home = plain_host_order(last);

	memcpy(destinations, &at_home, sizeof(at_home));
	plain_columns(headers, 0, columns);
	sum = plain_halves(last) + plain_halves(columns[0]) + plain_halves(columns[1]) + plain_halves(columns[2]) +
	      plain_halves(columns[3]);
	total = plain_host_order(columns[0]) & 0xffff;
	length -= ETHER_LENGTH;
	fit = (plain_words)(length == total) |
	      ((plain_words)(length == ETHER_PAYLOAD_MINIMUM) & (plain_words)(ETHER_PAYLOAD_MINIMUM > (plain_numbers)total));
	/* What a sum of ten makes of a right checksum is a multiple of 0xffff, whose halves add up to 0xffff. */
	fit &= (plain_words)(plain_halves(sum) == 0xffff);
	unfit = plain_unfit4(columns[3], last) | (plain_words)(2 > (plain_numbers)(columns[2] & 0xff)) |
		(plain_words)(IP4_LENGTH > (plain_numbers)total) | plain_filter(filter, path_filter_mix4(last));
	/* As plain_aged. */
	worn = (plain_words)((plain_numbers)columns[2] >> 17 == -1);
	worn = columns[2] + 0xffff - (worn << 16);
	memcpy(aged, &worn, sizeof(worn));
	return ~fit | unfit;
}

/* Headers of which 40 octets are there, and which begin with 6; length: octets of the frames, whose link headers have 14. Plain has
 * addresses that begin with neither 0, fe nor ff, and no octets behind the packet. Returns as plain_ask4. */
static __rte_always_inline plain_words plain_ask6(const uint8_t *const headers[PLAIN_LANES], plain_words length,
						  const struct path_filter *filter)
{
	plain_words start[4], destination[4], payload, hash;
	plain_octets first;

	plain_columns(headers, 0, start);
	plain_columns(headers, IP6_DESTINATION_AT, destination);
	payload = plain_host_order(start[1]) >> 16;
	first = plain_firsts(start[2], destination[0]);
	hash = path_filter_mix6(destination[0], destination[1], destination[2], destination[3]);
	return ~(plain_words)(payload == length - (ETHER_LENGTH + IP6_LENGTH)) |
	       (plain_words)(2 > (plain_numbers)(start[1] >> 24)) | (plain_words)((first == 0) | ((first | 1) == 0xff)) |
	       plain_filter(filter, hash);
}

#endif
