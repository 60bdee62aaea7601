/* SPDX-License-Identifier: Apache-2.0 */
/* Data that comes to an end of a memory link by the clock, in one queue with what the other end sends: first come, first served.
 * Whoever receives writes it as it looks, so it takes no core; for measuring what a receiver does at a rate. */
#ifndef IO_LOAD_H
#define IO_LOAD_H
#include "io/port.h"

struct load;

/* For a port that nobody polls, in place of the one before. */
int load_give(struct pydp_port *port, const struct pydp_load_config *config);
/* Thousandths of a packet a second; 0: none. Any thread. */
int load_rate(struct pydp_port *port, uint64_t millirate);
int load_read(const struct pydp_port *port, struct pydp_load_stats *stats);
void load_free(struct load *load, struct pydp_port *port);

/* For the thread that receives: at most count, of what came and of what waits in ring. */
uint16_t load_receive(struct load *load, struct rte_ring *ring, struct rte_mempool *pool, struct rte_mbuf **mbufs,
		      uint16_t count);
/* As of the last look, but for what waits in ring. */
uint32_t load_waiting(const struct load *load);
/* Lost because the queue was full, the other end's among it. */
uint64_t load_missed(const struct load *load);

#endif
