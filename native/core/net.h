/* SPDX-License-Identifier: Apache-2.0 */
/* Link-layer, IP and UDP headers, read without trust: their shapes (octet offsets, network order), the checks that the live
 * receive path takes one by one, and a whole walk for frames of a capture. What a payload means is not known here. */
#ifndef CORE_NET_H
#define CORE_NET_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "checksum.h"

enum {
	ETHER_LENGTH = 14,
	ETHER_TYPE_AT = 12,
	VLAN_LENGTH = 4,
	TYPE_IP4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_VLAN = 0x8100,         /* 802.1Q */
	TYPE_VLAN_SERVICE = 0x88a8, /* 802.1ad */
	TYPE_VLAN_OLD = 0x9100,     /* outer tags before 802.1ad */
	TYPE_IP6 = 0x86dd,
	IP4_LENGTH = 20,
	IP4_TOTAL_AT = 2,
	IP4_FRAGMENT_AT = 6,
	IP4_TTL_AT = 8,
	IP4_PROTOCOL_AT = 9,
	IP4_CHECKSUM_AT = 10,
	IP4_SOURCE_AT = 12,
	IP4_DESTINATION_AT = 16,
	IP6_LENGTH = 40,
	IP6_PAYLOAD_AT = 4,
	IP6_NEXT_AT = 6,
	IP6_HOP_LIMIT_AT = 7,
	IP6_SOURCE_AT = 8,
	IP6_DESTINATION_AT = 24,
	UDP_LENGTH = 8,
	UDP_LENGTH_AT = 4,
	UDP_CHECKSUM_AT = 6,
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_ICMP6 = 58,
	PROTOCOL_DESTINATION_OPTIONS = 60,
	ARP_LENGTH = 28
};

static inline uint16_t load16(const uint8_t *in)
{
	return (uint16_t)(in[0] << 8 | in[1]);
}

static inline uint32_t net_load32(const uint8_t *in)
{
	return (uint32_t)load16(in) << 16 | load16(in + 2);
}

static inline void store16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}

/* The checks of one header each. available: octets of the packet from the header's start on; where a check is not told them,
 * the shape was found right before. */

/* Also gives the header's own length and the whole packet's. */
static inline bool net_ip4_shape(const uint8_t *header, uint32_t available, uint16_t *header_length, uint16_t *total)
{
	if (available < IP4_LENGTH || header[0] >> 4 != 4)
		return false;
	*header_length = (header[0] & 15) * 4;
	*total = load16(header + IP4_TOTAL_AT);
	return *header_length >= IP4_LENGTH && *total >= *header_length && *total <= available;
}

static inline bool net_ip4_checksum(const uint8_t *header, uint16_t header_length)
{
	return checksum_sum(header, header_length) == 0xffff;
}

static inline bool net_ip4_fragment(const uint8_t *header)
{
	return (load16(header + IP4_FRAGMENT_AT) & 0x3fff) != 0;
}

/* Also gives the length of what is behind the header. */
static inline bool net_ip6_shape(const uint8_t *header, uint32_t available, uint16_t *payload_length)
{
	if (available < IP6_LENGTH || header[0] >> 4 != 6)
		return false;
	*payload_length = load16(header + IP6_PAYLOAD_AT);
	return *payload_length <= available - IP6_LENGTH;
}

/* Also gives the datagram's length, header included. */
static inline bool net_udp_shape(const uint8_t *udp, uint32_t available, uint16_t *udp_length)
{
	if (available < UDP_LENGTH)
		return false;
	*udp_length = load16(udp + UDP_LENGTH_AT);
	return *udp_length >= UDP_LENGTH && *udp_length <= available;
}

/* A kernel that sends over veth or to a packet socket leaves the sum over the pseudo-header in the field, to be finished by a
 * NIC that is not there; that very value is taken as right. Zero means "no checksum" over IPv4 only (RFC 768, RFC 8200 8.1).
 * addresses: source and destination, one after the other. */
static inline bool net_udp_checksum(const uint8_t *udp, uint16_t udp_length, const uint8_t *addresses, uint8_t family)
{
	uint16_t field, pseudo;

	memcpy(&field, udp + UDP_CHECKSUM_AT, sizeof(field));
	if (field == 0)
		return family == 4;
	pseudo = checksum_pseudo(addresses, family, PROTOCOL_UDP, udp_length);
	return field == pseudo || checksum_add(pseudo, checksum_sum(udp, udp_length)) == 0xffff;
}

/* The whole walk, for frames of a capture, of which less may be there than was on the wire. */

enum net_fault {
	NET_OK = 0,
	NET_SNAPPED,        /* the captured octets end before what has to be read */
	NET_UNKNOWN_LINK,   /* a link type that net_link does not know */
	NET_MALFORMED_LINK, /* more than NET_VLANS tags, or raw IP of no known version */
	NET_OTHER_TYPE,     /* neither IPv4 nor IPv6; the frame's type says what */
	NET_MALFORMED_IP4,
	NET_CHECKSUM_IP4,
	NET_MALFORMED_IP6, /* also extension headers that exceed the packet, or more than NET_EXTENSIONS */
	NET_FRAGMENT,
	NET_OTHER_PROTOCOL,
	NET_MALFORMED_UDP,
	NET_CHECKSUM_UDP
};

enum { NET_VLANS = 4, NET_EXTENSIONS = 8 };

/* LINKTYPE_ numbers of capture files. */
enum net_link_type {
	NET_LINK_NULL = 0,
	NET_LINK_ETHERNET = 1,
	NET_LINK_RAW_12 = 12,
	NET_LINK_RAW_14 = 14,
	NET_LINK_RAW = 101,
	NET_LINK_LOOP = 108,
	NET_LINK_SLL = 113,
	NET_LINK_IP4 = 228,
	NET_LINK_IP6 = 229,
	NET_LINK_SLL2 = 276
};

struct net_frame {
	uint32_t network_at; /* where the IP header begins; never beyond captured */
	uint32_t link_index; /* SLL2's interface index; 0: not known */
	uint16_t type;       /* ethertype behind all tags; 0: the link type has none */
	uint16_t vlan;       /* id of the innermost tag; 0: none */
	uint8_t vlans;       /* tags */
};

/* NULL and LOOP are read in both byte orders, tags are read behind cooked headers, too. The frame is filled as far as it was
 * read. */
enum net_fault net_link(uint16_t link_type, const uint8_t *data, uint32_t captured, struct net_frame *frame);

/* What could not be read is NULL or 0. */
struct net_datagram {
	const uint8_t *source; /* 4 or 16 octets, the destination right behind */
	const uint8_t *destination;
	const uint8_t *payload;    /* behind the UDP header; of another protocol or a fragment, behind the IP headers */
	uint32_t payload_captured; /* octets of it that are there */
	uint16_t payload_length;   /* by UDP's length, else by IP's */
	uint16_t source_port;      /* UDP only, also of a datagram with a fault */
	uint16_t destination_port;
	uint8_t family; /* 4 or 6 */
	uint8_t protocol;
	uint8_t ttl;
};

/* type: TYPE_IP4 or TYPE_IP6; captured: octets that are there; wire: octets that there were, at least captured. IPv6's
 * hop-by-hop, routing and destination options are walked.
 * IPv4's checksum is verified; 0 is taken as "left to the NIC". UDP's is verified for ports that carry BFD, as nobody asks for
 * others, when the whole datagram was captured, and not behind a routing header that is not done. A datagram with a wrong checksum is
 * read to its ports nevertheless. */
enum net_fault net_datagram(uint16_t type, const uint8_t *network, uint32_t captured, uint32_t wire,
			    struct net_datagram *datagram);

#endif
