/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict is always ip_check.h's; what is asked again here is only which of the conditions behind one verdict it was. */
#include "ip_clause.h"
#include "icmp.h"
#include "ip_check.h"

static const char *malformed4(const uint8_t *header, uint32_t available)
{
	uint16_t header_length, total;

	if (available < IP4_LENGTH)
		return "RFC 1812 5.2.2 (1): the frame has less than the 20 octets of a header";
	header_length = (header[0] & 15) * 4;
	total = load16(header + IP4_TOTAL_AT);
	if (header[0] >> 4 != 4)
		return "RFC 1812 5.2.2 (3): the version is not 4";
	if (header_length < IP4_LENGTH)
		return "RFC 1812 5.2.2 (4): the header length is below 20 octets";
	if (total < header_length)
		return "RFC 1812 5.2.2 (5): the total length is below the header's";
	return "RFC 1812 5.2.2: the total length is beyond the frame's end";
}

static const char *martian4(uint32_t address, const char *loopback, const char *link_local, const char *reserved)
{
	if (address >> 24 == 0 || address >> 24 == 127)
		return loopback;
	return address >> 16 == 0xa9fe ? link_local : reserved;
}

static const char *source4(uint32_t source)
{
	if (ip4_is_multicast(source))
		return "RFC 1812 5.3.7: the source address is multicast";
	return martian4(source, "RFC 1812 5.3.7, RFC 1122 3.2.1.3: the source address is in 0.0.0.0/8 or 127.0.0.0/8",
			"RFC 3927 7: the source address is link-local",
			"RFC 1812 5.3.7, RFC 1112 4: the source address is in 240.0.0.0/4");
}

static const char *destination4(uint32_t destination)
{
	return martian4(destination, "RFC 1812 5.3.7, RFC 1122 3.2.1.3: the destination address is in 0.0.0.0/8 or 127.0.0.0/8",
			"RFC 3927 7: the destination address is link-local",
			"RFC 1812 5.3.7, RFC 1112 4: the destination address is in 240.0.0.0/4");
}

static const char *clause4(const uint8_t *header, uint32_t available)
{
	uint8_t at;

	switch (ip4_check(header, available, &at)) {
	case PYDP_CNT_DROP_MALFORMED_IP4:
		return malformed4(header, available);
	case PYDP_CNT_DROP_CHECKSUM_IP4:
		return "RFC 1812 5.2.2 (2): the header checksum is wrong";
	case PYDP_CNT_DROP_MARTIAN_SOURCE:
		return source4(net_load32(header + IP4_SOURCE_AT));
	case PYDP_CNT_DROP_MULTICAST:
		return "RFC 1812 5.2.1.1: the destination address is multicast, and there is no multicast routing";
	case PYDP_CNT_DROP_MARTIAN_DESTINATION:
		return destination4(net_load32(header + IP4_DESTINATION_AT));
	case IP_BAD_OPTION:
		return "RFC 1812 5.2.4.1, RFC 791 3.1: an option has no length, or one below 2 or beyond the header's end";
	case PYDP_CNT_DROP_SOURCE_ROUTE:
		return "RFC 7126 4.3, 4.4: a source route is not followed";
	case IP_EXPIRED:
		return "RFC 1812 5.3.1: the TTL is 0 or 1";
	default:
		return NULL;
	}
}

static const char *source6(const uint8_t *source)
{
	if (source[0] == 0xff)
		return "RFC 4291 2.7: the source address is multicast";
	if (source[10] == 0xff)
		return "RFC 4291 2.5.5.2: the source address is IPv4-mapped, which stands in no packet";
	return "RFC 4291 2.5.2, 2.5.3: the source address is unspecified or loopback";
}

static const char *destination6(const uint8_t *destination)
{
	if (ip6_is_link_local(destination))
		return "RFC 4291 2.5.6: the destination address is link-local";
	if (destination[10] == 0xff)
		return "RFC 4291 2.5.5.2: the destination address is IPv4-mapped, which stands in no packet";
	return "RFC 4291 2.5.2, 2.5.3: the destination address is unspecified or loopback";
}

static const char *malformed6(const uint8_t *header, uint32_t available)
{
	if (available < IP6_LENGTH)
		return "RFC 8200 3: the frame has less than the 40 octets of a header";
	return header[0] >> 4 != 6 ? "RFC 8200 3: the version is not 6"
				   : "RFC 8200 3: the payload length is beyond the frame's end";
}

static const char *clause6(const uint8_t *header, uint32_t available)
{
	switch (ip6_check(header, available)) {
	case PYDP_CNT_DROP_MALFORMED_IP6:
		return malformed6(header, available);
	case PYDP_CNT_DROP_MARTIAN_SOURCE:
		return source6(header + IP6_SOURCE_AT);
	case PYDP_CNT_DROP_MULTICAST:
		return "RFC 4291 2.7: the destination address is multicast, and there is no multicast routing";
	case PYDP_CNT_DROP_MARTIAN_DESTINATION:
		return destination6(header + IP6_DESTINATION_AT);
	case IP_EXPIRED:
		return "RFC 8200 3: the hop limit is 0 or 1";
	case IP_OUT_OF_SCOPE:
		return "RFC 4291 2.5.6: the source address is link-local, and means nothing on another link";
	default:
		return NULL;
	}
}

const char *ip_clause(uint8_t family, const uint8_t *header, uint32_t available)
{
	return family == 4 ? clause4(header, available) : clause6(header, available);
}

static const char *silence4(const uint8_t *header, uint32_t available)
{
	uint16_t header_length, total;

	if (!net_ip4_shape(header, available, &header_length, &total) || icmp4_may_tell(header, total))
		return NULL;
	if ((load16(header + IP4_FRAGMENT_AT) & 0x1fff) != 0)
		return "RFC 1812 4.3.2.7: it is a fragment other than the first";
	return "RFC 1812 4.3.2.7: it is an ICMP error, or may be one: its type is unknown, or not there";
}

static const char *silence6(const uint8_t *header, uint32_t available)
{
	uint16_t length;

	if (!net_ip6_shape(header, available, &length) || icmp6_may_tell(header, IP6_LENGTH + (uint32_t)length))
		return NULL;
	return "RFC 4443 2.4 (e): it is an ICMPv6 error or redirect, or may be one: its type is not there to be read";
}

const char *ip_silence(uint8_t family, const uint8_t *header, uint32_t available)
{
	return family == 4 ? silence4(header, available) : silence6(header, available);
}
