/* SPDX-License-Identifier: Apache-2.0 */
/* The one place for what differs between the DPDKs this is built with (22.11 to 25.11). Two things are avoided instead:
 * the IP header structs, which 24.11 changes (path/packet.h has offsets), and rte_ctrl_thread_create (threads are ours). */
#ifndef IO_DPDK_COMPAT_H
#define IO_DPDK_COMPAT_H
#include <rte_ethdev.h>

/* rte_eth_stats loses its per-queue arrays on the way, so no caller gets to see the struct for a single number. */
static inline int compat_eth_missed(uint16_t ethdev, uint64_t *missed)
{
	struct rte_eth_stats stats;
	int result = rte_eth_stats_get(ethdev, &stats);

	*missed = result == 0 ? stats.imissed : 0;
	return result;
}

#endif
