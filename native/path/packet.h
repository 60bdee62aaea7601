/* SPDX-License-Identifier: Apache-2.0 */
/* A packet that classify has looked at, and the shapes of the headers it knows (byte offsets, network order). */
#ifndef PATH_PACKET_H
#define PATH_PACKET_H
#include <stdint.h>
#include <rte_mbuf.h>
#include "path/port.h"

enum {
	ETHER_LENGTH = 14,
	ETHER_TYPE_AT = 12,
	VLAN_LENGTH = 4,
	TYPE_IP4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_VLAN = 0x8100,
	TYPE_IP6 = 0x86dd,
	IP4_LENGTH = 20,
	IP4_TOTAL_AT = 2,
	IP4_FRAGMENT_AT = 6,
	IP4_TTL_AT = 8,
	IP4_PROTOCOL_AT = 9,
	IP4_SOURCE_AT = 12,
	IP4_DESTINATION_AT = 16,
	IP6_LENGTH = 40,
	IP6_PAYLOAD_AT = 4,
	IP6_NEXT_AT = 6,
	IP6_HOP_LIMIT_AT = 7,
	IP6_SOURCE_AT = 8,
	IP6_DESTINATION_AT = 24,
	UDP_LENGTH = 8,
	UDP_CHECKSUM_AT = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_ICMP6 = 58,
	BFD_UDP_PORT = 3784, /* RFC 5881 section 4 */
	BFD_TTL = 255,       /* RFC 5881 section 5 */
	ARP_LENGTH = 28,
	FRAME_MINIMUM = 60
};

enum path_kind { PATH_BFD, PATH_ARP, PATH_ND };

struct path_packet {
	struct rte_mbuf *mbuf;
	uint8_t *ether;
	uint8_t *network; /* ARP, IPv4 or IPv6 header */
	uint8_t *payload; /* BFD packet, or ICMPv6 header */
	uint16_t payload_length;
	uint16_t vlan;
	uint8_t family;
	uint8_t kind; /* enum path_kind */
};

static inline uint16_t load16(const uint8_t *in)
{
	return (uint16_t)(in[0] << 8 | in[1]);
}

static inline void store16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}

static inline const uint8_t *packet_source(const struct path_packet *packet)
{
	return packet->network + (packet->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
}

static inline const uint8_t *packet_destination(const struct path_packet *packet)
{
	return packet->network + (packet->family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT);
}

/* Writes the Ethernet header, tagged when vlan is not 0; returns where the network header goes. */
static inline uint8_t *ether_write(uint8_t *out, const uint8_t *destination, const struct pydp_mac *source, uint16_t vlan,
				   uint16_t type)
{
	memcpy(out, destination, 6);
	memcpy(out + 6, source->octets, 6);
	if (vlan != 0) {
		store16(out + ETHER_TYPE_AT, TYPE_VLAN);
		store16(out + ETHER_TYPE_AT + 2, vlan);
		out += VLAN_LENGTH;
	}
	store16(out + ETHER_TYPE_AT, type);
	return out + ETHER_LENGTH;
}

/* Classify a burst: packets that somebody listens to are put into packets (their number is returned), the rest is freed and
 * counted by reason. This is where packets to be forwarded will leave on another way than drop-not-for-us. */
uint16_t path_classify(struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_packet *packets);

#endif
