/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of which a session's reactions are made: pacing, polling, changing state, reporting what changed. Private to
 * bfd_session.c and bfd_session_command.c. */
#ifndef CORE_BFD_SESSION_STEPS_H
#define CORE_BFD_SESSION_STEPS_H
#include "bfd_fsm.h"
#include "bfd_session.h"
#include "mutant.h"
#include "nexthop.h"

/* What bfd_finish compares with. */
struct bfd_before {
	uint64_t deadline_ns;
	uint64_t detection_us;
	uint32_t tx_us;
	uint32_t rx_us;
	uint32_t remote_discriminator;
};

static inline void bfd_begin_unchanged(const struct bfd_session *s, struct bfd_actions *actions)
{
	*actions = (struct bfd_actions){
		.old_state = s->state,
		.old_remote_state = s->remote_state,
		.old_nexthop = s->nexthop,
		.last_rx_ns = s->last_rx_ns,
	};
}

static inline void bfd_begin(const struct bfd_session *s, struct bfd_before *before, struct bfd_actions *actions)
{
	before->deadline_ns = bfd_session_deadline(s);
	before->detection_us = bfd_session_detection_us(s);
	before->tx_us = bfd_session_negotiated_tx_us(s);
	before->rx_us = bfd_session_negotiated_rx_us(s);
	before->remote_discriminator = s->remote_discriminator;
	bfd_begin_unchanged(s, actions);
}

static inline void bfd_finish(const struct bfd_session *s, const struct bfd_before *before, struct bfd_actions *actions)
{
	if (s->state != actions->old_state)
		actions->bits |= BFD_ACT_STATE;
	if (s->remote_state != actions->old_remote_state)
		actions->bits |= BFD_ACT_REMOTE;
	if (s->nexthop != actions->old_nexthop)
		actions->bits |= BFD_ACT_NEXTHOP;
	if (bfd_session_detection_us(s) != before->detection_us || bfd_session_negotiated_tx_us(s) != before->tx_us ||
	    bfd_session_negotiated_rx_us(s) != before->rx_us || s->remote_discriminator != before->remote_discriminator)
		actions->bits |= BFD_ACT_TIMERS;
	if (bfd_session_deadline(s) < before->deadline_ns)
		actions->bits |= BFD_ACT_REARM;
}

/* A passive end is silent until it knows the peer's discriminator (6.8.7); an initiator that is held down asks nobody. */
static inline bool bfd_may_send(const struct bfd_session *s)
{
	if (s->features & BFD_FEATURE_INITIATOR)
		return s->state != PYDP_BFD_ADMIN_DOWN;
	return !(s->flags & BFD_SESSION_PASSIVE) || s->remote_discriminator != 0 || MUTANT(121);
}

/* The peer asked us, by its D bit, to send nothing periodic (6.6, 6.8.6). */
static inline bool bfd_remote_demand(const struct bfd_session *s)
{
	return s->flags & BFD_SESSION_REMOTE_DEMAND && (bfd_session_both_up(s) || MUTANT(113));
}

static inline bool bfd_periodic(const struct bfd_session *s)
{
	bool wanted = s->remote_required_min_rx_us != 0 || MUTANT(122);

	if (MUTANT(138) && s->state == PYDP_BFD_ADMIN_DOWN)
		return false;
	return bfd_may_send(s) && wanted && (!bfd_remote_demand(s) || bfd_session_polling(s) || MUTANT(112) || MUTANT(123));
}

/* 75-100 % of the larger of both wishes, 75-90 % at Detect Mult 1 (6.8.7). At most 2^56, so nothing overflows. */
static inline uint64_t bfd_interval_ns(const struct bfd_session *s)
{
	uint64_t us = s->tx_in_force_us > s->remote_required_min_rx_us ? s->tx_in_force_us : s->remote_required_min_rx_us;
	uint64_t longest = s->multiplier == 1 ? 900 : 1000;
	uint64_t spread = longest - 750;

	if (MUTANT(115))
		return us * 700;
	if (MUTANT(116))
		return us * longest;
	if (MUTANT(117))
		return us * 1000 - (us * 350 * s->jitter >> 16);
	if (MUTANT(118) && s->multiplier == 1)
		return us * 1000 - (us * 250 * s->jitter >> 16);
	if (MUTANT(119) && s->multiplier == 1)
		return us * 900 - (us * 300 * s->jitter >> 16);
	if (MUTANT(120))
		return (uint64_t)s->tx_in_force_us * 1000;
	if (MUTANT(9) && bfd_session_polling(s))
		return us * 500;
	return us * longest - (us * spread * s->jitter >> 16);
}

/* Recomputes when the next periodic packet is due, from the last one: whatever changed is honoured at once (6.8.3). */
static inline void bfd_pace(struct bfd_session *s)
{
	if (!bfd_periodic(s))
		s->next_tx_ns = BFD_NEVER;
	else if (MUTANT(88) && s->next_tx_ns != BFD_NEVER && s->next_tx_ns > s->last_tx_ns)
		return;
	else if (s->flags & BFD_SESSION_TX_STARTED)
		s->next_tx_ns = s->last_tx_ns + bfd_interval_ns(s);
	else
		s->next_tx_ns = s->last_tx_ns;
}

/* A packet goes now, on time or early; the next interval begins with it. */
static inline void bfd_send(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	if (!bfd_may_send(s))
		return;
	if (s->poll == BFD_POLL_ARMED) {
		s->poll = BFD_POLL_SENT;
		s->poll_ns = now_ns;
	}
	s->last_tx_ns = now_ns;
	s->flags |= BFD_SESSION_TX_STARTED;
	s->jitter = (uint16_t)(rng_next(rng) >> 48);
	bfd_pace(s);
	actions->bits |= BFD_ACT_SEND;
}

/* The Poll before is over and can no longer be confused with another one (6.8.3). */
static inline void bfd_poll_release(struct bfd_session *s, struct bfd_actions *actions)
{
	s->poll = BFD_POLL_IDLE;
	if (s->flags & BFD_SESSION_POLL_WANTED) {
		s->flags &= (uint8_t)~BFD_SESSION_POLL_WANTED;
		s->poll = BFD_POLL_ARMED;
		actions->bits |= BFD_ACT_POLL;
	}
}

/* What packets say is what counts. */
static inline void bfd_confirm(struct bfd_session *s)
{
	s->tx_in_force_us = bfd_session_desired_min_tx_us(s);
	s->rx_in_force_us = s->required_min_rx_us;
}

/* A change needs a Poll Sequence: this one's first packet when none was sent yet, else another one later. */
static inline void bfd_poll_want(struct bfd_session *s, uint64_t now_ns, struct bfd_actions *actions)
{
	/* A reflector negotiates nothing (RFC 7880 7). */
	if (s->features & BFD_FEATURE_INITIATOR) {
		bfd_confirm(s);
		return;
	}
	if (s->poll == BFD_POLL_ARMED)
		return;
	s->flags |= BFD_SESSION_POLL_WANTED;
	if (s->poll == BFD_POLL_IDLE || (s->poll == BFD_POLL_HOLD && now_ns >= s->poll_ns))
		bfd_poll_release(s, actions);
}

/* While either end demands, nothing periodic may tell that the content of our packets changed (6.6). */
static inline void bfd_content_changed(struct bfd_session *s, uint64_t now_ns, struct bfd_actions *actions)
{
	if ((bfd_remote_demand(s) || bfd_session_demanding(s)) && !MUTANT(12))
		bfd_poll_want(s, now_ns, actions);
}

/* The peer sends again, or has just been heard: the detection time runs from now. */
static inline void bfd_demand_ends(struct bfd_session *s, uint64_t now_ns)
{
	uint64_t silent_us = (now_ns - s->last_rx_ns + 999) / 1000;

	s->features &= (uint8_t)~BFD_FEATURE_DEMAND_TOLD;
	s->deferred_us = silent_us < UINT32_MAX ? (uint32_t)silent_us : UINT32_MAX;
}

/* After anything that may have changed whether we demand, and how often we send. */
static inline void bfd_settle(struct bfd_session *s, uint64_t now_ns, struct bfd_actions *actions)
{
	if (bfd_session_demanding(s) && !bfd_session_both_up(s)) {
		bfd_demand_ends(s, now_ns);
	} else if (s->features & BFD_FEATURE_DEMAND && !bfd_session_demanding(s) && bfd_session_both_up(s)) {
		s->features |= BFD_FEATURE_DEMAND_TOLD;
		s->deferred_us = 0;
		s->demand_ns = now_ns;
		if (!MUTANT(11))
			bfd_poll_want(s, now_ns, actions);
	}
	bfd_pace(s);
}

/* Returns whether the state changed. The rules for a raise or a cut hold only while Up, so each change of state, from or
 * to Up, puts the wanted values in force; DesiredMinTx changes with it when it is below a second, which needs a Poll. */
static inline bool bfd_enter(struct bfd_session *s, enum bfd_event event, uint64_t now_ns, struct bfd_actions *actions)
{
	uint32_t desired = bfd_session_desired_min_tx_us(s);
	uint8_t next = bfd_fsm_next(s->state, event);

	if (next == s->state)
		return false;
	s->state = next;
	if (next == PYDP_BFD_UP)
		s->flags |= BFD_SESSION_WAS_UP;
	if (bfd_session_desired_min_tx_us(s) != desired)
		bfd_poll_want(s, now_ns, actions);
	bfd_confirm(s);
	s->hello_head = 0;
	return true;
}

#endif
