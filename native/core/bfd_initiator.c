/* SPDX-License-Identifier: Apache-2.0 */
/* What a reflector's answer does to the session that asked. */
#include "bfd_initiator.h"
#include "bfd_session_steps.h"

/* A reflector is never in Init, so its Up has to mean what Init means to two equal ends. */
static bool react(struct bfd_session *s, uint8_t remote_state, uint64_t now_ns, struct bfd_actions *actions)
{
	bool up = remote_state == PYDP_BFD_UP;
	bool changed = bfd_enter(s, up ? BFD_EVENT_INIT : BFD_EVENT_ADMIN_DOWN, now_ns, actions);

	/* RFC 7880 7.3.3: a reflector in AdminDown says nothing of the path. */
	if (!up)
		s->nexthop = nexthop_next(NEXTHOP_ADMIN_DOWN);
	else if (changed && !(s->flags & BFD_SESSION_HELD))
		s->nexthop = nexthop_next(NEXTHOP_SESSION_UP);
	if (changed && !up)
		s->diagnostic = PYDP_DIAG_NEIGHBOR_DOWN;
	return changed;
}

/* The Detection Time is the initiator's own: so many of its questions without an answer. */
static void expect_answers(struct bfd_session *s)
{
	s->remote_multiplier = s->multiplier;
	s->remote_desired_min_tx_us = bfd_session_negotiated_tx_us(s);
}

static void remember(struct bfd_session *s, const struct bfd_packet *packet)
{
	uint8_t octets[BFD_PACKET_LENGTH];

	s->hello_head = 0;
	if (s->state != PYDP_BFD_UP || packet->flags & (BFD_FLAG_POLL | BFD_FLAG_FINAL) || packet->length != BFD_PACKET_LENGTH)
		return;
	bfd_packet_build(packet, octets);
	memcpy(&s->hello_head, octets, sizeof(s->hello_head));
	memcpy(&s->hello_timers, octets + 12, sizeof(s->hello_timers));
}

enum bfd_fault bfd_initiator_receive(struct bfd_session *s, const struct bfd_packet *packet, uint64_t now_ns, struct rng *rng,
				     struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	if (packet->flags & BFD_FLAG_AUTHENTICATION)
		return BFD_FAULT_AUTHENTICATION;
	if (packet->my_discriminator != s->remote_discriminator)
		return BFD_FAULT_SBFD_REFLECTOR;
	if (s->state == PYDP_BFD_ADMIN_DOWN)
		return BFD_FAULT_ADMIN_DOWN;
	s->rx_packets++;
	s->last_rx_ns = now_ns;
	s->deferred_us = 0;
	s->flags |= BFD_SESSION_HEARD;
	s->remote_state = packet->state;
	s->remote_diagnostic = packet->diagnostic;
	/* One that wants nothing periodic is asked as slowly as one that is not Up: silence could never end. */
	s->remote_required_min_rx_us = packet->required_min_rx_us ? packet->required_min_rx_us : BFD_SLOW_INTERVAL_US;
	if (react(s, packet->state, now_ns, actions))
		bfd_send(s, now_ns, rng, actions);
	bfd_pace(s);
	expect_answers(s);
	remember(s, packet);
	bfd_finish(s, &before, actions);
	return BFD_ACCEPTED;
}
