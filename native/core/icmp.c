/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of when an error stays unsaid, and the octets of one. */
#include "icmp.h"
#include "checksum.h"
#include "net.h"

enum {
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_TYPES = 18, /* the last that RFC 792 and RFC 950 know */
	IP4_TOS_AT = 1,
	IP4_ID_AT = 4,
	TOS_BITS = 0x1e,
	PRECEDENCE_INTERNETWORK_CONTROL = 0xc0,
	FRAGMENT_OFFSET = 0x1fff,
	IP6_EXTENSIONS = 8
};

static bool is_error4(uint8_t type)
{
	return type == ICMP4_UNREACHABLE || type == ICMP4_SOURCE_QUENCH || type == ICMP4_REDIRECT || type == ICMP4_EXPIRED ||
	       type == ICMP4_PARAMETER || type > ICMP4_TYPES;
}

bool icmp4_may_tell(const uint8_t *header, uint32_t length)
{
	uint32_t header_length = (header[0] & 15u) * 4;

	if ((load16(header + IP4_FRAGMENT_AT) & FRAGMENT_OFFSET) != 0)
		return false;
	return header[IP4_PROTOCOL_AT] != PROTOCOL_ICMP || (length > header_length && !is_error4(header[header_length]));
}

bool icmp6_may_tell(const uint8_t *header, uint32_t length)
{
	uint8_t next = header[IP6_NEXT_AT];
	uint32_t at = IP6_LENGTH;

	for (uint32_t i = 0; i < IP6_EXTENSIONS; i++) {
		bool is_fragment = next == PROTOCOL_FRAGMENT;

		if (next == PROTOCOL_ICMP6)
			return at < length && header[at] >= ICMP6_ECHO && header[at] != ICMP6_REDIRECT;
		if (!is_fragment && next != PROTOCOL_HOP_BY_HOP && next != PROTOCOL_ROUTING &&
		    next != PROTOCOL_DESTINATION_OPTIONS)
			return true;
		if (at + 8 > length)
			return false;
		next = header[at];
		/* Behind a later fragment's header there is no header. */
		if (is_fragment && (load16(header + at + 2) & 0xfff8) != 0)
			return next != PROTOCOL_ICMP6;
		at += is_fragment ? 8 : (header[at + 1] + 1u) * 8;
	}
	return false;
}

static uint32_t build_icmp(const struct icmp_error *error, const uint8_t *packet, uint32_t quoted, uint16_t pseudo,
			   uint8_t *out)
{
	uint16_t checksum;

	out[0] = error->type;
	out[1] = error->code;
	store16(out + ICMP_CHECKSUM_AT, 0);
	store16(out + ICMP_REST_AT, (uint16_t)(error->rest >> 16));
	store16(out + ICMP_REST_AT + 2, (uint16_t)error->rest);
	memcpy(out + ICMP_LENGTH, packet, quoted);
	checksum = (uint16_t)~checksum_add(pseudo, checksum_sum(out, ICMP_LENGTH + quoted));
	memcpy(out + ICMP_CHECKSUM_AT, &checksum, sizeof(checksum));
	return ICMP_LENGTH + quoted;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint32_t icmp4_build(const struct icmp_error *error, const uint8_t *packet, uint32_t length, uint8_t *out)
{
	uint32_t quoted = least(length, ICMP4_MOST - IP4_LENGTH - ICMP_LENGTH);
	uint16_t checksum;

	memset(out, 0, IP4_LENGTH);
	out[0] = 0x45;
	/* RFC 1812 4.3.2.5 */
	out[IP4_TOS_AT] = (packet[IP4_TOS_AT] & TOS_BITS) | PRECEDENCE_INTERNETWORK_CONTROL;
	store16(out + IP4_TOTAL_AT, (uint16_t)(IP4_LENGTH + ICMP_LENGTH + quoted));
	store16(out + IP4_ID_AT, error->id);
	out[IP4_TTL_AT] = ICMP_TTL;
	out[IP4_PROTOCOL_AT] = PROTOCOL_ICMP;
	memcpy(out + IP4_SOURCE_AT, error->source, 4);
	memcpy(out + IP4_DESTINATION_AT, error->destination, 4);
	checksum = (uint16_t)~checksum_sum(out, IP4_LENGTH);
	memcpy(out + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	return IP4_LENGTH + build_icmp(error, packet, quoted, 0, out + IP4_LENGTH);
}

uint32_t icmp6_build(const struct icmp_error *error, const uint8_t *packet, uint32_t length, uint8_t *out)
{
	uint32_t quoted = least(length, ICMP6_MOST - IP6_LENGTH - ICMP_LENGTH);
	uint16_t payload = (uint16_t)(ICMP_LENGTH + quoted), pseudo;

	memset(out, 0, IP6_LENGTH);
	out[0] = 0x60;
	store16(out + IP6_PAYLOAD_AT, payload);
	out[IP6_NEXT_AT] = PROTOCOL_ICMP6;
	out[IP6_HOP_LIMIT_AT] = ICMP_TTL;
	memcpy(out + IP6_SOURCE_AT, error->source, 16);
	memcpy(out + IP6_DESTINATION_AT, error->destination, 16);
	pseudo = checksum_pseudo(out + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, payload);
	return IP6_LENGTH + build_icmp(error, packet, quoted, pseudo, out + IP6_LENGTH);
}
