/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine counts: packets by kind and reason for each port, and the worker's own lateness. */
#ifndef PYDP_STATS_H
#define PYDP_STATS_H
#include <stdint.h>
#include <pydp/engine.h>

/* Counters are numbered from 0 to pydp_counter_count() - 1 and have stable kebab-case names ("rx-bfd", "drop-ttl",
 * "drop-no-session"...). pydp_counter_is_drop tells the reasons for drops from the rest, pydp_counter_is_forwarding what may count
 * packets in transit. */
uint32_t pydp_counter_count(void);
const char *pydp_counter_name(uint32_t counter);
const char *pydp_counter_text(uint32_t counter); /* one line for people */
int pydp_counter_is_drop(uint32_t counter);
int pydp_counter_is_forwarding(uint32_t counter);
/* Values of one attached port; capacity must be at least pydp_counter_count(). */
int pydp_engine_counters(pydp_engine_t *engine, uint32_t port, uint64_t *values, uint32_t capacity);

struct pydp_worker_stats {
	uint64_t turns;
	uint64_t busy_turns; /* turns that received or sent something */
	uint64_t sleeps;
	uint64_t stalls;           /* own gaps that made a detection wait */
	uint64_t stalled_sessions; /* detections that waited */
	uint64_t poll_gap_max_ns;
	/* bucket i counts gaps in [2^i, 2^(i+1)) microseconds, bucket 0 everything below 2 */
	uint64_t poll_gap_us_log2[24];
	uint64_t commands;
	uint64_t events;
	uint64_t running;     /* 1 or 0 */
	uint64_t received;    /* packets, from its queues */
	uint64_t forwarded;   /* packets */
	uint64_t handed_over; /* packets that it received and left to the first worker */
};
/* A poll gap is the time from one look at the receive queues to the next, less any part of it slept with every port able to
 * wake the worker. */
uint32_t pydp_engine_workers(const pydp_engine_t *engine);
/* Workers count from 0; sessions, commands and events are the first one's. */
int pydp_engine_worker_stats(pydp_engine_t *engine, uint32_t worker, struct pydp_worker_stats *stats);
int pydp_engine_worker_stats_reset_gap(pydp_engine_t *engine);

/* Stages that packets go through are numbered from 0 to pydp_stage_count() - 1, in order, and have stable kebab-case names
 * ("receive", "classify"...). */
struct pydp_stage_stats {
	uint64_t cycles;  /* of the time stamp counter */
	uint64_t packets; /* that went through the stage in these */
};
uint32_t pydp_stage_count(void);
const char *pydp_stage_name(uint32_t stage);
/* What the stages of a worker took since the engine was created, of one burst of packets in 61: the others are not timed. capacity
 * must be at least pydp_stage_count(). */
int pydp_engine_stages(pydp_engine_t *engine, uint32_t worker, struct pydp_stage_stats *stages, uint32_t capacity);

#endif
