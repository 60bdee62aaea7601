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

	r->removing = false;
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
	/* 6.6: nothing periodic would tell a demanding peer. */
	if (old.multiplier != wanted->multiplier && r->remote_demand && r->state == UP && r->remote_state == UP)
		want_poll(r);
	if (wanted->admin_down)
		return disable(r, wanted->admin_down);
	return r->state == ADMIN_DOWN && move(r, DOWN);
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
