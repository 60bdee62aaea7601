/* SPDX-License-Identifier: Apache-2.0 */
/* Events as a reader would keep them: none is missing, but for those that a re-read stands for; each goes on from the one before. */
#include "watch.h"

static struct told {
	uint32_t session, sequence;
	uint8_t state;
	bool state_known;
} told[SESSIONS_AT_MOST];
static uint64_t last_ns;

void chronicle_begin(void)
{
	memset(told, 0, sizeof(told));
	last_ns = 0;
}

static bool has_state(const struct pydp_event *event)
{
	return event->type == PYDP_EVENT_STATE;
}

void chronicle_add(const struct pydp_event *event, uint64_t now_ns)
{
	uint32_t slot = event->session >> ID_GENERATION_BITS;
	bool reread = event->flags & PYDP_EVENT_REREAD;
	struct told *one = &told[slot];

	if (event->type == PYDP_EVENT_UNSOLICITED) {
		CLAIM(event->session == 0 && event->time_ns <= now_ns);
		return;
	}
	CLAIM(slot < SESSIONS_AT_MOST && event->session != 0);
	CLAIM(event->type >= PYDP_EVENT_STATE && event->type <= PYDP_EVENT_NEXTHOP);
	CLAIM(event->time_ns <= now_ns && event->last_rx_ns <= event->time_ns && event->deadline_ns <= event->time_ns);
	CLAIM(reread || event->time_ns >= last_ns);
	last_ns = RTE_MAX(last_ns, event->time_ns);
	if (one->session != event->session)
		*one = (struct told){.session = event->session};
	CLAIM(reread ? event->sequence > one->sequence : event->sequence == one->sequence + 1);
	one->sequence = event->sequence;
	if (has_state(event)) {
		CLAIM(reread || (event->old_state != event->new_state && book_may_follow(event->old_state, event->new_state)));
		CLAIM(!one->state_known || event->old_state == one->state);
		one->state = event->new_state;
		one->state_known = true;
	}
	if (event->type == PYDP_EVENT_REMOVED)
		*one = (struct told){.session = 0};
}

void chronicle_agrees(const struct world *world)
{
	const struct path_sessions *sessions = &world->engine->sessions;

	for (uint32_t slot = 0; slot < sessions->slots; slot++)
		if (told[slot].session == sessions->cold[slot].id && told[slot].state_known)
			CLAIM(told[slot].state == sessions->hot[slot].state &&
			      told[slot].sequence == sessions->cold[slot].events);
}
