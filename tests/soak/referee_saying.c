/* SPDX-License-Identifier: Apache-2.0 */
/* What an end may say and when (RFC 5880 6.5, 6.8.3, 6.8.7). */
#include <stddef.h>
#include "referee_parts.h"

static bool field(struct referee *r, const char *what, uint64_t is, uint64_t wanted)
{
	return is == wanted || complain(r, "packet", "a packet says %s %lu, and has to say %lu", what, is, wanted);
}

static bool check_fields(struct referee *r, const struct payload *payload, const struct hello *hello)
{
	if (!field(r, "version", hello->version, 1) || !field(r, "Length", hello->length, said_length(r)) ||
	    !field(r, "octets", payload->length, said_length(r)) || !field(r, "C", hello->independent, 0) ||
	    !field(r, "A", hello->authenticated, signs(r)) || !field(r, "D", hello->demand, r->wanted.demand && both_up(r)) ||
	    !field(r, "M", hello->multipoint, 0))
		return false;
	return field(r, "state", hello->state, r->state) && field(r, "diagnostic", hello->diagnostic, said_diagnostic(r)) &&
	       field(r, "Detect Mult", hello->multiplier, r->wanted.multiplier) &&
	       field(r, "My Discriminator", hello->mine, r->local) && field(r, "Your Discriminator", hello->yours, r->remote) &&
	       field(r, "DesiredMinTx", hello->desired_us, desired_us(r)) &&
	       field(r, "RequiredMinRx", hello->required_us, r->wanted.required_us) &&
	       field(r, "RequiredMinEchoRx", hello->echo_us, 0);
}

/* 6.5, 6.8.3: one Poll Sequence at a time, only for a reason, and P on every packet of it. */
static void check_poll(struct referee *r, bool poll)
{
	bool may = r->poll_needed && (!r->poll_hold || r->now_ns >= r->release_ns);

	if (!poll && polling(r)) {
		complain(r, "poll-missing", "%s",
			 r->poll_out ? "a packet without P before F was heard"
				     : "a change that needs a Poll, and a packet without P");
		return;
	}
	if (!poll || r->poll_out)
		return;
	if (!may)
		complain(r, "poll-unwanted", "%s",
			 r->poll_needed ? "another Poll too soon after the last one's F"
					: "P, and nothing changed since the last Poll");
	r->checked_polls++;
	r->poll_out = true;
	r->poll_needed = r->poll_hold = false;
	r->poll_ns = r->now_ns;
}

static uint64_t due_ns(const struct referee *r)
{
	uint64_t longest = r->wanted.multiplier == 1 ? 900 : 1000;
	uint64_t due = r->has_said ? r->said_ns + interval_us(r) * longest : r->pace_ns;

	return due > r->pace_ns ? due : r->pace_ns;
}

static void check_pace(struct referee *r)
{
	uint64_t gap = r->now_ns - r->said_ns;

	if (!speaks_on(r)) {
		complain(r, "tx-unwanted", "%s",
			 !may_speak(r)                ? "a passive end speaks first"
			 : r->remote_required_us == 0 ? "RequiredMinRx 0 was heard, and a periodic packet is said"
						      : "the peer demands silence");
		return;
	}
	if (r->now_ns > due_ns(r) + r->slack_ns + r->excuse_ns)
		complain(r, "tx-late", "a packet %lu us after the last one, interval %lu us", gap / 1000, interval_us(r));
	if (!r->has_said)
		return;
	r->checked_gaps++;
	if (gap < interval_us(r) * 750)
		complain(r, "tx-fast", "a packet %lu us after the last one, interval %lu us", gap / 1000, interval_us(r));
}

void check_saying(struct referee *r, const struct payload *payload, enum saying kind)
{
	struct hello hello;

	r->tx_packets++;
	if (!hello_read(payload, &hello)) {
		complain(r, "packet", "a packet of %u octets", payload->length);
		return;
	}
	if (hello.poll && hello.final)
		complain(r, "packet", "P and F in one packet");
	if (kind == FINAL && !hello.final)
		complain(r, "poll-unanswered", "P was heard, and what is said next has no F");
	if (kind != FINAL && hello.final)
		complain(r, "final-unwanted", "F, and no P was heard");
	if (r->rule != NULL || !check_fields(r, payload, &hello))
		return;
	check_section(r, payload);
	if (kind == FINAL) {
		r->checked_finals++;
		return;
	}
	if (hello.poll && !polling(r) && may_ask(r))
		ask(r);
	if (kind == ON_TIME)
		check_pace(r);
	check_poll(r, hello.poll);
	r->has_said = true;
	r->said_ns = r->now_ns;
}

void check_silence(struct referee *r)
{
	if (r->rule == NULL && speaks_on(r) && r->now_ns >= due_ns(r) + r->slack_ns)
		complain(r, "tx-late", "nothing said for %lu us, interval %lu us", (r->now_ns - r->said_ns) / 1000,
			 interval_us(r));
}
