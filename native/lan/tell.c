/* SPDX-License-Identifier: Apache-2.0 */
/* Events, as the engine tells them. */
#include "lan/lan.h"
#include <stdlib.h>
#include <string.h>
#include <pydp/nexthop.h>

enum { EVENTS_FIRST = 1024 };

void lan_describe(const struct lan *lan, uint32_t slot, struct pydp_event *event)
{
	const struct bfd_session *session = &lan->sessions[slot];

	event->session = slot + 1;
	event->local_discriminator = session->local_discriminator;
	event->remote_discriminator = session->remote_discriminator;
	event->detection_time_us = bfd_session_detection_us(session);
	event->negotiated_tx_us = bfd_session_negotiated_tx_us(session);
	event->negotiated_rx_us = bfd_session_negotiated_rx_us(session);
	event->new_state = event->type == PYDP_EVENT_REMOTE ? session->remote_state : session->state;
	event->remote_state = session->remote_state;
	event->local_diagnostic = bfd_session_diagnostic(session);
	event->remote_diagnostic = session->remote_diagnostic;
	event->nexthop_state = session->nexthop;
	event->neighbour_state = PYDP_NEIGHBOUR_REACHABLE;
}

static bool grow(struct lan *lan)
{
	uint32_t room = lan->event_room ? lan->event_room * 2 : EVENTS_FIRST;
	struct pydp_event *events = realloc(lan->events, room * sizeof(*events));

	if (events == NULL)
		return false;
	lan->events = events;
	lan->event_room = room;
	return true;
}

static void put(struct lan *lan, uint32_t slot, struct pydp_event *event)
{
	event->time_ns = lan->now_ns;
	event->sequence = ++lan->sessions[slot].caller[LAN_EVENTS];
	lan_describe(lan, slot, event);
	if (lan->event_count == lan->event_room && !grow(lan)) {
		lan->failed = true;
		return;
	}
	lan->events[lan->event_count++] = *event;
}

void lan_tell(struct lan *lan, uint32_t slot, const struct bfd_actions *actions)
{
	struct pydp_event event = {.last_rx_ns = actions->last_rx_ns,
				   .deadline_ns = actions->deadline_ns,
				   .old_state = lan->sessions[slot].state,
				   .old_nexthop_state = actions->old_nexthop};

	if (actions->bits & BFD_ACT_STATE) {
		event.type = PYDP_EVENT_STATE;
		event.old_state = actions->old_state;
	} else if (actions->bits & BFD_ACT_REMOTE) {
		event.type = PYDP_EVENT_REMOTE;
		event.old_state = actions->old_remote_state;
	} else if (actions->bits & BFD_ACT_NEXTHOP) {
		event.type = PYDP_EVENT_NEXTHOP;
	} else {
		return;
	}
	put(lan, slot, &event);
}

void lan_tell_removed(struct lan *lan, uint32_t slot)
{
	struct pydp_event event = {.type = PYDP_EVENT_REMOVED, .old_state = lan->sessions[slot].state};

	put(lan, slot, &event);
}

uint32_t lan_drain(struct lan *lan, struct pydp_event *events, uint32_t capacity)
{
	uint32_t count = lan->event_count < capacity ? lan->event_count : capacity;

	if (count == 0)
		return 0;
	memcpy(events, lan->events, count * sizeof(*events));
	memmove(lan->events, lan->events + count, (lan->event_count - count) * sizeof(*events));
	lan->event_count -= count;
	return count;
}
