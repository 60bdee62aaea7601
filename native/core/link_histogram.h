/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram of durations in powers of two of a microsecond, each cut into four equal parts: at most 25 % between the ends of a
 * bucket, from 1 us on; bucket 0 counts everything below, the last everything from 2^24 us (16.8 s) on. */
#ifndef CORE_LINK_HISTOGRAM_H
#define CORE_LINK_HISTOGRAM_H
#include <stdint.h>

enum { LINK_HISTOGRAM_OCTAVES = 24, LINK_HISTOGRAM_PARTS = 4 };
enum { LINK_HISTOGRAM_BUCKETS = 1 + LINK_HISTOGRAM_OCTAVES * LINK_HISTOGRAM_PARTS + 1 };

struct link_histogram {
	uint64_t count, sum_ns, min_ns, max_ns; /* min_ns: of count > 0 */
	uint32_t buckets[LINK_HISTOGRAM_BUCKETS];
};

static inline uint32_t link_histogram_bucket(uint64_t duration_ns)
{
	uint64_t us = duration_ns / 1000, parts;
	uint32_t octave;

	if (us == 0)
		return 0;
	octave = 63 - (uint32_t)__builtin_clzll(us);
	if (octave >= LINK_HISTOGRAM_OCTAVES)
		return LINK_HISTOGRAM_BUCKETS - 1;
	/* In nanoseconds, so that 1 us and 2 us have four parts, too. */
	parts = (duration_ns - ((uint64_t)1000 << octave)) * LINK_HISTOGRAM_PARTS / ((uint64_t)1000 << octave);
	return 1 + octave * LINK_HISTOGRAM_PARTS + (uint32_t)parts;
}

/* Where the bucket begins. */
static inline uint64_t link_histogram_from_ns(uint32_t bucket)
{
	uint32_t octave = (bucket - 1) / LINK_HISTOGRAM_PARTS, part = (bucket - 1) % LINK_HISTOGRAM_PARTS;

	return bucket == 0 ? 0 : ((uint64_t)1000 << octave) + ((uint64_t)1000 << octave) / LINK_HISTOGRAM_PARTS * part;
}

static inline void link_histogram_add(struct link_histogram *histogram, uint64_t duration_ns)
{
	histogram->buckets[link_histogram_bucket(duration_ns)]++;
	if (histogram->count++ == 0 || duration_ns < histogram->min_ns)
		histogram->min_ns = duration_ns;
	if (duration_ns > histogram->max_ns)
		histogram->max_ns = duration_ns;
	histogram->sum_ns += duration_ns;
}

#endif
