/* SPDX-License-Identifier: Apache-2.0 */
/* One turn of the worker loop: look at the receive queues, carry out what is due, send. Reads no clock. */
#include <rte_prefetch.h>
#include "engine/engine.h"

/* A gap of our own from here on asks whether packets were lost in it (law 5). */
#define STALL_NS 1000000u

enum { EXPIRE_AT_ONCE = 128, EXPIRE_A_TURN = 1024 };

void turn_flush_port(struct path_port *path)
{
	struct engine_port *to = path->owner;
	uint16_t sent = port_transmit(to->port, path->stage, path->staged);

	if (sent < path->staged) {
		path_count(path, PYDP_CNT_DROP_TX_FULL, path->staged - sent);
		rte_pktmbuf_free_bulk(path->stage + sent, path->staged - sent);
	}
	path->staged = 0;
}

void turn_flush(struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->port_count; i++)
		if (engine->path_ports[i]->staged > 0) {
			engine->sent += engine->path_ports[i]->staged;
			turn_flush_port(engine->path_ports[i]);
		}
}

static void receive_burst(struct pydp_engine *engine, struct path_port *path, struct rte_mbuf **mbufs, uint16_t count)
{
	struct path_packet packets[PORT_BURST];
	uint16_t kept = path_classify(path, mbufs, count, packets);

	path_bfd_receive(&engine->sessions, path, packets, kept, engine->now_ns);
	for (uint16_t i = 0; i < kept; i++) {
		if (packets[i].kind == PATH_ARP)
			path_arp_receive(path, &packets[i], neighbours_claim, engine, engine->now_ns);
		else if (packets[i].kind == PATH_ND)
			path_nd_receive(path, &packets[i], neighbours_claim, engine, engine->now_ns);
	}
}

/* Takes what waits in the queue, at most what it can hold; true when it may have been full. */
static bool drain(struct pydp_engine *engine, struct engine_port *from, uint32_t *received)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	uint32_t taken = 0;
	uint16_t count;

	do {
		count = port_receive(from->port, mbufs, PORT_BURST);
		if (count > 0)
			receive_burst(engine, from->path, mbufs, count);
		taken += count;
	} while (count == PORT_BURST && taken < from->port->rx_capacity);
	*received += taken;
	return taken >= from->port->rx_capacity;
}

static bool lost_packets(struct engine_port *from)
{
	uint64_t missed = port_missed(from->port);
	bool lost = missed > from->missed;

	from->missed = missed;
	return lost;
}

static uint32_t look(struct pydp_engine *engine, uint64_t gap_ns)
{
	uint32_t received = 0;
	bool full = false;

	for (uint32_t i = 0; i < engine->port_count; i++)
		full |= drain(engine, &engine->ports[i], &received);
	/* Some drivers have to ask the kernel, so only a gap is worth the question. */
	for (uint32_t i = 0; i < engine->port_count; i++)
		if (gap_ns >= STALL_NS || engine->ports[i].port->kind == PORT_MEMLINK)
			full |= lost_packets(&engine->ports[i]);
	if (full && gap_ns >= STALL_NS)
		engine->overflow = (struct engine_overflow){.at_ns = engine->now_ns, .gap_ns = gap_ns};
	return received;
}

static uint32_t expire(struct pydp_engine *engine)
{
	uint32_t indices[EXPIRE_AT_ONCE], total = 0, count;

	do {
		count = wheel_expire(&engine->wheel, engine->now_ns, indices, EXPIRE_AT_ONCE);
		for (uint32_t i = 0; i < count; i++)
			if (indices[i] < engine->max_sessions)
				rte_prefetch0(&engine->sessions.hot[indices[i]]);
		for (uint32_t i = 0; i < count; i++) {
			if (indices[i] < engine->max_sessions)
				session_expired(engine, indices[i], engine->now_ns);
			else
				neighbours_expired(engine, indices[i] - engine->max_sessions, engine->now_ns);
		}
		total += count;
	} while (count == EXPIRE_AT_ONCE && total < EXPIRE_A_TURN);
	return total;
}

static uint64_t note_gap(struct pydp_engine *engine)
{
	struct engine_stats *stats = &engine->stats;
	uint64_t gap_ns = 0;

	if (engine->look_ns != 0) {
		gap_ns = engine->now_ns - engine->look_ns;
		gap_ns -= RTE_MIN(gap_ns, engine->slept_ns);
		stat_add(&stats->gaps[histogram_bucket(gap_ns)], 1);
		if (gap_ns > atomic_load_explicit(&stats->gap_max_ns, memory_order_relaxed))
			atomic_store_explicit(&stats->gap_max_ns, gap_ns, memory_order_relaxed);
		poll_gap_add(&engine->poll_gap, engine->now_ns, gap_ns);
	}
	engine->look_ns = engine->now_ns;
	engine->slept_ns = 0;
	return gap_ns;
}

/* Sessions made before there was a time were made now. */
static void begin_time(struct pydp_engine *engine)
{
	for (uint32_t slot = 0; slot < engine->sessions.slots; slot++)
		if (engine->sessions.cold[slot].create_ns == 0)
			engine->sessions.cold[slot].create_ns = engine->now_ns;
}

void turn_begin(struct pydp_engine *engine, uint64_t now_ns)
{
	bool first = engine->now_ns == 0;

	if (now_ns > engine->now_ns)
		engine->now_ns = now_ns;
	if (first)
		begin_time(engine);
}

uint32_t turn_run(struct pydp_engine *engine)
{
	uint32_t received, expired;

	engine->sent = 0;
	received = engine->received = look(engine, note_gap(engine));
	expired = expire(engine);
	turn_flush(engine);
	if (engine->events.unsaid > 0)
		events_reread(engine);
	events_signal(engine);
	stat_add(&engine->stats.turns, 1);
	if (received + engine->sent > 0)
		stat_add(&engine->stats.busy_turns, 1);
	return received + expired;
}
