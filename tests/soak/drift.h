/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of one end: it begins anywhere and runs too fast or too slow. True time is nanoseconds from the beginning of a run. */
#ifndef SOAK_DRIFT_H
#define SOAK_DRIFT_H
#include <stdint.h>

struct drift {
	uint64_t begin_ns; /* what the clock says at true time 0 */
	int32_t ppm;       /* too fast by so much; above -1000000 */
};

static inline uint64_t drift_local(const struct drift *drift, uint64_t true_ns)
{
	return drift->begin_ns + true_ns + (uint64_t)(int64_t)((__int128)true_ns * drift->ppm / 1000000);
}

/* The first true time at which the clock says so or more. */
static inline uint64_t drift_true(const struct drift *drift, uint64_t local_ns)
{
	uint64_t true_ns;

	if (local_ns <= drift->begin_ns)
		return 0;
	true_ns = (uint64_t)((__int128)(local_ns - drift->begin_ns) * 1000000 / (1000000 + drift->ppm));
	while (true_ns > 0 && drift_local(drift, true_ns - 1) >= local_ns)
		true_ns--;
	while (drift_local(drift, true_ns) < local_ns)
		true_ns++;
	return true_ns;
}

#endif
