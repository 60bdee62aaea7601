/* SPDX-License-Identifier: Apache-2.0 */
/* An event: what stands in the packet that made it, and where its session stood before it. */
#include "replay/timing.h"
#include "replay/watch.h"

static void fill_headers(struct pydp_replay_event *event, const struct sight *sight)
{
	const struct net_datagram *datagram = &sight->datagram;
	size_t size = datagram->family == 4 ? 4 : 16;

	event->interface = sight->packet.interface;
	event->vlan = sight->frame.vlan;
	event->kind = sight->kind;
	event->family = datagram->family;
	event->ttl = datagram->ttl;
	event->source_port = datagram->source_port;
	event->destination_port = datagram->destination_port;
	if (datagram->source != NULL) {
		memcpy(event->source, datagram->source, size);
		memcpy(event->destination, datagram->destination, size);
	}
}

static void fill_control(struct pydp_replay_event *event, const struct sight *sight)
{
	event->my_discriminator = sight->bfd.my_discriminator;
	event->your_discriminator = sight->bfd.your_discriminator;
	event->desired_min_tx_us = sight->bfd.desired_min_tx_us;
	event->required_min_rx_us = sight->bfd.required_min_rx_us;
	event->required_min_echo_rx_us = sight->bfd.required_min_echo_rx_us;
	event->new_state = sight->bfd.state;
	event->old_state = sight->bfd.state;
	event->diagnostic = sight->bfd.diagnostic;
	event->flags = sight->bfd.flags;
	event->multiplier = sight->bfd.multiplier;
	event->auth_type = sight->auth.type;
}

struct pydp_replay_event *watch_tell(struct watch *watch, const struct sight *sight, const struct place *place, uint8_t type)
{
	struct pydp_replay_event *event = queue_put(&watch->events);

	memset(event, 0, sizeof(*event));
	event->number = watch->number;
	event->time_ns = watch->now_ns;
	event->type = type;
	event->session = NO_CONVERSATION;
	event->gap_ns = event->other_gap_ns = PYDP_REPLAY_NEVER;
	fill_headers(event, sight);
	if (sight->what == SIGHT_CONTROL)
		fill_control(event, sight);
	if (place->conversation != NULL) {
		const struct conversation_end *end = &place->conversation->ends[place->end];
		const struct conversation_end *other = &place->conversation->ends[!place->end];

		event->session = place->index;
		event->end = place->end;
		event->gap_ns = end_gap_ns(end, watch->now_ns);
		event->other_gap_ns = end_gap_ns(other, watch->now_ns);
		event->detection_ns = 1000 * timing_detection_us(place->conversation, place->end);
		event->interval_ns = 1000 * (uint64_t)timing_interval_us(place->conversation, place->end);
		event->old_state = end_heard(end) ? end_state(end) : event->new_state;
		event->other_state = end_heard(other) ? end_state(other) : (uint8_t)PYDP_BFD_DOWN;
	}
	return event;
}
