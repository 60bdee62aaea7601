/* SPDX-License-Identifier: Apache-2.0 */
/* The host beside a port: what waits for it goes out at its own port, what it sends goes out at the engine's. It is served
 * when the turn's BFD, ARP and ND are done and sent, and no more than a burst each way. */
#include <stdlib.h>
#include "engine/engine.h"
#include "io/error.h"

/* What the host may say or hear in a turn. */
enum { HOST_BURST = 32 };

int host_attach(struct pydp_engine *engine, uint32_t index, struct pydp_port *host)
{
	struct engine_port *port;
	struct path_host *queues;

	if (atomic_load(&engine->running))
		return error_set(PYDP_E_STATE, "a port gets its host while no worker runs: stop engine %s first", engine->name);
	if (index >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", index, engine->port_count);
	if (host->queues > 1)
		return error_set(PYDP_E_INVAL, "port %s has %u queues, and a host has one", host->name, host->queues);
	port = &engine->ports[index];
	if (port->host != NULL)
		return error_set(PYDP_E_EXIST, "port %s has the host %s already", port->port->name, port->host->name);
	queues = calloc(1, sizeof(*queues));
	if (queues == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for the queues to a host");
	if (atomic_exchange(&host->attached, 1) != 0) {
		free(queues);
		return error_set(PYDP_E_BUSY, "port %s is attached to an engine already", host->name);
	}
	queues->rate = ENGINE_DEFAULT_HOST_RATE;
	queues->most = ETHER_LENGTH + VLAN_LENGTH + (uint32_t)host->mtu;
	port->host = host;
	port->path->host = queues;
	engine->host_count++;
	return PYDP_OK;
}

void host_release(struct engine_port *port)
{
	struct rte_mbuf *mbufs[HOST_BURST];
	uint16_t count;

	if (port->host == NULL)
		return;
	while ((count = path_host_take(port->path->host, mbufs, HOST_BURST)) > 0)
		rte_pktmbuf_free_bulk(mbufs, count);
	free(port->path->host);
	atomic_store(&port->host->attached, 0);
}

int host_set_rate(struct pydp_engine *engine, uint32_t index, uint32_t rate)
{
	if (index >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", index, engine->port_count);
	if (engine->ports[index].host == NULL)
		return error_set(PYDP_E_STATE, "port %s has no host: give it one with pydp_engine_host",
				 engine->ports[index].port->name);
	engine->path_ports[index]->host->rate = rate;
	return PYDP_OK;
}

static uint32_t to_host(struct engine_port *port)
{
	struct rte_mbuf *mbufs[HOST_BURST];
	uint16_t count = path_host_take(port->path->host, mbufs, HOST_BURST), sent;

	if (count == 0)
		return 0;
	sent = port_transmit(port->host, 0, mbufs, count);
	path_count(port->path, PYDP_CNT_RX_HOST, sent);
	if (sent < count) {
		path_count(port->path, PYDP_CNT_DROP_HOST_FULL, count - sent);
		rte_pktmbuf_free_bulk(mbufs + sent, count - sent);
	}
	return count;
}

static uint32_t from_host(struct engine_port *port)
{
	struct rte_mbuf *mbufs[HOST_BURST];
	uint16_t count = port_receive_any(port->host, mbufs, HOST_BURST);

	if (count == 0)
		return 0;
	for (uint16_t i = 0; i < count; i++)
		path_send(port->path, mbufs[i]);
	path_count(port->path, PYDP_CNT_TX_HOST, count);
	return count;
}

uint32_t host_serve(struct pydp_engine *engine)
{
	uint32_t moved = 0;

	if (engine->host_count == 0)
		return 0;
	for (uint32_t i = 0; i < engine->port_count; i++)
		if (engine->ports[i].host != NULL)
			moved += to_host(&engine->ports[i]) + from_host(&engine->ports[i]);
	if (moved > 0)
		turn_flush(engine);
	return moved;
}
