/* SPDX-License-Identifier: Apache-2.0 */
/* What every worker counts of itself. */
#ifndef ENGINE_WORKER_COUNTS_H
#define ENGINE_WORKER_COUNTS_H
#include <stdatomic.h>
#include <stdint.h>
#include "core/histogram.h"

/* Written by the worker, read by any thread. */
struct worker_counts {
	_Atomic uint64_t turns, busy_turns, sleeps, received, handed_over, gap_max_ns;
	_Atomic uint64_t gaps[HISTOGRAM_BUCKETS];
};

static inline void stat_add(_Atomic uint64_t *value, uint64_t count)
{
	atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + count, memory_order_relaxed);
}

static inline void stat_most(_Atomic uint64_t *value, uint64_t seen)
{
	if (seen > atomic_load_explicit(value, memory_order_relaxed))
		atomic_store_explicit(value, seen, memory_order_relaxed);
}

#endif
