/* SPDX-License-Identifier: Apache-2.0 */
/* Internet checksums (RFC 1071) over headers that lie in one piece. Sums are in the order of the octets in memory. */
#ifndef PATH_CHECKSUM_H
#define PATH_CHECKSUM_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <rte_byteorder.h>
#include <rte_ip.h>

/* The folded sum of the octets, not complemented. */
static inline uint16_t checksum_sum(const void *data, size_t length)
{
	return rte_raw_cksum(data, length);
}

static inline uint16_t checksum_add(uint32_t a, uint32_t b)
{
	uint32_t sum = a + b;

	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* Pseudo-header of IPv4 (RFC 768) or IPv6 (RFC 8200 8.1). Source and destination lie one after the other in both headers. */
static inline uint16_t checksum_pseudo(const uint8_t *source_and_destination, uint8_t family, uint8_t protocol, uint16_t length)
{
	uint32_t sum = checksum_sum(source_and_destination, family == 4 ? 8 : 32);

	return checksum_add(checksum_add(sum, rte_cpu_to_be_16(protocol)), rte_cpu_to_be_16(length));
}

/* What goes into the checksum field; 0 means "none" in UDP, so it becomes its other form. */
static inline uint16_t checksum_finish(uint16_t sum)
{
	return sum == 0xffff ? 0xffff : (uint16_t)~sum;
}

#endif
