/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the processor's time stamp counter counts, by CLOCK_MONOTONIC: DPDK rounds it to 10 MHz. */
#include <time.h>
#include <rte_cycles.h>

static double monotonic_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_tsc_hz(void)
{
	double begin = monotonic_s(), end;
	uint64_t first = rte_rdtsc(), last;

	do {
		end = monotonic_s();
		last = rte_rdtsc();
	} while (end < begin + 0.1);
	return (double)(last - first) / (end - begin);
}
