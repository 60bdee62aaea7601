/* SPDX-License-Identifier: Apache-2.0 */
/* What a program's mempools, bursts and rings are made of. */
#ifndef API_BURST_H
#define API_BURST_H
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <pydp/burst.h>

enum { BURST_MOST = 512 };

struct pydp_mempool {
	struct rte_mempool *pool;
};

struct pydp_burst {
	uint32_t capacity;
	uint32_t length;
	uint64_t received_ns;
	struct rte_mbuf *mbufs[];
};

struct pydp_ring {
	struct rte_ring *ring;
};

#endif
