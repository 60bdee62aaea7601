/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and the worker's own record at the border. */
#include <string.h>
#include <pydp/stats.h>
#include "api/check.h"
#include "core/counter.h"
#include "core/stage.h"
#include "engine/control.h"

static_assert(HISTOGRAM_BUCKETS == sizeof(((struct pydp_worker_stats *)0)->poll_gap_us_log2) / sizeof(uint64_t),
	      "one bucket each");

uint32_t pydp_counter_count(void)
{
	return PYDP_CNT_COUNT;
}

const char *pydp_counter_name(uint32_t counter)
{
	return counter_name(counter);
}

const char *pydp_counter_text(uint32_t counter)
{
	return counter_text(counter);
}

int pydp_counter_is_drop(uint32_t counter)
{
	return counter_is_drop(counter);
}

int pydp_counter_is_forwarding(uint32_t counter)
{
	return counter_is_forwarding(counter);
}

int pydp_engine_counters(pydp_engine_t *engine, uint32_t port, uint64_t *values, uint32_t capacity)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(values);
	CHECK(capacity >= PYDP_CNT_COUNT, "capacity %u is less than pydp_counter_count(), %u", capacity, PYDP_CNT_COUNT);
	CHECK(port < engine->port_count, "port %u is not attached: the engine has %u", port, engine->port_count);
	for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
		values[i] = atomic_load_explicit(&engine->path_ports[port]->counters[i], memory_order_relaxed) +
			    forwarders_counted(engine, port, i);
	return PYDP_OK;
}

#define CHECK_WORKER(engine, worker)                                                                                    \
	CHECK((worker) <= (engine)->forwarder_count, "there is no worker %u: engine %s has %u", worker, (engine)->name, \
	      1 + (engine)->forwarder_count)

static uint64_t load(const _Atomic uint64_t *value)
{
	return atomic_load_explicit(value, memory_order_relaxed);
}

static uint64_t forwarded(const struct pydp_engine *engine, struct path_port *const *ports)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < engine->port_count; i++)
		sum += load(&ports[i]->counters[PYDP_CNT_RX_FORWARD_IP4]) + load(&ports[i]->counters[PYDP_CNT_RX_FORWARD_IP6]);
	return sum;
}

uint32_t pydp_engine_workers(const pydp_engine_t *engine)
{
	return engine != NULL ? 1 + engine->forwarder_count : 0;
}

int pydp_engine_worker_stats(pydp_engine_t *engine, uint32_t worker, struct pydp_worker_stats *stats)
{
	const struct worker_counts *from;

	CHECK_POINTER(engine);
	CHECK_POINTER(stats);
	CHECK_WORKER(engine, worker);
	from = worker == 0 ? &engine->stats.worker : &engine->forwarders[worker - 1].counts;
	memset(stats, 0, sizeof(*stats));
	stats->turns = load(&from->turns);
	stats->busy_turns = load(&from->busy_turns);
	stats->sleeps = load(&from->sleeps);
	stats->poll_gap_max_ns = load(&from->gap_max_ns);
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		stats->poll_gap_us_log2[i] = load(&from->gaps[i]);
	stats->running = atomic_load(&engine->running);
	stats->received = load(&from->received);
	stats->handed_over = load(&from->handed_over);
	stats->forwarded = forwarded(engine, worker == 0 ? engine->path_ports : engine->forwarders[worker - 1].ports);
	if (worker > 0)
		return PYDP_OK;
	stats->stalls = load(&engine->stats.stalls);
	stats->stalled_sessions = load(&engine->stats.stalled_sessions);
	stats->commands = load(&engine->stats.commands);
	stats->events = load(&engine->stats.events);
	return PYDP_OK;
}

int pydp_engine_worker_stats_reset_gap(pydp_engine_t *engine)
{
	struct command command = {.kind = COMMAND_RESET_GAP};
	struct reply reply;

	CHECK_POINTER(engine);
	return engine_command(engine, &command, &reply);
}

uint32_t pydp_stage_count(void)
{
	return STAGE_COUNT;
}

const char *pydp_stage_name(uint32_t stage)
{
	return stage_name(stage);
}

int pydp_engine_stages(pydp_engine_t *engine, uint32_t worker, struct pydp_stage_stats *stages, uint32_t capacity)
{
	const struct path_stages *from;

	CHECK_POINTER(engine);
	CHECK_POINTER(stages);
	CHECK_WORKER(engine, worker);
	CHECK(capacity >= STAGE_COUNT, "capacity %u is less than pydp_stage_count(), %u", capacity, STAGE_COUNT);
	from = worker == 0 ? &engine->stages : &engine->forwarders[worker - 1].stages;
	for (uint32_t i = 0; i < STAGE_COUNT; i++) {
		stages[i].cycles = load(&from->cycles[i]);
		stages[i].packets = load(&from->packets[i]);
	}
	return PYDP_OK;
}
