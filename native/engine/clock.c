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
#define TOGETHER_CYCLES  20000u       /* a few microseconds: more is no one moment */
#define TRIES            16

uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both clocks at one moment. Who was stopped between the two would add the stop to all times until the next anchor, and all
 * deadlines would be past. */
static void read_both(uint64_t *tsc, uint64_t *ns)
{
	uint64_t after;
	int tries = 0;

	do {
		*tsc = rte_rdtsc();
		*ns = clock_monotonic_ns();
		after = rte_rdtsc();
	} while (after - *tsc > TOGETHER_CYCLES && ++tries < TRIES);
}

void clock_start(struct clock *clock)
{
	uint64_t last_ns = clock->last_ns;

	memset(clock, 0, sizeof(*clock));
	read_both(&clock->base_tsc, &clock->base_ns);
	clock->rate_tsc = clock->base_tsc;
	clock->rate_ns = clock->base_ns;
	clock->last_ns = last_ns > clock->base_ns ? last_ns : clock->base_ns;
}

static void anchor(struct clock *clock)
{
	uint64_t tsc, ns;

	read_both(&tsc, &ns);
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
		anchor(clock);
		now = clock->base_ns;
	}
	if (now > clock->last_ns)
		clock->last_ns = now;
	return clock->last_ns;
}
