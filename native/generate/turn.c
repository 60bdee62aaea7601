/* SPDX-License-Identifier: Apache-2.0 */
/* One turn: hear, then say what is due. */
#include "generate/flows.h"
#include "generate/peers.h"

enum { EXPIRE_AT_ONCE = 64, EXPIRE_A_TURN = 1024 };

/* A packet is stamped with a time close to when it leaves, also in a turn that had much to do or was interrupted: others compare
 * when they noticed a silence with the stamp of the last hello. */
static uint64_t moment(struct pydp_generator *generator)
{
	return generator->ticking ? clock_now(&generator->clock) : generator->now_ns;
}

static void flush(struct pydp_generator *generator)
{
	for (uint32_t i = 0; i < generator->port_count; i++)
		ports_flush(generator, i);
}

static void look(struct pydp_generator *generator, uint32_t index)
{
	struct generate_port *port = &generator->ports[index];
	struct rte_mbuf *mbufs[PORT_BURST];
	uint32_t taken = 0;
	uint16_t count;

	/* All that waited before the turn: who is heard late must not be taken for silent. */
	do {
		count = port_receive_any(port->port, mbufs, PORT_BURST);
		if (count > 0)
			generate_receive(generator, index, mbufs, count, moment(generator));
		taken += count;
	} while (count == PORT_BURST && taken < port->port->queues * port->port->rx_capacity);
	generator->received += taken;
}

static uint32_t expire(struct pydp_generator *generator)
{
	uint32_t indices[EXPIRE_AT_ONCE], total = 0, count;
	uint64_t now_ns;

	do {
		count = agenda_expire(&generator->agenda, generator->now_ns, indices, EXPIRE_AT_ONCE);
		now_ns = moment(generator);
		for (uint32_t i = 0; i < count; i++)
			__builtin_prefetch(&generator->peers[indices[i]], 1);
		for (uint32_t i = 0; i < count; i++)
			peer_expired(generator, indices[i], now_ns);
		flush(generator);
		total += count;
	} while (count == EXPIRE_AT_ONCE && total < EXPIRE_A_TURN);
	return total;
}

static void note_gap(struct pydp_generator *generator)
{
	uint64_t gap_ns;

	if (generator->look_ns != 0) {
		gap_ns = generator->now_ns - generator->look_ns;
		generate_add(&generator->gaps[histogram_bucket(gap_ns)], 1);
		if (gap_ns > atomic_load_explicit(&generator->gap_max_ns, memory_order_relaxed))
			atomic_store_explicit(&generator->gap_max_ns, gap_ns, memory_order_relaxed);
	}
	generator->look_ns = generator->now_ns;
}

uint32_t generate_turn(struct pydp_generator *generator, uint64_t now_ns)
{
	uint32_t expired = 0;

	if (generator->now_ns == 0)
		agenda_init(&generator->agenda, generator->timers, generator->max_peers, now_ns);
	if (now_ns > generator->now_ns)
		generator->now_ns = now_ns;
	generator->received = generator->sent = 0;
	note_gap(generator);
	for (uint32_t i = 0; i < generator->port_count; i++)
		look(generator, i);
	targets_ask(generator);
	if (generator->group_count > 0) {
		pattern_run(generator, generator->now_ns);
		expired = expire(generator);
	}
	flows_send(generator, generator->now_ns);
	flush(generator);
	generate_add(&generator->turns, 1);
	if (generator->received + generator->sent + expired > 0)
		generate_add(&generator->busy_turns, 1);
	return generator->received + generator->sent + expired;
}
