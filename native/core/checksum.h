/* SPDX-License-Identifier: Apache-2.0 */
/* Internet checksums (RFC 1071) over octets that lie in one piece. Sums are in the order of the octets in memory. */
#ifndef CORE_CHECKSUM_H
#define CORE_CHECKSUM_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The 16-bit word that stands in memory as a header's field of that value. */
static inline uint16_t checksum_word(uint16_t value)
{
	const uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};
	uint16_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

/* The folded sum of the octets, not complemented; 0 only when all of them are. */
static inline uint16_t checksum_sum(const void *data, size_t length)
{
	const uint8_t *in = data;
	uint64_t sum = 0;
	uint32_t four;
	uint16_t two;

	for (; length >= sizeof(four); in += sizeof(four), length -= sizeof(four)) {
		memcpy(&four, in, sizeof(four));
		sum += four;
	}
	if (length >= sizeof(two)) {
		memcpy(&two, in, sizeof(two));
		sum += two;
		in += sizeof(two);
		length -= sizeof(two);
	}
	if (length > 0)
		sum += checksum_word((uint16_t)(*in << 8));
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static inline uint16_t checksum_add(uint32_t a, uint32_t b)
{
	uint32_t sum = a + b;

	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* Pseudo-header of IPv4 (RFC 768) or IPv6 (RFC 8200 8.1). Source and destination lie one after the other in both headers. */
static inline uint16_t checksum_pseudo(const uint8_t *source_and_destination, uint8_t family, uint8_t protocol, uint16_t length)
{
	uint32_t sum = family == 4 ? checksum_sum(source_and_destination, 8) : checksum_sum(source_and_destination, 32);

	return checksum_add(checksum_add(sum, checksum_word(protocol)), checksum_word(length));
}

/* What goes into the checksum field; 0 means "none" in UDP, so it becomes its other form. */
static inline uint16_t checksum_finish(uint16_t sum)
{
	return sum == 0xffff ? 0xffff : (uint16_t)~sum;
}

#endif
