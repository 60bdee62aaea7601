/* SPDX-License-Identifier: Apache-2.0 */
/* Durations in buckets of a sixteenth of their size, so that any percentile is known to about three percent. */
#ifndef CORE_LATENCY_H
#define CORE_LATENCY_H
#include <stdint.h>

enum { LATENCY_STEPS = 16, LATENCY_OCTAVES = 34, LATENCY_BUCKETS = LATENCY_STEPS * LATENCY_OCTAVES };

struct latency {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns; /* of count 0: 0 */
	uint64_t max_ns;
	uint64_t buckets[LATENCY_BUCKETS];
};

/* Below 16 ns a bucket for each; then 16 for each doubling; the last one holds everything longer than two minutes. */
static inline uint32_t latency_bucket(uint64_t duration_ns)
{
	uint32_t octave, bucket;

	if (duration_ns < LATENCY_STEPS)
		return (uint32_t)duration_ns;
	octave = 63 - (uint32_t)__builtin_clzll(duration_ns);
	bucket = (octave - 3) * LATENCY_STEPS + (uint32_t)(duration_ns >> (octave - 4) & (LATENCY_STEPS - 1));
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The shortest duration of a bucket. */
static inline uint64_t latency_floor(uint32_t bucket)
{
	uint32_t octave = bucket / LATENCY_STEPS;

	if (octave == 0)
		return bucket;
	return (uint64_t)(LATENCY_STEPS + bucket % LATENCY_STEPS) << (octave - 1);
}

static inline void latency_add(struct latency *latency, uint64_t duration_ns)
{
	if (latency->count == 0 || duration_ns < latency->min_ns)
		latency->min_ns = duration_ns;
	if (duration_ns > latency->max_ns)
		latency->max_ns = duration_ns;
	latency->count++;
	latency->sum_ns += duration_ns;
	latency->buckets[latency_bucket(duration_ns)]++;
}

#endif
