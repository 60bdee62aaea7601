/* SPDX-License-Identifier: Apache-2.0 */
/* A question's checks and its answer. What a field of the answer is: RFC 7880 7.2.2, RFC 7881 section 6.1. */
#include "path/reflector.h"
#include "core/checksum.h"
#include "path/neighbour.h"

enum { UDP_AND_BFD = UDP_LENGTH + BFD_PACKET_LENGTH, DSCP_CS6 = 0xc0, DONT_FRAGMENT = 0x4000, SECOND_NS = 1000000000 };

bool path_reflector_has(const struct path_reflector *reflector, uint32_t discriminator)
{
	for (uint32_t i = 0; i < reflector->config.discriminator_count; i++)
		if (reflector->config.discriminators[i] == discriminator)
			return true;
	return false;
}

/* RFC 7881 section 7: addresses that no host sends from (RFC 6890), our own among them. */
static bool is_martian(const struct path_port *port, const struct path_packet *packet)
{
	static const uint8_t zero[16], loopback[16] = {[15] = 1}, mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *source = packet_source(packet);

	if (path_local_find_anywhere(port, packet->family, source) != NULL || !mac_is_host(packet->ether + 6))
		return true;
	if (packet->family == 4)
		return source[0] == 0 || source[0] == 127 || source[0] >= 224;
	return source[0] == 0xff || memcmp(source, zero, 16) == 0 || memcmp(source, loopback, 16) == 0 ||
	       memcmp(source, mapped, 12) == 0;
}

static bool may_ask(const struct path_reflector *reflector, const struct path_packet *packet)
{
	for (uint32_t i = 0; i < reflector->config.prefix_count; i++) {
		const struct pydp_prefix *prefix = &reflector->config.prefixes[i];

		if (prefix->address.family == packet->family &&
		    path_prefix_holds(prefix->address.octets, prefix->length, packet_source(packet)))
			return true;
	}
	return false;
}

/* So many answers a second, and as many at once as are due in a tenth of it, eight at least. */
static bool may_answer(struct path_reflector *reflector, uint64_t now_ns)
{
	uint64_t cost_ns = SECOND_NS / reflector->config.rate, most_ns = SECOND_NS / 10;

	token_bucket_earn(&reflector->bucket, RTE_MAX(most_ns, 8 * cost_ns), now_ns);
	return token_bucket_spend(&reflector->bucket, cost_ns, 0);
}

static enum bfd_fault check(struct path_reflector *reflector, const struct path_port *port, const struct path_packet *packet,
			    struct bfd_packet *bfd, uint64_t now_ns)
{
	enum bfd_fault fault = bfd_packet_parse(packet->payload, packet->payload_length, bfd);

	if (fault == BFD_ACCEPTED)
		fault = bfd_kind_check(BFD_KIND_SBFD_REQUEST, bfd, load16(packet->payload - UDP_LENGTH), packet->ttl);
	if (fault != BFD_ACCEPTED)
		return fault;
	if (!path_reflector_has(reflector, bfd->your_discriminator))
		return BFD_FAULT_YOUR_DISCRIMINATOR;
	if (bfd->flags & BFD_FLAG_AUTHENTICATION)
		return BFD_FAULT_AUTHENTICATION;
	if (is_martian(port, packet))
		return BFD_FAULT_SBFD_MARTIAN;
	if (!may_ask(reflector, packet))
		return BFD_FAULT_SBFD_SOURCE;
	return may_answer(reflector, now_ns) ? BFD_ACCEPTED : BFD_FAULT_SBFD_RATE;
}

static void answer(const struct path_reflector *reflector, struct bfd_packet *bfd)
{
	uint32_t asker = bfd->my_discriminator;

	bfd->my_discriminator = bfd->your_discriminator;
	bfd->your_discriminator = asker;
	bfd->diagnostic = PYDP_DIAG_NONE;
	bfd->state = PYDP_BFD_UP;
	if (reflector->config.admin_down) {
		bfd->diagnostic = PYDP_DIAG_ADMIN_DOWN;
		bfd->state = PYDP_BFD_ADMIN_DOWN;
	}
	bfd->flags = bfd->flags & BFD_FLAG_POLL ? BFD_FLAG_FINAL : 0;
	bfd->length = BFD_PACKET_LENGTH;
	bfd->required_min_rx_us = reflector->config.required_min_rx_us;
	bfd->required_min_echo_rx_us = 0;
}

static uint8_t *write_ip(uint8_t *out, uint8_t family, const uint8_t *source, const uint8_t *destination)
{
	uint16_t checksum;

	if (family == 6) {
		memset(out, 0, IP6_LENGTH);
		out[0] = 0x60 | DSCP_CS6 >> 4;
		out[1] = (uint8_t)(DSCP_CS6 << 4);
		store16(out + IP6_PAYLOAD_AT, UDP_AND_BFD);
		out[IP6_NEXT_AT] = PROTOCOL_UDP;
		out[IP6_HOP_LIMIT_AT] = BFD_TTL;
		memcpy(out + IP6_SOURCE_AT, source, 16);
		memcpy(out + IP6_DESTINATION_AT, destination, 16);
		return out + IP6_LENGTH;
	}
	memset(out, 0, IP4_LENGTH);
	out[0] = 0x45;
	out[1] = DSCP_CS6;
	store16(out + IP4_TOTAL_AT, IP4_LENGTH + UDP_AND_BFD);
	store16(out + IP4_FRAGMENT_AT, DONT_FRAGMENT);
	out[IP4_TTL_AT] = BFD_TTL;
	out[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
	memcpy(out + IP4_SOURCE_AT, source, 4);
	memcpy(out + IP4_DESTINATION_AT, destination, 4);
	checksum = (uint16_t)~checksum_sum(out, IP4_LENGTH);
	memcpy(out + 10, &checksum, sizeof(checksum));
	return out + IP4_LENGTH;
}

/* The question's octets are gone once the answer is written over them. */
static void turn_round(const struct path_port *port, struct path_packet *packet, const struct bfd_packet *bfd)
{
	uint8_t asker_mac[6], asker[16], asked[16];
	size_t octets = packet->family == 4 ? 4 : 16;
	uint16_t ports[2] = {load16(packet->payload - UDP_LENGTH), load16(packet->payload - UDP_LENGTH + 2)}, checksum;
	uint8_t *at, *udp;

	memcpy(asker_mac, packet->ether + 6, 6);
	memcpy(asker, packet_source(packet), octets);
	memcpy(asked, packet_destination(packet), octets);
	at = ether_write(packet->ether, asker_mac, &port->mac, packet->vlan, packet->family == 4 ? TYPE_IP4 : TYPE_IP6);
	udp = write_ip(at, packet->family, asked, asker);
	store16(udp, ports[1]);
	store16(udp + 2, ports[0]);
	store16(udp + 4, UDP_AND_BFD);
	store16(udp + UDP_CHECKSUM_AT, 0);
	bfd_packet_build(bfd, udp + UDP_LENGTH);
	at = packet->family == 4 ? at + IP4_SOURCE_AT : at + IP6_SOURCE_AT;
	checksum = checksum_finish(
		checksum_add(checksum_pseudo(at, packet->family, PROTOCOL_UDP, UDP_AND_BFD), checksum_sum(udp, UDP_AND_BFD)));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
	path_forget_offloads(packet->mbuf);
	packet->mbuf->data_len = (uint16_t)(udp + UDP_AND_BFD - packet->ether);
	packet->mbuf->pkt_len = packet->mbuf->data_len;
}

void path_reflect(struct path_reflector *reflector, struct path_port *port, struct path_packet *packet, uint64_t now_ns)
{
	struct bfd_packet bfd;
	enum bfd_fault fault = check(reflector, port, packet, &bfd, now_ns);

	/* A tag that the NIC has taken off needs room. */
	if (fault == BFD_ACCEPTED && rte_pktmbuf_tailroom(packet->mbuf) < VLAN_LENGTH) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_NO_MBUF);
		return;
	}
	if (fault != BFD_ACCEPTED) {
		path_drop(port, packet->mbuf, counter_of_fault(fault));
		return;
	}
	answer(reflector, &bfd);
	turn_round(port, packet, &bfd);
	path_count(port, PYDP_CNT_RX_SBFD, 1);
	path_count(port, PYDP_CNT_TX_BFD, 1);
	path_send(port, packet->mbuf);
}
