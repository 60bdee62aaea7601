/* SPDX-License-Identifier: Apache-2.0 */
/* From a burst of frames to BFD, echoes, ARP and neighbour discovery, and to packets in transit, with a reason for every frame
 * that is none of these. */
#include "core/icmp.h"
#include "path/filter.h"
#include "path/packet.h"
#include "path/sift.h"

enum { SCOPE_LINK = 2 }; /* of IPv6 groups (RFC 4291 2.7) */

/* A verdict is an enum pydp_counter for a drop, or one of these. */
enum { KEEP = PYDP_CNT_COUNT, TRANSIT };

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
/* 224.0.0.0/24, which no router passes on, and its MAC addresses (RFC 1112 6.4). */
static const uint8_t local_groups4[3] = {224, 0, 0};
static const uint8_t local_groups4_mac[5] = {0x01, 0x00, 0x5e, 0x00, 0x00};

/* Checked before what is behind it: whoever sends to a group with our unicast address is not the peer of a session. */
enum reach { REACH_US, REACH_BROADCAST, REACH_GROUP4, REACH_GROUP6, REACH_MICRO, REACH_OTHER };

static enum reach reach_of(const struct path_port *port, const uint8_t *destination)
{
	if (memcmp(destination, port->mac.octets, 6) == 0)
		return REACH_US;
	if (memcmp(destination, broadcast, 6) == 0)
		return REACH_BROADCAST;
	if (destination[0] == 0x33 && destination[1] == 0x33)
		return REACH_GROUP6;
	if (memcmp(destination, path_micro_group, 6) == 0 && path_listens(port, BFD_KIND_MICRO))
		return REACH_MICRO;
	if (port->host != NULL && memcmp(destination, local_groups4_mac, sizeof(local_groups4_mac)) == 0)
		return REACH_GROUP4;
	return REACH_OTHER;
}

/* What nothing here listens to is the host's, where there is one. */
static uint32_t for_host(const struct path_port *port, struct path_packet *packet, enum pydp_counter reason)
{
	if (port->host == NULL)
		return reason;
	packet->kind = PATH_HOST;
	return KEEP;
}

static void keep_echo(struct path_packet *packet, uint8_t *udp, uint16_t udp_length, bool transit)
{
	packet->payload = udp + UDP_LENGTH;
	packet->payload_length = udp_length - UDP_LENGTH;
	packet->kind = PATH_ECHO;
	packet->transit = transit;
}

/* Whether a packet that is not for us is an echo, which a peer sends to itself so that we forward it (RFC 5881 section 4).
 * What is to be forwarded is not checked as what is for us. */
static bool echo_in_transit(const struct path_port *port, struct path_packet *packet, uint8_t *udp, uint16_t available)
{
	uint16_t udp_length;

	if (!path_listens(port, BFD_KIND_ECHO) || !net_udp_shape(udp, available, &udp_length) ||
	    load16(udp + 2) != BFD_UDP_PORT_ECHO)
		return false;
	keep_echo(packet, udp, udp_length, true);
	return true;
}

static uint32_t classify_udp(const struct path_port *port, struct path_packet *packet, uint8_t *udp, uint16_t available,
			     uint8_t ttl)
{
	enum bfd_kind kind;
	uint16_t udp_length;

	if (!net_udp_shape(udp, available, &udp_length))
		return PYDP_CNT_DROP_MALFORMED_UDP;
	kind = bfd_kind_of(load16(udp), load16(udp + 2));
	if (!path_listens(port, kind))
		return for_host(port, packet, PYDP_CNT_DROP_OTHER_UDP);
	if (!net_udp_checksum(udp, udp_length, packet_source(packet), packet->family))
		return PYDP_CNT_DROP_CHECKSUM_UDP;
	if (kind == BFD_KIND_ECHO) {
		keep_echo(packet, udp, udp_length, false);
		return KEEP;
	}
	if (ttl != BFD_TTL && !bfd_kind_routed(kind))
		return PYDP_CNT_DROP_TTL;
	packet->ttl = ttl;
	packet->payload = udp + UDP_LENGTH;
	packet->payload_length = udp_length - UDP_LENGTH;
	packet->kind = PATH_BFD;
	packet->bfd = (uint8_t)kind;
	return KEEP;
}

/* An address of any port of ours is ours to a router without a host; else it is only the port's own. */
static bool is_ours(struct path_port *port, const struct path_packet *packet)
{
	const uint8_t *destination = packet_destination(packet);

	return path_local_find(port, packet->vlan, packet->family, destination) != NULL ||
	       (path_forwards(port) && port->host == NULL &&
		path_local_find_anywhere(port, packet->family, destination) != NULL);
}

/* For an address of another port of ours, and of a kind that routers bring wherever they like. */
static bool is_routed_to_us(const struct path_port *port, const struct path_packet *packet, const uint8_t *udp,
			    uint32_t available)
{
	return available >= UDP_LENGTH && bfd_kind_routed(bfd_kind_of(load16(udp), load16(udp + 2))) &&
	       path_local_find_anywhere(port, packet->family, packet_destination(packet)) != NULL;
}

static uint32_t classify_icmp6(struct path_packet *packet, uint8_t *icmp, uint16_t length)
{
	packet->payload = icmp;
	packet->payload_length = length;
	packet->kind = PATH_ND;
	return KEEP;
}

/* Whether the host has an address that this port has not: its own link-local one, and those of other ports. */
static bool is_hosts(const struct path_port *port, const struct path_packet *packet)
{
	static const uint8_t link_local[16] = {0xfe, 0x80};
	const uint8_t *destination = packet_destination(packet);

	return port->host != NULL && ((packet->family == 6 && path_prefix_holds(link_local, 10, destination)) ||
				      path_local_find_anywhere(port, packet->family, destination) != NULL);
}

/* Sent to our MAC address, and to no address that is ours. */
static uint32_t classify_elsewhere(const struct path_port *port, struct path_packet *packet)
{
	bool is_icmp6 = packet->family == 6 && packet->network[IP6_NEXT_AT] == PROTOCOL_ICMP6;

	if (is_hosts(port, packet))
		return is_icmp6 && packet_destination(packet)[0] == 0xfe
			       ? classify_icmp6(packet, packet->network + IP6_LENGTH, load16(packet->network + IP6_PAYLOAD_AT))
			       : for_host(port, packet, PYDP_CNT_DROP_NOT_FOR_US);
	if (!path_forwards(port))
		return PYDP_CNT_DROP_NOT_FOR_US;
	if (packet->family == 4 && path_is_broadcast(port, packet_destination(packet)))
		return for_host(port, packet, PYDP_CNT_DROP_BROADCAST);
	return TRANSIT;
}

static bool is_ping(const struct path_port *port, const uint8_t *icmp, uint16_t length, uint8_t type)
{
	return path_forwards(port) && port->host == NULL && length > 0 && icmp[0] == type;
}

static uint32_t keep_ping(struct path_packet *packet, uint8_t *icmp, uint16_t length)
{
	packet->payload = icmp;
	packet->payload_length = length;
	packet->kind = PATH_PING;
	return KEEP;
}

/* To a group: neighbour discovery, what is the host's within the link, or nothing. */
static uint32_t classify_group6(const struct path_port *port, struct path_packet *packet, uint16_t length)
{
	uint8_t *header = packet->network;

	if (header[IP6_NEXT_AT] == PROTOCOL_ICMP6)
		return classify_icmp6(packet, header + IP6_LENGTH, length);
	return (header[IP6_DESTINATION_AT + 1] & 15) <= SCOPE_LINK ? for_host(port, packet, PYDP_CNT_DROP_NOT_FOR_US)
								   : (uint32_t)PYDP_CNT_DROP_NOT_FOR_US;
}

static uint32_t classify_ip4(struct path_port *port, struct path_packet *packet, uint32_t available, enum reach reach)
{
	uint8_t *header = packet->network;
	uint16_t header_length, total;

	packet->family = 4;
	if (reach != REACH_US && reach != REACH_GROUP4)
		return PYDP_CNT_DROP_MAC;
	if (!net_ip4_shape(header, available, &header_length, &total))
		return PYDP_CNT_DROP_MALFORMED_IP4;
	if (!net_ip4_checksum(header, header_length))
		return PYDP_CNT_DROP_CHECKSUM_IP4;
	if (reach == REACH_GROUP4)
		return memcmp(header + IP4_DESTINATION_AT, local_groups4, sizeof(local_groups4)) == 0
			       ? for_host(port, packet, PYDP_CNT_DROP_MAC)
			       : (uint32_t)PYDP_CNT_DROP_MAC;
	if (!is_ours(port, packet) && (header[IP4_PROTOCOL_AT] != PROTOCOL_UDP ||
				       !is_routed_to_us(port, packet, header + header_length, total - header_length)))
		return header[IP4_PROTOCOL_AT] == PROTOCOL_UDP && !net_ip4_fragment(header) &&
				       echo_in_transit(port, packet, header + header_length, total - header_length)
			       ? (uint32_t)KEEP
			       : classify_elsewhere(port, packet);
	if (net_ip4_fragment(header))
		return for_host(port, packet, PYDP_CNT_DROP_FRAGMENT);
	if (header[IP4_PROTOCOL_AT] == PROTOCOL_ICMP &&
	    is_ping(port, header + header_length, total - header_length, ICMP4_ECHO))
		return keep_ping(packet, header + header_length, total - header_length);
	if (header[IP4_PROTOCOL_AT] != PROTOCOL_UDP)
		return for_host(port, packet, PYDP_CNT_DROP_OTHER_PROTOCOL);
	return classify_udp(port, packet, header + header_length, total - header_length, header[IP4_TTL_AT]);
}

/* Extension headers are not walked: nothing that is listened for has any. */
static uint32_t classify_ip6(struct path_port *port, struct path_packet *packet, uint32_t available, enum reach reach)
{
	uint8_t *header = packet->network;
	uint16_t length;

	packet->family = 6;
	if (!net_ip6_shape(header, available, &length))
		return PYDP_CNT_DROP_MALFORMED_IP6;
	if (!is_ours(port, packet) &&
	    (header[IP6_NEXT_AT] != PROTOCOL_UDP || !is_routed_to_us(port, packet, header + IP6_LENGTH, length))) {
		if (header[IP6_DESTINATION_AT] == 0xff)
			return classify_group6(port, packet, length);
		if (reach != REACH_US)
			return PYDP_CNT_DROP_NOT_FOR_US;
		return header[IP6_NEXT_AT] == PROTOCOL_UDP && echo_in_transit(port, packet, header + IP6_LENGTH, length)
			       ? (uint32_t)KEEP
			       : classify_elsewhere(port, packet);
	}
	if (header[IP6_NEXT_AT] == PROTOCOL_ICMP6)
		return reach == REACH_US && is_ping(port, header + IP6_LENGTH, length, ICMP6_ECHO)
			       ? keep_ping(packet, header + IP6_LENGTH, length)
			       : classify_icmp6(packet, header + IP6_LENGTH, length);
	if (reach != REACH_US)
		return PYDP_CNT_DROP_MAC;
	if (header[IP6_NEXT_AT] == PROTOCOL_FRAGMENT)
		return for_host(port, packet, PYDP_CNT_DROP_FRAGMENT);
	if (header[IP6_NEXT_AT] != PROTOCOL_UDP)
		return for_host(port, packet, PYDP_CNT_DROP_OTHER_PROTOCOL);
	return classify_udp(port, packet, header + IP6_LENGTH, length, header[IP6_HOP_LIMIT_AT]);
}

/* RFC 7130 2.3: the group of micro-BFD is for that alone. */
static bool is_micro(uint16_t type, const uint8_t *header, uint32_t available)
{
	uint32_t udp_at = type == TYPE_IP6 ? IP6_LENGTH : IP4_LENGTH;

	if ((type != TYPE_IP4 && type != TYPE_IP6) || available < udp_at + UDP_LENGTH)
		return false;
	if (type == TYPE_IP4)
		udp_at = (header[0] & 0xfu) * 4;
	return header[type == TYPE_IP6 ? IP6_NEXT_AT : IP4_PROTOCOL_AT] == PROTOCOL_UDP && available >= udp_at + UDP_LENGTH &&
	       load16(header + udp_at + 2) == BFD_UDP_PORT_MICRO;
}

static uint32_t classify_network(struct path_port *port, struct path_packet *packet, uint16_t type, uint32_t available,
				 enum reach reach)
{
	if (type != TYPE_IP4 && type != TYPE_IP6 && type != TYPE_ARP)
		return PYDP_CNT_DROP_UNKNOWN_ETHERTYPE;
	if (!path_knows_vlan(port, packet->vlan))
		return PYDP_CNT_DROP_UNKNOWN_VLAN;
	if (reach == REACH_MICRO) {
		if (!is_micro(type, packet->network, available))
			return PYDP_CNT_DROP_MAC;
		reach = REACH_US;
	}
	if (type == TYPE_IP4)
		return classify_ip4(port, packet, available, reach);
	if (type == TYPE_IP6)
		return reach == REACH_BROADCAST || reach == REACH_GROUP4 ? (uint32_t)PYDP_CNT_DROP_MAC
									 : classify_ip6(port, packet, available, reach);
	if (reach == REACH_GROUP6 || reach == REACH_GROUP4)
		return PYDP_CNT_DROP_MAC;
	packet->family = 4;
	packet->kind = PATH_ARP;
	packet->payload_length = (uint16_t)RTE_MIN(available, (uint32_t)UINT16_MAX);
	return KEEP;
}

static uint32_t classify_one(struct path_port *port, struct path_packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	uint32_t length = rte_pktmbuf_data_len(mbuf), header = ETHER_LENGTH;
	uint16_t type;
	enum reach reach;

	packet->ether = rte_pktmbuf_mtod(mbuf, uint8_t *);
	if (mbuf->nb_segs > 1)
		return PYDP_CNT_DROP_SEGMENTED;
	if (length < ETHER_LENGTH)
		return PYDP_CNT_DROP_MALFORMED_ETHERNET;
	reach = reach_of(port, packet->ether);
	if (reach == REACH_OTHER)
		return PYDP_CNT_DROP_MAC;
	packet->vlan = 0;
	type = load16(packet->ether + ETHER_TYPE_AT);
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)
		packet->vlan = mbuf->vlan_tci & 0xfff;
	else if (type == TYPE_VLAN) {
		header += VLAN_LENGTH;
		if (length < header)
			return PYDP_CNT_DROP_MALFORMED_ETHERNET;
		packet->vlan = load16(packet->ether + ETHER_LENGTH) & 0xfff;
		type = load16(packet->ether + ETHER_TYPE_AT + VLAN_LENGTH);
	}
	packet->network = packet->ether + header;
	return classify_network(port, packet, type, length - header, reach);
}

static void carry(struct path_transit *transit, const struct path_packet *packet)
{
	transit->odd[transit->odd_count++] = (struct path_odd){
		.mbuf = packet->mbuf, .network = packet->network, .vlan = packet->vlan, .family = packet->family};
}

/* A hello by IPv4 ends two octets behind its first line. */
static inline void foresee(const struct rte_mbuf *mbuf)
{
	const uint8_t *ether = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	rte_prefetch0(ether);
	if (rte_pktmbuf_data_len(mbuf) > RTE_CACHE_LINE_SIZE)
		rte_prefetch0(ether + RTE_CACHE_LINE_SIZE);
}

uint16_t path_classify(struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_packet *packets,
		       struct path_transit *transit)
{
	struct rte_mbuf *rest[PATH_BURST];
	uint16_t kept = 0;

	transit->four_count = transit->six_count = transit->odd_count = 0;
	if (path_forwards(port)) {
		count = port->sift(port, mbufs, count, transit, rest);
		mbufs = rest;
	} else {
		for (uint16_t i = 0; i < count; i++)
			foresee(mbufs[i]);
	}
	for (uint16_t i = 0; i < count; i++) {
		struct path_packet *packet = &packets[kept];
		uint32_t verdict;

		packet->mbuf = mbufs[i];
		verdict = classify_one(port, packet);
		if (verdict == KEEP)
			kept++;
		else if (verdict == TRANSIT)
			carry(transit, packet);
		else
			path_drop(port, mbufs[i], (enum pydp_counter)verdict);
	}
	return kept;
}
