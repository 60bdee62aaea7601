/* SPDX-License-Identifier: Apache-2.0 */
/* May a packet that is not for us be forwarded, by its IP header alone? The checks one after the other, in the order of the
 * standards that ask for them; path/plain.h asks the same of several headers at once and decides nothing but that all is well. */
#ifndef CORE_IP_CHECK_H
#define CORE_IP_CHECK_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "counter.h"
#include "net.h"

/* A verdict is the counter of a drop, or one of these. */
enum ip_verdict {
	IP_FORWARD = PYDP_CNT_COUNT,
	IP_EXPIRED,      /* its TTL or hop limit ends here */
	IP_BAD_OPTION,   /* the option at an offset that is given, too, breaks RFC 791's format */
	IP_OUT_OF_SCOPE, /* a link-local source, which means nothing on another link */
};

/* Octets of the smallest Ethernet payload, to which senders pad. */
enum { ETHER_PAYLOAD_MINIMUM = 46 };

/* Addresses in host order. */
static inline bool ip4_is_multicast(uint32_t address)
{
	return address >> 28 == 0xe;
}

/* What no unicast packet on a wire can have for either address: 0/8 and 127/8 (RFC 1122 3.2.1.3), class E with the limited
 * broadcast address (RFC 1112 4), and link-local ones, which routers do not forward (RFC 3927 7). */
static inline bool ip4_is_martian(uint32_t address)
{
	uint32_t network = address >> 24;

	return network == 0 || network == 127 || network >= 240 || address >> 16 == 0xa9fe;
}

enum { IP4_OPTION_END = 0, IP4_OPTION_NOTHING = 1, IP4_OPTION_LOOSE_ROUTE = 131, IP4_OPTION_STRICT_ROUTE = 137 };

/* Options are carried along untouched, Record Route, Timestamp and Router Alert among them (RFC 7126 4.6 to 4.8); a source
 * route is not followed, and stops here (RFC 7126 4.3, 4.4). */
static inline uint32_t ip4_check_options(const uint8_t *header, uint16_t header_length, uint8_t *at)
{
	for (uint16_t i = IP4_LENGTH; i < header_length;) {
		uint8_t length;

		if (header[i] == IP4_OPTION_END)
			break;
		if (header[i] == IP4_OPTION_NOTHING) {
			i++;
			continue;
		}
		*at = (uint8_t)i;
		if (i + 1 >= header_length)
			return IP_BAD_OPTION;
		length = header[i + 1];
		if (length < 2 || i + length > header_length)
			return IP_BAD_OPTION;
		if (header[i] == IP4_OPTION_LOOSE_ROUTE || header[i] == IP4_OPTION_STRICT_ROUTE)
			return PYDP_CNT_DROP_SOURCE_ROUTE;
		i += length;
	}
	return IP_FORWARD;
}

/* RFC 1812 5.2.2 (1) to (5), then 5.2.1.2 and 5.3.7 (addresses), 5.2.4.1 (options), 5.3.1 (TTL). available: octets from the
 * header's start to the frame's end. at: of IP_BAD_OPTION, where the option is. */
static inline uint32_t ip4_check(const uint8_t *header, uint32_t available, uint8_t *at)
{
	uint16_t header_length, total;
	uint32_t source, destination, verdict;

	/* (1) The link layer gave at least the octets of a minimal header. */
	if (available < IP4_LENGTH)
		return PYDP_CNT_DROP_MALFORMED_IP4;
	header_length = (header[0] & 15) * 4;
	total = load16(header + IP4_TOTAL_AT);
	/* (3) The version is 4. (4) The header length is at least 20 octets, and they are there. (5) The total length holds the
	 * header, and the link layer gave that much. Before (2), which needs to know how long the header is. */
	if (header[0] >> 4 != 4 || header_length < IP4_LENGTH || total < header_length || total > available)
		return PYDP_CNT_DROP_MALFORMED_IP4;
	/* (2) The checksum is right. */
	if (!net_ip4_checksum(header, header_length))
		return PYDP_CNT_DROP_CHECKSUM_IP4;
	source = net_load32(header + IP4_SOURCE_AT);
	destination = net_load32(header + IP4_DESTINATION_AT);
	if (ip4_is_martian(source) || ip4_is_multicast(source))
		return PYDP_CNT_DROP_MARTIAN_SOURCE;
	if (ip4_is_multicast(destination))
		return PYDP_CNT_DROP_MULTICAST;
	if (ip4_is_martian(destination))
		return PYDP_CNT_DROP_MARTIAN_DESTINATION;
	verdict = ip4_check_options(header, header_length, at);
	if (verdict != IP_FORWARD)
		return verdict;
	return header[IP4_TTL_AT] <= 1 ? (uint32_t)IP_EXPIRED : (uint32_t)IP_FORWARD;
}

static inline bool ip6_is_link_local(const uint8_t *address)
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/* What no unicast packet on a wire can have: the unspecified address, loopback, and IPv4-mapped addresses (RFC 4291 2.5.2,
 * 2.5.3, 2.5.5.2). */
static inline bool ip6_is_martian(const uint8_t *address)
{
	static const uint8_t zero[10];

	if (memcmp(address, zero, sizeof(zero)) != 0)
		return false;
	if (address[10] == 0xff && address[11] == 0xff)
		return true;
	return address[10] == 0 && address[11] == 0 && address[12] == 0 && address[13] == 0 && address[14] == 0 &&
	       address[15] <= 1;
}

/* RFC 8200 3 (version, length), RFC 4291 2.5 to 2.7 (addresses), RFC 8200 3 (hop limit). Extension headers are no business of
 * a router on the way, hop-by-hop options among them (RFC 8200 4.3, RFC 9673 5.1). */
static inline uint32_t ip6_check(const uint8_t *header, uint32_t available)
{
	const uint8_t *source = header + IP6_SOURCE_AT, *destination = header + IP6_DESTINATION_AT;
	uint16_t length;

	if (!net_ip6_shape(header, available, &length))
		return PYDP_CNT_DROP_MALFORMED_IP6;
	if (source[0] == 0xff || ip6_is_martian(source))
		return PYDP_CNT_DROP_MARTIAN_SOURCE;
	if (destination[0] == 0xff)
		return PYDP_CNT_DROP_MULTICAST;
	if (ip6_is_martian(destination) || ip6_is_link_local(destination))
		return PYDP_CNT_DROP_MARTIAN_DESTINATION;
	if (header[IP6_HOP_LIMIT_AT] <= 1)
		return IP_EXPIRED;
	return ip6_is_link_local(source) ? (uint32_t)IP_OUT_OF_SCOPE : (uint32_t)IP_FORWARD;
}

#endif
