/* SPDX-License-Identifier: Apache-2.0 */
/* The adversary at work. */
#include <stdlib.h>
#include <string.h>
#include "link.h"

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

void link_send(struct link *link, const struct frame *frame, uint64_t now_ns)
{
	link->sent++;
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
