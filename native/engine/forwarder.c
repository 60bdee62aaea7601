/* SPDX-License-Identifier: Apache-2.0 */
/* One turn of a forwarder: look at its queues, forward, hand over. */
#include <pydp/status.h>
#include "engine/engine.h"
#include "engine/forwarder.h"
#include "path/shed.h"

/* The clocks of two workers agree to within this. */
#define CLOCKS_APART_NS 10000u

enum { LOOK_AT_QUEUE = 2 * PORT_BURST };

/* What the first worker may have changed since the last turn. */
static void follow(struct forwarder *forwarder)
{
	struct pydp_engine *engine = forwarder->engine;

	forwarder->path.fib = atomic_load_explicit(&engine->fib, memory_order_acquire);
	forwarder->own = atomic_load_explicit(&engine->own, memory_order_acquire);
	for (uint32_t i = 0; i < engine->port_count; i++) {
		struct path_port *mine = forwarder->ports[i], *theirs = engine->path_ports[i];

		mine->filter = &forwarder->own->filter;
		path_settle(mine, path_forwards(theirs), path_rpf(theirs), path_listening(theirs));
	}
}

static void receive_burst(struct forwarder *forwarder, struct path_port *path, struct rte_mbuf **mbufs, uint16_t count,
			  bool control_only)
{
	struct path_leftover *leftover = &forwarder->leftover;
	struct path_transit *transit = &forwarder->transit;

	path_part(forwarder->own, path, mbufs, count, transit, leftover);
	path_stage(&forwarder->stages, STAGE_CLASSIFY, count);
	if (leftover->control_count > 0)
		handover_give(forwarder, path, forwarder->control, leftover->control, leftover->control_count,
			      PYDP_CNT_DROP_HANDOVER_CONTROL);
	if (leftover->other_count > 0)
		handover_give(forwarder, path, forwarder->other, leftover->other, leftover->other_count,
			      PYDP_CNT_DROP_HANDOVER);
	path_stage(&forwarder->stages, STAGE_CONTROL, (uint32_t)leftover->control_count + leftover->other_count);
	if (control_only) {
		path_shed(path, transit);
	} else {
		path_forward(&forwarder->path, path, transit);
		handover_exceptions(forwarder);
	}
}

/* As the first worker does it, see there. */
static bool is_filling(const struct forwarder_port *from)
{
	int32_t waiting = path_forwards(&from->path) ? port_waiting(from->port, (uint16_t)from->forwarder->number) : 0;

	return waiting < 0 ? from->overrun : (uint32_t)waiting > from->port->rx_capacity / 2;
}

static bool lost_packets(struct forwarder_port *from)
{
	uint64_t missed = port_missed(from->port);
	bool lost = missed > from->missed;

	from->missed = missed;
	return lost;
}

/* Takes what waits in the queue, at most what it can hold; true when it may have been full. */
static bool drain(struct forwarder *forwarder, struct forwarder_port *from)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	bool control_only = false;
	uint32_t taken = 0;
	uint16_t count;

	do {
		if (taken % LOOK_AT_QUEUE == 0)
			control_only = is_filling(from);
		path_stages_begin(&forwarder->stages);
		count = port_receive(from->port, (uint16_t)forwarder->number, mbufs, PORT_BURST);
		if (count > 0) {
			path_stage(&forwarder->stages, STAGE_RECEIVE, count);
			receive_burst(forwarder, &from->path, mbufs, count, control_only);
		}
		path_stages_end(&forwarder->stages);
		taken += count;
	} while (count == PORT_BURST && taken < from->port->rx_capacity);
	forwarder->received += taken;
	if (taken < from->port->rx_capacity)
		from->overrun = false;
	else if (path_forwards(&from->path) && lost_packets(from))
		from->overrun = true;
	return taken >= from->port->rx_capacity;
}

/* How long ago the last look was, of which only what was not slept is a gap. */
static uint64_t come_back(struct forwarder *forwarder)
{
	uint64_t away_ns = 0, gap_ns;

	if (forwarder->look_ns != 0) {
		away_ns = forwarder->now_ns - forwarder->look_ns;
		gap_ns = away_ns - RTE_MIN(away_ns, forwarder->slept_ns);
		stat_add(&forwarder->counts.gaps[histogram_bucket(gap_ns)], 1);
		stat_most(&forwarder->counts.gap_max_ns, gap_ns);
	}
	forwarder->look_ns = forwarder->now_ns;
	forwarder->slept_ns = 0;
	return away_ns;
}

static void look(struct forwarder *forwarder, uint64_t away_ns)
{
	for (uint32_t i = 0; i < forwarder->engine->port_count; i++) {
		struct forwarder_port *from = forwarder->own_ports[i];

		if (from->port->queues > forwarder->number && drain(forwarder, from) && away_ns >= ENGINE_STALL_NS)
			atomic_store_explicit(&forwarder->lost_ns[i], away_ns, memory_order_relaxed);
	}
}

static void flush(struct forwarder *forwarder)
{
	for (uint32_t i = 0; i < forwarder->engine->port_count; i++)
		if (forwarder->ports[i]->staged > 0)
			forwarder->ports[i]->flush(forwarder->ports[i]);
}

uint32_t forwarder_turn(struct forwarder *forwarder, uint64_t now_ns)
{
	struct worker_counts *counts = &forwarder->counts;

	if (now_ns > forwarder->now_ns)
		forwarder->now_ns = now_ns;
	forwarder->received = forwarder->sent = 0;
	stat_add(&counts->turns, 1);
	if (forwarder->engine->port_count > 0) {
		follow(forwarder);
		look(forwarder, come_back(forwarder));
		flush(forwarder);
	}
	atomic_store_explicit(&forwarder->seen_ns, forwarder->now_ns - (forwarder->ticking ? CLOCKS_APART_NS : 0),
			      memory_order_release);
	stat_add(&counts->received, forwarder->received);
	if (forwarder->received + forwarder->sent > 0)
		stat_add(&counts->busy_turns, 1);
	return forwarder->received;
}
