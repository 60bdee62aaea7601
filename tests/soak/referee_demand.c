/* SPDX-License-Identifier: Apache-2.0 */
/* Own Demand mode (RFC 5880 6.6, 6.8.4): when it is active, and the Polls by which it asks whether the peer is there. */
#include "referee_parts.h"

uint8_t said_diagnostic(const struct referee *r)
{
	return r->state == UP && r->wanted.concatenated ? r->wanted.concatenated : r->diagnostic;
}

void content_changed(struct referee *r)
{
	if (r->demanding || (r->remote_demand && both_up(r)))
		want_poll(r);
}

void demand_ends(struct referee *r)
{
	r->demanding = false;
	r->demand_end_ns = r->now_ns;
}

/* The first Poll by itself is due an interval after the mode became active. */
static void follow_asking(struct referee *r)
{
	if (!r->demanding || !r->wanted.demand || r->wanted.demand_poll_us == 0) {
		r->ask_from_ns = r->ask_by_ns = 0;
	} else if (r->ask_from_ns == 0) {
		r->ask_from_ns = r->ask_by_ns = r->now_ns + (uint64_t)r->wanted.demand_poll_us * 1000;
		r->ask_vague = false;
	}
}

void settle_demand(struct referee *r)
{
	if (r->demanding && !both_up(r)) {
		demand_ends(r);
	} else if (r->wanted.demand && !r->demanding && both_up(r)) {
		r->demanding = true;
		r->demand_begin_ns = r->now_ns;
		r->checked_demands++;
		want_poll(r);
	}
	follow_asking(r);
}

bool may_ask(const struct referee *r)
{
	return r->asking || (r->ask_from_ns != 0 && r->now_ns >= r->ask_from_ns);
}

static void asked(struct referee *r, bool exactly)
{
	uint64_t every_ns = (uint64_t)r->wanted.demand_poll_us * 1000;

	if (r->ask_from_ns == 0 || r->now_ns < r->ask_from_ns)
		return;
	r->ask_from_ns = exactly ? r->now_ns + every_ns : r->ask_from_ns + every_ns;
	r->ask_by_ns = r->now_ns + every_ns;
	r->ask_vague = false;
}

void ask(struct referee *r)
{
	struct before before = remember(r);

	want_poll(r);
	note_pace(r, &before);
	r->checked_asks++;
	/* What waited for the end of a hold may be of the interval before. */
	if (r->asking)
		r->asking = false;
	else
		asked(r, !r->ask_vague);
}

void check_asking(struct referee *r)
{
	bool due = r->ask_from_ns != 0 && r->now_ns >= r->ask_from_ns;

	if (r->seen_polling && !polling(r) && may_ask(r))
		ask(r);
	if (!r->poll_hold || polling(r))
		r->asking = false;
	if (!due || r->now_ns < r->ask_from_ns)
		return;
	r->ask_vague = r->ask_vague || polling(r) || r->poll_hold;
	if (r->now_ns >= r->ask_by_ns + r->slack_ns) {
		if (!r->ask_vague)
			complain(r, "demand-poll", "Demand mode asks every %u us, and does not since %lu",
				 r->wanted.demand_poll_us, r->ask_by_ns);
		asked(r, false);
	}
	r->asking = r->poll_hold && !polling(r);
}
