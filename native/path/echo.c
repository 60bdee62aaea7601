/* SPDX-License-Identifier: Apache-2.0 */
/* Echoes: ours to a neighbour and back (RFC 5880 6.8.8, RFC 5881 section 4), and those of a neighbour, sent back in their own
 * buffers. */
#include "core/checksum.h"
#include "path/neighbour.h"
#include "path/session.h"

enum { UDP_AND_ECHO = UDP_LENGTH + BFD_ECHO_LENGTH, DSCP_CS6 = 0xc0, DONT_FRAGMENT = 0x4000 };

static void finish_ip4(uint8_t *header)
{
	uint16_t checksum;

	store16(header + IP4_CHECKSUM_AT, 0);
	checksum = (uint16_t)~checksum_sum(header, (header[0] & 15u) * 4);
	memcpy(header + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
}

static void finish_udp(uint8_t *udp, uint16_t length, const uint8_t *addresses, uint8_t family)
{
	uint16_t checksum;

	store16(udp + UDP_CHECKSUM_AT, 0);
	checksum = checksum_finish(
		checksum_add(checksum_pseudo(addresses, family, PROTOCOL_UDP, length), checksum_sum(udp, length)));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
}

static uint8_t *write_ip(uint8_t *out, uint8_t family, const uint8_t *source, const uint8_t *destination)
{
	if (family == 4) {
		memset(out, 0, IP4_LENGTH);
		out[0] = 0x45;
		out[1] = DSCP_CS6;
		store16(out + IP4_TOTAL_AT, IP4_LENGTH + UDP_AND_ECHO);
		store16(out + IP4_FRAGMENT_AT, DONT_FRAGMENT);
		out[IP4_TTL_AT] = BFD_TTL;
		out[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
		memcpy(out + IP4_SOURCE_AT, source, 4);
		memcpy(out + IP4_DESTINATION_AT, destination, 4);
		finish_ip4(out);
		return out + IP4_LENGTH;
	}
	out[0] = 0x60 | DSCP_CS6 >> 4;
	out[1] = (uint8_t)(DSCP_CS6 << 4);
	store16(out + 2, 0);
	store16(out + IP6_PAYLOAD_AT, UDP_AND_ECHO);
	out[IP6_NEXT_AT] = PROTOCOL_UDP;
	out[IP6_HOP_LIMIT_AT] = BFD_TTL;
	memcpy(out + IP6_SOURCE_AT, source, 16);
	memcpy(out + IP6_DESTINATION_AT, destination, 16);
	return out + IP6_LENGTH;
}

static void write_frame(struct path_sessions *sessions, uint32_t slot, struct rte_mbuf *mbuf, const uint8_t *mac,
			uint64_t now_ns)
{
	const struct path_session *session = &sessions->cold[slot];
	const struct path_session_extra *extra = &sessions->extra[slot];
	uint8_t *start = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint8_t *ip = ether_write(start, mac, &sessions->ports[session->port]->mac, session->vlan,
				  session->family == 4 ? TYPE_IP4 : TYPE_IP6);
	uint8_t *udp = write_ip(ip, session->family, extra->echo_source, session->local);

	store16(udp, session->source_port);
	store16(udp + 2, BFD_UDP_PORT_ECHO);
	store16(udp + UDP_LENGTH_AT, UDP_AND_ECHO);
	bfd_echo_build(&extra->echo, sessions->hot[slot].local_discriminator, &sessions->echo_key, now_ns, udp + UDP_LENGTH);
	finish_udp(udp, UDP_AND_ECHO, ip + (session->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT), session->family);
	mbuf->data_len = (uint16_t)(udp + UDP_AND_ECHO - start);
	mbuf->pkt_len = mbuf->data_len;
}

void path_echo_send(struct path_sessions *sessions, uint32_t slot, uint64_t now_ns)
{
	struct path_session *session = &sessions->cold[slot];
	const struct path_adjacency *neighbour = &sessions->neighbours[session->neighbour];
	struct path_port *port = sessions->ports[session->port];
	struct rte_mbuf *mbuf;

	if (!path_adjacency_usable(neighbour)) {
		path_count(port, PYDP_CNT_DROP_NEIGHBOUR_UNRESOLVED, 1);
		session->tx_failed++;
		return;
	}
	mbuf = rte_pktmbuf_alloc(port->pool);
	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
		session->tx_failed++;
		return;
	}
	write_frame(sessions, slot, mbuf, path_adjacency_header(neighbour), now_ns);
	bfd_echo_sent(&sessions->extra[slot].echo, now_ns);
	path_count(port, PYDP_CNT_TX_BFD_ECHO, 1);
	path_send(port, mbuf);
}

static size_t address_length(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

/* The session whose echo it says it is, or PATH_NONE. */
static uint32_t claimed(const struct path_sessions *sessions, const struct path_port *port, const struct path_packet *packet)
{
	const struct path_session *session;
	size_t octets = address_length(packet->family);
	uint32_t slot;

	if (packet->payload_length < BFD_ECHO_DISCRIMINATOR_AT + 4)
		return PATH_NONE;
	slot = path_session_by_discriminator(sessions, bfd_load32(packet->payload + BFD_ECHO_DISCRIMINATOR_AT));
	if (slot == PATH_NONE)
		return PATH_NONE;
	session = &sessions->cold[slot];
	if (session->kind != BFD_KIND_ECHO && !(sessions->hot[slot].features & BFD_FEATURE_ECHO))
		return PATH_NONE;
	if (session->port != port->index || session->vlan != packet->vlan || session->family != packet->family ||
	    memcmp(session->local, packet_destination(packet), octets) != 0 ||
	    memcmp(session->kind == BFD_KIND_ECHO ? session->local : sessions->extra[slot].echo_source, packet_source(packet),
		   octets) != 0)
		return PATH_NONE;
	return slot;
}

static void came_back(struct path_sessions *sessions, struct path_port *port, uint32_t slot, const struct path_packet *packet,
		      uint64_t now_ns)
{
	struct bfd_echo *echo = &sessions->extra[slot].echo;
	uint32_t out = echo->unanswered;
	enum bfd_fault fault;

	if (sessions->cold[slot].kind == BFD_KIND_ECHO) {
		path_looped_receive(sessions, port, slot, packet, now_ns);
		rte_pktmbuf_free(packet->mbuf);
		return;
	}
	fault = bfd_echo_receive(echo, sessions->hot[slot].local_discriminator, &sessions->echo_key, packet->payload,
				 packet->payload_length, now_ns);

	if (fault != BFD_ACCEPTED) {
		path_session_refuse(sessions, port, slot, fault);
	} else {
		path_count(port, PYDP_CNT_RX_BFD_ECHO, 1);
		if (sessions->hot[slot].features & BFD_FEATURE_QUALITY)
			link_quality_echo(&sessions->quality[slot], echo->rtt_ns, out - echo->unanswered - 1);
	}
	rte_pktmbuf_free(packet->mbuf);
}

static void refuse(struct path_sessions *sessions, struct path_port *port, uint32_t slot, const struct path_packet *packet,
		   enum bfd_fault fault)
{
	path_session_refuse(sessions, port, slot, fault);
	rte_pktmbuf_free(packet->mbuf);
}

static uint8_t *ttl_of(const struct path_packet *packet)
{
	return packet->network + (packet->family == 4 ? IP4_TTL_AT : IP6_HOP_LIMIT_AT);
}

/* FRR's IPv6 echoes are addressed to the peer, whose BFD sends them back as a datagram of its own. */
static void turn_round(const struct path_packet *packet)
{
	size_t octets = address_length(packet->family);
	uint8_t *source = packet->network + (packet->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
	uint8_t *udp = packet->payload - UDP_LENGTH;
	uint8_t kept[16];

	memcpy(kept, source, octets);
	memcpy(source, source + octets, octets);
	memcpy(source + octets, kept, octets);
	memcpy(kept, udp, 2);
	memcpy(udp, udp + 2, 2);
	memcpy(udp + 2, kept, 2);
	finish_udp(udp, packet->payload_length + UDP_LENGTH, source, packet->family);
}

/* False: no room for the tag that the driver took off. */
static bool turn_frame(struct path_port *port, const struct path_packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	uint8_t sender[6];
	uint8_t *start = packet->ether;

	memcpy(sender, packet->ether + 6, 6);
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED && packet->vlan != 0) {
		start = (uint8_t *)rte_pktmbuf_prepend(mbuf, VLAN_LENGTH);
		if (start == NULL)
			return false;
		ether_write(start, sender, &port->mac, packet->vlan, packet->family == 4 ? TYPE_IP4 : TYPE_IP6);
	} else {
		memcpy(start, sender, 6);
		memcpy(start + 6, port->mac.octets, 6);
	}
	path_forget_offloads(mbuf);
	return true;
}

/* Back to the sender, as forwarding would (in transit: to the address it gave itself, which is the neighbour's) or as a
 * neighbour's BFD would. An echo for us that did not come from the link itself (RFC 5881 section 5) stops here, so that two
 * reflectors cannot answer each other. */
static void reflect(struct path_sessions *sessions, struct path_port *port, struct path_packet *packet, uint64_t now_ns)
{
	const uint8_t *peer = packet->transit ? packet_destination(packet) : packet_source(packet);
	uint32_t slot = sessions->reflector(sessions->engine, port->index, packet->vlan, packet->family, peer);
	uint8_t *ttl = ttl_of(packet);

	if (slot == PATH_NONE || !mac_is_host(packet->ether + 6) || sessions->hot[slot].state == PYDP_BFD_ADMIN_DOWN)
		refuse(sessions, port, slot, packet, BFD_FAULT_ECHO_UNWANTED);
	else if (packet->transit ? *ttl <= 1 : *ttl != BFD_TTL)
		refuse(sessions, port, slot, packet, BFD_FAULT_ECHO_TTL);
	else if (!bfd_echo_reflect(&sessions->extra[slot].echo, now_ns))
		refuse(sessions, port, slot, packet, BFD_FAULT_ECHO_RATE);
	else {
		--*ttl;
		if (!packet->transit)
			turn_round(packet);
		if (packet->family == 4)
			finish_ip4(packet->network);
		if (!turn_frame(port, packet)) {
			path_drop(port, packet->mbuf, PYDP_CNT_DROP_NO_MBUF);
			return;
		}
		path_count(port, PYDP_CNT_TX_BFD_ECHO_REFLECTED, 1);
		path_send(port, packet->mbuf);
	}
}

void path_echo_receive(struct path_sessions *sessions, struct path_port *port, struct path_packet *packet, uint64_t now_ns)
{
	uint32_t slot = packet->transit ? PATH_NONE : claimed(sessions, port, packet);

	if (slot != PATH_NONE)
		came_back(sessions, port, slot, packet, now_ns);
	else
		reflect(sessions, port, packet, now_ns);
}
