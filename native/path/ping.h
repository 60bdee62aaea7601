/* SPDX-License-Identifier: Apache-2.0 */
/* Echo requests to an address of ours (RFC 792, RFC 4443 4), answered in their own buffers. */
#ifndef PATH_PING_H
#define PATH_PING_H
#include <stdbool.h>
#include "path/packet.h"

/* A packet of kind PATH_PING: its buffer becomes the answer, its data beginning with the IP header. False when the request is
 * malformed; nothing has changed then. id: the answer's identification, of IPv4. */
bool path_ping_turn(struct path_packet *packet, uint16_t id);

#endif
