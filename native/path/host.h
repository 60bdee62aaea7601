/* SPDX-License-Identifier: Apache-2.0 */
/* What a port has for the host beside it, in two bounded queues: control traffic goes first, and half of what may go at once
 * is kept for it. Who carries it to the host, and what the host sends, is the engine's. */
#ifndef PATH_HOST_H
#define PATH_HOST_H
#include "core/token_bucket.h"
#include "path/packet.h"

enum path_host_class {
	PATH_HOST_CONTROL, /* ARP and ND, what is marked as network control, BGP */
	PATH_HOST_REST,
	PATH_HOST_CLASSES
};

enum { PATH_HOST_QUEUE = 256 };

struct path_host {
	uint32_t rate; /* packets a second */
	uint32_t most; /* octets of a frame; a driver that will not have one leaves those behind it, too */
	struct token_bucket bucket;
	struct path_host_queue {
		uint32_t first, count;
		struct rte_mbuf *mbufs[PATH_HOST_QUEUE];
	} queues[PATH_HOST_CLASSES];
};

/* A packet of kind PATH_HOST, as it came: queued, or counted and freed. */
void path_host_receive(struct path_port *port, const struct path_packet *packet, uint64_t now_ns);
/* The same of ARP and ND, when the port has a host; without one it is freed. Nothing else is counted. */
void path_host_copy(struct path_port *port, struct rte_mbuf *mbuf, uint64_t now_ns);
/* The next packets for the host, control traffic first; the caller's from then on. */
uint16_t path_host_take(struct path_host *host, struct rte_mbuf **mbufs, uint16_t count);

#endif
