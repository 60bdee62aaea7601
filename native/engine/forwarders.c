/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarders of an engine: made with it, given each port, asked what they counted. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <rte_errno.h>
#include "engine/engine.h"
#include "engine/forwarder.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

/* Of the rings to the first worker: as much of control traffic as ports' own queues may hold, and less of the rest. */
enum { CONTROL = 4096, OTHER = 1024 };

static_assert((int)FORWARDER_PORTS == (int)ENGINE_PORTS, "a place for each port");

static int make_ring(struct rte_ring **ring, unsigned int places)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-hand-%u", eal_unique());
	*ring = rte_ring_create(name, places, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (*ring == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for the rings between workers (%s)", rte_strerror(rte_errno));
	return PYDP_OK;
}

static int make_one(struct pydp_engine *engine, struct forwarder *forwarder, uint32_t number)
{
	int result;

	forwarder->engine = engine;
	forwarder->number = number;
	forwarder->path = engine->forwarding.path;
	forwarder->path.ports = forwarder->ports;
	forwarder->path.stages = &forwarder->stages;
	forwarder->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (forwarder->wake_fd < 0)
		return error_set(PYDP_E_SYSTEM, "no eventfd for a worker: raise the limit of open files (ulimit -n)");
	result = make_ring(&forwarder->control, CONTROL);
	if (result == PYDP_OK)
		result = make_ring(&forwarder->other, OTHER);
	if (result == PYDP_OK)
		result = make_ring(&forwarder->leaving, OTHER);
	return result;
}

int forwarders_create(struct pydp_engine *engine, uint32_t count)
{
	int result = PYDP_OK;

	if (count == 0)
		return PYDP_OK;
	engine->forwarders = table_map(count * sizeof(*engine->forwarders), "the workers");
	if (engine->forwarders == NULL)
		return PYDP_E_NOMEM;
	engine->forwarder_count = count;
	for (uint32_t i = 0; i < count; i++)
		engine->forwarders[i].wake_fd = -1;
	for (uint32_t i = 0; i < count && result == PYDP_OK; i++)
		result = make_one(engine, &engine->forwarders[i], i + 1);
	return result;
}

static void free_ring(struct rte_ring *ring)
{
	void *mbuf;

	while (ring != NULL && rte_ring_sc_dequeue(ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(ring);
}

static void free_one(struct forwarder *forwarder)
{
	free_ring(forwarder->control);
	free_ring(forwarder->other);
	free_ring(forwarder->leaving);
	for (uint32_t i = 0; i < FORWARDER_PORTS; i++)
		free(forwarder->own_ports[i]);
	if (forwarder->wake_fd >= 0)
		close(forwarder->wake_fd);
}

void forwarders_destroy(struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->forwarder_count; i++)
		free_one(&engine->forwarders[i]);
	if (engine->forwarders != NULL)
		table_unmap(engine->forwarders, engine->forwarder_count * sizeof(*engine->forwarders));
}

/* To the port by the forwarder's own queue, or by the first worker's. */
static void flush_port(struct path_port *path)
{
	struct forwarder_port *to = path->owner;
	struct forwarder *forwarder = to->forwarder;
	uint64_t since = path_stages_transmit(&forwarder->stages);
	uint16_t sent = path->staged;

	forwarder->sent += path->staged;
	if (forwarder->number < to->port->queues)
		sent = port_transmit(to->port, (uint16_t)forwarder->number, path->stage, path->staged);
	else
		handover_give(forwarder, path, forwarder->leaving, path->stage, path->staged, PYDP_CNT_DROP_TX_FULL);
	path_stages_transmitted(&forwarder->stages, path->staged, since);
	if (sent < path->staged) {
		path_count(path, PYDP_CNT_DROP_TX_FULL, path->staged - sent);
		rte_pktmbuf_free_bulk(path->stage + sent, path->staged - sent);
	}
	path->staged = 0;
}

static struct forwarder_port *make_port(struct forwarder *forwarder, const struct path_port *like, struct pydp_port *port)
{
	struct forwarder_port *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	made->forwarder = forwarder;
	made->port = port;
	made->missed = port_missed(port);
	made->path.index = like->index;
	made->path.mac = like->mac;
	made->path.pool = like->pool;
	made->path.sift = like->sift;
	made->path.port_count = like->port_count;
	made->path.ports = forwarder->ports;
	made->path.flush = flush_port;
	made->path.owner = made;
	return made;
}

int forwarders_attach(struct pydp_engine *engine, uint32_t index)
{
	struct pydp_port *port = engine->ports[index].port;

	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		struct forwarder *forwarder = &engine->forwarders[i];

		free(forwarder->own_ports[index]); /* of an attempt that failed */
		forwarder->own_ports[index] = make_port(forwarder, engine->ports[index].path, port);
		if (forwarder->own_ports[index] == NULL)
			return error_set(PYDP_E_NOMEM, "no memory for a port's counters");
	}
	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		struct forwarder *forwarder = &engine->forwarders[i];

		forwarder->ports[index] = &forwarder->own_ports[index]->path;
		forwarder->polls += forwarder->number < port->queues;
	}
	return PYDP_OK;
}

uint64_t forwarders_counted(const struct pydp_engine *engine, uint32_t port, uint32_t counter)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < engine->forwarder_count; i++)
		sum += atomic_load_explicit(&engine->forwarders[i].ports[port]->counters[counter], memory_order_relaxed);
	return sum;
}

void forwarder_wake(struct forwarder *forwarder)
{
	uint64_t one = 1;

	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&forwarder->asleep, memory_order_relaxed) == 0 || atomic_exchange(&forwarder->asleep, 0) == 0)
		return;
	if (write(forwarder->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is at its maximum: readable in any case */
}
