/* SPDX-License-Identifier: Apache-2.0 */
/* The adversary at work. */
#include <stdlib.h>
#include <string.h>
#include "link.h"
#include "section.h"

void link_begin(struct link *link, const struct place *from, const struct place *to, uint64_t seed)
{
	memset(link, 0, sizeof(*link));
	dice_seed(&link->dice, seed);
	link->from = from;
	link->to = to;
}

void link_end(struct link *link)
{
	free(link->flights);
	link->flights = NULL;
	link->count = link->room = 0;
}

static bool sooner(const struct flight *a, const struct flight *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->number < b->number;
}

static void swap(struct flight *a, struct flight *b)
{
	struct flight c = *a;

	*a = *b;
	*b = c;
}

static void launch(struct link *link, const struct frame *frame, uint64_t now_ns)
{
	uint64_t due = now_ns + link->condition.delay_ns + dice_between(&link->dice, 0, link->condition.jitter_ns);
	uint32_t at = link->count;

	if (link->condition.in_order && due < link->last_due_ns)
		due = link->last_due_ns;
	link->last_due_ns = due;
	if (link->count == link->room) {
		link->room = link->room ? 2 * link->room : 64;
		link->flights = realloc(link->flights, link->room * sizeof(*link->flights));
		if (link->flights == NULL)
			abort();
	}
	link->flights[link->count++] = (struct flight){.due_ns = due, .number = link->number++, .frame = *frame};
	for (; at > 0 && sooner(&link->flights[at], &link->flights[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&link->flights[at], &link->flights[(at - 1) / 2]);
}

static bool loses(struct link *link)
{
	uint32_t burst = link->condition.burst ? link->condition.burst : 1;

	if (link->condition.cut)
		return true;
	if (link->losing)
		link->losing = !dice_chance(&link->dice, 1000000 / burst);
	else
		link->losing = dice_chance(&link->dice, link->condition.loss_ppm);
	return link->losing;
}

/* The same frame again, but for one octet of its BFD packet or its TTL. */
static void launch_again(struct link *link, const struct frame *frame, bool changed, uint64_t now_ns)
{
	struct place from = *link->from;
	struct payload payload;
	struct frame again;

	if (frame_unwrap(frame, link->from, link->to, &payload, &from.source_port) != NULL)
		return;
	if (changed)
		payload.octets[dice_between(&link->dice, 0, payload.length - 1u)] ^= (uint8_t)dice_between(&link->dice, 1, 255);
	frame_wrap(&from, link->to, changed ? 255 : 254, &payload, &again);
	launch(link, &again, now_ns);
}

/* Some stay for long: replays have no dice of their own while there are none. */
static void keep(struct link *link, const struct frame *frame)
{
	uint32_t at = link->kept_count < KEPT ? link->kept_count++ : (uint32_t)(link->sent * 2654435761u) >> 25;

	link->kept[at] = *frame;
}

/* Each way ends in a packet that proves no key. */
static void forge(struct dice *dice, struct payload *payload)
{
	uint8_t *at = payload->octets;
	bool password = at[SECTION_AT] == PASSWORD;
	uint32_t sequence = octets32(at + SEQUENCE_AT), secret_at = password ? PASSWORD_AT : DIGEST_AT;
	bool meticulous = !password && at[SECTION_AT] % 2;
	struct key key;

	switch (dice_between(dice, password ? 1 : 0, 4)) {
	case 0:
		at[1] ^= (uint8_t)(dice_between(dice, 1, 3) << 6 | 0x20);
		break;
	case 1:
		at[dice_between(dice, secret_at, payload->length - 1u)] ^= (uint8_t)dice_between(dice, 1, 255);
		break;
	case 2:
		at[1] &= (uint8_t)~4;
		payload->length = at[3] = HELLO_LENGTH;
		break;
	case 3:
		at[KEY_ID_AT] ^= (uint8_t)dice_between(dice, 1, 255);
		break;
	default:
		key_make(at[KEY_ID_AT], &key);
		key.secret[dice_between(dice, 0, key.length - 1u)] ^= 1;
		at[1] = (uint8_t)((at[1] & 0x3f) | DOWN << 6);
		section_sign(payload, &key, meticulous, sequence + (uint32_t)dice_between(dice, 0, 2));
	}
	payload->forged = true;
}

static void launch_forged(struct link *link, const struct frame *frame, uint64_t now_ns)
{
	struct place from = *link->from;
	struct payload payload;
	struct frame forged;

	if (frame_unwrap(frame, link->from, link->to, &payload, &from.source_port) != NULL || payload.length <= PASSWORD_AT ||
	    !(payload.octets[1] & 4))
		return;
	link->forged++;
	forge(&link->dice, &payload);
	frame_wrap(&from, link->to, 255, &payload, &forged);
	launch(link, &forged, now_ns);
}

void link_send(struct link *link, const struct frame *frame, uint64_t now_ns)
{
	link->sent++;
	keep(link, frame);
	if (dice_chance(&link->dice, link->condition.replay_ppm)) {
		link->replayed++;
		launch(link, &link->kept[dice_between(&link->dice, 0, link->kept_count - 1u)], now_ns);
	}
	if (dice_chance(&link->dice, link->condition.forge_ppm))
		launch_forged(link, frame, now_ns);
	if (loses(link)) {
		link->lost++;
		return;
	}
	launch(link, frame, now_ns);
	if (dice_chance(&link->dice, link->condition.duplicate_ppm)) {
		link->doubled++;
		launch(link, frame, now_ns);
	}
	if (dice_chance(&link->dice, link->condition.change_ppm)) {
		link->changed++;
		launch_again(link, frame, true, now_ns);
	}
	if (dice_chance(&link->dice, link->condition.routed_ppm)) {
		link->routed++;
		launch_again(link, frame, false, now_ns);
	}
}

uint64_t link_next(const struct link *link)
{
	return link->count ? link->flights[0].due_ns : UINT64_MAX;
}

bool link_take(struct link *link, uint64_t now_ns, struct frame *frame)
{
	uint32_t at = 0, child;

	if (link_next(link) > now_ns || link->count == 0)
		return false;
	*frame = link->flights[0].frame;
	link->flights[0] = link->flights[--link->count];
	while ((child = 2 * at + 1) < link->count) {
		if (child + 1 < link->count && sooner(&link->flights[child + 1], &link->flights[child]))
			child++;
		if (!sooner(&link->flights[child], &link->flights[at]))
			break;
		swap(&link->flights[child], &link->flights[at]);
		at = child;
	}
	return true;
}
