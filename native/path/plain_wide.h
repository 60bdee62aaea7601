/* SPDX-License-Identifier: Apache-2.0 */
/* The same as plain_ask4 of path/plain.h with AVX-512 in vectors of 256 bits, which leaves the core's clock alone. The checksum is added
 * up two halves at a time, and three bits of logic are one instruction. */
#ifndef PATH_PLAIN_WIDE_H
#define PATH_PLAIN_WIDE_H
#include "path/plain.h"

static_assert(PLAIN_LANES == 8, "vectors of 256 bits");

/* What three bits become, by their number: _mm256_ternarylogic_epi32's last operand. */
enum { WIDE_ANY = 0xfe, WIDE_OR_UNLIKE = 0xf6, WIDE_CHOOSE = 0xca, WIDE_EITHER_AND = 0xa8, WIDE_AND_OR = 0xea };

/* Constants, of which there are more than the compiler would keep for the loop. */
struct plain_wide {
	const struct path_filter *filter;
	__m128i link; /* of frames: path/sift_lanes.h */
	__m256i host_order, total, low, signs, ones, bias, header, padded, time, loopback, highest, firsts, link_local, factor,
		mark, taken, shared, carries, carry;
};

/* The compiler forgets that it could make it anew. */
static __rte_always_inline __m256i wide_keep(__m256i words)
{
	__asm__("" : "+v"(words));
	return words;
}

static __rte_always_inline __m256i wide_words(uint32_t word)
{
	return wide_keep(_mm256_set1_epi32((int)word));
}

static __rte_always_inline __m256i wide_octets(uint32_t first, uint32_t second, uint32_t third, uint32_t fourth)
{
	return wide_keep(_mm256_broadcastsi128_si256(_mm_set_epi32((int)fourth, (int)third, (int)second, (int)first)));
}

static __rte_always_inline void wide_begin(struct plain_wide *wide, const struct path_filter *filter, plain_quad link)
{
	*wide = (struct plain_wide){
		.filter = filter,
		.link = (__m128i)link,
		.host_order = wide_octets(0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f),
		.total = wide_octets(0x80800203, 0x80800607, 0x80800a0b, 0x80800e0f),
		.low = wide_words(0xffff),
		.signs = wide_words(0x80008000),
		.ones = wide_words(0x00010001),
		.bias = wide_words(10 * 0x8000),
		.header = wide_words(IP4_LENGTH),
		.padded = wide_words(ETHER_PAYLOAD_MINIMUM - IP4_LENGTH),
		.time = wide_words(0xfe),
		.loopback = wide_words(0x7f7f7f7f),
		.highest = wide_words(0x5e5e5e5e),
		.firsts = wide_words(0x00ff00ff),
		.link_local = wide_words(IP4_LINK_LOCAL * 0x10001u),
		.factor = wide_words(PATH_FILTER_FACTOR),
		.mark = wide_words(PATH_FILTER_MARK),
		.taken = wide_words(PATH_FILTER_TAKEN),
		.shared = wide_words(PATH_FILTER_SHARED),
		.carries = wide_words(0xfffe0000),
		.carry = wide_words(0x10000),
	};
}

static __rte_always_inline __m128i wide_load(const uint8_t *octets)
{
	return _mm_loadu_si128((const __m128i *)(const void *)octets);
}

/* Words of eight headers, by columns. The last four of each are transposed; the first one is where each lane has it in a load that
 * begins so much earlier. unlike: bits of the frames' beginnings that some have different. */
struct wide_columns {
	__m256i first, second, third, source, destination;
};

static __rte_always_inline struct wide_columns wide_read(const struct plain_wide *wide, const uint8_t *const headers[8],
							 __m128i *unlike)
{
	__m128i starts[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
	__m256i rows[4], low, high;
	struct wide_columns columns;

#define WIDE_HEADER(half, lane)                                                                                   \
	*unlike = _mm_ternarylogic_epi32(*unlike, wide->link, wide_load(headers[4 * half + lane] - ETHER_LENGTH), \
					 WIDE_OR_UNLIKE);                                                         \
	starts[half] = _mm_blend_epi32(starts[half], wide_load(headers[4 * half + lane] - 4 * lane), 1 << lane)
#define WIDE_HEADERS(lane)                                                                                 \
	do {                                                                                               \
		rows[lane] = _mm256_inserti128_si256(_mm256_castsi128_si256(wide_load(headers[lane] + 4)), \
						     wide_load(headers[4 + lane] + 4), 1);                 \
		WIDE_HEADER(0, lane);                                                                      \
		WIDE_HEADER(1, lane);                                                                      \
	} while (0)
	WIDE_HEADERS(0);
	WIDE_HEADERS(1);
	WIDE_HEADERS(2);
	WIDE_HEADERS(3);
	columns.first = _mm256_inserti128_si256(_mm256_castsi128_si256(starts[0]), starts[1], 1);
	low = _mm256_unpacklo_epi32(rows[0], rows[1]);
	high = _mm256_unpacklo_epi32(rows[2], rows[3]);
	columns.second = _mm256_unpacklo_epi64(low, high);
	columns.third = _mm256_unpackhi_epi64(low, high);
	low = _mm256_unpackhi_epi32(rows[0], rows[1]);
	high = _mm256_unpackhi_epi32(rows[2], rows[3]);
	columns.source = _mm256_unpacklo_epi64(low, high);
	columns.destination = _mm256_unpackhi_epi64(low, high);
	return columns;
}

/* As halves with signs, whose products by one are added in pairs. */
static __rte_always_inline __m256i wide_add(const struct plain_wide *wide, __m256i sum, __m256i words)
{
	return _mm256_dpwssd_epi32(sum, _mm256_xor_si256(words, wide->signs), wide->ones);
}

/* Not 0 where the checksum is wrong: a right one's halves add up to 0xffff. */
static __rte_always_inline __m256i wide_wrong(const struct plain_wide *wide, const struct wide_columns *columns)
{
	__m256i sum = wide_add(wide, wide_add(wide, wide->bias, columns->first), columns->second),
		rest = _mm256_setzero_si256();

	rest = wide_add(wide, wide_add(wide, wide_add(wide, rest, columns->third), columns->source), columns->destination);
	sum = _mm256_add_epi32(sum, rest);
	sum = _mm256_add_epi32(sum, _mm256_srli_epi32(sum, 16));
	return _mm256_andnot_si256(sum, wide->low);
}

/* Adds what plain_unfit4 finds: 95 to 127 are the first octets 0 and 224 to 255, moved. */
static __rte_always_inline __m256i wide_unfit(const struct plain_wide *wide, const struct wide_columns *columns, __m256i found)
{
	__m256i start = _mm256_ternarylogic_epi32(wide->low, columns->source, _mm256_slli_epi32(columns->destination, 16),
						  WIDE_CHOOSE);
	__m256i high = _mm256_cmpgt_epi8(_mm256_add_epi8(start, wide->loopback), wide->highest);

	high = _mm256_ternarylogic_epi32(high, _mm256_cmpeq_epi8(start, wide->loopback), wide->firsts, WIDE_EITHER_AND);
	return _mm256_ternarylogic_epi32(found, high, _mm256_cmpeq_epi16(start, wide->link_local), WIDE_ANY);
}

/* Adds what plain_filter finds. */
static __rte_always_inline __m256i wide_filter(const struct plain_wide *wide, __m256i destinations, __m256i found)
{
	__m256i hash = _mm256_mullo_epi32(destinations, wide->factor);
	__m256i place = _mm256_i32gather_epi32((const int *)wide->filter->places,
					       _mm256_srli_epi32(hash, PATH_FILTER_PLACE_SHIFT), sizeof(*wide->filter->places));
	__m256i mark = _mm256_ternarylogic_epi32(_mm256_srli_epi32(hash, PATH_FILTER_MARK_SHIFT), wide->mark, wide->taken,
						 WIDE_AND_OR);

	return _mm256_ternarylogic_epi32(found, _mm256_cmpeq_epi32(place, mark), _mm256_cmpeq_epi32(place, wide->shared),
					 WIDE_ANY);
}

/* Frames that have neither the length of link header and datagram nor that of padding. Octets beyond the header are compared, of
 * which there are far too many where the datagram claims to be shorter than that. */
static __rte_always_inline __mmask8 wide_misfits(const struct plain_wide *wide, __m256i first, __m256i lengths)
{
	__m256i said = _mm256_sub_epi32(_mm256_shuffle_epi8(first, wide->total), wide->header);

	return _mm256_mask_cmpneq_epi32_mask(_mm256_cmpneq_epi32_mask(lengths, said), lengths,
					     _mm256_max_epu32(said, wide->padded));
}

/* lengths: of the frames, without those of link and IP headers. Returns the lanes that are plain; unlike: as wide_read. */
static __rte_always_inline uint32_t wide_ask(const struct plain_wide *wide, const uint8_t *const headers[8], __m256i lengths,
					     uint32_t destinations[8], uint32_t aged[8], __m128i *unlike)
{
	struct wide_columns columns = wide_read(wide, headers, unlike);
	__m256i found = wide_filter(wide, columns.destination, wide_wrong(wide, &columns)), worn;
	__mmask8 plain = _mm256_test_epi32_mask(columns.third, wide->time);

	_mm256_storeu_si256((__m256i *)(void *)destinations, _mm256_shuffle_epi8(columns.destination, wide->host_order));
	/* As plain_aged. */
	worn = _mm256_add_epi32(columns.third, wide->low);
	worn = _mm256_mask_add_epi32(worn, _mm256_cmpge_epu32_mask(columns.third, wide->carries), worn, wide->carry);
	_mm256_storeu_si256((__m256i *)(void *)aged, worn);
	found = wide_unfit(wide, &columns, found);
	plain = _mm256_mask_testn_epi32_mask(plain, found, found);
	return plain & ~(uint32_t)wide_misfits(wide, columns.first, lengths);
}

#endif
