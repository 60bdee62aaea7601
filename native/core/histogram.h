/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram of durations in powers of two of a microsecond: bucket i counts [2^i, 2^(i+1)) us, bucket 0 everything below
 * 2 us, the last bucket everything above. */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H
#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 24 };

struct histogram {
	uint64_t max_ns;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline uint32_t histogram_bucket(uint64_t duration_ns)
{
	uint64_t us = duration_ns / 1000;
	uint32_t bucket = us < 2 ? 0 : 63 - (uint32_t)__builtin_clzll(us);

	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static inline void histogram_add(struct histogram *histogram, uint64_t duration_ns)
{
	histogram->buckets[histogram_bucket(duration_ns)]++;
	if (duration_ns > histogram->max_ns)
		histogram->max_ns = duration_ns;
}

#endif
