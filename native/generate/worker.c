/* SPDX-License-Identifier: Apache-2.0 */
/* The generator's thread: ours, registered with EAL, so that it may live beside an engine's worker. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include "generate/control.h"
#include "generate/flows.h"
#include "io/error.h"
#include "io/thread.h"

#define IDLE_TURNS 8u
/* Falling asleep and waking costs more than to spin this long. */
#define WORTH_IT_NS 20000u

static void rest(struct pydp_generator *generator)
{
	uint64_t now_ns = clock_now(&generator->clock), next_ns = flows_next(generator), until_ns;
	struct timespec pause = {0};

	until_ns = now_ns + generator->worker_config.max_sleep_us * UINT64_C(1000);
	if (generator->group_count > 0 && agenda_next(&generator->agenda) < until_ns)
		until_ns = agenda_next(&generator->agenda);
	if (next_ns < until_ns)
		until_ns = next_ns;
	if (until_ns <= now_ns + WORTH_IT_NS)
		return;
	pause.tv_nsec = (long)(until_ns - now_ns);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static void loop(struct pydp_generator *generator)
{
	uint32_t idle = 0;

	while (!atomic_load_explicit(&generator->stopping, memory_order_acquire)) {
		generate_serve(generator);
		if (generate_turn(generator, clock_now(&generator->clock)) > 0)
			idle = 0;
		else if (idle < IDLE_TURNS)
			idle++;
		else if (generator->worker_config.idle == PYDP_IDLE_SLEEP)
			rest(generator);
		else
			rte_pause();
	}
}

static void *run(void *argument)
{
	struct pydp_generator *generator = argument;

	generator->start_status = thread_enter(generator->worker_config.cpu, "generator");
	if (generator->start_status != PYDP_OK) {
		snprintf(generator->start_reason, sizeof(generator->start_reason), "%s", error_last());
		sem_post(&generator->started);
		return NULL;
	}
	clock_start(&generator->clock);
	generator->look_ns = 0;
	generator->ticking = true;
	sem_post(&generator->started);
	loop(generator);
	generator->ticking = false;
	ports_give_back(generator);
	rte_thread_unregister();
	return NULL;
}

int generate_worker_start(struct pydp_generator *generator, const struct pydp_worker_config *config)
{
	char name[16];
	int result;

	generator->worker_config = *config;
	if (generator->worker_config.max_sleep_us == 0)
		generator->worker_config.max_sleep_us = GENERATE_DEFAULT_SLEEP_US;
	atomic_store(&generator->stopping, 0);
	result = pthread_create(&generator->thread, NULL, run, generator);
	if (result != 0)
		return error_set(PYDP_E_SYSTEM, "no thread for the generator: %s", strerror(result));
	snprintf(name, sizeof(name), "pydg-%.10s", generator->name);
	pthread_setname_np(generator->thread, name);
	while (sem_wait(&generator->started) != 0 && errno == EINTR)
		;
	if (generator->start_status != PYDP_OK) {
		pthread_join(generator->thread, NULL);
		return error_set(generator->start_status, "%s", generator->start_reason);
	}
	atomic_store(&generator->running, 1);
	return PYDP_OK;
}

int generate_worker_stop(struct pydp_generator *generator)
{
	atomic_store(&generator->stopping, 1);
	pthread_join(generator->thread, NULL);
	atomic_store(&generator->running, 0);
	generator->look_ns = 0;
	return PYDP_OK;
}
