/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding of what classify found to be in transit: header checks, look-up, next hop, rewrite, each over the whole burst, to the
 * stage of the port that a packet leaves by. What is not plain leaves as an exception. */
#ifndef PATH_FORWARD_H
#define PATH_FORWARD_H
#include "fib/fib.h"
#include "path/exception.h"
#include "path/nexthop.h"
#include "path/packet.h"
#include "path/stages.h"

struct path_forward {
	const struct fib *fib; /* NULL: no routes yet */
	struct path_nexthops nexthops;
	struct path_port **ports;
	/* The adjacency of the neighbour with that address, PATH_ADJACENCY_NONE when it is not known. */
	uint32_t (*neighbour)(void *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets);
	void *engine;
	struct path_stages *stages;
	struct path_exceptions exceptions;
};

/* Consumes the packets: staged, waiting as exceptions, or counted and freed. */
void path_forward(struct path_forward *forward, struct path_port *from, struct path_transit *transit);
#endif
