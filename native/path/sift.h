/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at a burst on a port that forwards: untagged IP for our MAC address that is surely not for an address of ours
 * leaves here, and the rest goes on to be classified. */
#ifndef PATH_SIFT_H
#define PATH_SIFT_H
#include <rte_mbuf.h>
#include <rte_prefetch.h>
#include "path/filter.h"
#include "path/packet.h"

/* The Ethernet type and what an IP header begins with, as they stand in memory. */
enum sift_start {
	SIFT_IP4 = 0x00450008,
	SIFT_IP4_MASK = 0x00ffffff,
	SIFT_IP6 = 0x0060dd86,
	SIFT_IP6_MASK = 0x00f0ffff,
};

enum { SIFT_LEAST4 = ETHER_LENGTH + IP4_LENGTH + UDP_LENGTH, SIFT_LEAST6 = ETHER_LENGTH + IP6_LENGTH + UDP_LENGTH };

static inline void sift_take(struct path_plain *plain, uint16_t at, struct rte_mbuf *mbuf, const uint8_t *header,
			     uint32_t length)
{
	plain->mbufs[at] = mbuf;
	plain->headers[at] = header;
	plain->lengths[at] = length;
}

/* Echoes of peers in transit are control traffic where there are sessions with echoes. */
static inline bool sift_is_echo(const uint8_t *header, bool ip6)
{
	const uint8_t *udp = header + (ip6 ? IP6_LENGTH : IP4_LENGTH);

	return header[ip6 ? IP6_NEXT_AT : IP4_PROTOCOL_AT] == PROTOCOL_UDP && load16(udp + 2) == BFD_UDP_PORT_ECHO;
}

/* Returns how many are left in rest. */
static inline uint16_t path_sift(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count,
				 struct path_transit *transit, struct rte_mbuf **rest)
{
	const bool echoes = path_listens(port, BFD_KIND_ECHO);
	uint16_t four = 0, six = 0, left = 0;
	uint64_t mac = 0, first;
	uint32_t start;

	memcpy(&mac, port->mac.octets, sizeof(port->mac.octets));
	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *), *header = frame + ETHER_LENGTH;
		uint32_t length = mbuf->data_len;

		if (unlikely(length < SIFT_LEAST4)) {
			rest[left++] = mbuf;
			continue;
		}
		memcpy(&first, frame, sizeof(first));
		memcpy(&start, frame + ETHER_TYPE_AT, sizeof(start));
		first = (first ^ mac) << 16 | (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) | (mbuf->nb_segs ^ 1u);
		if ((start & SIFT_IP4_MASK) == SIFT_IP4 && first == 0 &&
		    !path_filter_has(port->filter, path_filter_place4(header + IP4_DESTINATION_AT)) &&
		    !(echoes && sift_is_echo(header, false)))
			sift_take(&transit->four, four++, mbuf, header, length);
		else if ((start & SIFT_IP6_MASK) == SIFT_IP6 && first == 0 && length >= SIFT_LEAST6 &&
			 header[IP6_DESTINATION_AT] < 0xfe &&
			 !path_filter_has(port->filter, path_filter_place6(header + IP6_DESTINATION_AT)) &&
			 !(echoes && sift_is_echo(header, true)))
			sift_take(&transit->six, six++, mbuf, header, length);
		else
			rest[left++] = mbuf;
	}
	transit->four_count = four;
	transit->six_count = six;
	return left;
}

#endif
