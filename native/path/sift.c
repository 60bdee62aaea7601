/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting four packets at once, or eight or sixteen where the processor can and EAL's --force-max-simd-bitwidth lets it. */
/* rte_vect_get_max_simd_bitwidth, which DPDK has had since 20.11 and calls experimental in 22.11. */
#define ALLOW_EXPERIMENTAL_API
#include "fib/gather.h"
#include "path/sift_lanes.h"
#include <rte_cpuflags.h>
#include <rte_vect.h>

uint16_t path_sift_four(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_transit *transit,
			struct rte_mbuf **rest)
{
	return sift_lanes(port, mbufs, count, transit, rest);
}

path_sift_function *path_sift_choose(void)
{
#ifdef RTE_ARCH_X86_64
	if (gather_is_quick() && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0 &&
	    rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VNNI) > 0)
		return path_sift_sixteen;
	if (rte_vect_get_max_simd_bitwidth() >= RTE_VECT_SIMD_256 && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) > 0)
		return path_sift_eight;
#endif
	return path_sift_four;
}
