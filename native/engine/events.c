/* SPDX-License-Identifier: Apache-2.0 */
/* Events: a ring of records, and a bitmap of the sessions whose records did not fit. The reader is woken once a turn at
 * most, and only when it asked: in a turn with many packets or timers in the midst of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <rte_errno.h>
#include <rte_ring_elem.h>
#include "engine/engine.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

static_assert(sizeof(struct pydp_event) == 80, "events cross the boundary");
static_assert(sizeof(struct pydp_unsolicited) == sizeof(struct pydp_event) &&
		      offsetof(struct pydp_unsolicited, type) == offsetof(struct pydp_event, type) &&
		      offsetof(struct pydp_unsolicited, session) == offsetof(struct pydp_event, session),
	      "told apart by type, and never a session's");

enum { REREADS_AT_ONCE = 256 };

#define TURN_NS 1000000u /* what a turn takes at most, but where it is interrupted itself */

static uint32_t words(const struct pydp_engine *engine)
{
	return (engine->max_sessions + 63) / 64;
}

int events_create(struct pydp_engine *engine, uint32_t capacity)
{
	struct engine_events *events = &engine->events;
	char name[RTE_RING_NAMESIZE];

	events->fd = -1;
	snprintf(name, sizeof(name), "pydp-events-%u", eal_unique());
	events->ring = rte_ring_create_elem(name, sizeof(struct pydp_event), capacity, SOCKET_ID_ANY,
					    RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
	if (events->ring == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for %u events (%s)", capacity, rte_strerror(rte_errno));
	events->dirty = table_map(words(engine) * sizeof(uint64_t), "the marks of sessions");
	if (events->dirty == NULL)
		return PYDP_E_NOMEM;
	events->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (events->fd < 0)
		return error_set(PYDP_E_SYSTEM, "no eventfd for the engine: raise the limit of open files (ulimit -n)");
	return PYDP_OK;
}

void events_destroy(struct pydp_engine *engine)
{
	rte_ring_free(engine->events.ring);
	table_unmap(engine->events.dirty, words(engine) * sizeof(uint64_t));
	if (engine->events.fd >= 0)
		close(engine->events.fd);
}

/* What came late because of a gap was heard in the turn at its end, whose packets are stamped soon after it. */
uint32_t events_poll_gap_us(const struct pydp_engine *engine, const struct pydp_event *event, uint64_t detection_us)
{
	uint64_t since_ns = event->time_ns - RTE_MIN(event->time_ns, detection_us * 1000);

	if (event->deadline_ns != 0 && event->last_rx_ns > TURN_NS)
		since_ns = event->last_rx_ns - TURN_NS;
	return (uint32_t)(poll_gap_longest(&engine->poll_gap, since_ns) / 1000);
}

static void fill(struct pydp_engine *engine, uint32_t slot, struct pydp_event *event)
{
	const struct bfd_session *hot = &engine->sessions.hot[slot];
	struct path_session *cold = &engine->sessions.cold[slot];

	event->session = cold->id;
	event->sequence = ++cold->events;
	event->local_discriminator = hot->local_discriminator;
	event->remote_discriminator = hot->remote_discriminator;
	event->detection_time_us = bfd_session_detection_us(hot);
	event->negotiated_tx_us = bfd_session_negotiated_tx_us(hot);
	event->negotiated_rx_us = bfd_session_negotiated_rx_us(hot);
	event->new_state = event->type == PYDP_EVENT_REMOTE ? hot->remote_state : hot->state;
	event->remote_state = hot->remote_state;
	event->local_diagnostic = bfd_session_diagnostic(hot);
	event->remote_diagnostic = hot->remote_diagnostic;
	event->nexthop_state = hot->nexthop;
	event->neighbour_state = engine->neighbours.entries[cold->neighbour].state;
	event->poll_gap_us = events_poll_gap_us(engine, event, event->detection_time_us);
}

static bool put(struct pydp_engine *engine, uint32_t slot, struct pydp_event *event)
{
	struct path_session *cold = &engine->sessions.cold[slot];

	if (rte_ring_sp_enqueue_elem(engine->events.ring, event, sizeof(*event)) != 0)
		return false;
	engine->events.fresh = true;
	stat_add(&engine->stats.events, 1);
	cold->told_state = engine->sessions.hot[slot].state;
	if (event->type == PYDP_EVENT_REMOVED)
		sessions_release(engine, slot);
	return true;
}

void events_tell(struct pydp_engine *engine, uint32_t slot, const struct pydp_event *what)
{
	struct engine_events *events = &engine->events;
	struct pydp_event event = *what;
	uint64_t bit = UINT64_C(1) << (slot % 64);

	fill(engine, slot, &event);
	/* Behind a lost record only the latest state is of use. */
	if (!(events->dirty[slot / 64] & bit) && put(engine, slot, &event))
		return;
	stat_add(&events->overflows, 1);
	if (events->dirty[slot / 64] & bit)
		return;
	events->dirty[slot / 64] |= bit;
	atomic_store(&events->unsaid, events->unsaid + 1);
	/* The reader may be asleep beside a full ring. */
	events->fresh = true;
}

static bool reread(struct pydp_engine *engine, uint32_t slot)
{
	const struct path_session *cold = &engine->sessions.cold[slot];
	struct pydp_event event = {.type = cold->flags & PATH_SESSION_GONE ? PYDP_EVENT_REMOVED : PYDP_EVENT_STATE,
				   .flags = PYDP_EVENT_REREAD,
				   .time_ns = engine->now_ns,
				   .last_rx_ns = engine->sessions.hot[slot].last_rx_ns,
				   .old_state = cold->told_state,
				   .old_nexthop_state = engine->sessions.hot[slot].nexthop};

	if (rte_ring_full(engine->events.ring))
		return false;
	fill(engine, slot, &event);
	if (cold->flags & PATH_SESSION_GONE)
		event.local_discriminator = cold->discriminator;
	return put(engine, slot, &event);
}

void events_reread(struct pydp_engine *engine)
{
	struct engine_events *events = &engine->events;
	uint32_t done = 0;

	while (events->unsaid > 0 && done < REREADS_AT_ONCE) {
		uint64_t *word = &events->dirty[events->cursor];

		if (*word == 0) {
			events->cursor = (events->cursor + 1) % words(engine);
			continue;
		}
		if (!reread(engine, events->cursor * 64 + (uint32_t)__builtin_ctzll(*word)))
			return;
		*word &= *word - 1;
		atomic_store(&events->unsaid, events->unsaid - 1);
		done++;
	}
}

void events_stranger(void *context, struct path_port *port, const struct path_packet *packet, uint32_t my_discriminator,
		     uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	struct pydp_unsolicited event = {.type = PYDP_EVENT_UNSOLICITED,
					 .time_ns = now_ns,
					 .port = port->index,
					 .vlan = packet->vlan,
					 .family = packet->family,
					 .my_discriminator = my_discriminator};
	size_t octets = packet->family == 4 ? 4 : 16;

	memcpy(event.source, packet_source(packet), octets);
	memcpy(event.destination, packet_destination(packet), octets);
	if (rte_ring_sp_enqueue_elem(engine->events.ring, &event, sizeof(event)) != 0) {
		path_count(port, PYDP_CNT_UNSOLICITED_UNTOLD, 1);
		return;
	}
	path_count(port, PYDP_CNT_UNSOLICITED_TOLD, 1);
	engine->events.fresh = true;
	stat_add(&engine->stats.events, 1);
}

void events_signal(struct pydp_engine *engine)
{
	struct engine_events *events = &engine->events;
	uint64_t one = 1;

	if (!events->fresh || events->signalled)
		return;
	events->fresh = false;
	/* Pairs with pydp_event_arm: either the reader sees the record or we see that it asked. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&events->armed, memory_order_relaxed) == 0 || atomic_exchange(&events->armed, 0) == 0)
		return;
	events->signalled = true;
	if (write(events->fd, &one, sizeof(one)) < 0)
		return; /* the counter is at its maximum: readable in any case */
}
