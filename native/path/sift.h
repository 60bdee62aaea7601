/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at a burst on a port that forwards: untagged IP for our MAC address that is surely not for an address of ours,
 * and whose header passes every check, leaves here, and the rest goes on to be classified. */
#ifndef PATH_SIFT_H
#define PATH_SIFT_H
#include "path/packet.h"

/* Fills four and six of transit; returns how many are left, in rest. Packets of one family stay in order. */
uint16_t path_sift(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_transit *transit,
		   struct rte_mbuf **rest);

#endif
