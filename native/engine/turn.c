/* SPDX-License-Identifier: Apache-2.0 */
/* One turn of the worker loop: look at the receive queues, carry out what is due, send. Reads no clock, but for packets that
 * a worker received long after its turn began. */
#include <rte_prefetch.h>
#include "engine/engine.h"
#include "path/shed.h"

/* A turn that was interrupted for longer than this is no longer one moment. */
#define MOMENT_NS 100000u

enum { EXPIRE_AT_ONCE = 64, EXPIRE_A_TURN = 1024, AHEAD = 8, LOOK_AT_QUEUE = 2 * PORT_BURST };

static_assert(PATH_BURST >= PORT_BURST, "a burst fits the path's arrays");

void turn_flush_port(struct path_port *path)
{
	struct engine_port *to = path->owner;
	uint64_t since = path_stages_transmit(to->stages);
	uint16_t sent = port_transmit(to->port, 0, path->stage, path->staged);

	path_stages_transmitted(to->stages, path->staged, since);
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

/* A worker that was stopped between its look at the clock and its look at the queue finds packets from after the turn's
 * beginning. Stamped with that, they would be as old as the stop in the next turn, and Down would follow. */
static uint64_t receive_time(struct pydp_engine *engine)
{
	uint64_t now_ns = engine->ticking ? clock_now(&engine->clock) : engine->now_ns;

	return now_ns > engine->now_ns + MOMENT_NS ? now_ns : engine->now_ns;
}

static void pass_on(struct pydp_engine *engine, struct path_port *path, bool control_only)
{
	if (control_only)
		path_shed(path, &engine->transit);
	else
		path_forward(&engine->forwarding.path, path, &engine->transit);
}

void turn_receive(struct pydp_engine *engine, struct path_port *path, struct rte_mbuf **mbufs, uint16_t count,
		  bool control_only)
{
	struct path_packet packets[PORT_BURST];
	bool diverts = engine->put_off.count > 0;
	uint64_t now_ns;
	uint16_t kept = path_classify(path, mbufs, count, packets, &engine->transit);

	path_stage(&engine->stages, STAGE_CLASSIFY, count);
	if (diverts) {
		if (kept < count)
			pass_on(engine, path, control_only);
		turn_flush(engine);
		if (kept == 0)
			return;
		sessions_settle(engine);
	}
	now_ns = kept > 0 ? receive_time(engine) : engine->now_ns;
	path_bfd_receive(&engine->sessions, path, packets, kept, now_ns);
	for (uint16_t i = 0; i < kept; i++) {
		if (packets[i].kind == PATH_ARP)
			path_arp_receive(path, &packets[i], neighbours_claim, engine, now_ns);
		else if (packets[i].kind == PATH_ND)
			path_nd_receive(path, &packets[i], neighbours_claim, engine, now_ns);
		else if (packets[i].kind == PATH_ECHO)
			path_echo_receive(&engine->sessions, path, &packets[i], now_ns);
		else if (packets[i].kind == PATH_HOST)
			path_host_receive(path, &packets[i], now_ns);
		else if (packets[i].kind == PATH_PING)
			forwarding_ping(engine, path, &packets[i], now_ns);
	}
	path_stage(&engine->stages, STAGE_CONTROL, kept);
	if (kept < count && !diverts)
		pass_on(engine, path, control_only);
}

/* Forwarding costs more than to find hellos among what waits. While more than half of the queue is taken, so that it might
 * overflow with hellos in it, no data is forwarded; where the driver cannot tell, from an overflow to the first short burst. */
static bool is_filling(const struct engine_port *from)
{
	int32_t waiting = path_forwards(from->path) ? port_waiting(from->port, 0) : 0;

	return waiting < 0 ? from->overrun : (uint32_t)waiting > from->port->rx_capacity / 2;
}

/* What goes the new way already leaves, then what one burst of each port brings, until one of them brings more than data. */
static uint32_t look_again(struct pydp_engine *engine)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	uint32_t taken = 0;
	uint16_t count;

	turn_flush(engine);
	for (uint32_t i = 0; i < engine->port_count && engine->put_off.count > 0; i++) {
		struct engine_port *from = &engine->ports[i];

		if (!path_forwards(from->path))
			continue;
		count = port_receive(from->port, 0, mbufs, PORT_BURST);
		if (count > 0)
			turn_receive(engine, from->path, mbufs, count, is_filling(from));
		taken += count;
	}
	return taken;
}

/* A neighbour died: what waits goes the new way before its session's packet is made, and once more before its event is, which are
 * code and data that no cache has had since the last failure. */
static uint32_t divert(struct pydp_engine *engine)
{
	uint32_t taken = look_again(engine);

	sessions_say(engine);
	taken += look_again(engine);
	sessions_settle(engine);
	return taken;
}

/* Takes what waits in the queue, at most what it can hold; true when it may have been full. */
static bool drain(struct pydp_engine *engine, struct engine_port *from, uint32_t *received)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	bool control_only = false;
	uint32_t taken = 0;
	uint16_t count;

	do {
		if (taken % LOOK_AT_QUEUE == 0) {
			control_only = is_filling(from);
			events_signal(engine);
		}
		path_stages_begin(&engine->stages);
		count = port_receive(from->port, 0, mbufs, PORT_BURST);
		if (count > 0) {
			path_stage(&engine->stages, STAGE_RECEIVE, count);
			turn_receive(engine, from->path, mbufs, count, control_only);
		}
		path_stages_end(&engine->stages);
		if (engine->put_off.count > 0)
			*received += divert(engine);
		taken += count;
	} while (count == PORT_BURST && taken < from->port->rx_capacity);
	*received += taken;
	if (taken < from->port->rx_capacity)
		from->overrun = false;
	return taken >= from->port->rx_capacity;
}

static void note_gap(struct pydp_engine *engine, uint64_t gap_ns)
{
	stat_most(&engine->stats.worker.gap_max_ns, gap_ns);
	poll_gap_add(&engine->poll_gap, engine->now_ns, gap_ns);
}

static bool lost_packets(const struct pydp_engine *engine, struct engine_port *from)
{
	uint64_t missed = port_missed(from->port) + handover_missed(engine, from->path->index);
	bool lost = missed > from->missed;

	from->missed = missed;
	return lost;
}

void turn_overflowed(struct pydp_engine *engine, struct engine_port *port, uint64_t gap_ns)
{
	port->overflow = (struct engine_overflow){.at_ns = engine->now_ns, .gap_ns = gap_ns};
	note_gap(engine, gap_ns);
}

/* away_ns: since the last look, sleep included: who finds the queue full was not woken in time. */
static uint32_t look(struct pydp_engine *engine, uint64_t away_ns)
{
	uint32_t received = 0;

	for (uint32_t i = 0; i < engine->port_count; i++) {
		struct engine_port *from = &engine->ports[i];
		bool full = drain(engine, from, &received);

		if (full && path_forwards(from->path) && lost_packets(engine, from))
			from->overrun = true;
		/* Some drivers have to ask the kernel, so only a gap is worth the question. */
		if (away_ns >= ENGINE_STALL_NS || from->port->kind == PORT_MEMLINK)
			full |= lost_packets(engine, from);
		if (full && away_ns >= ENGINE_STALL_NS)
			turn_overflowed(engine, from, away_ns);
	}
	return received;
}

static void foresee_session(const struct pydp_engine *engine, uint32_t index)
{
	const struct bfd_session *hot;

	if (index >= engine->max_sessions)
		return;
	hot = &engine->sessions.hot[index];
	__builtin_prefetch(hot, 1);
	__builtin_prefetch(&hot->next_tx_ns, 1);
	rte_prefetch0(&engine->sessions.cold[index]);
}

static void foresee_neighbour(const struct pydp_engine *engine, uint32_t index)
{
	if (index < engine->max_sessions)
		rte_prefetch0(&engine->sessions.neighbours[engine->sessions.cold[index].neighbour]);
}

static void expire_one(struct pydp_engine *engine, uint32_t index)
{
	if (index < engine->max_sessions) {
		session_expired(engine, index, engine->now_ns);
		return;
	}
	sessions_settle(engine);
	neighbours_expired(engine, index - engine->max_sessions, engine->now_ns);
}

/* Among many sessions none of those that are due is in a cache, so memory is asked for a few sessions ahead: what a session is,
 * then the neighbour that this names. Not for all of them at once: a processor drops what it is asked for beyond the dozen or two
 * of lines that it can wait for. */
/* received: packets of this turn. Who takes more of these than of what is due sends too little, and is not heard. */
static uint32_t expire(struct pydp_engine *engine, uint32_t received)
{
	uint32_t indices[EXPIRE_AT_ONCE], total = 0, count, ahead;

	do {
		count = agenda_expire(&engine->agenda, engine->now_ns, indices, EXPIRE_AT_ONCE);
		ahead = RTE_MIN(count, (uint32_t)AHEAD);
		for (uint32_t i = 0; i < count + ahead; i++) {
			if (i < count)
				foresee_session(engine, indices[i]);
			if (i >= ahead / 2 && i - ahead / 2 < count)
				foresee_neighbour(engine, indices[i - ahead / 2]);
			if (i >= ahead)
				expire_one(engine, indices[i - ahead]);
		}
		total += count;
		if (engine->put_off.count > 0)
			engine->received += divert(engine);
		if (count == EXPIRE_AT_ONCE)
			events_signal(engine);
	} while (count == EXPIRE_AT_ONCE && total < EXPIRE_A_TURN + received);
	return total;
}

/* How long ago the last look was, of which only what was not slept is a gap. */
static uint64_t come_back(struct pydp_engine *engine)
{
	uint64_t away_ns = 0, gap_ns;

	if (engine->look_ns != 0) {
		away_ns = engine->now_ns - engine->look_ns;
		gap_ns = away_ns - RTE_MIN(away_ns, engine->slept_ns);
		stat_add(&engine->stats.worker.gaps[histogram_bucket(gap_ns)], 1);
		note_gap(engine, gap_ns);
	}
	engine->look_ns = engine->now_ns;
	engine->slept_ns = 0;
	return away_ns;
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
	uint64_t away_ns;
	uint32_t received, expired, moved, others;

	engine->sent = 0;
	engine->forwarding.path.fib = atomic_load_explicit(&engine->fib, memory_order_acquire);
	away_ns = come_back(engine);
	others = handover_control(engine);
	received = engine->received = look(engine, away_ns);
	expired = expire(engine, received);
	turn_flush(engine);
	moved = host_serve(engine);
	others += handover_other(engine);
	sessions_settle(engine);
	turn_flush(engine);
	if (engine->forwarding.path.exceptions.count > 0) {
		exceptions_serve(engine, engine->now_ns);
		turn_flush(engine);
	}
	if (engine->events.unsaid > 0)
		events_reread(engine);
	events_signal(engine);
	engine->events.signalled = false;
	stat_add(&engine->stats.worker.turns, 1);
	stat_add(&engine->stats.worker.received, received);
	received += others;
	if (received + engine->sent > 0)
		stat_add(&engine->stats.worker.busy_turns, 1);
	return received + expired + moved;
}
