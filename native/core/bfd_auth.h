/* SPDX-License-Identifier: Apache-2.0 */
/* The authentication section behind the mandatory section of a BFD packet (RFC 5880 4.2 to 4.4): read, not verified. */
#ifndef CORE_BFD_AUTH_H
#define CORE_BFD_AUTH_H
#include <stdint.h>
#include <pydp/key_chain.h>
#include "bfd_packet.h"

struct bfd_auth {
	uint8_t type;      /* enum pydp_auth_type; as it stands in the packet when refused */
	uint8_t length;    /* Auth Len */
	uint8_t key_id;    /* 0 when refused */
	uint32_t sequence; /* types 2 to 5 */
};

/* data: the whole BFD packet, packet->length octets; packet: as bfd_packet_parse filled it. Without the A bit *auth is all
 * zero. A section has to end where the packet does. */
enum bfd_fault bfd_auth_parse(const uint8_t *data, const struct bfd_packet *packet, struct bfd_auth *auth);

#endif
