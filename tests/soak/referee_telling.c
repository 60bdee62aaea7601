/* SPDX-License-Identifier: Apache-2.0 */
/* What an end tells its control plane: each change once, in order, numbered without a gap; and when there was no room, the
 * latest of what was lost (native/include/pydp/event.h). */
#include <stddef.h>
#include "referee_parts.h"

struct before remember(const struct referee *r)
{
	bool speaks = speaks_on(r);

	return (struct before){.state = r->state,
			       .remote_state = r->remote_state,
			       .nexthop = r->nexthop,
			       .remote = r->remote,
			       .tx_us = speaks ? (uint32_t)interval_us(r) : 0,
			       .rx_us = hearing_us(r),
			       .detection_us = referee_detection_us(r),
			       .interval_us = interval_us(r) * 2 + (r->wanted.multiplier == 1),
			       .speaks = speaks};
}

void note_pace(struct referee *r, const struct before *before)
{
	struct before now = remember(r);

	if (now.interval_us != before->interval_us || now.speaks != before->speaks)
		r->pace_ns = r->now_ns;
	if (now.detection_us != before->detection_us)
		r->detection_ns = r->now_ns;
}

static void expect(struct referee *r, uint8_t type, uint8_t old_state, uint8_t new_state)
{
	struct before now = remember(r);

	if (!r->tells)
		return;
	if (r->pending == PENDING_MOST) {
		complain(r, "soak", "nobody read %u tellings", r->pending);
		return;
	}
	r->expected[(r->first + r->pending++) % PENDING_MOST] = (struct told){.time_ns = r->now_ns,
									      .detection_us = now.detection_us,
									      .local = r->local,
									      .remote = r->remote,
									      .tx_us = now.tx_us,
									      .rx_us = now.rx_us,
									      .type = type,
									      .old_state = old_state,
									      .new_state = new_state,
									      .remote_state = r->remote_state,
									      .diagnostic = said_diagnostic(r),
									      .nexthop = r->nexthop};
}

void expect_telling(struct referee *r, const struct before *before)
{
	struct before now = remember(r);

	note_pace(r, before);
	if (now.state != before->state) {
		expect(r, TOLD_STATE, before->state, now.state);
		return;
	}
	if (now.remote_state != before->remote_state)
		expect(r, TOLD_REMOTE, before->remote_state, now.remote_state);
	else if (now.nexthop != before->nexthop)
		expect(r, TOLD_NEXTHOP, now.state, now.state);
	if (now.detection_us != before->detection_us || now.tx_us != before->tx_us || now.rx_us != before->rx_us ||
	    now.remote != before->remote)
		expect(r, TOLD_TIMERS, now.state, now.state);
}

void expect_removed(struct referee *r)
{
	expect(r, TOLD_REMOVED, r->state, r->state);
	r->live = r->removing = false;
}

static bool alike(struct referee *r, const char *what, uint64_t is, uint64_t wanted)
{
	return is == wanted ||
	       complain(r, "event", "event %u has %s %lu, and has to have %lu", r->told_sequence, what, is, wanted);
}

static void compare(struct referee *r, const struct told *is, const struct told *wanted)
{
	if (!alike(r, "My Discriminator", is->local, wanted->local) ||
	    !alike(r, "the remote state", is->remote_state, wanted->remote_state) ||
	    !alike(r, "the diagnostic", is->diagnostic, wanted->diagnostic) ||
	    !alike(r, "the next hop", is->nexthop, wanted->nexthop))
		return;
	/* The timers of a session that has ended mean nothing. */
	if (wanted->type == TOLD_REMOVED)
		return;
	(void)(alike(r, "the remote discriminator", is->remote, wanted->remote) &&
	       alike(r, "the detection time", is->detection_us, wanted->detection_us) &&
	       alike(r, "the interval of saying", is->tx_us, wanted->tx_us) &&
	       alike(r, "the interval of hearing", is->rx_us, wanted->rx_us));
}

static struct told take(struct referee *r)
{
	struct told told = r->expected[r->first];

	r->first = (r->first + 1) % PENDING_MOST;
	r->pending--;
	return told;
}

static void told_again(struct referee *r, const struct told *told)
{
	uint32_t lost = told->sequence - r->told_sequence - 1;
	struct told latest = {0};

	r->told_sequence = told->sequence;
	if (lost == 0 || lost > r->pending) {
		complain(r, "event-reread", "event %u stands for %u others, of which there are %u", told->sequence, lost,
			 r->pending);
		return;
	}
	for (uint32_t i = 0; i < lost; i++)
		latest = take(r);
	r->lost += lost;
	r->checked_rereads++;
	(void)alike(r, "type", told->type, latest.type == TOLD_REMOVED ? TOLD_REMOVED : TOLD_STATE);
	if (latest.type != TOLD_REMOTE)
		(void)alike(r, "the new state", told->new_state, latest.new_state);
	compare(r, told, &latest);
}

void referee_told(struct referee *r, const struct told *told)
{
	struct told wanted;

	if (r->rule != NULL)
		return;
	if (told->reread) {
		told_again(r, told);
		return;
	}
	if (told->sequence != r->told_sequence + 1) {
		complain(r, "event-sequence", "event %u came after event %u", told->sequence, r->told_sequence);
		return;
	}
	r->told_sequence = told->sequence;
	if (r->pending == 0) {
		complain(r, "event-made-up", "event %u of type %u tells what did not happen", told->sequence, told->type);
		return;
	}
	wanted = take(r);
	r->checked_events++;
	(void)(alike(r, "type", told->type, wanted.type) && alike(r, "the old state", told->old_state, wanted.old_state) &&
	       alike(r, "the new state", told->new_state, wanted.new_state) && alike(r, "time", told->time_ns, wanted.time_ns));
	compare(r, told, &wanted);
}

void referee_drained(struct referee *r, uint64_t overflows)
{
	if (r->rule == NULL && r->tells && r->pending > 0)
		complain(r, "event-lost", "%u changes were never told, the first of type %u at %lu ns", r->pending,
			 r->expected[r->first].type, r->expected[r->first].time_ns);
	if (r->rule == NULL && r->tells && overflows != r->lost)
		complain(r, "event-lost", "%lu tellings did not fit, and the sequence has a gap of %lu", overflows, r->lost);
}
