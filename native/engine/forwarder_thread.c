/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of the forwarders: turn after turn, sleep when there is nothing to do, until they are told to stop. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>
#include "engine/engine.h"
#include "engine/forwarder.h"
#include "io/error.h"
#include "io/thread.h"

/* Turns without work before sleep is thought of. */
#define IDLE_TURNS 8u

struct nap {
	struct pollfd fds[FORWARDER_PORTS + 1];
	nfds_t count;
	bool may_miss;  /* some queue cannot wake us */
	bool disturbed; /* a packet is there already */
};

static void prepare(struct forwarder *forwarder, struct nap *nap)
{
	uint16_t queue = (uint16_t)forwarder->number;

	nap->fds[0] = (struct pollfd){.fd = forwarder->wake_fd, .events = POLLIN};
	nap->count = 1;
	nap->may_miss = false;
	atomic_store(&forwarder->asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
	nap->disturbed = atomic_load(&forwarder->engine->stopping) != 0;
	for (uint32_t i = 0; i < forwarder->engine->port_count; i++) {
		struct pydp_port *port = forwarder->own_ports[i]->port;

		if (queue >= port->queues)
			continue;
		if (!port->queue[queue].wakes) {
			nap->may_miss = true;
			continue;
		}
		nap->disturbed |= !port_wait_arm(port, queue);
		nap->fds[nap->count++] = (struct pollfd){.fd = port->queue[queue].wait_fd, .events = POLLIN};
	}
}

static void undo(struct forwarder *forwarder)
{
	uint16_t queue = (uint16_t)forwarder->number;
	uint64_t count;

	if (atomic_exchange(&forwarder->asleep, 0) == 0 && read(forwarder->wake_fd, &count, sizeof(count)) < 0)
		count = 0; /* who took the flag has not written yet: one needless wake-up later */
	for (uint32_t i = 0; i < forwarder->engine->port_count; i++) {
		struct pydp_port *port = forwarder->own_ports[i]->port;

		if (queue < port->queues && port->queue[queue].wakes)
			port_wait_disarm(port, queue);
	}
}

/* It has no timers: packets end its sleep, or somebody who wants to know that it has seen all. */
static void sleep_until_called(struct forwarder *forwarder)
{
	uint64_t begin_ns = clock_now(&forwarder->clock);
	uint32_t most_us = forwarder->engine->worker_config.max_sleep_us;
	struct timespec timeout = {.tv_sec = most_us / 1000000u, .tv_nsec = (long)(most_us % 1000000u) * 1000};
	struct nap nap;

	prepare(forwarder, &nap);
	if (!nap.disturbed) {
		ppoll(nap.fds, nap.count, nap.may_miss ? &timeout : NULL, NULL);
		stat_add(&forwarder->counts.sleeps, 1);
		if (!nap.may_miss)
			forwarder->slept_ns += clock_now(&forwarder->clock) - begin_ns;
	}
	undo(forwarder);
}

static void loop(struct forwarder *forwarder)
{
	struct pydp_engine *engine = forwarder->engine;
	uint32_t idle = 0;

	while (!atomic_load_explicit(&engine->stopping, memory_order_acquire)) {
		if (forwarder_turn(forwarder, clock_now(&forwarder->clock)) > 0) {
			idle = 0;
		} else if (idle < IDLE_TURNS) {
			idle++;
		} else if (engine->worker_config.idle == PYDP_IDLE_SLEEP) {
			/* Nobody who changes tables waits for a worker that sleeps. */
			rte_rcu_qsbr_thread_offline(engine->qsbr, forwarder->number);
			sleep_until_called(forwarder);
			rte_rcu_qsbr_thread_online(engine->qsbr, forwarder->number);
		} else {
			rte_pause();
		}
		rte_rcu_qsbr_quiescent(engine->qsbr, forwarder->number);
	}
}

static void *run(void *argument)
{
	struct forwarder *forwarder = argument;

	forwarder->start_status = thread_enter(forwarder->cpu, "worker");
	if (forwarder->start_status != PYDP_OK) {
		snprintf(forwarder->start_reason, sizeof(forwarder->start_reason), "%s", error_last());
		sem_post(forwarder->ready);
		return NULL;
	}
	clock_start(&forwarder->clock);
	/* The time when nobody was responsible for the queues is not a gap of ours. */
	forwarder->look_ns = 0;
	forwarder->ticking = true;
	rte_rcu_qsbr_thread_online(forwarder->engine->qsbr, forwarder->number);
	sem_post(forwarder->ready);
	loop(forwarder);
	forwarder->ticking = false;
	forwarder->look_ns = 0;
	rte_rcu_qsbr_thread_offline(forwarder->engine->qsbr, forwarder->number);
	rte_thread_unregister();
	return NULL;
}

static int start_one(struct forwarder *forwarder)
{
	char name[16];
	int result = pthread_create(&forwarder->thread, NULL, run, forwarder);

	if (result != 0)
		return error_set(PYDP_E_SYSTEM, "no thread for worker %u: %s", forwarder->number, strerror(result));
	snprintf(name, sizeof(name), "pydp%u-%.9s", forwarder->number, forwarder->engine->name);
	pthread_setname_np(forwarder->thread, name);
	while (sem_wait(forwarder->ready) != 0 && errno == EINTR)
		;
	if (forwarder->start_status != PYDP_OK) {
		pthread_join(forwarder->thread, NULL);
		return error_set(forwarder->start_status, "%s", forwarder->start_reason);
	}
	forwarder->runs = true;
	return PYDP_OK;
}

int forwarders_start(struct pydp_engine *engine, const struct pydp_worker_config *config)
{
	int result = PYDP_OK;

	for (uint32_t i = 0; i < engine->forwarder_count && result == PYDP_OK; i++) {
		engine->forwarders[i].cpu = i < config->cpu_count ? config->cpus[i] : -1;
		engine->forwarders[i].ready = &engine->started;
		result = start_one(&engine->forwarders[i]);
	}
	return result;
}

void forwarders_stop(struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		struct forwarder *forwarder = &engine->forwarders[i];

		if (!forwarder->runs)
			continue;
		forwarder_wake(forwarder);
		pthread_join(forwarder->thread, NULL);
		forwarder->runs = false;
	}
}
