/* SPDX-License-Identifier: Apache-2.0 */
/* Data that is left aside for control traffic. */
#ifndef PATH_SHED_H
#define PATH_SHED_H
#include "path/packet.h"

static inline void path_shed(struct path_port *path, struct path_transit *transit)
{
	for (uint16_t i = 0; i < transit->odd_count; i++)
		rte_pktmbuf_free(transit->odd[i].mbuf);
	rte_pktmbuf_free_bulk(transit->four.mbufs, transit->four_count);
	rte_pktmbuf_free_bulk(transit->six.mbufs, transit->six_count);
	path_count(path, PYDP_CNT_DROP_SHED, (uint64_t)transit->four_count + transit->six_count + transit->odd_count);
}

#endif
