/* SPDX-License-Identifier: Apache-2.0 */
/* DPDK rounds the TSC's frequency to 10 MHz, which is 0.15 % and more; the rate is measured here instead, and the anchor
 * moves every 100 ms, so that time is CLOCK_MONOTONIC's to within a microsecond. */
#include <string.h>
#include <time.h>
#include <rte_cycles.h>
#include "engine/clock.h"

#define ANCHOR_NS        100000000u   /* how long an anchor holds */
#define FIRST_MEASURE_NS 10000000u    /* until then CLOCK_MONOTONIC itself is read */
#define RATE_NS          10000000000u /* how long a measurement of the rate grows */

uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void clock_start(struct clock *clock)
{
	uint64_t last_ns = clock->last_ns;

	memset(clock, 0, sizeof(*clock));
	clock->base_tsc = clock->rate_tsc = rte_rdtsc();
	clock->base_ns = clock->rate_ns = clock_monotonic_ns();
	clock->last_ns = last_ns > clock->base_ns ? last_ns : clock->base_ns;
}

static void anchor(struct clock *clock, uint64_t tsc)
{
	uint64_t ns = clock_monotonic_ns();

	clock->base_ns = ns;
	clock->base_tsc = tsc;
	if (ns - clock->rate_ns < FIRST_MEASURE_NS || tsc <= clock->rate_tsc)
		return;
	clock->rate = (uint64_t)(((unsigned __int128)(ns - clock->rate_ns) << 32) / (tsc - clock->rate_tsc));
	if (ns - clock->rate_ns > RATE_NS) {
		clock->rate_ns = ns;
		clock->rate_tsc = tsc;
	}
}

uint64_t clock_now(struct clock *clock)
{
	uint64_t tsc = rte_rdtsc();
	uint64_t now = clock->base_ns;

	if (clock->rate != 0 && tsc >= clock->base_tsc)
		now += (uint64_t)(((unsigned __int128)(tsc - clock->base_tsc) * clock->rate) >> 32);
	if (clock->rate == 0 || tsc < clock->base_tsc || now - clock->base_ns > ANCHOR_NS) {
		anchor(clock, tsc);
		now = clock->base_ns;
	}
	if (now > clock->last_ns)
		clock->last_ns = now;
	return clock->last_ns;
}
