/* SPDX-License-Identifier: Apache-2.0 */
/* A control packet changes its conversation, and what changed is told. */
#include "replay/timing.h"
#include "replay/watch.h"

/* Kinds of which one pair of addresses may have several sessions; single hop has one (RFC 5881 section 2), S-BFD one a port. */
static bool has_siblings(const struct conversation *conversation)
{
	return conversation->key.kind == PYDP_REPLAY_MULTIHOP || conversation->key.kind == PYDP_REPLAY_MICRO;
}

static void look_up(const struct watch *watch, const struct sight *sight, struct place *place)
{
	place->conversation = conversations_find(&watch->conversations, &sight->key, sight->hash, &place->index);
	if (place->conversation != NULL)
		place->end = conversation_end_of(place->conversation, sight->from_low);
}

/* No conversation: it is not followed. */
static void open_conversation(struct watch *watch, const struct sight *sight, struct place *place)
{
	/* Of S-BFD ends[0] is the initiator, whoever is heard first. */
	bool first_high = sight->key.kind != PYDP_REPLAY_SBFD_REQUEST && !sight->from_low;

	place->conversation = conversations_add(&watch->conversations, &sight->key, sight->hash, first_high, &place->index);
	if (place->conversation == NULL)
		return;
	place->end = conversation_end_of(place->conversation, sight->from_low);
	watch_tell(watch, sight, place, PYDP_REPLAY_SESSION);
}

static void hear_silence(struct watch *watch, const struct sight *sight, const struct place *place, uint64_t gap_ns)
{
	struct conversation_end *end = &place->conversation->ends[place->end];
	uint64_t limit_us = timing_limit_us(place->conversation, place->end), long_ns;

	if (limit_us != 0 && gap_ns > 1000 * limit_us) {
		end->late++;
		watch_tell(watch, sight, place, PYDP_REPLAY_LATE)->value = limit_us > UINT32_MAX ? UINT32_MAX
												 : (uint32_t)limit_us;
		return;
	}
	long_ns = timing_long_ns(place->conversation, place->end, watch->long_gap_permille);
	if (long_ns != 0 && gap_ns > long_ns)
		watch_tell(watch, sight, place, PYDP_REPLAY_GAP);
}

static bool same_timers(const struct conversation_end *end, const struct bfd_packet *bfd)
{
	return end_multiplier(end) == bfd->multiplier && end_desired_min_tx_us(end) == bfd->desired_min_tx_us &&
	       end_required_min_rx_us(end) == bfd->required_min_rx_us &&
	       end_required_min_echo_rx_us(end) == bfd->required_min_echo_rx_us;
}

static void hear_changes(struct watch *watch, const struct sight *sight, const struct place *place)
{
	const struct conversation_end *end = &place->conversation->ends[place->end];
	uint32_t *discriminator = &place->conversation->discriminator[place->end];

	if (*discriminator != sight->bfd.my_discriminator)
		watch_tell(watch, sight, place, PYDP_REPLAY_RESTART)->value = *discriminator;
	if (end_state(end) != sight->bfd.state)
		watch_tell(watch, sight, place, PYDP_REPLAY_STATE);
	else if (end_diagnostic(end) != sight->bfd.diagnostic)
		watch_tell(watch, sight, place, PYDP_REPLAY_DIAGNOSTIC);
	if (!same_timers(end, &sight->bfd))
		watch_tell(watch, sight, place, PYDP_REPLAY_TIMERS);
}

static void count_gap(struct watch *watch, struct conversation_end *end, uint64_t gap_ns)
{
	gaps_add(&watch->gaps, end_state(end) == PYDP_BFD_UP ? &end->up : &end->rest, gap_ns, watch->number);
}

static void note_arrival(const struct watch *watch, struct conversation_end *end)
{
	end->last_ns = watch->now_ns;
	end->last_packet = watch->number;
	end->packets++;
}

static void note_headers(const struct sight *sight, struct conversation_end *end)
{
	end->port = sight->datagram.source_port;
	end->ttl = sight->datagram.ttl;
	end->auth_type = sight->auth.type;
	end->auth_key_id = sight->auth.key_id;
}

static void hear_first(struct watch *watch, const struct sight *sight, const struct place *place)
{
	struct conversation_end *end = &place->conversation->ends[place->end];

	watch_tell(watch, sight, place, PYDP_REPLAY_FIRST);
	end->first_packet = watch->number;
	end->first_ns = watch->now_ns;
	end->first_state = sight->bfd.state;
}

/* A packet that differs from the one before, polls, answers, or comes after a long silence. */
static void hear_slowly(struct watch *watch, const struct sight *sight, const struct place *place, uint64_t gap_ns)
{
	struct conversation *conversation = place->conversation;
	struct conversation_end *end = &conversation->ends[place->end];

	if (!end_heard(end)) {
		hear_first(watch, sight, place);
	} else {
		if (gap_ns > end->due_ns)
			hear_silence(watch, sight, place, gap_ns);
		hear_changes(watch, sight, place);
		if (end_state(end) == sight->bfd.state) {
			count_gap(watch, end, gap_ns);
		} else {
			gaps_break(&end->up);
			gaps_break(&end->rest);
		}
	}
	timing_hold(conversation, place->end, sight->bfd.required_min_rx_us, sight->bfd.state, sight->bfd.flags);
	end->polls += (sight->bfd.flags & BFD_FLAG_POLL) != 0;
	end->finals += (sight->bfd.flags & BFD_FLAG_FINAL) != 0;
	memcpy(end->last, sight->datagram.payload, BFD_PACKET_LENGTH);
	conversation->discriminator[place->end] = sight->bfd.my_discriminator;
	note_headers(sight, end);
	note_arrival(watch, end);
	timing_refresh(conversation, watch->long_gap_permille);
}

static bool like_before(const struct sight *sight, const struct conversation_end *end)
{
	return memcmp(end->last, sight->datagram.payload, BFD_PACKET_LENGTH) == 0 &&
	       !(sight->bfd.flags & (BFD_FLAG_POLL | BFD_FLAG_FINAL)) && !end->held;
}

static void hand_out(struct watch *watch, const struct sight *sight, const struct place *place, int64_t gap_ns)
{
	if (watch->packets.capacity != 0)
		account_packet(watch, sight, place, gap_ns, queue_put(&watch->packets));
}

void watch_hear(struct watch *watch, const struct sight *sight)
{
	struct place place = {0};
	struct conversation_end *end;
	uint64_t gap_ns; /* 0 too for an end that was not heard before */
	int64_t told_ns;

	look_up(watch, sight, &place);
	if (place.conversation != NULL && has_siblings(place.conversation))
		pairing_choose(watch, sight, &place);
	if (place.conversation == NULL)
		open_conversation(watch, sight, &place);
	if (place.conversation == NULL) {
		watch->unfollowed++;
		hand_out(watch, sight, &place, PYDP_REPLAY_NEVER);
		return;
	}
	end = &place.conversation->ends[place.end];
	told_ns = end_gap_ns(end, watch->now_ns);
	gap_ns = told_ns == PYDP_REPLAY_NEVER ? 0 : (uint64_t)told_ns;
	if (gap_ns <= end->due_ns && end_heard(end) && like_before(sight, end)) {
		count_gap(watch, end, gap_ns);
		note_headers(sight, end);
		note_arrival(watch, end);
	} else {
		hear_slowly(watch, sight, &place, gap_ns);
	}
	hand_out(watch, sight, &place, told_ns);
}

void watch_refuse(struct watch *watch, const struct sight *sight)
{
	static const struct place nowhere = {.conversation = NULL, .index = NO_CONVERSATION};
	struct place place = {0};

	if (sight->key.family != 0)
		look_up(watch, sight, &place);
	/* Which of several it would have been is not known. */
	if (place.conversation != NULL && place.conversation->siblings > 1)
		place = nowhere;
	if (place.conversation != NULL)
		place.conversation->ends[place.end].malformed++;
	watch_tell(watch, sight, &place, PYDP_REPLAY_FAULT)->reason = sight->fault;
	hand_out(watch, sight, &nowhere, PYDP_REPLAY_NEVER);
}
