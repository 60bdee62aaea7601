/* SPDX-License-Identifier: Apache-2.0 */
/* Is there nothing about a packet in transit that core/ip_check.h would refuse or treat apart? Four IPv4 headers are asked at
 * once, IPv6 headers one by one. A no decides nothing; ip_check.h says why. */
#ifndef PATH_PLAIN_H
#define PATH_PLAIN_H
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <rte_byteorder.h>
#include <rte_common.h>
#include "core/ip_check.h"
#include "path/filter.h"

static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "headers are read as little-endian words here");

typedef uint32_t plain_words __attribute__((vector_size(16)));
typedef int32_t plain_numbers __attribute__((vector_size(16)));
typedef uint8_t plain_octets __attribute__((vector_size(16)));

/* The first 16 octets of four headers, as columns of words. */
static inline void plain_columns(const uint8_t *const headers[4], plain_words columns[4])
{
	plain_words a, b, c, d, ab, cd;

	memcpy(&a, headers[0], sizeof(a));
	memcpy(&b, headers[1], sizeof(b));
	memcpy(&c, headers[2], sizeof(c));
	memcpy(&d, headers[3], sizeof(d));
	ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
	cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
	columns[0] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
	columns[1] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
	ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
	cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
	columns[2] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
	columns[3] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

static inline uint32_t plain_word(const uint8_t *header)
{
	uint32_t word;

	memcpy(&word, header + IP4_DESTINATION_AT, sizeof(word));
	return word;
}

/* The word of TTL, protocol and checksum of one router later (RFC 1624): one off the TTL and one to the checksum's first octet, which is
 * the less significant one here; a carry, and 0xffff, add one more. */
static inline uint32_t plain_aged(const uint8_t *header)
{
	uint32_t word;

	memcpy(&word, header + IP4_TTL_AT, sizeof(word));
	return word + 0xffff + (word >> 17 == 0x7fff ? 0x10000 : 0);
}

static inline plain_words plain_host_order(plain_words words)
{
	plain_octets octets = (plain_octets)words;

	return (plain_words)__builtin_shufflevector(octets, octets, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/* Not 0 where an address begins with 0, 127, 169.254 or 224 and more: ip4_is_martian and ip4_is_multicast. The columns are as
 * they stand in memory. */
enum { IP4_LINK_LOCAL = 0xfea9 };

static inline plain_words plain_unfit(plain_words source, plain_words destination)
{
	plain_words pair = (source & 0xff) | (destination & 0xff) << 16 | 0x01000100;
	plain_octets first = (plain_octets)pair;

	return (plain_words)((first == 0) | (first == 127) | ((first & 0xe0) == 0xe0)) |
	       (plain_words)((source & 0xffff) == IP4_LINK_LOCAL) | (plain_words)((destination & 0xffff) == IP4_LINK_LOCAL);
}

static inline bool plain_any(plain_words words)
{
	uint64_t halves[2];

	memcpy(halves, &words, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* Not 0 where a destination may be an address of ours; as it stands in memory. */
static inline plain_words plain_filter(const struct path_filter *filter, plain_words destination)
{
	plain_words hash = destination * PATH_FILTER_FACTOR, at = hash >> PATH_FILTER_PLACE_SHIFT;
	plain_words mark = (hash >> PATH_FILTER_MARK_SHIFT & PATH_FILTER_MARK) | PATH_FILTER_TAKEN;
	plain_words place = {filter->places[at[0]], filter->places[at[1]], filter->places[at[2]], filter->places[at[3]]};

	return (plain_words)(place == mark) | (plain_words)(place == PATH_FILTER_SHARED);
}

/* Headers of which 20 octets are there, and which begin with 0x45; length: octets of the frames, whose link headers have 14. Plain
 * is a header that passes every check of ip4_check, of a datagram that is not for us, behind which there is at most Ethernet's
 * padding. Returns not 0 where a header is not plain. destinations: host order; aged: as plain_aged. */
static __rte_always_inline plain_words plain_ask4(const uint8_t *const headers[4], plain_words length,
						  const struct path_filter *filter, uint32_t destinations[4], uint32_t aged[4])
{
	plain_words columns[4], sum, total, fit, unfit, worn;
	plain_words last = {plain_word(headers[0]), plain_word(headers[1]), plain_word(headers[2]), plain_word(headers[3])};
	plain_words at_home = plain_host_order(last);

	memcpy(destinations, &at_home, sizeof(at_home));
	plain_columns(headers, columns);
	sum = (last & 0xffff) + (last >> 16) + (columns[0] & 0xffff) + (columns[0] >> 16) + (columns[1] & 0xffff) +
	      (columns[1] >> 16) + (columns[2] & 0xffff) + (columns[2] >> 16) + (columns[3] & 0xffff) + (columns[3] >> 16);
	total = plain_host_order(columns[0]) & 0xffff;
	length -= ETHER_LENGTH;
	fit = (plain_words)(length == total) |
	      ((plain_words)(length == ETHER_PAYLOAD_MINIMUM) & (plain_words)(ETHER_PAYLOAD_MINIMUM > (plain_numbers)total));
	/* What a sum of ten makes of a right checksum is a multiple of 0xffff, whose halves add up to 0xffff. */
	fit &= (plain_words)((sum & 0xffff) + (sum >> 16) == 0xffff);
	unfit = plain_unfit(columns[3], last) | (plain_words)(2 > (plain_numbers)(columns[2] & 0xff)) |
		(plain_words)(IP4_LENGTH > (plain_numbers)total) | plain_filter(filter, last);
	/* As plain_aged. */
	worn = (plain_words)((plain_numbers)columns[2] >> 17 == -1);
	worn = columns[2] + 0xffff - (worn << 16);
	memcpy(aged, &worn, sizeof(worn));
	return ~fit | unfit;
}

/* A header of which 40 octets are there; length: octets of the frame, whose link header has 14. Plain has addresses that begin
 * with neither 0, fe nor ff, and no octets behind the packet. */
static inline bool plain_ask6(const uint8_t *header, uint32_t length)
{
	uint8_t source = header[IP6_SOURCE_AT] - 1, destination = header[IP6_DESTINATION_AT] - 1;

	return (header[0] & 0xf0) == 0x60 && (uint32_t)ETHER_LENGTH + IP6_LENGTH + load16(header + IP6_PAYLOAD_AT) == length &&
	       header[IP6_HOP_LIMIT_AT] > 1 && source < 0xfd && destination < 0xfd;
}

#endif
