/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on their way to the ports. What a port does not take stays staged, so that a flow waits instead of losing a number. */
#include "generate/generator.h"

enum { AHEAD = 6 };

/* Another core had the buffer last: its head and where the packet begins are asked for before they are written. */
static void foresee(struct rte_mbuf *mbuf)
{
	const uint8_t *packet = (const uint8_t *)(mbuf + 1) + RTE_PKTMBUF_HEADROOM;

	__builtin_prefetch(mbuf, 1);
	__builtin_prefetch(packet, 1);
	__builtin_prefetch(packet + RTE_CACHE_LINE_SIZE, 1);
}

static bool refill(struct generate_port *port)
{
	uint32_t wanted = GENERATE_SPARE;

	/* A pool that is nearly empty gives few. */
	while (wanted > 0 && rte_mempool_get_bulk(port->port->pool, (void **)port->spare, wanted) != 0)
		wanted /= 4;
	port->spares = wanted;
	for (uint32_t i = 0; i < AHEAD && i < wanted; i++)
		foresee(port->spare[wanted - 1 - i]);
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
	if (port->spares >= AHEAD)
		foresee(port->spare[port->spares - AHEAD]);
	mbuf->vlan_tci = mbuf->vlan_tci_outer = 0;
	mbuf->port = RTE_MBUF_PORT_INVALID;
	mbuf->ol_flags &= RTE_MBUF_F_EXTERNAL;
	mbuf->packet_type = 0;
	rte_pktmbuf_reset_headroom(mbuf);
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
