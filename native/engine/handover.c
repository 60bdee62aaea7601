/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between the forwarders and the first worker. They are treated there as if it had received them itself, at the time at which
 * it takes them: a hello that waited because the first worker was late is no older than one that waited in its own queue. */
#include "engine/engine.h"
#include "engine/forwarder.h"

/* Of what is no control traffic, from each forwarder. */
enum { OTHERS_A_TURN = 2 * PORT_BURST, LEAVING_A_TURN = 8 * PORT_BURST };

void handover_give(struct forwarder *forwarder, struct path_port *path, struct rte_ring *ring, struct rte_mbuf **mbufs,
		   uint16_t count, enum pydp_counter full)
{
	unsigned int taken;

	for (uint16_t i = 0; i < count; i++)
		mbufs[i]->port = (uint16_t)path->index;
	taken = rte_ring_sp_enqueue_burst(ring, (void *const *)mbufs, count, NULL);
	if (taken < count) {
		path_count(path, full, count - taken);
		rte_pktmbuf_free_bulk(mbufs + taken, count - taken);
	}
	if (ring != forwarder->leaving)
		stat_add(&forwarder->counts.handed_over, taken);
	mailbox_wake(forwarder->engine);
}

/* The path forgets that a NIC took the tag away; classify must know it. */
static void restore_tag(const struct path_exception *exception)
{
	if (exception->vlan == 0 || load16(rte_pktmbuf_mtod(exception->mbuf, const uint8_t *) + ETHER_TYPE_AT) == TYPE_VLAN)
		return;
	exception->mbuf->vlan_tci = exception->vlan;
	exception->mbuf->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
}

void handover_exceptions(struct forwarder *forwarder)
{
	struct path_exceptions *exceptions = &forwarder->path.exceptions;

	for (uint32_t i = 0; i < exceptions->count; i++) {
		const struct path_exception *exception = &exceptions->waiting[i];
		struct rte_mbuf *mbuf = exception->mbuf;

		restore_tag(exception);
		handover_give(forwarder, forwarder->ports[exception->port], forwarder->other, &mbuf, 1, PYDP_CNT_DROP_HANDOVER);
	}
	exceptions->count = 0;
}

/* Packets of one port are treated together. */
static void receive(struct pydp_engine *engine, struct rte_mbuf **mbufs, uint16_t count)
{
	for (uint16_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && mbufs[to]->port == mbufs[from]->port;)
			to++;
		turn_receive(engine, engine->path_ports[mbufs[from]->port], mbufs + from, to - from, false);
	}
}

static uint32_t take(struct pydp_engine *engine, struct rte_ring *ring, uint32_t most)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	uint32_t taken = 0;
	unsigned int count;

	do {
		count = rte_ring_sc_dequeue_burst(ring, (void **)mbufs, RTE_MIN(most - taken, PORT_BURST), NULL);
		receive(engine, mbufs, (uint16_t)count);
		taken += count;
	} while (count > 0 && taken < most);
	return taken;
}

static uint32_t send_leaving(struct pydp_engine *engine, struct rte_ring *ring)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	uint32_t taken = 0;
	unsigned int count;

	do {
		count = rte_ring_sc_dequeue_burst(ring, (void **)mbufs, PORT_BURST, NULL);
		for (unsigned int i = 0; i < count; i++)
			path_send(engine->path_ports[mbufs[i]->port], mbufs[i]);
		taken += count;
	} while (count > 0 && taken < LEAVING_A_TURN);
	return taken;
}

/* Law 5 for whoever receives for us: what a port lost in a gap of theirs. */
static void note_lost(struct pydp_engine *engine, struct forwarder *forwarder)
{
	for (uint32_t i = 0; i < engine->port_count; i++) {
		if (atomic_load_explicit(&forwarder->lost_ns[i], memory_order_relaxed) != 0)
			turn_overflowed(engine, &engine->ports[i], atomic_exchange(&forwarder->lost_ns[i], 0));
	}
}

uint32_t handover_control(struct pydp_engine *engine)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		struct forwarder *forwarder = &engine->forwarders[i];

		forwarder->known_ns = atomic_load_explicit(&forwarder->seen_ns, memory_order_acquire);
		taken += take(engine, forwarder->control, rte_ring_get_capacity(forwarder->control));
		note_lost(engine, forwarder);
	}
	return taken;
}

uint32_t handover_other(struct pydp_engine *engine)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		taken += take(engine, engine->forwarders[i].other, OTHERS_A_TURN);
		taken += send_leaving(engine, engine->forwarders[i].leaving);
	}
	return taken;
}

bool handover_waits(const struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		const struct forwarder *forwarder = &engine->forwarders[i];

		if (!rte_ring_empty(forwarder->control) || !rte_ring_empty(forwarder->other) ||
		    !rte_ring_empty(forwarder->leaving))
			return true;
	}
	return false;
}

uint64_t handover_missed(const struct pydp_engine *engine, uint32_t port)
{
	return forwarders_counted(engine, port, PYDP_CNT_DROP_HANDOVER_CONTROL);
}

bool handover_knows(struct pydp_engine *engine, uint64_t time_ns)
{
	bool knows = true;

	for (uint32_t i = 0; i < engine->forwarder_count; i++) {
		struct forwarder *forwarder = &engine->forwarders[i];

		if (forwarder->polls == 0 || forwarder->known_ns >= time_ns)
			continue;
		forwarder_wake(forwarder);
		knows = false;
	}
	return knows;
}
