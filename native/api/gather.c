/* SPDX-License-Identifier: Apache-2.0 */
/* Header fields of a burst as columns: one call, any number of packets. Fields are read as they stand; nothing is checked
 * but that they lie inside the packet. */
#include <string.h>
#include "api/burst.h"
#include "api/check.h"
#include "path/packet.h"

struct fields {
	uint16_t ether_type, vlan, source_port, destination_port;
	uint8_t ip_version, ip_protocol, ttl;
	uint8_t source[16], destination[16];
};

static void read_ports(const uint8_t *at, uint32_t left, struct fields *fields)
{
	/* TCP, UDP, SCTP, UDP-Lite, DCCP: all begin with both ports */
	if (left < 4 || (fields->ip_protocol != 6 && fields->ip_protocol != PROTOCOL_UDP && fields->ip_protocol != 132 &&
			 fields->ip_protocol != 136 && fields->ip_protocol != 33))
		return;
	fields->source_port = load16(at);
	fields->destination_port = load16(at + 2);
}

static void read_ip4(const uint8_t *at, uint32_t left, struct fields *fields)
{
	uint32_t header;

	if (left < IP4_LENGTH || at[0] >> 4 != 4)
		return;
	header = (at[0] & 15u) * 4;
	fields->ip_version = 4;
	fields->ttl = at[IP4_TTL_AT];
	fields->ip_protocol = at[IP4_PROTOCOL_AT];
	memcpy(fields->source, at + IP4_SOURCE_AT, 4);
	memcpy(fields->destination, at + IP4_DESTINATION_AT, 4);
	/* Only the first fragment has ports. */
	if (header >= IP4_LENGTH && header <= left && (load16(at + IP4_FRAGMENT_AT) & 0x1fff) == 0)
		read_ports(at + header, left - header, fields);
}

static void read_ip6(const uint8_t *at, uint32_t left, struct fields *fields)
{
	if (left < IP6_LENGTH || at[0] >> 4 != 6)
		return;
	fields->ip_version = 6;
	fields->ttl = at[IP6_HOP_LIMIT_AT];
	fields->ip_protocol = at[IP6_NEXT_AT];
	memcpy(fields->source, at + IP6_SOURCE_AT, 16);
	memcpy(fields->destination, at + IP6_DESTINATION_AT, 16);
	read_ports(at + IP6_LENGTH, left - IP6_LENGTH, fields);
}

static void read_fields(const struct rte_mbuf *mbuf, struct fields *fields)
{
	const uint8_t *at = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t left = rte_pktmbuf_data_len(mbuf);

	memset(fields, 0, sizeof(*fields));
	if (left < ETHER_LENGTH)
		return;
	fields->ether_type = load16(at + ETHER_TYPE_AT);
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)
		fields->vlan = mbuf->vlan_tci & 0xfff;
	at += ETHER_LENGTH;
	left -= ETHER_LENGTH;
	while ((fields->ether_type == TYPE_VLAN || fields->ether_type == 0x88a8) && left >= VLAN_LENGTH) {
		fields->vlan = load16(at) & 0xfff;
		fields->ether_type = load16(at + 2);
		at += VLAN_LENGTH;
		left -= VLAN_LENGTH;
	}
	if (fields->ether_type == TYPE_IP4)
		read_ip4(at, left, fields);
	else if (fields->ether_type == TYPE_IP6)
		read_ip6(at, left, fields);
}

#define FILL(column, value)                           \
	do {                                          \
		if (columns->column != NULL)          \
			columns->column[i] = (value); \
	} while (0)

int pydp_burst_gather(const pydp_burst_t *burst, const struct pydp_columns *columns)
{
	struct fields fields;

	CHECK_POINTER(burst);
	CHECK_POINTER(columns);
	for (uint32_t i = 0; i < burst->length; i++) {
		const struct rte_mbuf *mbuf = burst->mbufs[i];

		if (i + 4 < burst->length)
			rte_prefetch0(rte_pktmbuf_mtod(burst->mbufs[i + 4], const void *));
		read_fields(mbuf, &fields);
		FILL(length, rte_pktmbuf_pkt_len(mbuf));
		FILL(port, mbuf->port);
		FILL(ether_type, fields.ether_type);
		FILL(vlan, fields.vlan);
		FILL(ip_version, fields.ip_version);
		FILL(ip_protocol, fields.ip_protocol);
		FILL(ttl, fields.ttl);
		FILL(source_port, fields.source_port);
		FILL(destination_port, fields.destination_port);
		FILL(timestamp_ns, burst->received_ns);
		if (columns->source != NULL)
			memcpy(columns->source[i], fields.source, 16);
		if (columns->destination != NULL)
			memcpy(columns->destination[i], fields.destination, 16);
	}
	return PYDP_OK;
}
