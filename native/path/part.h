/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at a burst by a worker that has neither sessions nor neighbours: what is surely in transit it forwards itself, and
 * the rest is for the worker that has them, control packets apart. */
#ifndef PATH_PART_H
#define PATH_PART_H
#include "path/own.h"
#include "path/packet.h"

struct path_leftover {
	uint16_t control_count, other_count;
	struct rte_mbuf *control[PATH_BURST]; /* BFD, ARP and neighbour discovery, by their look */
	struct rte_mbuf *other[PATH_BURST];
};

/* Nothing is freed, and what is left over is as it came. What is taken for transit is what path_classify takes for it. */
void path_part(const struct path_own *own, struct path_port *port, struct rte_mbuf **mbufs, uint16_t count,
	       struct path_transit *transit, struct path_leftover *leftover);

#endif
