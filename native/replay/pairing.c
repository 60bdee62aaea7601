/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several conversations between two addresses a packet belongs to (multihop, micro). While they come up each end names
 * only itself, so two ends are first put together by guess; a later packet that names both discriminators proves it, or shows that
 * two conversations had mixed up their ends, which then are swapped.
 *
 * e: the end that sent the packet, o: the other one; mine, yours: the discriminators in it. */
#include "replay/timing.h"
#include "replay/watch.h"

/* What a walk over the conversations of a key finds. */
struct candidates {
	struct place mine;      /* e's discriminator is mine */
	struct place yours;     /* o's discriminator is yours */
	struct place claimed;   /* e unknown, and o says Your Discriminator = mine */
	struct place vacant;    /* e unknown, and o says that it knows nobody */
	struct place alone;     /* o unknown, and e's last packet said the same Your Discriminator */
	struct place forgotten; /* e is another one that fell silent, or that o does not know any more */
	uint32_t forgotten_count;
};

static bool is_silent(const struct watch *watch, const struct conversation *conversation, uint8_t e)
{
	const struct conversation_end *end = &conversation->ends[e];
	uint64_t limit_us = (uint64_t)end_multiplier(end) * end_desired_min_tx_us(end), known_us;

	known_us = timing_detection_us(conversation, e);
	if (known_us != 0)
		limit_us = known_us;
	return watch->now_ns - end->last_ns > 1000 * limit_us;
}

static void keep(struct place *kept, const struct place *place)
{
	if (kept->conversation == NULL)
		*kept = *place;
}

static void consider(const struct watch *watch, const struct bfd_packet *bfd, const struct place *place,
		     struct candidates *found)
{
	const struct conversation *conversation = place->conversation;
	uint32_t mine = bfd->my_discriminator, yours = bfd->your_discriminator;
	uint32_t own = conversation->discriminator[place->end], other = conversation->discriminator[!place->end];
	const struct conversation_end *o = &conversation->ends[!place->end];

	if (own == mine)
		keep(&found->mine, place);
	if (other != 0 && other == yours)
		keep(&found->yours, place);
	if (own == 0 && other != 0) {
		if (end_claims(o) == mine)
			keep(&found->claimed, place);
		else if (end_claims(o) == 0)
			keep(&found->vacant, place);
	}
	if (own != 0 && other == 0 && yours != 0 && end_claims(&conversation->ends[place->end]) == yours)
		keep(&found->alone, place);
	if (own != 0 && own != mine && ((other != 0 && end_claims(o) == 0) || is_silent(watch, conversation, place->end))) {
		keep(&found->forgotten, place);
		found->forgotten_count++;
	}
}

static void swap_ends(struct watch *watch, struct conversation *a, struct conversation *b, uint8_t e)
{
	struct conversation_end end = a->ends[e];
	uint32_t discriminator = a->discriminator[e];

	a->ends[e] = b->ends[e];
	b->ends[e] = end;
	a->discriminator[e] = b->discriminator[e];
	b->discriminator[e] = discriminator;
	b->bits &= (uint8_t)~CONVERSATION_PROVED;
	timing_refresh(a, watch->long_gap_permille);
	timing_refresh(b, watch->long_gap_permille);
}

/* `place` gets the end of `from`, and `from` what `place` had. */
static void exchange(struct watch *watch, const struct sight *sight, const struct place *place, const struct place *from)
{
	swap_ends(watch, place->conversation, from->conversation, place->end);
	watch_tell(watch, sight, place, PYDP_REPLAY_PAIRED)->value = from->index;
}

/* e of this conversation was guessed wrong: it gets a conversation of its own. */
static void turn_out(struct watch *watch, const struct sight *sight, const struct place *place)
{
	struct place fresh = {.end = place->end};

	fresh.conversation = conversations_add(&watch->conversations, &sight->key, sight->hash, false, &fresh.index);
	if (fresh.conversation == NULL)
		return;
	watch_tell(watch, sight, &fresh, PYDP_REPLAY_SESSION);
	exchange(watch, sight, place, &fresh);
}

static bool proved(const struct place *place)
{
	return place->conversation->bits & CONVERSATION_PROVED;
}

/* e's end there is of the past: nothing is told apart by its discriminator any more. */
static void forget(const struct place *place)
{
	place->conversation->discriminator[place->end] = 0;
}

/* Both discriminators are known, each from another conversation. False: nothing is clear yet. */
static bool join(struct watch *watch, const struct sight *sight, const struct candidates *found)
{
	const struct place *mine = &found->mine, *yours = &found->yours;
	uint32_t own_there = yours->conversation->discriminator[yours->end];

	/* o restarted, and e has learned of it before o was heard to name e. */
	if (proved(mine))
		return false;
	if (own_there != 0 && proved(yours)) {
		forget(mine); /* its few packets stay where they were counted; e goes on in the other, restarted */
		return true;
	}
	exchange(watch, sight, yours, mine);
	return true;
}

static struct place with_yours(struct watch *watch, const struct sight *sight, const struct candidates *found)
{
	const struct place *yours = &found->yours;
	struct place place = *yours;

	if (found->mine.conversation == NULL) {
		bool known = yours->conversation->discriminator[yours->end] != 0;

		if (known && !proved(yours) && !is_silent(watch, yours->conversation, yours->end))
			turn_out(watch, sight, yours);
	} else if (found->mine.conversation != yours->conversation && !join(watch, sight, found)) {
		return found->mine;
	}
	place.conversation->bits |= CONVERSATION_PROVED;
	return place;
}

static struct place without_yours(const struct sight *sight, const struct candidates *found)
{
	struct place nowhere = {.conversation = NULL};

	if (found->mine.conversation != NULL)
		return found->mine;
	if (found->claimed.conversation != NULL) {
		found->claimed.conversation->bits |= CONVERSATION_PROVED;
		return found->claimed;
	}
	if (sight->bfd.your_discriminator != 0)
		return found->alone;
	if (found->vacant.conversation != NULL)
		return found->vacant;
	if (found->forgotten_count == 1) {
		found->forgotten.conversation->bits &= (uint8_t)~CONVERSATION_PROVED;
		return found->forgotten;
	}
	return nowhere;
}

void pairing_choose(struct watch *watch, const struct sight *sight, struct place *place)
{
	struct candidates found = {.forgotten_count = 0};
	struct place each = *place;

	for (;;) {
		consider(watch, &sight->bfd, &each, &found);
		each.index = each.conversation->next;
		if (each.index == NO_CONVERSATION)
			break;
		each.conversation = conversations_at(&watch->conversations, each.index);
	}
	*place = found.yours.conversation != NULL ? with_yours(watch, sight, &found) : without_yours(sight, &found);
}
