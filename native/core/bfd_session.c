/* SPDX-License-Identifier: Apache-2.0 */
/* What a session does when a packet comes (RFC 5880 6.8.6) and when time passes (6.8.4, 6.8.7, 6.8.18). Commands are in
 * bfd_session_command.c. */
#include "bfd_session.h"
#include "bfd_session_steps.h"
#include "mutant.h"

static void learn(struct bfd_session *s, const struct bfd_packet *packet)
{
	if (!(MUTANT(95) && packet->flags & BFD_FLAG_POLL))
		s->remote_discriminator = packet->my_discriminator;
	s->remote_state = packet->state;
	s->remote_diagnostic = packet->diagnostic;
	s->remote_multiplier = packet->multiplier;
	s->remote_desired_min_tx_us = packet->desired_min_tx_us;
	if (!(MUTANT(87) && packet->required_min_rx_us < s->remote_required_min_rx_us))
		s->remote_required_min_rx_us = packet->required_min_rx_us;
	if (packet->flags & BFD_FLAG_DEMAND)
		s->flags |= BFD_SESSION_REMOTE_DEMAND;
	else if (!MUTANT(134))
		s->flags &= (uint8_t)~BFD_SESSION_REMOTE_DEMAND;
}

static void answer_to_poll(struct bfd_session *s, bool final, uint64_t now_ns, struct bfd_actions *actions)
{
	if (MUTANT(111))
		return;
	if (final && s->poll == BFD_POLL_SENT) {
		s->poll = BFD_POLL_HOLD;
		s->poll_ns = now_ns + (now_ns - s->poll_ns);
		if (MUTANT(91))
			bfd_poll_release(s, actions);
		/* The answer may be older than a change that still waits for its own Poll. */
		if (s->flags & BFD_SESSION_POLL_WANTED)
			return;
		bfd_confirm(s);
		if (bfd_session_demanding(s) && !(s->features & BFD_FEATURE_DEMAND))
			bfd_demand_ends(s, now_ns);
	} else if (!final && s->poll == BFD_POLL_HOLD) {
		bfd_poll_release(s, actions);
	}
}

/* Returns whether our state changed. */
static bool react(struct bfd_session *s, uint8_t remote_state, uint64_t now_ns, struct bfd_actions *actions)
{
	bool changed = bfd_enter(s, (enum bfd_event)remote_state, now_ns, actions);

	if (MUTANT(140) && changed && s->state == PYDP_BFD_DOWN)
		s->remote_required_min_rx_us = BFD_DEFAULT_REMOTE_MIN_RX_US;
	if (changed && s->state == PYDP_BFD_DOWN)
		s->diagnostic = PYDP_DIAG_NEIGHBOR_DOWN;
	if (remote_state == PYDP_BFD_ADMIN_DOWN)
		s->nexthop = nexthop_next(NEXTHOP_ADMIN_DOWN);
	else if (changed && s->state == PYDP_BFD_DOWN)
		s->nexthop = nexthop_next(NEXTHOP_SESSION_FAILED);
	else if (changed && s->state == PYDP_BFD_UP && !(s->flags & BFD_SESSION_HELD))
		s->nexthop = nexthop_next(NEXTHOP_SESSION_UP);
	return changed;
}

/* Keep what bfd_session_hello compares with, when the same packet once more would only say "still here". */
static void remember(struct bfd_session *s, const struct bfd_packet *packet)
{
	uint8_t octets[BFD_PACKET_LENGTH];

	s->hello_head = 0;
	/* The short way does not look at Required Min Echo RX, nor at what was before. */
	if (s->features & (BFD_FEATURE_ECHO | BFD_FEATURE_QUALITY))
		return;
	if (packet->flags & (BFD_FLAG_POLL | BFD_FLAG_FINAL) || packet->length != BFD_PACKET_LENGTH ||
	    packet->your_discriminator != s->local_discriminator ||
	    bfd_fsm_next(s->state, (enum bfd_event)packet->state) != s->state)
		return;
	bfd_packet_build(packet, octets);
	memcpy(&s->hello_head, octets, sizeof(s->hello_head));
	memcpy(&s->hello_timers, octets + 12, sizeof(s->hello_timers));
}

enum bfd_fault bfd_session_receive(struct bfd_session *s, const struct bfd_packet *packet, uint64_t now_ns, struct rng *rng,
				   struct bfd_actions *actions)
{
	enum bfd_fault fault = bfd_session_admits(s, packet);
	struct bfd_before before;
	bool changed;

	bfd_begin(s, &before, actions);
	if (fault != BFD_ACCEPTED)
		return fault;
	if (MUTANT(6) && s->flags & BFD_SESSION_HEARD && now_ns - s->last_rx_ns < (uint64_t)s->rx_in_force_us * 950)
		return BFD_FAULT_NO_SESSION;
	learn(s, packet);
	s->last_rx_ns = now_ns;
	s->deferred_us = 0;
	s->flags |= BFD_SESSION_HEARD;
	answer_to_poll(s, packet->flags & BFD_FLAG_FINAL, now_ns, actions);
	if (s->state == PYDP_BFD_ADMIN_DOWN) {
		/* Everything above is learnt first; no answer to a Poll, which comes later in the order. */
		bfd_settle(s, now_ns, actions);
		bfd_finish(s, &before, actions);
		return BFD_FAULT_ADMIN_DOWN;
	}
	s->rx_packets++;
	changed = react(s, packet->state, now_ns, actions);
	bfd_settle(s, now_ns, actions);
	/* A Final answer tells a change of state as well as an early packet would. */
	if (packet->flags & BFD_FLAG_POLL && !MUTANT(124) && !(MUTANT(125) && s->rx_packets % 32 != 0))
		actions->bits |= BFD_ACT_SEND_FINAL;
	else if (changed && !MUTANT(127))
		bfd_send(s, now_ns, rng, actions);
	remember(s, packet);
	bfd_finish(s, &before, actions);
	return BFD_ACCEPTED;
}

/* A Detection Time of silence, or without the answer to a Poll: Down where that means something, and in every state the peer is forgotten as far as 6.8.1
 * and 6.8.18 say. */
static void expire(struct bfd_session *s, uint64_t deadline_ns, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	bool was_up = s->state == PYDP_BFD_UP;

	actions->bits |= BFD_ACT_DETECTED;
	actions->deadline_ns = deadline_ns;
	s->flags &= (uint8_t)~BFD_SESSION_HEARD;
	s->features &= (uint8_t)~BFD_FEATURE_DEMAND_TOLD;
	s->deferred_us = 0;
	s->hello_head = 0;
	if (!(s->features & BFD_FEATURE_INITIATOR) && !MUTANT(74))
		s->remote_discriminator = 0;
	if (!MUTANT(141))
		s->remote_required_min_rx_us = BFD_DEFAULT_REMOTE_MIN_RX_US;
	if (MUTANT(92))
		return;
	if (bfd_enter(s, BFD_EVENT_TIMEOUT, now_ns, actions)) {
		s->diagnostic = PYDP_DIAG_CONTROL_EXPIRY;
		if (was_up)
			s->nexthop = nexthop_next(NEXTHOP_SESSION_FAILED);
		bfd_send(s, now_ns, rng, actions);
	}
	bfd_pace(s);
}

void bfd_session_echo_failed(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	if (s->state == PYDP_BFD_UP && bfd_enter(s, BFD_EVENT_TIMEOUT, now_ns, actions)) {
		s->diagnostic = MUTANT(94) ? PYDP_DIAG_CONTROL_EXPIRY : PYDP_DIAG_ECHO_FAILED;
		s->nexthop = nexthop_next(NEXTHOP_SESSION_FAILED);
		bfd_send(s, now_ns, rng, actions);
	}
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

static void run_timers(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	uint64_t detection_ns = bfd_session_detection_ns(s);

	if (s->flags & BFD_SESSION_REMOVING && now_ns >= s->remove_ns) {
		s->flags &= (uint8_t)~(BFD_SESSION_REMOVING | BFD_SESSION_HEARD | BFD_SESSION_POLL_WANTED);
		s->next_tx_ns = BFD_NEVER;
		actions->bits |= BFD_ACT_DONE;
		return;
	}
	if (s->flags & BFD_SESSION_POLL_WANTED && s->poll == BFD_POLL_HOLD && now_ns >= s->poll_ns) {
		bfd_poll_release(s, actions);
		bfd_pace(s);
	}
	if (now_ns >= detection_ns)
		expire(s, detection_ns, now_ns, rng, actions);
	if (now_ns >= s->next_tx_ns)
		bfd_send(s, now_ns, rng, actions);
}

void bfd_session_timer(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	struct bfd_before before;

	/* Sending on time changes nothing that is reported, and is nearly all there is. */
	if (now_ns < bfd_session_detection_ns(s) && !(s->flags & (BFD_SESSION_REMOVING | BFD_SESSION_POLL_WANTED))) {
		bfd_begin_unchanged(s, actions);
		if (now_ns >= s->next_tx_ns)
			bfd_send(s, now_ns, rng, actions);
		return;
	}
	bfd_begin(s, &before, actions);
	run_timers(s, now_ns, rng, actions);
	bfd_finish(s, &before, actions);
}

uint64_t bfd_session_defer(struct bfd_session *s, uint64_t gap_ns)
{
	uint64_t most_us = bfd_session_detection_us(s);
	uint64_t by_us = gap_ns / 1000 + bfd_session_negotiated_rx_us(s);

	if (most_us == 0 || s->deferred_us != 0 || (s->state != PYDP_BFD_INIT && s->state != PYDP_BFD_UP))
		return 0;
	if (by_us > most_us)
		by_us = most_us;
	if (by_us > UINT32_MAX)
		by_us = UINT32_MAX;
	s->deferred_us = by_us ? (uint32_t)by_us : 1;
	/* The next hello must come the long way, where the deferral ends. */
	s->hello_head = 0;
	return (uint64_t)s->deferred_us * 1000;
}
