/* SPDX-License-Identifier: Apache-2.0 */
/* From a captured frame to the payload of its datagram. */
#include "net.h"
#include "bfd_kind.h"

enum {
	SLL_PROTOCOL_AT = 14,
	SLL_LENGTH = 16,
	SLL2_INDEX_AT = 4,
	SLL2_LENGTH = 20,
	AF_LENGTH = 4,
	IP6_FRAGMENT_AT = 2,
	ROUTING_SEGMENTS_LEFT_AT = 3
};

static bool is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_VLAN_SERVICE || type == TYPE_VLAN_OLD;
}

/* frame->type and network_at are those of the link header; tags follow it. */
static enum net_fault link_tags(const uint8_t *data, uint32_t captured, struct net_frame *frame)
{
	while (is_tag(frame->type)) {
		const uint8_t *tag = data + frame->network_at;

		if (frame->vlans == NET_VLANS)
			return NET_MALFORMED_LINK;
		if (captured - frame->network_at < VLAN_LENGTH)
			return NET_SNAPPED;
		frame->vlan = load16(tag) & 0xfff;
		frame->type = load16(tag + 2);
		frame->network_at += VLAN_LENGTH;
		frame->vlans++;
	}
	return frame->type == TYPE_IP4 || frame->type == TYPE_IP6 ? NET_OK : NET_OTHER_TYPE;
}

/* A link header with an ethertype in it. */
static enum net_fault link_typed(const uint8_t *data, uint32_t captured, uint32_t type_at, uint32_t length,
				 struct net_frame *frame)
{
	if (captured < length)
		return NET_SNAPPED;
	frame->type = load16(data + type_at);
	frame->network_at = length;
	return link_tags(data, captured, frame);
}

/* Four octets with an address family, in the order of the machine that captured. IPv6's number is each system's own. */
static enum net_fault link_family(const uint8_t *data, uint32_t captured, struct net_frame *frame)
{
	uint32_t family;

	if (captured < AF_LENGTH)
		return NET_SNAPPED;
	frame->network_at = AF_LENGTH;
	family = net_load32(data);
	if (family > 0xffff)
		family = (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
	switch (family) {
	case 2:
		frame->type = TYPE_IP4;
		return NET_OK;
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		frame->type = TYPE_IP6;
		return NET_OK;
	default:
		return NET_OTHER_TYPE;
	}
}

static enum net_fault link_raw(const uint8_t *data, uint32_t captured, struct net_frame *frame)
{
	if (captured < 1)
		return NET_SNAPPED;
	if (data[0] >> 4 == 4)
		frame->type = TYPE_IP4;
	else if (data[0] >> 4 == 6)
		frame->type = TYPE_IP6;
	else
		return NET_MALFORMED_LINK;
	return NET_OK;
}

enum net_fault net_link(uint16_t link_type, const uint8_t *data, uint32_t captured, struct net_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	switch (link_type) {
	case NET_LINK_ETHERNET:
		return link_typed(data, captured, ETHER_TYPE_AT, ETHER_LENGTH, frame);
	case NET_LINK_SLL:
		return link_typed(data, captured, SLL_PROTOCOL_AT, SLL_LENGTH, frame);
	case NET_LINK_SLL2:
		if (captured >= SLL2_LENGTH)
			frame->link_index = net_load32(data + SLL2_INDEX_AT);
		return link_typed(data, captured, 0, SLL2_LENGTH, frame);
	case NET_LINK_NULL:
	case NET_LINK_LOOP:
		return link_family(data, captured, frame);
	case NET_LINK_RAW:
	case NET_LINK_RAW_12:
	case NET_LINK_RAW_14:
		return link_raw(data, captured, frame);
	case NET_LINK_IP4:
		frame->type = TYPE_IP4;
		return NET_OK;
	case NET_LINK_IP6:
		frame->type = TYPE_IP6;
		return NET_OK;
	default:
		return NET_UNKNOWN_LINK;
	}
}

static void set_payload(struct net_datagram *datagram, const uint8_t *payload, uint32_t captured, uint16_t length)
{
	datagram->payload = payload;
	datagram->payload_captured = captured < length ? captured : length;
	datagram->payload_length = length;
}

/* The payload is the UDP header and what follows; it becomes what follows. */
static enum net_fault read_udp(struct net_datagram *datagram, bool at_its_end)
{
	const uint8_t *udp = datagram->payload;
	uint32_t captured = datagram->payload_captured;
	uint16_t available = datagram->payload_length, udp_length;

	if (captured >= 4) {
		datagram->source_port = load16(udp);
		datagram->destination_port = load16(udp + 2);
	}
	if (available >= UDP_LENGTH && captured < UDP_LENGTH)
		return NET_SNAPPED;
	if (!net_udp_shape(udp, available, &udp_length))
		return NET_MALFORMED_UDP;
	set_payload(datagram, udp + UDP_LENGTH, captured - UDP_LENGTH, udp_length - UDP_LENGTH);
	if (at_its_end && captured >= udp_length &&
	    bfd_kind_of(datagram->source_port, datagram->destination_port) != BFD_KIND_OTHER &&
	    !net_udp_checksum(udp, udp_length, datagram->source, datagram->family))
		return NET_CHECKSUM_UDP;
	return NET_OK;
}

static enum net_fault read_ip4(const uint8_t *header, uint32_t captured, uint32_t wire, struct net_datagram *datagram)
{
	enum net_fault checksum, fault;
	uint16_t header_length, total;

	if (wire >= IP4_LENGTH && captured < IP4_LENGTH)
		return NET_SNAPPED;
	if (!net_ip4_shape(header, wire, &header_length, &total))
		return NET_MALFORMED_IP4;
	datagram->source = header + IP4_SOURCE_AT;
	datagram->destination = header + IP4_DESTINATION_AT;
	datagram->protocol = header[IP4_PROTOCOL_AT];
	datagram->ttl = header[IP4_TTL_AT];
	if (captured < header_length)
		return NET_SNAPPED;
	set_payload(datagram, header + header_length, captured - header_length, total - header_length);
	checksum = load16(header + IP4_CHECKSUM_AT) == 0 || net_ip4_checksum(header, header_length) ? NET_OK : NET_CHECKSUM_IP4;
	if (net_ip4_fragment(header))
		fault = NET_FRAGMENT;
	else
		fault = datagram->protocol == PROTOCOL_UDP ? read_udp(datagram, true) : NET_OTHER_PROTOCOL;
	return checksum != NET_OK ? checksum : fault;
}

/* Whether a whole packet follows a fragment header: offset 0, none to come (RFC 8200 4.5, "atomic"). */
static bool is_atomic_fragment(const struct net_datagram *datagram)
{
	return datagram->protocol == PROTOCOL_FRAGMENT && datagram->payload_captured >= 8 &&
	       (load16(datagram->payload + IP6_FRAGMENT_AT) & 0xfff9) == 0;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING || protocol == PROTOCOL_DESTINATION_OPTIONS;
}

/* Moves protocol and payload behind the extension headers (RFC 8200 section 4). */
static enum net_fault read_extensions(struct net_datagram *datagram, bool *at_its_end)
{
	for (uint32_t i = 0; is_extension(datagram->protocol) || is_atomic_fragment(datagram); i++) {
		const uint8_t *extension = datagram->payload;
		uint16_t length;

		if (i == NET_EXTENSIONS || datagram->payload_length < 8)
			return NET_MALFORMED_IP6;
		if (datagram->payload_captured < 8)
			return NET_SNAPPED;
		length = datagram->protocol == PROTOCOL_FRAGMENT ? 8 : (uint16_t)((extension[1] + 1) * 8);
		if (length > datagram->payload_length)
			return NET_MALFORMED_IP6;
		if (length > datagram->payload_captured)
			return NET_SNAPPED;
		if (datagram->protocol == PROTOCOL_ROUTING && extension[ROUTING_SEGMENTS_LEFT_AT] != 0)
			*at_its_end = false;
		datagram->protocol = extension[0];
		set_payload(datagram, extension + length, datagram->payload_captured - length,
			    datagram->payload_length - length);
	}
	return NET_OK;
}

static enum net_fault read_ip6(const uint8_t *header, uint32_t captured, uint32_t wire, struct net_datagram *datagram)
{
	bool at_its_end = true;
	enum net_fault fault;
	uint16_t length;

	if (wire >= IP6_LENGTH && captured < IP6_LENGTH)
		return NET_SNAPPED;
	if (!net_ip6_shape(header, wire, &length))
		return NET_MALFORMED_IP6;
	datagram->source = header + IP6_SOURCE_AT;
	datagram->destination = header + IP6_DESTINATION_AT;
	datagram->protocol = header[IP6_NEXT_AT];
	datagram->ttl = header[IP6_HOP_LIMIT_AT];
	set_payload(datagram, header + IP6_LENGTH, captured - IP6_LENGTH, length);
	fault = read_extensions(datagram, &at_its_end);
	if (fault != NET_OK)
		return fault;
	if (datagram->protocol == PROTOCOL_FRAGMENT)
		return NET_FRAGMENT;
	return datagram->protocol == PROTOCOL_UDP ? read_udp(datagram, at_its_end) : NET_OTHER_PROTOCOL;
}

enum net_fault net_datagram(uint16_t type, const uint8_t *network, uint32_t captured, uint32_t wire,
			    struct net_datagram *datagram)
{
	memset(datagram, 0, sizeof(*datagram));
	if (wire < captured)
		wire = captured;
	if (type == TYPE_IP4) {
		datagram->family = 4;
		return read_ip4(network, captured, wire, datagram);
	}
	if (type == TYPE_IP6) {
		datagram->family = 6;
		return read_ip6(network, captured, wire, datagram);
	}
	return NET_OTHER_TYPE;
}
