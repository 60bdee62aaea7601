/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting eight packets at once. GCC is told to have constants, of which there are more than registers, as operands in memory, instead
 * of making them anew in each turn of the loop. */
#include <rte_common.h>
#ifdef RTE_ARCH_X86_64
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,tune=bdver4")
#endif
#define PLAIN_LANES 8
#include "path/sift_lanes.h"

uint16_t path_sift_eight(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_transit *transit,
			 struct rte_mbuf **rest)
{
	return sift_lanes(port, mbufs, count, transit, rest);
}

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
