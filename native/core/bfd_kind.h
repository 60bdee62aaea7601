/* SPDX-License-Identifier: Apache-2.0 */
/* Which BFD a UDP datagram is, by its ports, and what that kind asks of a control packet beyond RFC 5880 6.8.6. Needs no
 * session. */
#ifndef CORE_BFD_KIND_H
#define CORE_BFD_KIND_H
#include <stdbool.h>
#include <stdint.h>
#include "bfd_packet.h"

enum {
	BFD_UDP_PORT = 3784,          /* RFC 5881 section 4 */
	BFD_UDP_PORT_ECHO = 3785,     /* RFC 5881 section 4 */
	BFD_UDP_PORT_MULTIHOP = 4784, /* RFC 5883 section 5 */
	BFD_UDP_PORT_MICRO = 6784,    /* RFC 7130 section 2.2 */
	BFD_UDP_PORT_SBFD = 7784,     /* RFC 7881 section 2 */
	BFD_TTL = 255                 /* RFC 5881 section 5 */
};

/* The values are those of enum pydp_replay_kind. */
enum bfd_kind {
	BFD_KIND_OTHER = 0,
	BFD_KIND_SINGLE_HOP = 1,
	BFD_KIND_MULTIHOP = 2,
	BFD_KIND_MICRO = 3,
	BFD_KIND_SBFD_REQUEST = 4,
	BFD_KIND_SBFD_REPLY = 5,
	BFD_KIND_ECHO = 6
};

/* From and to 7784 is a request: bfd_kind_check refuses it, so that two reflectors cannot answer each other for ever. */
static inline enum bfd_kind bfd_kind_of(uint16_t source_port, uint16_t destination_port)
{
	switch (destination_port) {
	case BFD_UDP_PORT:
		return BFD_KIND_SINGLE_HOP;
	case BFD_UDP_PORT_ECHO:
		return BFD_KIND_ECHO;
	case BFD_UDP_PORT_MULTIHOP:
		return BFD_KIND_MULTIHOP;
	case BFD_UDP_PORT_MICRO:
		return BFD_KIND_MICRO;
	case BFD_UDP_PORT_SBFD:
		return BFD_KIND_SBFD_REQUEST;
	default:
		return source_port == BFD_UDP_PORT_SBFD ? BFD_KIND_SBFD_REPLY : BFD_KIND_OTHER;
	}
}

/* Where a session that hears this kind sends its packets. */
static inline uint16_t bfd_kind_port(enum bfd_kind heard)
{
	switch (heard) {
	case BFD_KIND_MULTIHOP:
		return BFD_UDP_PORT_MULTIHOP;
	case BFD_KIND_MICRO:
		return BFD_UDP_PORT_MICRO;
	case BFD_KIND_SBFD_REPLY:
		return BFD_UDP_PORT_SBFD;
	case BFD_KIND_ECHO:
		return BFD_UDP_PORT_ECHO;
	default:
		return BFD_UDP_PORT;
	}
}

/* Whether packets of this kind may have passed routers: they come in on any port, with a TTL below 255. */
static inline bool bfd_kind_routed(enum bfd_kind kind)
{
	return kind == BFD_KIND_MULTIHOP || kind == BFD_KIND_SBFD_REQUEST || kind == BFD_KIND_SBFD_REPLY;
}

static inline enum bfd_fault bfd_kind_check_sbfd(enum bfd_kind kind, const struct bfd_packet *packet, uint16_t source_port)
{
	bool demand = packet->flags & BFD_FLAG_DEMAND;

	if (kind == BFD_KIND_SBFD_REQUEST && source_port == BFD_UDP_PORT_SBFD)
		return BFD_FAULT_SBFD_PORTS;
	if (demand != (kind == BFD_KIND_SBFD_REQUEST))
		return BFD_FAULT_SBFD_DEMAND;
	if (packet->your_discriminator == 0)
		return BFD_FAULT_SBFD_YOUR_DISCRIMINATOR;
	if (kind == BFD_KIND_SBFD_REPLY && packet->state != PYDP_BFD_UP && packet->state != PYDP_BFD_ADMIN_DOWN)
		return BFD_FAULT_SBFD_STATE;
	return BFD_ACCEPTED;
}

/* For a packet that bfd_packet_parse accepted. Single hop and micro: TTL 255, unless authentication is in use (RFC 5881
 * section 5, RFC 7130 section 2). S-BFD: RFC 7880 section 7, RFC 7881 section 2. Echo has no rules. */
static inline enum bfd_fault bfd_kind_check(enum bfd_kind kind, const struct bfd_packet *packet, uint16_t source_port,
					    uint8_t ttl)
{
	switch (kind) {
	case BFD_KIND_SINGLE_HOP:
	case BFD_KIND_MICRO:
		return ttl == BFD_TTL || packet->flags & BFD_FLAG_AUTHENTICATION ? BFD_ACCEPTED : BFD_FAULT_TTL;
	case BFD_KIND_SBFD_REQUEST:
	case BFD_KIND_SBFD_REPLY:
		return bfd_kind_check_sbfd(kind, packet, source_port);
	default:
		return BFD_ACCEPTED;
	}
}

#endif
