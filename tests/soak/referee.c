/* SPDX-License-Identifier: Apache-2.0 */
/* What an end has to become by what happens to it (RFC 5880 6.8.1 to 6.8.6, 6.8.16, 6.8.18). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "referee_parts.h"

bool complain(struct referee *r, const char *rule, const char *text, ...)
{
	va_list arguments;

	if (r->rule != NULL)
		return false;
	r->rule = rule;
	r->complaint_ns = r->now_ns;
	va_start(arguments, text);
	vsnprintf(r->complaint, sizeof(r->complaint), text, arguments);
	va_end(arguments);
	return false;
}

uint32_t desired_us(const struct referee *r)
{
	return r->state != UP && r->wanted.desired_us < SLOW_US ? SLOW_US : r->wanted.desired_us;
}

bool both_up(const struct referee *r)
{
	return r->state == UP && r->remote_state == UP;
}

/* 6.8.7: a passive end waits for the other's discriminator. */
bool may_speak(const struct referee *r)
{
	return !r->wanted.passive || r->remote != 0;
}

/* A change needs a Poll: at once, or behind the one before (6.8.3). */
void want_poll(struct referee *r)
{
	r->poll_needed = true;
	if (r->now_ns >= r->release_ns)
		r->poll_hold = false;
}

bool polling(const struct referee *r)
{
	return r->poll_out || (r->poll_needed && !r->poll_hold);
}

bool speaks_on(const struct referee *r)
{
	if (!may_speak(r) || r->remote_required_us == 0)
		return false;
	return !r->remote_demand || !both_up(r) || polling(r);
}

uint64_t interval_us(const struct referee *r)
{
	return r->tx_in_force_us > r->remote_required_us ? r->tx_in_force_us : r->remote_required_us;
}

uint32_t hearing_us(const struct referee *r)
{
	return r->rx_in_force_us > r->remote_desired_us ? r->rx_in_force_us : r->remote_desired_us;
}

/* 6.8.4: of packets, or in Demand mode of the answer to a Poll, by the end's own multiplier and interval. A product of nothing is
 * no time at all, which the end may call a microsecond. */
uint64_t referee_detection_us(const struct referee *r)
{
	uint64_t us = (uint64_t)r->remote_multiplier * hearing_us(r);

	if (r->demanding)
		return r->wanted.multiplier * interval_us(r);
	return r->hearing ? (us ? us : 1) : 0;
}

void put_in_force(struct referee *r)
{
	r->tx_in_force_us = desired_us(r);
	r->rx_in_force_us = r->wanted.required_us;
}

/* Into a state: the restrictions of 6.8.3 are for a session that is and stays Up. */
bool move(struct referee *r, uint8_t state)
{
	uint32_t said_us = desired_us(r);
	uint8_t old = r->state;

	if (state == old)
		return false;
	r->state = state;
	if (desired_us(r) != said_us)
		want_poll(r);
	put_in_force(r);
	r->ups += state == UP;
	r->downs += old == UP && state == DOWN;
	r->admin_downs += state == ADMIN_DOWN;
	return true;
}

static uint8_t after_hearing(uint8_t state, uint8_t heard)
{
	switch (state) {
	case DOWN:
		return heard == DOWN ? INIT : heard == INIT ? UP : DOWN;
	case INIT:
		return heard == INIT || heard == UP ? UP : heard == ADMIN_DOWN ? DOWN : INIT;
	case UP:
		return heard == DOWN || heard == ADMIN_DOWN ? DOWN : UP;
	default:
		return state;
	}
}

static void hear_poll_bits(struct referee *r, bool final)
{
	if (!final) {
		if (r->poll_hold && r->asking && r->seen_polling)
			ask(r);
		r->poll_hold = false;
	} else if (r->poll_out) {
		r->poll_out = false;
		r->poll_hold = true;
		r->release_ns = r->now_ns + (r->now_ns - r->poll_ns);
		/* It answers what was wanted when it began. */
		if (r->poll_needed)
			return;
		put_in_force(r);
		/* The peer has read a packet without D. */
		if (r->demanding && !r->wanted.demand)
			demand_ends(r);
	}
}

/* Returns whether the state changed. In the order of 6.8.6. */
static bool hear(struct referee *r, const struct hello *hello)
{
	bool changed;
	uint8_t old = r->state;

	r->remote = hello->mine;
	r->remote_state = hello->state;
	r->remote_diagnostic = hello->diagnostic;
	r->remote_multiplier = hello->multiplier;
	r->remote_desired_us = hello->desired_us;
	r->remote_required_us = hello->required_us;
	r->remote_demand = hello->demand;
	r->heard_ns = r->now_ns;
	r->hearing = true;
	r->allowed_ns = r->gap_ns = 0;
	hear_poll_bits(r, hello->final);
	if (old == ADMIN_DOWN) {
		settle_demand(r);
		return false;
	}
	r->rx_packets++;
	changed = move(r, after_hearing(old, hello->state));
	if (changed && r->state == DOWN)
		r->diagnostic = 3;
	/* docs/architecture.md, law 4 */
	if (hello->state == ADMIN_DOWN)
		r->nexthop = UNKNOWN;
	else if (changed && r->state == UP && !r->held)
		r->nexthop = LIVE;
	else if (changed && old == UP)
		r->nexthop = DEAD;
	settle_demand(r);
	return changed;
}

static const struct payload *next_said(const struct step *step, uint32_t *said)
{
	return *said < step->said_count ? &step->said[(*said)++] : NULL;
}

static void expect_said(struct referee *r, const struct step *step, uint32_t *said, enum saying kind)
{
	const struct payload *payload;

	if (!may_speak(r))
		return;
	payload = next_said(step, said);
	if (payload == NULL)
		complain(r, kind == FINAL ? "poll-unanswered" : "change-untold", "%s",
			 kind == FINAL ? "P was heard and no F said" : "the state changed and no packet said so");
	else
		check_saying(r, payload, kind);
}

static void hear_all(struct referee *r, const struct step *step, uint32_t *said)
{
	for (uint32_t i = 0; i < step->heard_count && r->rule == NULL; i++) {
		struct before before = remember(r);
		struct hello hello;
		bool changed, listens = r->state != ADMIN_DOWN;

		if (!r->live || !hello_counts(&step->heard[i], r->local, &hello) || !authentic(r, &step->heard[i], &hello))
			continue;
		changed = hear(r, &hello);
		if (hello.poll && listens)
			expect_said(r, step, said, FINAL);
		else if (changed)
			expect_said(r, step, said, EARLY);
		expect_telling(r, &before);
	}
}

static void obey(struct referee *r, const struct step *step, uint32_t *said)
{
	struct before before = remember(r);
	bool speaks = false;

	if (!r->live)
		return;
	if (step->command->order == CONFIGURE)
		speaks = obey_configure(r, &step->command->wanted);
	else if (step->command->order == REMOVE)
		speaks = obey_remove(r);
	else
		speaks = obey_less(r, step->command->order);
	settle_demand(r);
	if (speaks)
		expect_said(r, step, said, EARLY);
	if (step->command->order != REMOVE_NOW)
		expect_telling(r, &before);
	if (step->command->order != REMOVE_NOW && !(r->removing && r->stay_ns == 0))
		return;
	if (!step->now.gone)
		complain(r, "removal", "a session that has nobody to tell is still there after its removal");
	expect_removed(r);
}

/* Silence: no Down, and nothing forgotten, without a full detection time of it; and not much later either. */
static void expire(struct referee *r, const struct step *step, const struct before *before, uint32_t *said)
{
	uint64_t deadline = detection_ns(r), due = deadline;
	bool was_up = r->state == UP;

	note_deferral(r);
	if (deadline != UINT64_MAX)
		due = (deadline > r->detection_ns ? deadline : r->detection_ns) + r->allowed_ns + r->slack_ns;
	if (step->now.detection_us != 0 || step->now.gone) {
		if (r->now_ns >= due)
			complain(r, "detection-late", "silent since %lu ns, detection time %lu us, and nothing noticed",
				 r->heard_ns, referee_detection_us(r));
		return;
	}
	if (r->now_ns < deadline)
		complain(r, "detection-early", "gave up %lu us after the last packet, detection time %lu us",
			 (r->now_ns - r->heard_ns) / 1000, referee_detection_us(r));
	else if (deadline != UINT64_MAX && r->now_ns > due + r->excuse_ns)
		complain(r, "detection-late", "gave up %lu us after the last packet, detection time %lu us",
			 (r->now_ns - r->heard_ns) / 1000, referee_detection_us(r));
	r->expiries++;
	r->unanswered += r->demanding;
	r->hearing = r->demanding = false;
	r->remote = 0;
	r->remote_required_us = 1;
	r->ask_from_ns = r->ask_by_ns = 0;
	note_pace(r, before);
	if (r->state != INIT && r->state != UP)
		return;
	(void)move(r, DOWN);
	r->diagnostic = 1;
	if (was_up)
		r->nexthop = DEAD;
	note_pace(r, before);
	expect_said(r, step, said, EARLY);
}

static void leave(struct referee *r)
{
	struct before before = remember(r);

	if (!r->removing)
		complain(r, "removal", "the session is gone and nobody wanted that");
	else if (r->now_ns < r->left_ns + r->stay_ns)
		complain(r, "removal", "gone %lu us after its removal; the peer's detection time is %lu us",
			 (r->now_ns - r->left_ns) / 1000, r->stay_ns / 1000);
	else if (r->now_ns > r->left_ns + r->stay_ns + r->slack_ns + r->excuse_ns)
		complain(r, "removal", "gone %lu us after its removal, which is late: the peer's detection time is %lu us",
			 (r->now_ns - r->left_ns) / 1000, r->stay_ns / 1000);
	r->hearing = false;
	r->remote_required_us = 0; /* nothing periodic any more */
	expect_telling(r, &before);
	expect_removed(r);
}

static void run_timers(struct referee *r, const struct step *step, uint32_t *said)
{
	struct before before = remember(r);
	const struct payload *payload;

	if (step->now.gone) {
		leave(r);
		return;
	}
	if (r->poll_hold && r->poll_needed && r->now_ns >= r->release_ns)
		r->poll_hold = !step->now.polling;
	note_pace(r, &before);
	if (r->poll_hold && r->poll_needed && r->now_ns >= r->release_ns + r->slack_ns)
		complain(r, "poll-waits", "a Poll waits since %lu, and may begin since %lu", r->poll_ns, r->release_ns);
	if (r->removing && r->now_ns >= r->left_ns + r->stay_ns + r->slack_ns)
		complain(r, "removal", "still there %lu us after its removal", (r->now_ns - r->left_ns) / 1000);
	if (r->hearing)
		expire(r, step, &before, said);
	while (r->rule == NULL && (payload = next_said(step, said)) != NULL)
		check_saying(r, payload, ON_TIME);
	check_silence(r);
	check_asking(r);
	expect_telling(r, &before);
}

static void note_overflow(struct referee *r, const struct step *step)
{
	if (step->overflow_ns == 0)
		return;
	r->overflows++;
	if (r->hearing && r->heard_ns < r->now_ns && r->gap_ns < step->overflow_ns)
		r->gap_ns = step->overflow_ns;
	note_deferral(r);
}

void referee_open(struct referee *r, const struct wanted *wanted, uint32_t local, uint64_t now_ns)
{
	if (r->rule != NULL)
		return;
	r->now_ns = now_ns;
	if (local == 0 || (r->local == local && !r->live))
		complain(r, "discriminator", "My Discriminator is %u, after %u", local, r->local);
	r->live = true;
	r->removing = r->hearing = r->has_said = r->remote_demand = false;
	r->held = r->demanding = r->asking = r->ask_vague = false;
	r->demand_end_ns = r->ask_from_ns = r->ask_by_ns = r->gap_ns = 0;
	r->poll_needed = r->poll_out = r->poll_hold = false;
	r->wanted = *wanted;
	r->local = local;
	r->remote = r->remote_desired_us = r->remote_multiplier = r->remote_diagnostic = 0;
	r->remote_required_us = 1;
	r->state = wanted->admin_down ? ADMIN_DOWN : DOWN;
	r->diagnostic = wanted->admin_down;
	r->remote_state = DOWN;
	r->nexthop = UNKNOWN;
	r->pace_ns = r->detection_ns = now_ns;
	r->allowed_ns = 0;
	r->rx_packets = r->tx_packets = r->overflows = 0;
	r->ups = r->downs = 0;
	r->admin_downs = wanted->admin_down != 0;
	r->told_sequence = r->key_at = 0;
	r->sequence_known = r->has_signed = false;
	put_in_force(r);
}

void referee_close(struct referee *r)
{
	r->live = false;
	r->lost = 0;
	r->pending = 0;
}

void referee_step(struct referee *r, const struct step *step)
{
	uint32_t said = 0;

	if (r->rule != NULL)
		return;
	if (step->now_ns < r->now_ns)
		complain(r, "clock", "time runs backwards");
	r->now_ns = step->now_ns;
	r->excuse_ns = step->excuse_ns;
	r->seen_polling = step->now.polling;
	r->refused = false;
	if (!r->live) {
		if (step->said_count > 0)
			complain(r, "no-session", "speaks without a session");
		return;
	}
	hear_all(r, step, &said);
	note_overflow(r, step);
	if (step->command != NULL)
		obey(r, step, &said);
	else if (r->live && r->rule == NULL)
		run_timers(r, step, &said);
	if (r->rule == NULL && said < step->said_count)
		complain(r, "too-many", "%u packets more than there was reason for", step->said_count - said);
	if (r->rule == NULL && r->live)
		compare_snapshot(r, &step->now);
	blame_refused(r);
}
