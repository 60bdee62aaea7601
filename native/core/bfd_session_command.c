/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator or a control plane does to a session: make it, take it over, change it, disable and enable it (RFC 5880 6.8.3,
 * 6.8.16), poll, reset it (6.8.15), remove it, clear or hold its next hop. */
#include "bfd_session.h"
#include "bfd_session_steps.h"
#include "mutant.h"

/* Faults that begin with the session. */
static void begin_wrong(struct bfd_session *s)
{
	if (MUTANT(1) || MUTANT(3))
		s->flags |= BFD_SESSION_PASSIVE;
	if (MUTANT(2))
		s->flags &= (uint8_t)~BFD_SESSION_PASSIVE;
	if (MUTANT(69))
		s->state = PYDP_BFD_INIT;
	if (MUTANT(73))
		s->remote_discriminator = 1;
	if (MUTANT(75))
		s->diagnostic = PYDP_DIAG_ADMIN_DOWN;
	if (MUTANT(77))
		s->remote_required_min_rx_us = 5 * BFD_SLOW_INTERVAL_US;
}

void bfd_session_init(struct bfd_session *s, const struct bfd_session_config *config, uint32_t local_discriminator,
		      uint64_t now_ns)
{
	*s = (struct bfd_session){
		.local_discriminator = local_discriminator,
		.caller = {s->caller[0], s->caller[1]},
		.state = config->admin_down ? PYDP_BFD_ADMIN_DOWN : PYDP_BFD_DOWN,
		.diagnostic = config->admin_down,
		.remote_state = PYDP_BFD_DOWN,
		.nexthop = PYDP_NEXTHOP_UNKNOWN,
		.flags = config->role == PYDP_ROLE_PASSIVE ? BFD_SESSION_PASSIVE : 0,
		.last_tx_ns = now_ns,
		.remote_required_min_rx_us = BFD_DEFAULT_REMOTE_MIN_RX_US,
		.desired_min_tx_us = config->desired_min_tx_us,
		.required_min_rx_us = config->required_min_rx_us,
		.multiplier = config->multiplier,
		.features = config->features & (BFD_FEATURES_WANTED | BFD_FEATURE_INITIATOR),
		.remote_discriminator = config->remote_discriminator,
	};
	begin_wrong(s);
	bfd_confirm(s);
	bfd_pace(s);
}

void bfd_session_adopt(struct bfd_session *s, const struct bfd_takeover *takeover, uint64_t now_ns, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	s->state = takeover->state;
	s->diagnostic = takeover->diagnostic;
	s->remote_discriminator = takeover->remote_discriminator;
	if (takeover->remote_multiplier != 0) {
		s->remote_state = takeover->remote_state;
		s->remote_multiplier = takeover->remote_multiplier;
		s->remote_desired_min_tx_us = takeover->remote_desired_min_tx_us;
		s->remote_required_min_rx_us = takeover->remote_required_min_rx_us;
		s->last_rx_ns = now_ns;
		s->flags |= BFD_SESSION_HEARD;
	}
	if (s->state == PYDP_BFD_UP) {
		s->flags |= BFD_SESSION_WAS_UP;
		s->nexthop = nexthop_next(NEXTHOP_SESSION_UP);
	}
	bfd_confirm(s);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

static void change_timers(struct bfd_session *s, uint32_t desired_min_tx_us, uint32_t required_min_rx_us, uint64_t now_ns,
			  struct bfd_actions *actions)
{
	uint32_t desired = bfd_session_desired_min_tx_us(s), required = s->required_min_rx_us;

	s->desired_min_tx_us = desired_min_tx_us;
	s->required_min_rx_us = required_min_rx_us;
	if (bfd_session_desired_min_tx_us(s) == desired && s->required_min_rx_us == required)
		return;
	if (!MUTANT(83))
		bfd_poll_want(s, now_ns, actions);
	if (MUTANT(84) || MUTANT(85))
		bfd_confirm(s);
	if (MUTANT(90))
		return;
	if (s->state != PYDP_BFD_UP) {
		bfd_confirm(s);
		return;
	}
	/* While Up a raised DesiredMinTx and a lowered RequiredMinRx wait for the Poll; the rest is at once. */
	if (s->tx_in_force_us > s->desired_min_tx_us)
		s->tx_in_force_us = s->desired_min_tx_us;
	if (s->rx_in_force_us < s->required_min_rx_us)
		s->rx_in_force_us = s->required_min_rx_us;
}

static void disable(struct bfd_session *s, uint8_t diagnostic, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	bool changed = bfd_enter(s, BFD_EVENT_DISABLE, now_ns, actions);

	if (!changed && s->diagnostic == diagnostic)
		return;
	s->diagnostic = MUTANT(137) ? PYDP_DIAG_NONE : diagnostic;
	s->nexthop = nexthop_next(NEXTHOP_ADMIN_DOWN);
	bfd_send(s, now_ns, rng, actions);
}

static void enable(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	s->flags &= (uint8_t)~BFD_SESSION_REMOVING;
	if (bfd_enter(s, BFD_EVENT_ENABLE, now_ns, actions))
		bfd_send(s, now_ns, rng, actions);
}

/* Returns whether packets say another diagnostic. */
static bool change_features(struct bfd_session *s, uint8_t wanted, uint64_t now_ns, struct bfd_actions *actions)
{
	uint8_t diagnostic = bfd_session_diagnostic(s), changed = (s->features ^ wanted) & BFD_FEATURES_WANTED;

	s->features ^= changed;
	/* The next hello must come the long way, where it is looked at. */
	if (changed & (BFD_FEATURE_AUTHENTICATION | BFD_FEATURE_ECHO | BFD_FEATURE_QUALITY))
		s->hello_head = 0;
	/* A change of D is a Poll Sequence of its own (6.6); bfd_settle begins the first. */
	if (changed & BFD_FEATURE_DEMAND && bfd_session_demanding(s) && !MUTANT(11))
		bfd_poll_want(s, now_ns, actions);
	if (bfd_session_diagnostic(s) == diagnostic || MUTANT(139))
		return false;
	bfd_content_changed(s, now_ns, actions);
	return true;
}

void bfd_session_configure(struct bfd_session *s, const struct bfd_session_config *config, uint64_t now_ns, struct rng *rng,
			   struct bfd_actions *actions)
{
	struct bfd_before before;
	bool news;

	bfd_begin(s, &before, actions);
	s->flags &= (uint8_t)~(BFD_SESSION_REMOVING | BFD_SESSION_PASSIVE);
	if (config->role == PYDP_ROLE_PASSIVE)
		s->flags |= BFD_SESSION_PASSIVE;
	change_timers(s, config->desired_min_tx_us, config->required_min_rx_us, now_ns, actions);
	if (s->multiplier != config->multiplier) {
		s->multiplier = config->multiplier;
		bfd_content_changed(s, now_ns, actions);
	}
	news = change_features(s, config->features, now_ns, actions);
	if (config->tell && s->state == PYDP_BFD_UP)
		bfd_poll_want(s, now_ns, actions);
	/* Before anything is said, so that one Poll tells D and the rest; no D is said of a session that is disabled. */
	if (!config->admin_down)
		bfd_settle(s, now_ns, actions);
	if (config->admin_down)
		disable(s, config->admin_down, now_ns, rng, actions);
	else if (s->state == PYDP_BFD_ADMIN_DOWN)
		enable(s, now_ns, rng, actions);
	else if (news || (config->tell && s->state == PYDP_BFD_UP))
		bfd_send(s, now_ns, rng, actions);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

void bfd_session_admin_down(struct bfd_session *s, uint8_t diagnostic, uint64_t now_ns, struct rng *rng,
			    struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	disable(s, diagnostic, now_ns, rng, actions);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

void bfd_session_admin_up(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	enable(s, now_ns, rng, actions);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

void bfd_session_remove(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	struct bfd_before before;
	uint64_t us;

	bfd_begin(s, &before, actions);
	if (!(s->flags & BFD_SESSION_REMOVING)) {
		(void)bfd_enter(s, BFD_EVENT_DISABLE, now_ns, actions);
		s->diagnostic = PYDP_DIAG_ADMIN_DOWN;
		s->nexthop = nexthop_next(NEXTHOP_ADMIN_DOWN);
		bfd_send(s, now_ns, rng, actions);
		bfd_settle(s, now_ns, actions);
		if (bfd_may_send(s)) {
			/* The peer's detection time once it has this packet, whose DesiredMinTx is at least a second. */
			us = bfd_session_desired_min_tx_us(s);
			if (us < s->remote_required_min_rx_us)
				us = s->remote_required_min_rx_us;
			s->remove_ns = now_ns + us * s->multiplier * 1000;
			s->flags |= BFD_SESSION_REMOVING;
		} else {
			s->flags &= (uint8_t)~BFD_SESSION_HEARD;
			actions->bits |= BFD_ACT_DONE;
		}
	}
	bfd_finish(s, &before, actions);
}

void bfd_session_require_rx(struct bfd_session *s, uint32_t required_min_rx_us, uint64_t now_ns, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	change_timers(s, s->desired_min_tx_us, required_min_rx_us, now_ns, actions);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

void bfd_session_clear(struct bfd_session *s, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	s->nexthop = nexthop_next(NEXTHOP_CLEARED);
	bfd_finish(s, &before, actions);
}

void bfd_session_hold(struct bfd_session *s, bool held, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	if (held) {
		s->flags |= BFD_SESSION_HELD;
	} else if (s->flags & BFD_SESSION_HELD) {
		s->flags &= (uint8_t)~BFD_SESSION_HELD;
		if (s->state == PYDP_BFD_UP)
			s->nexthop = nexthop_next(NEXTHOP_SESSION_UP);
	}
	bfd_finish(s, &before, actions);
}

void bfd_session_poll(struct bfd_session *s, uint64_t now_ns, struct bfd_actions *actions)
{
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	if (!bfd_session_polling(s))
		bfd_poll_want(s, now_ns, actions);
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}

void bfd_session_forwarding_reset(struct bfd_session *s, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions)
{
	bool was_up = s->state == PYDP_BFD_UP;
	struct bfd_before before;

	bfd_begin(s, &before, actions);
	if (s->state != PYDP_BFD_ADMIN_DOWN) {
		bool changed = !MUTANT(136) && bfd_enter(s, BFD_EVENT_RESET, now_ns, actions);

		if (was_up)
			s->nexthop = nexthop_next(NEXTHOP_SESSION_FAILED);
		if (changed || s->diagnostic != PYDP_DIAG_FORWARDING_RESET) {
			s->diagnostic = MUTANT(135) ? PYDP_DIAG_CONTROL_EXPIRY : PYDP_DIAG_FORWARDING_RESET;
			bfd_send(s, now_ns, rng, actions);
		}
	}
	bfd_settle(s, now_ns, actions);
	bfd_finish(s, &before, actions);
}
