/* SPDX-License-Identifier: Apache-2.0 */
/* A packet that classify has looked at, and the Ethernet header as we write it. */
#ifndef PATH_PACKET_H
#define PATH_PACKET_H
#include <stdbool.h>
#include <stdint.h>
#include <rte_mbuf.h>
#include "core/bfd_kind.h"
#include "core/net.h"
#include "path/port.h"

enum { FRAME_MINIMUM = 60 };

/* Where micro-BFD goes until the peer's MAC address counts (RFC 7130 2.3). */
static const uint8_t path_micro_group[6] = {0x01, 0x00, 0x5e, 0x90, 0x00, 0x01};

enum path_kind { PATH_BFD, PATH_ARP, PATH_ND, PATH_ECHO, PATH_HOST, PATH_PING };

struct path_packet {
	struct rte_mbuf *mbuf;
	uint8_t *ether;
	uint8_t *network; /* ARP, IPv4 or IPv6 header */
	uint8_t *payload; /* BFD packet, echo, or ICMP header */
	uint16_t payload_length;
	uint16_t vlan;
	uint8_t family;
	uint8_t kind; /* enum path_kind */
	uint8_t bfd;  /* enum bfd_kind, of PATH_BFD */
	uint8_t ttl;  /* or hop limit, of PATH_BFD */
	bool transit; /* of PATH_ECHO: not to an address of ours */
};

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

enum { PATH_BURST = 64 };

/* Packets of one family that may go on: they passed every header check. */
struct path_plain {
	struct rte_mbuf *mbufs[PATH_BURST];
	const uint8_t *headers[PATH_BURST];
	uint32_t lengths[PATH_BURST];      /* of the frames */
	uint32_t destinations[PATH_BURST]; /* IPv4, host order */
	uint32_t aged[PATH_BURST];         /* IPv4: TTL, protocol and checksum, one router later */
};

/* Packets that are not for us: plain ones, whose Ethernet headers have 14 octets, and odd ones, which are any others. */
struct path_transit {
	uint16_t four_count, six_count, odd_count;
	struct path_plain four, six;
	struct path_odd {
		struct rte_mbuf *mbuf;
		uint8_t *network;
		uint16_t vlan;
		uint8_t family;
	} odd[PATH_BURST];
};

/* Classify a burst of at most PATH_BURST: packets that somebody listens to are put into packets (their number is returned), those
 * to be forwarded into transit, where the port forwards; the rest is freed and counted by reason. */
uint16_t path_classify(struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_packet *packets,
		       struct path_transit *transit);

#endif
