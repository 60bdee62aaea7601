/* SPDX-License-Identifier: Apache-2.0 */
/* Writing headers whole; what is patched for each packet is done by who sends it. */
#include "generate/frame.h"

enum { DONT_FRAGMENT = 0x4000 };

uint8_t *frame_ether(uint8_t *out, const uint8_t *destination, const uint8_t *source, uint16_t vlan, uint16_t type)
{
	memcpy(out, destination, 6);
	memcpy(out + 6, source, 6);
	if (vlan != 0) {
		store16(out + ETHER_TYPE_AT, TYPE_VLAN);
		store16(out + ETHER_TYPE_AT + 2, vlan);
		out += VLAN_LENGTH;
	}
	store16(out + ETHER_TYPE_AT, type);
	return out + ETHER_LENGTH;
}

static void write_ip4(uint8_t *out, const struct frame_fields *fields)
{
	out[0] = 0x45;
	out[1] = (uint8_t)(fields->dscp << 2);
	store16(out + IP4_TOTAL_AT, IP4_LENGTH + UDP_LENGTH + fields->payload_length);
	store16(out + IP4_FRAGMENT_AT, DONT_FRAGMENT);
	out[IP4_TTL_AT] = fields->ttl;
	out[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
}

static void write_ip6(uint8_t *out, const struct frame_fields *fields)
{
	out[0] = 0x60 | fields->dscp >> 2;
	out[1] = (uint8_t)(fields->dscp << 6);
	store16(out + IP6_PAYLOAD_AT, UDP_LENGTH + fields->payload_length);
	out[IP6_NEXT_AT] = PROTOCOL_UDP;
	out[IP6_HOP_LIMIT_AT] = fields->ttl;
}

void frame_write(struct frame_template *out, const struct frame_fields *fields)
{
	uint8_t *network, *udp;

	memset(out, 0, sizeof(*out));
	network = frame_ether(out->octets, fields->destination_mac, fields->source_mac, fields->vlan,
			      fields->family == 4 ? TYPE_IP4 : TYPE_IP6);
	if (fields->family == 4)
		write_ip4(network, fields);
	else
		write_ip6(network, fields);
	udp = network + (fields->family == 4 ? IP4_LENGTH : IP6_LENGTH);
	store16(udp + 2, fields->destination_port);
	store16(udp + UDP_LENGTH_AT, UDP_LENGTH + fields->payload_length);
	out->shape = (struct frame_shape){.family = fields->family,
					  .network_at = (uint8_t)(network - out->octets),
					  .udp_at = (uint8_t)(udp - out->octets),
					  .payload_at = (uint8_t)(udp + UDP_LENGTH - out->octets)};
}

void frame_finish(uint8_t *frame, const struct frame_shape *shape, uint16_t payload_length)
{
	uint8_t *network = frame + shape->network_at, *udp = frame + shape->udp_at;
	uint16_t length = UDP_LENGTH + payload_length, checksum;

	store16(udp + UDP_LENGTH_AT, length);
	if (shape->family == 4) {
		store16(network + IP4_TOTAL_AT, IP4_LENGTH + length);
		memset(network + IP4_CHECKSUM_AT, 0, 2);
		checksum = (uint16_t)~checksum_sum(network, IP4_LENGTH);
		memcpy(network + IP4_CHECKSUM_AT, &checksum, 2);
	} else {
		store16(network + IP6_PAYLOAD_AT, length);
	}
	memset(udp + UDP_CHECKSUM_AT, 0, 2);
	checksum = checksum_finish(checksum_add(
		checksum_pseudo(frame_source(frame, shape), shape->family, PROTOCOL_UDP, length), checksum_sum(udp, length)));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, 2);
}
