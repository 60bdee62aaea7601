/* SPDX-License-Identifier: Apache-2.0 */
/* A running engine's clock: CLOCK_MONOTONIC, kept by the TSC between looks at it. */
#ifndef ENGINE_CLOCK_H
#define ENGINE_CLOCK_H
#include <stdint.h>

struct clock {
	uint64_t base_ns; /* CLOCK_MONOTONIC at the anchor */
	uint64_t base_tsc;
	uint64_t rate;              /* nanoseconds per TSC tick, times 2^32; 0: not known yet */
	uint64_t rate_ns, rate_tsc; /* where the measurement of the rate began */
	uint64_t last_ns;           /* never goes back behind it */
};

uint64_t clock_monotonic_ns(void);
void clock_start(struct clock *clock);
/* Never runs backwards. */
uint64_t clock_now(struct clock *clock);

#endif
