/* SPDX-License-Identifier: Apache-2.0 */
/* Time passes: to the next frame that arrives or the next timer that is due, whichever is first. */
#include "lan/lan.h"

enum {
	EXPIRE_AT_ONCE = 64,
	AHEAD = 8 /* sessions asked for in advance: they lie all over the memory */
};

static void arrive(struct lan *lan, uint32_t events)
{
	const struct lan_frame *first;

	while (lan->event_count < events && (first = lan_frames_first(&lan->frames)) != NULL && first->due_ns <= lan->now_ns) {
		/* What is heard may send, and that may move the ring. */
		struct lan_frame frame = *first;

		lan_frames_drop_first(&lan->frames);
		if (lan->frames.count > AHEAD) {
			const struct lan_frame *later = &lan->frames.ring[(lan->frames.first + AHEAD) & (lan->frames.room - 1)];

			__builtin_prefetch(&lan->sessions[lan_slot(lan, later->to, later->from)], 1);
		}
		lan_session_hear(lan, &frame);
	}
}

static void expire(struct lan *lan, uint32_t events)
{
	uint32_t slots[EXPIRE_AT_ONCE], count;

	while (lan->event_count < events && (count = agenda_expire(&lan->agenda, lan->now_ns, slots, EXPIRE_AT_ONCE)) > 0) {
		for (uint32_t i = 0; i < count; i++) {
			__builtin_prefetch(&lan->sessions[slots[i]], 1);
			__builtin_prefetch(&lan->sessions[slots[i]].next_tx_ns, 1);
		}
		for (uint32_t i = 0; i < count; i++)
			lan_session_expired(lan, slots[i]);
	}
}

static uint64_t next_ns(const struct lan *lan)
{
	const struct lan_frame *frame = lan_frames_first(&lan->frames);
	uint64_t timer_ns = agenda_next(&lan->agenda);

	return frame != NULL && frame->due_ns < timer_ns ? frame->due_ns : timer_ns;
}

bool lan_run(struct lan *lan, uint64_t until_ns, uint64_t slice_ns, uint32_t events)
{
	while (lan->event_count < events && !lan->failed) {
		uint64_t next = next_ns(lan);

		if (lan->event_count > 0 && lan->events[0].time_ns + slice_ns < until_ns)
			until_ns = lan->events[0].time_ns + slice_ns;
		if (next > until_ns) {
			if (until_ns > lan->now_ns)
				lan->now_ns = until_ns;
			break;
		}
		if (next > lan->now_ns)
			lan->now_ns = next;
		arrive(lan, events);
		expire(lan, events);
	}
	return !lan->failed;
}
