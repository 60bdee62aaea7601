/* SPDX-License-Identifier: Apache-2.0 */
/* From a session to a frame: Ethernet, IP, UDP to the port of its kind of BFD, and the control packet (RFC 5881 sections 4
 * and 5, RFC 5883 section 5), signed where the session authenticates. */
#include "core/checksum.h"
#include "path/buffer.h"
#include "path/session.h"

enum { UDP_AND_BFD = UDP_LENGTH + BFD_PACKET_LENGTH, DSCP_CS6 = 0xc0, DONT_FRAGMENT = 0x4000 };

/* Unaffiliated echo goes to ourselves, by way of the neighbour. */
static const uint8_t *destination_of(const struct path_session *session)
{
	return session->kind == BFD_KIND_ECHO ? session->local : session->remote;
}

static void write_ip4(uint8_t *out, const struct path_session *session)
{
	out[0] = 0x45;
	out[1] = DSCP_CS6;
	store16(out + IP4_TOTAL_AT, IP4_LENGTH + UDP_AND_BFD);
	store16(out + 4, 0);
	store16(out + IP4_FRAGMENT_AT, DONT_FRAGMENT);
	out[IP4_TTL_AT] = session->tx_ttl;
	out[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
	memcpy(out + 10, &session->ip_checksum, 2);
	memcpy(out + IP4_SOURCE_AT, session->local, 4);
	memcpy(out + IP4_DESTINATION_AT, destination_of(session), 4);
}

static void write_ip6(uint8_t *out, const struct path_session *session)
{
	out[0] = 0x60 | DSCP_CS6 >> 4;
	out[1] = (uint8_t)(DSCP_CS6 << 4);
	store16(out + 2, 0);
	store16(out + IP6_PAYLOAD_AT, UDP_AND_BFD);
	out[IP6_NEXT_AT] = PROTOCOL_UDP;
	out[IP6_HOP_LIMIT_AT] = session->tx_ttl;
	memcpy(out + IP6_SOURCE_AT, session->local, 16);
	memcpy(out + IP6_DESTINATION_AT, destination_of(session), 16);
}

static void write_udp(uint8_t *out, const struct path_session *session)
{
	store16(out, session->source_port);
	store16(out + 2, bfd_kind_port((enum bfd_kind)session->kind));
	store16(out + 4, UDP_AND_BFD);
	store16(out + UDP_CHECKSUM_AT, 0);
}

void path_bfd_prepare(struct path_session *session)
{
	uint8_t header[IP6_LENGTH], udp[UDP_LENGTH];
	uint16_t pseudo;

	session->ip_checksum = 0;
	if (session->family == 4) {
		write_ip4(header, session);
		session->ip_checksum = (uint16_t)~checksum_sum(header, IP4_LENGTH);
		pseudo = checksum_pseudo(header + IP4_SOURCE_AT, 4, PROTOCOL_UDP, UDP_AND_BFD);
	} else {
		write_ip6(header, session);
		pseudo = checksum_pseudo(header + IP6_SOURCE_AT, 6, PROTOCOL_UDP, UDP_AND_BFD);
	}
	write_udp(udp, session);
	session->udp_sum = checksum_add(pseudo, checksum_sum(udp, UDP_LENGTH));
}

/* The BFD packet with its authentication section; its length. */
static uint8_t write_bfd(struct path_sessions *sessions, uint32_t slot, const struct bfd_packet *packet, uint8_t *out)
{
	struct bfd_auth_state *auth;

	bfd_packet_build(packet, out);
	if (!(sessions->hot[slot].features & BFD_FEATURE_AUTHENTICATION))
		return BFD_PACKET_LENGTH;
	auth = &sessions->extra[slot].auth;
	return bfd_auth_sign(auth, &sessions->chains[auth->chain], out);
}

/* What was worked out for a packet of 24 octets is corrected for one that is longer by so many. */
static void lengthen(uint8_t *network, uint8_t *udp, uint8_t family, uint16_t more, uint16_t *udp_sum)
{
	uint16_t checksum;

	store16(udp + 4, (uint16_t)(UDP_AND_BFD + more));
	/* It counts in the pseudo-header and in the UDP header. */
	*udp_sum = checksum_add(*udp_sum, checksum_word((uint16_t)(2 * more)));
	if (family == 6) {
		store16(network + IP6_PAYLOAD_AT, (uint16_t)(UDP_AND_BFD + more));
		return;
	}
	store16(network + IP4_TOTAL_AT, (uint16_t)(IP4_LENGTH + UDP_AND_BFD + more));
	memcpy(&checksum, network + IP4_CHECKSUM_AT, sizeof(checksum));
	checksum = (uint16_t)~checksum_add((uint16_t)~checksum, checksum_word(more));
	memcpy(network + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
}

/* RFC 7130 2.3: to the group until Up and for the first Detect Mult packets in it, then to whom was heard. */
static const uint8_t *micro_mac(struct path_sessions *sessions, uint32_t slot)
{
	struct path_micro *micro = &sessions->extra[slot].micro;
	const struct bfd_session *hot = &sessions->hot[slot];

	if (hot->state != PYDP_BFD_UP) {
		micro->to_group = hot->multiplier;
		return path_micro_group;
	}
	if (micro->to_group > 0) {
		micro->to_group--;
		return path_micro_group;
	}
	return micro->known ? micro->heard.octets : path_micro_group;
}

static void write_frame(struct path_sessions *sessions, uint32_t slot, struct rte_mbuf *mbuf, const struct path_port *port,
			const struct path_adjacency *neighbour, const struct bfd_packet *packet)
{
	const struct path_session *session = &sessions->cold[slot];
	uint8_t *start = rte_pktmbuf_mtod(mbuf, uint8_t *);
	const uint8_t *mac = session->kind == BFD_KIND_MICRO ? micro_mac(sessions, slot) : path_adjacency_header(neighbour);
	uint8_t *at = ether_write(start, mac, &port->mac, session->vlan, session->family == 4 ? TYPE_IP4 : TYPE_IP6);
	uint16_t checksum, udp_sum = session->udp_sum;
	uint8_t *udp;
	uint8_t length;

	if (session->family == 4) {
		write_ip4(at, session);
		udp = at + IP4_LENGTH;
	} else {
		write_ip6(at, session);
		udp = at + IP6_LENGTH;
	}
	write_udp(udp, session);
	length = write_bfd(sessions, slot, packet, udp + UDP_LENGTH);
	checksum = bfd_packet_sum(packet);
	if (length > BFD_PACKET_LENGTH) {
		lengthen(at, udp, session->family, length - BFD_PACKET_LENGTH, &udp_sum);
		checksum = checksum_sum(udp + UDP_LENGTH, length);
	}
	checksum = checksum_finish(checksum_add(udp_sum, checksum));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
	mbuf->data_len = (uint16_t)(udp + UDP_LENGTH + length - start);
	mbuf->pkt_len = mbuf->data_len;
}

void path_bfd_send(struct path_sessions *sessions, uint32_t slot, bool final)
{
	struct path_session *session = &sessions->cold[slot];
	const struct path_adjacency *neighbour = &sessions->neighbours[session->neighbour];
	struct path_port *port = sessions->ports[session->port];
	struct bfd_packet packet;
	struct rte_mbuf *mbuf;

	if (!path_adjacency_usable(neighbour)) {
		path_count(port, PYDP_CNT_DROP_NEIGHBOUR_UNRESOLVED, 1);
		session->tx_failed++;
		return;
	}
	mbuf = path_buffer_take(port->pool);
	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
		session->tx_failed++;
		return;
	}
	bfd_session_fill(&sessions->hot[slot], final, &packet);
	if (sessions->hot[slot].features & BFD_FEATURE_ECHO)
		packet.required_min_echo_rx_us = sessions->extra[slot].echo.required_min_rx_us;
	if (session->kind == BFD_KIND_ECHO)
		path_looped_fill(&packet);
	write_frame(sessions, slot, mbuf, port, neighbour, &packet);
	sessions->hot[slot].tx_packets++;
	path_count(port, PYDP_CNT_TX_BFD, 1);
	path_send(port, mbuf);
}
