/* SPDX-License-Identifier: Apache-2.0 */
/* An engine's life, and the control thread's side of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <rte_ring_elem.h>
#include "engine/control.h"
#include <rte_rcu_qsbr.h>
#include "engine/routes.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"
#include "path/sift.h"

static uint64_t kernel_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = clock_monotonic_ns();
	return seed;
}

static void give_back(struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->port_count; i++) {
		atomic_store(&engine->ports[i].port->attached, 0);
		host_release(&engine->ports[i]);
		free(engine->path_ports[i]);
	}
	forwarders_destroy(engine);
	own_destroy(engine);
	events_destroy(engine);
	mailbox_destroy(engine);
	sessions_destroy(engine);
	nexthops_destroy(engine);
	neighbours_destroy(engine);
	key_chains_destroy(engine);
	routes_destroy(engine);
	pthread_mutex_destroy(&engine->control_lock);
	sem_destroy(&engine->started);
	table_unmap(engine, sizeof(*engine));
}

int engine_create(const struct pydp_engine_config *config, struct pydp_engine **created)
{
	struct pydp_engine *engine = table_map(sizeof(*engine), "the engine");
	uint32_t workers = config->workers ? config->workers : 1;
	int result;

	if (engine == NULL)
		return PYDP_E_NOMEM;
	snprintf(engine->name, sizeof(engine->name), "%s", config->name);
	engine->max_sessions = config->max_sessions ? config->max_sessions : ENGINE_DEFAULT_SESSIONS;
	engine->max_neighbours = config->max_neighbours ? config->max_neighbours : ENGINE_DEFAULT_NEIGHBOURS;
	engine->max_nexthops = config->max_nexthops ? config->max_nexthops : ENGINE_DEFAULT_NEXTHOPS;
	engine->events.fd = engine->mailbox.wake_fd = engine->mailbox.answer_fd = -1;
	pthread_mutex_init(&engine->control_lock, NULL);
	sem_init(&engine->started, 0, 0);
	rng_seed(&engine->rng, config->seed ? config->seed : kernel_seed());
	result = sessions_create(engine);
	/* A generator whose output peers see makes no key, unless a stepped engine is to do the same again. */
	if (config->seed == 0 && getrandom(&engine->sessions.echo_key, sizeof(engine->sessions.echo_key), 0) < 0)
		result = error_set(PYDP_E_SYSTEM, "the kernel gives no random key for echoes: %s", strerror(errno));
	if (result == PYDP_OK)
		result = neighbours_create(engine);
	if (result == PYDP_OK)
		result = nexthops_create(engine);
	if (result == PYDP_OK)
		result = key_chains_create(engine);
	if (result == PYDP_OK)
		result = events_create(engine, config->event_capacity ? config->event_capacity : ENGINE_DEFAULT_EVENTS);
	if (result == PYDP_OK)
		result = mailbox_create(engine);
	if (result == PYDP_OK) {
		forwarding_begin(engine);
		result = forwarders_create(engine, workers - 1);
	}
	if (result == PYDP_OK)
		result = routes_create(engine);
	if (result != PYDP_OK) {
		give_back(engine);
		return result;
	}
	eal_object_born();
	*created = engine;
	return PYDP_OK;
}

void engine_destroy(struct pydp_engine *engine)
{
	pthread_mutex_lock(&engine->control_lock);
	if (atomic_load(&engine->running))
		worker_stop(engine);
	pthread_mutex_unlock(&engine->control_lock);
	give_back(engine);
	eal_object_gone();
}

static int attach(struct pydp_engine *engine, struct pydp_port *port, uint32_t *index)
{
	struct path_port *path;
	struct engine_port *slot;

	if (atomic_load(&engine->running))
		return error_set(PYDP_E_STATE, "ports are attached while no worker runs: stop engine %s first", engine->name);
	if (engine->port_count == ENGINE_PORTS)
		return error_set(PYDP_E_NOMEM, "engine %s has %u ports already, and no room for more", engine->name,
				 ENGINE_PORTS);
	if (port->queues > 1 + engine->forwarder_count)
		return error_set(
			PYDP_E_INVAL,
			"port %s has %u queues, and engine %s %u workers to look at them: open it with fewer queues, or "
			"create the engine with more workers",
			port->name, port->queues, engine->name, 1 + engine->forwarder_count);
	if (own_prepare(engine, 0) != PYDP_OK)
		return PYDP_E_NOMEM;
	path = calloc(1, sizeof(*path));
	if (path == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a port's counters");
	if (atomic_exchange(&port->attached, 1) != 0) {
		free(path);
		return error_set(PYDP_E_BUSY, "port %s is attached to an engine already", port->name);
	}
	slot = &engine->ports[engine->port_count];
	slot->port = port;
	slot->path = path;
	slot->stages = &engine->stages;
	slot->missed = port_missed(port);
	path->index = engine->port_count;
	path->mac = port->mac;
	path->pool = port->pool;
	path->sift = path_sift_choose();
	path->listens = 1u << BFD_KIND_SINGLE_HOP | 1u << BFD_KIND_MULTIHOP | 1u << BFD_KIND_SBFD_REPLY | 1u << BFD_KIND_MICRO;
	if (engine->sessions.sbfd_reflector.config.discriminator_count > 0)
		path->listens |= 1u << BFD_KIND_SBFD_REQUEST;
	path->ports = engine->path_ports;
	path->port_count = &engine->port_count;
	path->flush = turn_flush_port;
	path->owner = slot;
	engine->path_ports[engine->port_count] = path;
	if (forwarders_attach(engine, engine->port_count) != PYDP_OK) {
		atomic_store(&port->attached, 0);
		free(path);
		return PYDP_E_NOMEM;
	}
	*index = engine->port_count++;
	own_publish(engine);
	forwarding_follow(engine);
	return PYDP_OK;
}

int engine_attach(struct pydp_engine *engine, struct pydp_port *port, uint32_t *index)
{
	int result;

	pthread_mutex_lock(&engine->control_lock);
	result = attach(engine, port, index);
	pthread_mutex_unlock(&engine->control_lock);
	return result;
}

int engine_host(struct pydp_engine *engine, uint32_t index, struct pydp_port *host)
{
	int result;

	pthread_mutex_lock(&engine->control_lock);
	result = host_attach(engine, index, host);
	pthread_mutex_unlock(&engine->control_lock);
	return result;
}

/* Readers of tables are online for their turn alone, so that nothing which was held in it is used again before its end. */
static void step_worker(struct pydp_engine *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets)
{
	rte_rcu_qsbr_thread_online(engine->qsbr, worker);
	if (worker > 0) {
		*packets += forwarder_turn(&engine->forwarders[worker - 1], now_ns);
	} else {
		turn_begin(engine, now_ns);
		turn_run(engine);
		*packets += engine->received;
	}
	rte_rcu_qsbr_thread_offline(engine->qsbr, worker);
}

int engine_step(struct pydp_engine *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets)
{
	int result = PYDP_OK;

	*packets = 0;
	pthread_mutex_lock(&engine->control_lock);
	if (atomic_load(&engine->running)) {
		result = error_set(PYDP_E_STATE, "engine %s has a worker: stop it before stepping by hand", engine->name);
	} else if (worker != ENGINE_EVERY_WORKER) {
		step_worker(engine, worker, now_ns, packets);
	} else {
		/* What they hand over is treated in the same step. */
		for (uint32_t i = engine->forwarder_count; i > 0; i--)
			step_worker(engine, i, now_ns, packets);
		step_worker(engine, 0, now_ns, packets);
	}
	pthread_mutex_unlock(&engine->control_lock);
	return result;
}

int engine_start(struct pydp_engine *engine, const struct pydp_worker_config *config)
{
	int result;

	pthread_mutex_lock(&engine->control_lock);
	if (atomic_load(&engine->running))
		result = error_set(PYDP_E_STATE, "engine %s has a worker already", engine->name);
	else
		result = worker_start(engine, config);
	pthread_mutex_unlock(&engine->control_lock);
	return result;
}

int engine_stop(struct pydp_engine *engine)
{
	pthread_mutex_lock(&engine->control_lock);
	if (atomic_load(&engine->running))
		worker_stop(engine);
	pthread_mutex_unlock(&engine->control_lock);
	return PYDP_OK;
}

int engine_command(struct pydp_engine *engine, struct command *command, struct reply *reply)
{
	int result;

	pthread_mutex_lock(&engine->control_lock);
	result = command->kind == COMMAND_SESSION_ADOPT ? given_create(engine) : PYDP_OK;
	if (result == PYDP_OK)
		result = mailbox_ask(engine, command, reply);
	/* What was forgotten just now is room that other workers may still hold. */
	if (result == PYDP_E_NOMEM && engine->forwarder_count > 0) {
		rte_rcu_qsbr_synchronize(engine->qsbr, RTE_QSBR_THRID_INVALID);
		result = mailbox_ask(engine, command, reply);
	}
	/* Who found the id in the routes before has left it when it can be used again. */
	if (result == PYDP_OK && command->kind == COMMAND_NEXTHOP_REMOVE && engine->forwarder_count > 0)
		rte_rcu_qsbr_synchronize(engine->qsbr, RTE_QSBR_THRID_INVALID);
	pthread_mutex_unlock(&engine->control_lock);
	return result;
}

uint32_t engine_drain(struct pydp_engine *engine, struct pydp_event *events, uint32_t capacity)
{
	struct command reread = {.kind = COMMAND_REREAD_EVENTS};
	struct rte_ring *ring = engine->events.ring;
	struct reply reply;
	uint32_t count = 0;

	pthread_mutex_lock(&engine->control_lock);
	count += rte_ring_sc_dequeue_burst_elem(ring, events, sizeof(*events), capacity, NULL);
	/* There is room for what did not fit. */
	while (count < capacity && atomic_load(&engine->events.unsaid) > 0) {
		uint32_t more;

		if (mailbox_ask(engine, &reread, &reply) != PYDP_OK)
			break;
		more = rte_ring_sc_dequeue_burst_elem(ring, events + count, sizeof(*events), capacity - count, NULL);
		if (more == 0)
			break;
		count += more;
	}
	pthread_mutex_unlock(&engine->control_lock);
	return count;
}

bool engine_arm(struct pydp_engine *engine)
{
	uint64_t wakeups;

	if (read(engine->events.fd, &wakeups, sizeof(wakeups)) < 0)
		wakeups = 0; /* none came since */
	atomic_store(&engine->events.armed, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (rte_ring_empty(engine->events.ring) && atomic_load(&engine->events.unsaid) == 0)
		return false;
	atomic_store(&engine->events.armed, 0);
	return true;
}
