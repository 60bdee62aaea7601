/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP and ICMPv6 errors (RFC 792, RFC 1812 4.3, RFC 4443): whether one may be sent about a packet, and how it looks. Whether
 * the rate allows it, and from which address it comes, is the caller's. */
#ifndef CORE_ICMP_H
#define CORE_ICMP_H
#include <stdbool.h>
#include <stdint.h>

enum {
	ICMP_LENGTH = 8,
	ICMP_CHECKSUM_AT = 2,
	ICMP_REST_AT = 4,
	ICMP_TTL = 64,
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_ECHO = 8,
	ICMP4_EXPIRED = 11,
	ICMP4_PARAMETER = 12,
	ICMP4_CODE_NETWORK = 0,
	ICMP4_CODE_HOST = 1,
	ICMP4_CODE_TOO_BIG = 4,
	ICMP4_CODE_PROHIBITED = 13,
	ICMP4_MOST = 576, /* octets of an error in all (RFC 1812 4.3.2.3) */
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_EXPIRED = 3,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_SOLICITATION = 135,
	ICMP6_ADVERTISEMENT = 136,
	ICMP6_REDIRECT = 137,
	ICMP6_CODE_NO_ROUTE = 0,
	ICMP6_CODE_PROHIBITED = 1,
	ICMP6_CODE_SCOPE = 2,
	ICMP6_CODE_ADDRESS = 3,
	ICMP6_MOST = 1280 /* RFC 4443 2.4 (c) */
};

/* What is said, to whom and from where: addresses of 4 or 16 octets. */
struct icmp_error {
	uint8_t type, code;
	uint32_t rest; /* the MTU, or of a parameter problem the pointer in the high octet */
	uint16_t id;   /* of IPv4 */
	const uint8_t *source;
	const uint8_t *destination;
};

/* Not about an ICMP error, an ICMP type that is not known, or a fragment other than the first (RFC 1812 4.3.2.7). The header's
 * shape was found; length: octets of the datagram that are there. What addresses forbid is not looked at here. */
bool icmp4_may_tell(const uint8_t *header, uint32_t length);
/* Not about an ICMPv6 error or redirect, nor what may be one: its type is not there to be read (RFC 4443 2.4 (e)). */
bool icmp6_may_tell(const uint8_t *header, uint32_t length);

/* The whole error, IP header first; packet: what it is about, from its IP header on, of which as much is quoted as may be. out
 * has room for ICMP4_MOST or ICMP6_MOST octets. Returns how many they are. */
uint32_t icmp4_build(const struct icmp_error *error, const uint8_t *packet, uint32_t length, uint8_t *out);
uint32_t icmp6_build(const struct icmp_error *error, const uint8_t *packet, uint32_t length, uint8_t *out);

#endif
