/* SPDX-License-Identifier: Apache-2.0 */
/* What an end says of itself, against what it has to be. */
#include "referee_parts.h"

static bool same(struct referee *r, const char *what, uint64_t is, uint64_t wanted)
{
	return is == wanted || complain(r, "state", "%s is %lu, and has to be %lu", what, is, wanted);
}

void compare_snapshot(struct referee *r, const struct snapshot *now)
{
	if (now->gone || !same(r, "the local state", now->state, r->state) ||
	    !same(r, "the remote state", now->remote_state, r->remote_state) ||
	    !same(r, "the diagnostic", now->diagnostic, said_diagnostic(r)) ||
	    !same(r, "the remote diagnostic", now->remote_diagnostic, r->remote_diagnostic) ||
	    !same(r, "the next hop", now->nexthop, r->nexthop) || !same(r, "My Discriminator", now->local, r->local) ||
	    !same(r, "the remote discriminator", now->remote, r->remote))
		return;
	if (!same(r, "the detection time", now->detection_us, referee_detection_us(r)) ||
	    !same(r, "the interval of hearing", now->rx_us, hearing_us(r)) ||
	    !same(r, "the interval of saying", now->tx_us, speaks_on(r) ? interval_us(r) : 0) ||
	    !same(r, "polling", now->polling, polling(r)) || !now->counts)
		return;
	if (!same(r, "packets received", now->rx_packets, r->rx_packets) ||
	    !same(r, "packets sent", now->tx_packets, r->tx_packets) || !same(r, "the count of Ups", now->ups, r->ups) ||
	    !same(r, "the count of Downs", now->downs, r->downs))
		return;
	(void)same(r, "the count of AdminDowns", now->admin_downs, r->admin_downs);
	if (now->stalls > r->overflows)
		complain(r, "deferral", "detections waited %u times, and packets were lost here %u times", now->stalls,
			 r->overflows);
	r->deferrals = now->stalls;
}
