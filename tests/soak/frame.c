/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, octet by octet. */
#include <string.h>
#include "frame.h"

enum { ETHER = 14, UDP = 8 };

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

/* RFC 1071; length may be odd. */
static uint32_t sum(const uint8_t *at, uint32_t length, uint32_t value)
{
	for (uint32_t i = 0; i < length; i++)
		value += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return value;
}

static uint32_t head_length(uint8_t family)
{
	return family == 4 ? 20 : 40;
}

static uint32_t udp_sum(const uint8_t *source, const uint8_t *destination, uint8_t family, const uint8_t *udp, uint32_t length)
{
	uint32_t octets = family == 4 ? 4 : 16;
	uint32_t value = sum(source, octets, 17 + length);

	return sum(udp, length, sum(destination, octets, value));
}

static void write_ip(uint8_t *at, const struct place *from, const struct place *to, uint8_t ttl, uint32_t length)
{
	memset(at, 0, head_length(from->family));
	if (from->family == 4) {
		at[0] = 0x45;
		put16(at + 2, 20 + length);
		at[8] = ttl;
		at[9] = 17;
		memcpy(at + 12, from->address, 4);
		memcpy(at + 16, to->address, 4);
		put16(at + 10, ~sum(at, 20, 0) & 0xffff);
		return;
	}
	at[0] = 0x60;
	put16(at + 4, length);
	at[6] = 17;
	at[7] = ttl;
	memcpy(at + 8, from->address, 16);
	memcpy(at + 24, to->address, 16);
}

void frame_wrap(const struct place *from, const struct place *to, uint8_t ttl, const struct payload *payload,
		struct frame *frame)
{
	uint32_t length = UDP + payload->length, check;
	uint8_t *ip = frame->octets + ETHER, *udp = ip + head_length(from->family);

	memcpy(frame->octets, to->mac, 6);
	memcpy(frame->octets + 6, from->mac, 6);
	put16(frame->octets + 12, from->family == 4 ? 0x0800 : 0x86dd);
	write_ip(ip, from, to, ttl, length);
	put16(udp, from->source_port);
	put16(udp + 2, to->port);
	put16(udp + 4, length);
	put16(udp + 6, 0);
	memcpy(udp + UDP, payload->octets, payload->length);
	check = ~udp_sum(from->address, to->address, from->family, udp, length) & 0xffff;
	put16(udp + 6, check ? check : 0xffff);
	frame->forged = payload->forged;
	frame->length = (uint16_t)(ETHER + head_length(from->family) + length);
}

static const char *unwrap_ip(const uint8_t *ip, const struct place *from, const struct place *to, uint32_t room)
{
	uint32_t octets = from->family == 4 ? 4 : 16;
	const uint8_t *source = ip + (from->family == 4 ? 12 : 8);

	if (from->family == 4) {
		if (ip[0] != 0x45 || sum(ip, 20, 0) != 0xffff)
			return "IPv4 header";
		if (get16(ip + 2) > room || get16(ip + 6) & 0x3fff || ip[9] != 17)
			return "IPv4 fields";
	} else if (ip[0] >> 4 != 6 || get16(ip + 4) + 40 > room || ip[6] != 17) {
		return "IPv6 fields";
	}
	if (ip[from->family == 4 ? 8 : 7] < to->least_ttl)
		return "TTL";
	if (memcmp(source, from->address, octets) != 0 || memcmp(source + octets, to->address, octets) != 0)
		return "addresses";
	return NULL;
}

const char *frame_unwrap(const struct frame *frame, const struct place *from, const struct place *to, struct payload *payload,
			 uint16_t *source_port)
{
	uint32_t head = head_length(from->family), length;
	const uint8_t *ip = frame->octets + ETHER, *udp = ip + head;
	const char *reason;

	if (frame->length < ETHER + head + UDP || get16(frame->octets + 12) != (from->family == 4 ? 0x0800u : 0x86ddu))
		return "Ethernet";
	reason = unwrap_ip(ip, from, to, frame->length - ETHER);
	if (reason != NULL)
		return reason;
	length = get16(udp + 4);
	if (length < UDP || head + length > (uint32_t)frame->length - ETHER || length - UDP > PAYLOAD_MOST)
		return "UDP length";
	if (get16(udp + 2) != to->port)
		return "UDP port";
	if (udp_sum(from->address, to->address, from->family, udp, length) != 0xffff)
		return "UDP checksum";
	*source_port = (uint16_t)get16(udp);
	payload->forged = frame->forged;
	payload->length = (uint8_t)(length - UDP);
	memcpy(payload->octets, udp + UDP, payload->length);
	return NULL;
}
