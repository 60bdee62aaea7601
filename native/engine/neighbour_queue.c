/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that wait for their neighbour's MAC address (RFC 1122 2.3.2.2, RFC 4861 7.2.2): a few for each, the last ones, and so
 * many in all that a flood to absent hosts leaves buffers for the rest. */
#include <string.h>
#include "engine/engine.h"

enum { WAITING_IN_ALL = 256 };

static struct path_port *port_of(const struct pydp_engine *engine, uint32_t index)
{
	return engine->path_ports[engine->neighbours.entries[index].key.port];
}

/* Where a packet is counted that goes no further: where it came in, or at its neighbour's port when it is ours. */
static struct path_port *origin_of(const struct pydp_engine *engine, uint32_t index, const struct rte_mbuf *mbuf)
{
	return mbuf->port == RTE_MBUF_PORT_INVALID ? port_of(engine, index) : engine->path_ports[mbuf->port];
}

/* The packet begins at its IP header. */
static void send_framed(struct pydp_engine *engine, uint32_t index, struct rte_mbuf *mbuf)
{
	const struct path_adjacency *adjacency = &engine->neighbours.path[index];
	uint8_t version = *rte_pktmbuf_mtod(mbuf, const uint8_t *) >> 4;
	uint8_t *header = (uint8_t *)rte_pktmbuf_prepend(mbuf, adjacency->header_length);

	if (header == NULL) {
		path_drop(origin_of(engine, index, mbuf), mbuf, PYDP_CNT_DROP_NO_MBUF);
		return;
	}
	memcpy(header, path_adjacency_header(adjacency), adjacency->header_length);
	store16(header + adjacency->header_length - 2, version == 6 ? TYPE_IP6 : TYPE_IP4);
	path_send(port_of(engine, index), mbuf);
}

static void push_out(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	struct rte_mbuf **packets = engine->neighbours.waiting[index].packets;

	path_drop(origin_of(engine, index, packets[0]), packets[0], PYDP_CNT_DROP_NEIGHBOUR_QUEUE);
	memmove(packets, packets + 1, (NEIGHBOUR_WAITING - 1) * sizeof(packets[0]));
	neighbour->waiting--;
	engine->neighbours.waiting_in_all--;
}

enum neighbour_fate neighbours_queue(struct pydp_engine *engine, uint32_t index, struct rte_mbuf *mbuf)
{
	struct neighbours *neighbours = &engine->neighbours;
	struct neighbour *neighbour = &neighbours->entries[index];

	if (neighbour_resolved(neighbour->state)) {
		send_framed(engine, index, mbuf);
		return NEIGHBOUR_SENT;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_FAILED)
		return NEIGHBOUR_REFUSED;
	if (neighbour->waiting == NEIGHBOUR_WAITING)
		push_out(engine, index);
	if (neighbours->waiting_in_all == WAITING_IN_ALL) {
		path_drop(origin_of(engine, index, mbuf), mbuf, PYDP_CNT_DROP_NEIGHBOUR_QUEUE);
		return NEIGHBOUR_WAITS;
	}
	neighbours->waiting[index].packets[neighbour->waiting++] = mbuf;
	neighbours->waiting_in_all++;
	return NEIGHBOUR_WAITS;
}

void neighbour_flush(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	for (uint8_t i = 0; i < neighbour->waiting; i++)
		send_framed(engine, index, engine->neighbours.waiting[index].packets[i]);
	engine->neighbours.waiting_in_all -= neighbour->waiting;
	neighbour->waiting = 0;
}

static void give_back(struct pydp_engine *engine, uint32_t index, struct rte_mbuf *mbuf)
{
	struct path_exceptions *exceptions = &engine->forwarding.path.exceptions;
	uint8_t *network = rte_pktmbuf_mtod(mbuf, uint8_t *);
	struct path_exception exception = {
		.mbuf = mbuf, .network = network, .vlan = mbuf->vlan_tci, .family = network[0] >> 4, .reason = PATH_UNANSWERED};

	if (mbuf->port == RTE_MBUF_PORT_INVALID || exceptions->count == PATH_EXCEPTIONS)
		path_drop(origin_of(engine, index, mbuf), mbuf, PYDP_CNT_DROP_NEIGHBOUR_FAILED);
	else
		path_except(exceptions, engine->path_ports[mbuf->port], &exception);
}

void neighbour_fail(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	for (uint8_t i = 0; i < neighbour->waiting; i++)
		give_back(engine, index, engine->neighbours.waiting[index].packets[i]);
	engine->neighbours.waiting_in_all -= neighbour->waiting;
	neighbour->waiting = 0;
}

void neighbour_give_up(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	for (uint8_t i = 0; i < neighbour->waiting; i++) {
		struct rte_mbuf *mbuf = engine->neighbours.waiting[index].packets[i];

		path_drop(origin_of(engine, index, mbuf), mbuf, PYDP_CNT_DROP_NEIGHBOUR_FAILED);
	}
	engine->neighbours.waiting_in_all -= neighbour->waiting;
	neighbour->waiting = 0;
}
