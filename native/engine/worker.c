/* SPDX-License-Identifier: Apache-2.0 */
/* The worker thread: a thread of ours, registered with EAL, that runs turns until it is told to stop. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <rte_lcore.h>
#include <rte_rcu_qsbr.h>
#include "engine/engine.h"
#include "engine/routes.h"
#include "io/error.h"
#include "io/thread.h"

/* Turns without work before sleep is thought of. */
#define IDLE_TURNS 8u

/* Nobody who changes routes waits for a worker that sleeps. */
static void sleep_quiescent(struct pydp_engine *engine)
{
	rte_rcu_qsbr_thread_offline(engine->qsbr, ENGINE_FIRST_READER);
	sleep_until_needed(engine);
	rte_rcu_qsbr_thread_online(engine->qsbr, ENGINE_FIRST_READER);
}

static void loop(struct pydp_engine *engine)
{
	uint32_t idle = 0;

	while (!atomic_load_explicit(&engine->stopping, memory_order_acquire)) {
		turn_begin(engine, clock_now(&engine->clock));
		if (mailbox_serve(engine) + turn_run(engine) > 0)
			idle = 0;
		else if (idle < IDLE_TURNS)
			idle++;
		else if (engine->worker_config.idle == PYDP_IDLE_SLEEP)
			sleep_quiescent(engine);
		else
			rte_pause();
		rte_rcu_qsbr_quiescent(engine->qsbr, ENGINE_FIRST_READER);
	}
}

static void *run(void *argument)
{
	struct pydp_engine *engine = argument;

	engine->start_status = thread_enter(engine->worker_config.cpu, "worker");
	if (engine->start_status != PYDP_OK) {
		snprintf(engine->start_reason, sizeof(engine->start_reason), "%s", error_last());
		sem_post(&engine->started);
		return NULL;
	}
	clock_start(&engine->clock);
	/* The time when nobody was responsible for the queues is not a gap of ours. */
	engine->look_ns = 0;
	engine->ticking = true;
	rte_rcu_qsbr_thread_online(engine->qsbr, ENGINE_FIRST_READER);
	sem_post(&engine->started);
	loop(engine);
	engine->ticking = false;
	turn_flush(engine);
	events_signal(engine);
	rte_rcu_qsbr_thread_offline(engine->qsbr, ENGINE_FIRST_READER);
	rte_thread_unregister();
	return NULL;
}

int worker_start(struct pydp_engine *engine, const struct pydp_worker_config *config)
{
	char name[16];
	int result;

	engine->worker_config = *config;
	/* The caller's. */
	engine->worker_config.cpus = NULL;
	engine->worker_config.cpu_count = 0;
	if (engine->worker_config.max_sleep_us == 0)
		engine->worker_config.max_sleep_us = ENGINE_DEFAULT_SLEEP_US;
	atomic_store(&engine->stopping, 0);
	for (uint32_t i = 0; i < engine->port_count; i++)
		engine->ports[i].missed = port_missed(engine->ports[i].port) + handover_missed(engine, i);
	result = pthread_create(&engine->thread, NULL, run, engine);
	if (result != 0)
		return error_set(PYDP_E_SYSTEM, "no thread for the worker: %s", strerror(result));
	snprintf(name, sizeof(name), "pydp-%.10s", engine->name);
	pthread_setname_np(engine->thread, name);
	while (sem_wait(&engine->started) != 0 && errno == EINTR)
		;
	if (engine->start_status != PYDP_OK) {
		pthread_join(engine->thread, NULL);
		return error_set(engine->start_status, "%s", engine->start_reason);
	}
	engine->has_run = true;
	atomic_store(&engine->running, 1);
	result = forwarders_start(engine, config);
	if (result != PYDP_OK)
		worker_stop(engine);
	return result;
}

int worker_stop(struct pydp_engine *engine)
{
	atomic_store(&engine->stopping, 1);
	forwarders_stop(engine);
	mailbox_wake(engine);
	pthread_join(engine->thread, NULL);
	atomic_store(&engine->running, 0);
	/* Somebody may poll the ports by hand, or not at all, from here on. */
	engine->look_ns = 0;
	return PYDP_OK;
}
