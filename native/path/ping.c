/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to its answer: the octets behind the ICMP header come back as they are (RFC 1122 3.2.2.6). IPv4 options do
 * not. */
#include "path/ping.h"
#include "core/checksum.h"
#include "core/icmp.h"

enum { IP4_ID_AT = 4 };

static bool is_whole(const struct path_packet *packet)
{
	uint16_t sum = checksum_sum(packet->payload, packet->payload_length);

	if (packet->payload_length < ICMP_LENGTH)
		return false;
	if (packet->family == 6)
		sum = checksum_add(sum, checksum_pseudo(packet_source(packet), 6, PROTOCOL_ICMP6, packet->payload_length));
	return sum == 0xffff;
}

static void swap_addresses(uint8_t *source, size_t length)
{
	uint8_t kept[16];

	memcpy(kept, source, length);
	memcpy(source, source + length, length);
	memcpy(source + length, kept, length);
}

/* Returns where the header begins: right before the ICMP header, also where there were options. */
static uint8_t *turn4(struct path_packet *packet, uint16_t id)
{
	uint8_t *header = packet->payload - IP4_LENGTH;
	uint16_t checksum;

	memmove(header, packet->network, IP4_LENGTH);
	header[0] = 0x45;
	store16(header + IP4_TOTAL_AT, IP4_LENGTH + packet->payload_length);
	store16(header + IP4_ID_AT, id);
	store16(header + IP4_FRAGMENT_AT, 0);
	header[IP4_TTL_AT] = ICMP_TTL;
	store16(header + IP4_CHECKSUM_AT, 0);
	swap_addresses(header + IP4_SOURCE_AT, 4);
	checksum = (uint16_t)~checksum_sum(header, IP4_LENGTH);
	memcpy(header + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	return header;
}

static uint8_t *turn6(struct path_packet *packet)
{
	uint8_t *header = packet->network;

	/* The class stays, the flow label was the asker's. */
	header[1] &= 0xf0;
	store16(header + 2, 0);
	header[IP6_HOP_LIMIT_AT] = ICMP_TTL;
	swap_addresses(header + IP6_SOURCE_AT, 16);
	return header;
}

bool path_ping_turn(struct path_packet *packet, uint16_t id)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	uint8_t *icmp = packet->payload, *header;
	uint16_t checksum;

	if (!is_whole(packet))
		return false;
	icmp[0] = packet->family == 4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;
	memset(icmp + ICMP_CHECKSUM_AT, 0, sizeof(checksum));
	checksum = checksum_sum(icmp, packet->payload_length);
	header = packet->family == 4 ? turn4(packet, id) : turn6(packet);
	if (packet->family == 6)
		checksum = checksum_add(checksum,
					checksum_pseudo(header + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, packet->payload_length));
	checksum = (uint16_t)~checksum;
	memcpy(icmp + ICMP_CHECKSUM_AT, &checksum, sizeof(checksum));
	path_forget_offloads(mbuf);
	mbuf->port = RTE_MBUF_PORT_INVALID;
	rte_pktmbuf_adj(mbuf, (uint16_t)(header - rte_pktmbuf_mtod(mbuf, uint8_t *)));
	mbuf->data_len = (uint16_t)(icmp + packet->payload_length - header);
	mbuf->pkt_len = mbuf->data_len;
	return true;
}
