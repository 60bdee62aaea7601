/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of the path take, in cycles of the time stamp counter: one burst in STAGES_PERIOD is timed, so that it may be
 * on at all times. A worker writes, any thread reads. */
#ifndef PATH_STAGES_H
#define PATH_STAGES_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include "core/stage.h"

/* Odd, so that what happens every second or fourth burst is timed as often as it happens. */
enum { STAGES_PERIOD = 61 };
/* Who was interrupted meanwhile says nothing of the stage. */
enum { STAGES_INTERRUPTED = 100000 };

struct path_stages {
	bool on;                        /* this burst is timed */
	uint32_t bursts, transmissions; /* since one was */
	uint64_t mark;                  /* when the stage began */
	uint64_t price;                 /* of reading the counter, part of every stage's time; 0: not known yet */
	_Atomic uint64_t cycles[STAGE_COUNT], packets[STAGE_COUNT];
};

static inline void path_stages_add(_Atomic uint64_t *value, uint64_t count)
{
	atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + count, memory_order_relaxed);
}

/* The least of a few tries. */
static __rte_noinline void path_stages_price(struct path_stages *stages)
{
	stages->price = UINT64_MAX;
	for (int i = 0; i < 16; i++) {
		uint64_t begin = rte_rdtsc(), took = rte_rdtsc() - begin;

		stages->price = took < stages->price ? took : stages->price;
	}
}

/* Before a burst is received. */
static inline void path_stages_begin(struct path_stages *stages)
{
	if (likely(++stages->bursts < STAGES_PERIOD))
		return;
	if (unlikely(stages->price == 0))
		path_stages_price(stages);
	stages->bursts = 0;
	stages->on = true;
	stages->mark = rte_rdtsc();
}

/* Of a burst in which there was nothing, nothing is said. */
static inline void path_stages_end(struct path_stages *stages)
{
	stages->on = false;
}

static inline void path_stages_count(struct path_stages *stages, enum stage stage, uint32_t packets, uint64_t took)
{
	if (took > STAGES_INTERRUPTED)
		return;
	path_stages_add(&stages->cycles[stage], took > stages->price ? took - stages->price : 0);
	path_stages_add(&stages->packets[stage], packets);
}

/* That many packets have been through the stage. */
static inline void path_stage(struct path_stages *stages, enum stage stage, uint32_t packets)
{
	uint64_t now, took;

	if (likely(!stages->on))
		return;
	now = rte_rdtsc();
	took = now - stages->mark;
	path_stages_count(stages, stage, packets, took);
	stages->mark = rte_rdtsc();
}

/* Transmission comes within a burst, whose stage is not charged for it, or behind it. Returns when it began; 0: not timed. */
static inline uint64_t path_stages_transmit(struct path_stages *stages)
{
	if (likely(++stages->transmissions < STAGES_PERIOD && !stages->on))
		return 0;
	stages->transmissions = 0;
	return rte_rdtsc();
}

static inline void path_stages_transmitted(struct path_stages *stages, uint32_t packets, uint64_t since)
{
	uint64_t took;

	if (likely(since == 0))
		return;
	took = rte_rdtsc() - since;
	path_stages_count(stages, STAGE_TRANSMIT, packets, took);
	stages->mark += took + stages->price;
}

#endif
