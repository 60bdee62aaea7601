/* SPDX-License-Identifier: Apache-2.0 */
/* What commands make of a session (RFC 5880 6.8.3, 6.8.16). Each returns whether a packet has to say so early. */
#include "referee_parts.h"

/* 6.8.16 */
static bool disable(struct referee *r, uint8_t diagnostic)
{
	bool changed = move(r, ADMIN_DOWN);

	if (!changed && r->diagnostic == diagnostic)
		return false;
	r->diagnostic = diagnostic;
	r->nexthop = UNKNOWN;
	return true;
}

bool obey_configure(struct referee *r, const struct wanted *wanted)
{
	struct wanted old = r->wanted;
	uint32_t said_us = desired_us(r);
	uint8_t said = said_diagnostic(r);
	bool news;

	r->removing = false;
	change_keys(r, wanted);
	r->wanted = *wanted;
	if (desired_us(r) != said_us || old.required_us != wanted->required_us) {
		want_poll(r);
		if (r->state != UP)
			put_in_force(r);
		if (r->tx_in_force_us > wanted->desired_us && r->state == UP)
			r->tx_in_force_us = wanted->desired_us;
		if (r->rx_in_force_us < wanted->required_us)
			r->rx_in_force_us = wanted->required_us;
	}
	news = said_diagnostic(r) != said;
	if (old.multiplier != wanted->multiplier || news)
		content_changed(r);
	/* 6.6: the bit changes by a Poll Sequence. */
	if (old.demand != wanted->demand && r->demanding)
		want_poll(r);
	if (old.demand_poll_us != wanted->demand_poll_us)
		r->ask_from_ns = 0;
	if (wanted->admin_down)
		return disable(r, wanted->admin_down);
	return (r->state == ADMIN_DOWN && move(r, DOWN)) || news;
}

bool obey_remove(struct referee *r)
{
	uint64_t us;

	if (r->removing)
		return false;
	(void)move(r, ADMIN_DOWN);
	r->diagnostic = 7;
	r->nexthop = UNKNOWN;
	us = desired_us(r) > r->remote_required_us ? desired_us(r) : r->remote_required_us;
	r->removing = true;
	r->left_ns = r->now_ns;
	r->stay_ns = may_speak(r) ? us * r->wanted.multiplier * 1000 : 0;
	return true;
}

/* 6.8.15 */
static bool reset(struct referee *r)
{
	bool was_up = r->state == UP, changed;

	if (r->state == ADMIN_DOWN)
		return false;
	changed = move(r, DOWN) || r->diagnostic != 4;
	r->diagnostic = 4;
	if (was_up)
		r->nexthop = DEAD;
	return changed;
}

bool obey_less(struct referee *r, uint32_t order)
{
	if (order == CLEAR) {
		r->nexthop = UNKNOWN;
	} else if (order == HOLD) {
		r->held = true;
	} else if (order == RELEASE) {
		if (r->held && r->state == UP)
			r->nexthop = LIVE;
		r->held = false;
	} else if (order == POLL && !polling(r)) {
		want_poll(r);
	}
	return order == RESET && reset(r);
}
