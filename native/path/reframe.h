/* SPDX-License-Identifier: Apache-2.0 */
/* A packet gets an adjacency's Ethernet header, whatever was in front of its IP header before. */
#ifndef PATH_REFRAME_H
#define PATH_REFRAME_H
#include <rte_mbuf.h>
#include "core/net.h"
#include "path/nexthop.h"

/* False: the buffer has no room for a longer header. */
static inline bool path_reframe(struct rte_mbuf *mbuf, uint8_t *network, const struct path_adjacency *to, uint8_t family)
{
	uint8_t *start = network - to->header_length;
	ptrdiff_t more = rte_pktmbuf_mtod(mbuf, uint8_t *) - start;

	if (more > mbuf->data_off)
		return false;
	mbuf->data_off = (uint16_t)(mbuf->data_off - more);
	mbuf->data_len = (uint16_t)(mbuf->data_len + more);
	mbuf->pkt_len = mbuf->data_len;
	path_adjacency_write(to, start, to->header_length);
	store16(network - 2, family == 4 ? TYPE_IP4 : TYPE_IP6);
	return true;
}

#endif
