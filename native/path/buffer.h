/* SPDX-License-Identifier: Apache-2.0 */
/* Packet buffers for what a worker itself has to say, asked for before they are needed: another core had them last. */
#ifndef PATH_BUFFER_H
#define PATH_BUFFER_H
#include <rte_mbuf.h>

enum { PATH_BUFFER_AHEAD = 6, PATH_BUFFER_LINES = 2 };

/* The buffer's head and where its packet begins, for writing. */
static inline void path_buffer_foresee(struct rte_mbuf *mbuf)
{
	const uint8_t *packet = (const uint8_t *)(mbuf + 1) + RTE_PKTMBUF_HEADROOM;

	__builtin_prefetch(mbuf, 1);
	for (uint32_t line = 0; line < PATH_BUFFER_LINES; line++)
		__builtin_prefetch(packet + line * RTE_CACHE_LINE_SIZE, 1);
}

/* As rte_pktmbuf_alloc, for packets that ask nothing of the driver; NULL: there is none. The second line of the head is left
 * alone: that a buffer of the pool has no next one is DPDK's rule, and offload lengths are only read where a flag asks for it. */
static inline struct rte_mbuf *path_buffer_take(struct rte_mempool *pool)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());
	struct rte_mbuf *mbuf;

	if (rte_mempool_generic_get(pool, (void **)&mbuf, 1, cache) != 0)
		return NULL;
	if (cache != NULL && cache->len >= PATH_BUFFER_AHEAD)
		path_buffer_foresee(cache->objs[cache->len - PATH_BUFFER_AHEAD]);
	mbuf->vlan_tci = mbuf->vlan_tci_outer = 0;
	mbuf->port = RTE_MBUF_PORT_INVALID;
	mbuf->ol_flags &= RTE_MBUF_F_EXTERNAL;
	mbuf->packet_type = 0;
	rte_pktmbuf_reset_headroom(mbuf);
	return mbuf;
}

#endif
