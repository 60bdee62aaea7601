/* SPDX-License-Identifier: Apache-2.0 */
/* The hash of a flow, by which one of several next hops is chosen: the NIC's where it made one, else of addresses, protocol and,
 * of TCP, UDP and SCTP that is not fragmented, ports. */
#ifndef PATH_HASH_H
#define PATH_HASH_H
#include <stdint.h>
#include <rte_hash_crc.h>
#include <rte_mbuf.h>
#include "core/net.h"

enum { PROTOCOL_SCTP = 132 };

/* ports: where they are, if the packet has them there. */
static inline uint32_t path_hash_ports(uint8_t protocol, const uint8_t *ports, const uint8_t *end, uint32_t hash)
{
	uint32_t pair = 0;

	if ((protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP) && ports + sizeof(pair) <= end)
		memcpy(&pair, ports, sizeof(pair));
	return rte_hash_crc_4byte(pair, rte_hash_crc_4byte(protocol, hash));
}

static inline uint32_t path_hash4(const uint8_t *header, const uint8_t *end)
{
	uint64_t addresses;
	uint8_t protocol = net_ip4_fragment(header) ? 0 : header[IP4_PROTOCOL_AT];

	memcpy(&addresses, header + IP4_SOURCE_AT, sizeof(addresses));
	return path_hash_ports(protocol, header + (header[0] & 15u) * 4, end, rte_hash_crc_8byte(addresses, 0));
}

static inline uint32_t path_hash6(const uint8_t *header, const uint8_t *end)
{
	uint64_t addresses[4];
	uint32_t hash = net_load32(header) & 0xfffff; /* the flow label (RFC 6438) */

	memcpy(addresses, header + IP6_SOURCE_AT, sizeof(addresses));
	for (int i = 0; i < 4; i++)
		hash = rte_hash_crc_8byte(addresses[i], hash);
	return path_hash_ports(header[IP6_NEXT_AT], header + IP6_LENGTH, end, hash);
}

/* A CRC and Toeplitz are linear: groups that take some of its bits would agree with those that took others before. */
static inline uint32_t path_hash_mix(uint32_t hash)
{
	hash *= 0x9e3779b1u;
	return hash ^ hash >> 16;
}

/* Without a NIC's; end: of the frame. */
static inline uint32_t path_hash_header(const uint8_t *header, const uint8_t *end, uint8_t family)
{
	return path_hash_mix(family == 4 ? path_hash4(header, end) : path_hash6(header, end));
}

static inline uint32_t path_hash(const struct rte_mbuf *mbuf, const uint8_t *header, uint8_t family)
{
	const uint8_t *end = rte_pktmbuf_mtod(mbuf, const uint8_t *) + rte_pktmbuf_data_len(mbuf);

	return mbuf->ol_flags & RTE_MBUF_F_RX_RSS_HASH ? path_hash_mix(mbuf->hash.rss) : path_hash_header(header, end, family);
}

#endif
