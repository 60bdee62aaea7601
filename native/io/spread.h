/* SPDX-License-Identifier: Apache-2.0 */
/* Which receive queue a packet goes to where no NIC says so. */
#ifndef IO_SPREAD_H
#define IO_SPREAD_H
#include <stdint.h>
#include <rte_mbuf.h>

/* From 0 to queues - 1: one for all packets of a flow; 0 for what is not IP. */
uint16_t spread_queue(const struct rte_mbuf *mbuf, uint16_t queues);

#endif
