/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and detection times of a conversation. */
#include "core/bfd_packet.h"
#include "replay/timing.h"

static uint32_t more(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static bool is_sbfd(const struct conversation *conversation)
{
	return conversation->key.kind == PYDP_REPLAY_SBFD_REQUEST;
}

static bool both_heard(const struct conversation *conversation)
{
	return end_heard(&conversation->ends[0]) && end_heard(&conversation->ends[1]);
}

static uint32_t required_in_force_us(const struct conversation_end *end)
{
	return end->held ? end->held_min_rx_us : end_required_min_rx_us(end);
}

/* S-BFD: each request is answered, so both ends go by the initiator's interval (RFC 7880 7.2.3). */
static uint32_t sbfd_interval_us(const struct conversation *conversation)
{
	return more(end_desired_min_tx_us(&conversation->ends[0]), end_required_min_rx_us(&conversation->ends[1]));
}

uint32_t timing_interval_us(const struct conversation *conversation, uint8_t end)
{
	uint32_t required;

	if (!both_heard(conversation))
		return 0;
	if (is_sbfd(conversation))
		return sbfd_interval_us(conversation);
	required = end_required_min_rx_us(&conversation->ends[!end]);
	return required == 0 ? 0 : more(end_desired_min_tx_us(&conversation->ends[end]), required);
}

uint64_t timing_detection_us(const struct conversation *conversation, uint8_t end)
{
	const struct conversation_end *sender = &conversation->ends[end];
	uint32_t required;

	if (!both_heard(conversation))
		return 0;
	if (is_sbfd(conversation))
		return end == 0 ? 0 : (uint64_t)end_multiplier(&conversation->ends[0]) * sbfd_interval_us(conversation);
	/* A wish for nothing periodic is granted at once, Poll or not. */
	if (end_required_min_rx_us(&conversation->ends[!end]) == 0)
		return 0;
	required = required_in_force_us(&conversation->ends[!end]);
	return (uint64_t)end_multiplier(sender) * more(end_desired_min_tx_us(sender), required);
}

/* Demand mode of the other end stops this end's periodic packets while both are Up (RFC 5880 6.6). */
static bool asked_to_be_silent(const struct conversation *conversation, uint8_t end)
{
	const struct conversation_end *other = &conversation->ends[!end];

	return !is_sbfd(conversation) && end_state(other) == PYDP_BFD_UP && end_flags(other) & BFD_FLAG_DEMAND;
}

uint64_t timing_limit_us(const struct conversation *conversation, uint8_t end)
{
	const struct conversation_end *sender = &conversation->ends[end];

	if (!end_heard(sender) || end_state(sender) != PYDP_BFD_UP || asked_to_be_silent(conversation, end))
		return 0;
	if (both_heard(conversation))
		return timing_detection_us(conversation, end);
	if (is_sbfd(conversation) && end == 0)
		return 0;
	return (uint64_t)end_multiplier(sender) * end_desired_min_tx_us(sender);
}

uint64_t timing_long_ns(const struct conversation *conversation, uint8_t end, uint32_t permille)
{
	const struct conversation_end *sender = &conversation->ends[end], *other = &conversation->ends[!end];
	uint32_t interval_us;

	if (!end_heard(sender) || end_state(sender) != PYDP_BFD_UP || asked_to_be_silent(conversation, end))
		return 0;
	if (end_heard(other) && end_state(other) != PYDP_BFD_UP)
		return 0;
	interval_us = both_heard(conversation) ? timing_interval_us(conversation, end) : end_desired_min_tx_us(sender);
	/* Thousandths of microseconds are nanoseconds. */
	return (uint64_t)interval_us * permille;
}

void timing_refresh(struct conversation *conversation, uint32_t permille)
{
	for (uint8_t end = 0; end < 2; end++) {
		uint64_t limit_ns = 1000 * timing_limit_us(conversation, end);
		uint64_t long_ns = timing_long_ns(conversation, end, permille);
		uint64_t due_ns = UINT64_MAX;

		if (limit_ns != 0)
			due_ns = limit_ns;
		if (long_ns != 0 && long_ns < due_ns)
			due_ns = long_ns;
		conversation->ends[end].due_ns = due_ns;
	}
}

void timing_hold(struct conversation *conversation, uint8_t number, uint32_t required_min_rx_us, uint8_t state, uint8_t flags)
{
	struct conversation_end *end = &conversation->ends[number];
	uint32_t before = end_required_min_rx_us(end);

	/* The Final answer of this end to the other's Poll, and the end of the other's wait. */
	if (flags & BFD_FLAG_FINAL)
		conversation->ends[!number].held = 0;
	if (!end_heard(end) || end_state(end) != PYDP_BFD_UP || state != PYDP_BFD_UP) {
		end->held = 0;
		return;
	}
	/* A packet that neither polls nor answers, behind the one that announced the change: the Final was not captured. */
	if (end->held && required_min_rx_us == before && !(flags & (BFD_FLAG_POLL | BFD_FLAG_FINAL)))
		end->held = 0;
	if (required_min_rx_us >= before)
		return;
	if (!end->held)
		end->held_min_rx_us = before;
	end->held = 1;
}
