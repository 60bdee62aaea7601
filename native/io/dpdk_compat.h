/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows which DPDK this is built with (22.11 to 25.11): everything that changed between them. */
#ifndef IO_DPDK_COMPAT_H
#define IO_DPDK_COMPAT_H
#include <rte_ethdev.h>
#include <rte_version.h>

/* 24.11 splits rte_ip.h; the sums of any of them are in rte_cksum.h. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#include <rte_cksum.h>
#else
#include <rte_ip.h>
#endif

/* 25.11 has rte_eth_stats without the per-queue arrays: only these fields are read. */
static inline int compat_eth_missed(uint16_t ethdev, uint64_t *missed)
{
	struct rte_eth_stats stats;
	int result = rte_eth_stats_get(ethdev, &stats);

	*missed = result == 0 ? stats.imissed : 0;
	return result;
}

#endif
