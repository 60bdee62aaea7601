/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on their way to the ports. What a port does not take stays staged, so that a flow waits instead of losing a number. */
#include <rte_prefetch.h>
#include "generate/generator.h"

static bool refill(struct generate_port *port)
{
	uint32_t wanted = GENERATE_SPARE;

	/* A pool that is nearly empty gives few. */
	while (wanted > 0 && rte_mempool_get_bulk(port->port->pool, (void **)port->spare, wanted) != 0)
		wanted /= 4;
	port->spares = wanted;
	for (uint32_t i = 0; i < wanted; i++)
		rte_prefetch0(port->spare[i]);
	return wanted > 0;
}

struct rte_mbuf *ports_buffer(struct pydp_generator *generator, uint32_t index)
{
	struct generate_port *port = &generator->ports[index];
	struct rte_mbuf *mbuf;

	if (port->spares == 0 && !refill(port)) {
		generate_count(generator, index, GENERATE_TX_NO_MBUF, 1);
		return NULL;
	}
	mbuf = port->spare[--port->spares];
	rte_pktmbuf_reset(mbuf);
	return mbuf;
}

void ports_flush(struct pydp_generator *generator, uint32_t index)
{
	struct generate_port *port = &generator->ports[index];
	uint32_t sent;

	if (port->staged == 0)
		return;
	sent = port_transmit(port->port, 0, port->stage, (uint16_t)port->staged);
	generator->sent += sent;
	port->staged -= sent;
	if (port->staged > 0 && sent > 0)
		memmove(port->stage, port->stage + sent, port->staged * sizeof(port->stage[0]));
}

uint32_t ports_room(struct pydp_generator *generator, uint32_t index)
{
	if (generator->ports[index].staged == GENERATE_STAGE)
		ports_flush(generator, index);
	return GENERATE_STAGE - generator->ports[index].staged;
}

bool ports_send(struct pydp_generator *generator, uint32_t index, struct rte_mbuf *mbuf, uint16_t length)
{
	struct generate_port *port = &generator->ports[index];

	if (port->staged == GENERATE_STAGE && ports_room(generator, index) == 0) {
		generate_count(generator, index, GENERATE_TX_FULL, 1);
		rte_pktmbuf_free(mbuf);
		return false;
	}
	mbuf->data_len = length;
	mbuf->pkt_len = length;
	port->stage[port->staged++] = mbuf;
	return true;
}

void ports_give_back(struct pydp_generator *generator)
{
	for (uint32_t i = 0; i < generator->port_count; i++) {
		struct generate_port *port = &generator->ports[i];

		ports_flush(generator, i);
		rte_pktmbuf_free_bulk(port->stage, port->staged);
		if (port->spares > 0)
			rte_mempool_put_bulk(port->port->pool, (void **)port->spare, port->spares);
		port->staged = port->spares = 0;
	}
}
