/* SPDX-License-Identifier: Apache-2.0 */
/* What follows when a session did something: packets to send, events to tell, timers to set, and law 5's deferral. */
#include <string.h>
#include "engine/engine.h"

static void count_change(struct pydp_engine *engine, uint32_t slot, uint8_t old_state, const struct pydp_event *event)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	const struct bfd_session *hot = &engine->sessions.hot[slot];
	uint64_t now_ns = event->time_ns;

	if (hot->state == PYDP_BFD_UP) {
		cold->up_count++;
		cold->last_up_ns = now_ns;
		return;
	}
	if (hot->state == PYDP_BFD_ADMIN_DOWN)
		cold->admin_down_count++;
	if (old_state != PYDP_BFD_UP)
		return;
	if (hot->state == PYDP_BFD_DOWN)
		cold->down_count++;
	cold->last_down_ns = now_ns;
	cold->poll_gap_us = events_poll_gap_us(engine, event, bfd_session_detection_us(hot));
}

static void tell(struct pydp_engine *engine, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns)
{
	struct pydp_event event = {.time_ns = now_ns,
				   .last_rx_ns = actions->last_rx_ns,
				   .deadline_ns = actions->deadline_ns,
				   .old_state = engine->sessions.hot[slot].state,
				   .old_nexthop_state = actions->old_nexthop};

	if (actions->bits & BFD_ACT_STATE) {
		event.type = PYDP_EVENT_STATE;
		event.old_state = actions->old_state;
		count_change(engine, slot, actions->old_state, &event);
		events_tell(engine, slot, &event);
		return;
	}
	if (actions->bits & BFD_ACT_REMOTE) {
		event.type = PYDP_EVENT_REMOTE;
		event.old_state = actions->old_remote_state;
		events_tell(engine, slot, &event);
	} else if (actions->bits & BFD_ACT_NEXTHOP) {
		event.type = PYDP_EVENT_NEXTHOP;
		events_tell(engine, slot, &event);
	}
	if (actions->bits & BFD_ACT_TIMERS) {
		event.type = PYDP_EVENT_TIMERS;
		event.old_state = engine->sessions.hot[slot].state;
		event.old_nexthop_state = engine->sessions.hot[slot].nexthop;
		events_tell(engine, slot, &event);
	}
}

/* Polls that Demand mode asks by itself begin with its being active, one interval after the Poll that made it so. */
static void follow_demand(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct path_session_extra *extra = &engine->sessions.extra[slot];

	if (extra->demand_poll_us == 0 || !bfd_session_demanding(&engine->sessions.hot[slot])) {
		extra->demand_poll_ns = 0;
	} else if (extra->demand_poll_ns == 0) {
		extra->demand_poll_ns = now_ns + (uint64_t)extra->demand_poll_us * 1000;
		session_arm(engine, slot);
	}
}

/* A session's neighbour died, and nothing else of the session goes on before this is carried out. */
static bool put_off(struct pydp_engine *engine, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns)
{
	struct engine_put_off *list = &engine->put_off;

	if (engine->sessions.hot[slot].nexthop != PYDP_NEXTHOP_DEAD ||
	    engine->sessions.cold[slot].kind != BFD_KIND_SINGLE_HOP ||
	    engine->sessions.hot[slot].features & (BFD_FEATURE_DEMAND | BFD_FEATURE_ECHO) || list->count == ENGINE_PUT_OFF)
		return false;
	list->acts[list->count++] = (struct put_off){.slot = slot, .actions = *actions, .now_ns = now_ns};
	return true;
}

static void say(struct pydp_engine *engine, uint32_t slot, uint32_t bits)
{
	if (bits & BFD_ACT_SEND)
		path_bfd_send(&engine->sessions, slot, false);
	if (bits & BFD_ACT_SEND_FINAL)
		path_bfd_send(&engine->sessions, slot, true);
}

static void carry_out(struct pydp_engine *engine, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns)
{
	/* What unaffiliated echo misses are echoes (RFC 9747 section 2). */
	if (actions->bits & BFD_ACT_DETECTED && engine->sessions.cold[slot].kind == BFD_KIND_ECHO)
		engine->sessions.hot[slot].diagnostic = PYDP_DIAG_ECHO_FAILED;
	say(engine, slot, actions->bits);
	if (actions->bits & BFD_ACT_POLL)
		engine->sessions.cold[slot].poll_count++;
	if (actions->bits & (BFD_ACT_STATE | BFD_ACT_REMOTE | BFD_ACT_NEXTHOP | BFD_ACT_TIMERS))
		tell(engine, slot, actions, now_ns);
	if (actions->bits & BFD_ACT_DONE) {
		session_end(engine, slot, now_ns);
		return;
	}
	if (actions->bits & BFD_ACT_REARM)
		session_arm(engine, slot);
	if (engine->sessions.hot[slot].features & BFD_FEATURE_DEMAND)
		follow_demand(engine, slot, now_ns);
	if (actions->bits & BFD_ACT_STATE && engine->sessions.hot[slot].features & BFD_FEATURE_ECHO)
		echo_follow(engine, slot, now_ns);
}

void session_acted(void *context, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns)
{
	struct pydp_engine *engine = context;

	if (actions->bits & BFD_ACT_NEXTHOP) {
		adjacency_follow(engine, slot, actions->old_nexthop, engine->sessions.hot[slot].nexthop);
		if (put_off(engine, slot, actions, now_ns))
			return;
	}
	carry_out(engine, slot, actions, now_ns);
}

void sessions_say(struct pydp_engine *engine)
{
	for (uint32_t i = 0; i < engine->put_off.count; i++) {
		struct put_off *act = &engine->put_off.acts[i];

		say(engine, act->slot, act->actions.bits);
		act->actions.bits &= ~(uint32_t)(BFD_ACT_SEND | BFD_ACT_SEND_FINAL);
	}
}

void sessions_settle(void *context)
{
	struct pydp_engine *engine = context;
	struct engine_put_off *list = &engine->put_off;

	for (uint32_t i = 0; i < list->count; i++)
		carry_out(engine, list->acts[i].slot, &list->acts[i].actions, list->acts[i].now_ns);
	list->count = 0;
}

void session_arm(struct pydp_engine *engine, uint32_t slot)
{
	const struct bfd_session *hot = &engine->sessions.hot[slot];
	uint64_t deadline_ns = bfd_session_deadline(hot);

	if (hot->features & BFD_FEATURE_DEMAND && engine->sessions.extra[slot].demand_poll_ns != 0)
		deadline_ns = RTE_MIN(deadline_ns, engine->sessions.extra[slot].demand_poll_ns);
	if (hot->features & BFD_FEATURE_ECHO)
		deadline_ns = RTE_MIN(deadline_ns, bfd_echo_deadline(&engine->sessions.extra[slot].echo));
	agenda_arm(&engine->agenda, slot, deadline_ns);
}

void session_count_stall(struct pydp_engine *engine, uint32_t slot, const struct engine_overflow *overflow)
{
	engine->sessions.cold[slot].stall_count++;
	stat_add(&engine->stats.stalled_sessions, 1);
	if (engine->stall_ns != overflow->at_ns)
		stat_add(&engine->stats.stalls, 1);
	engine->stall_ns = overflow->at_ns;
}

/* Law 5: a detection that would end now, of a session from which nothing came since we were late and its port lost packets. */
static void defer_when_late(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct bfd_session *hot = &engine->sessions.hot[slot];
	const struct engine_overflow *overflow = &engine->ports[engine->sessions.cold[slot].port].overflow;

	if (overflow->at_ns == 0 || hot->last_rx_ns >= overflow->at_ns || bfd_session_detection_ns(hot) > now_ns ||
	    bfd_session_defer(hot, overflow->gap_ns) == 0)
		return;
	session_count_stall(engine, slot, overflow);
}

static void poll_on_demand(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct path_session_extra *extra = &engine->sessions.extra[slot];
	struct bfd_actions actions;

	if (extra->demand_poll_ns == 0 || extra->demand_poll_ns > now_ns)
		return;
	extra->demand_poll_ns = now_ns + (uint64_t)extra->demand_poll_us * 1000;
	bfd_session_poll(&engine->sessions.hot[slot], now_ns, &actions);
	session_acted(engine, slot, &actions, now_ns);
}

uint64_t session_judge(struct pydp_engine *engine, uint32_t slot, uint64_t detection_ns, uint64_t now_ns)
{
	uint64_t patience_ns = bfd_session_detection_us(&engine->sessions.hot[slot]) * 1000;

	if (detection_ns > now_ns || now_ns - detection_ns > patience_ns || handover_knows(engine, detection_ns))
		return now_ns;
	return detection_ns - 1;
}

void session_expired(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct bfd_session *hot = &engine->sessions.hot[slot];
	struct bfd_actions actions;

	if (bfd_session_deadline(hot) <= now_ns) {
		defer_when_late(engine, slot, now_ns);
		bfd_session_timer(hot, session_judge(engine, slot, bfd_session_detection_ns(hot), now_ns), &engine->rng,
				  &actions);
		session_acted(engine, slot, &actions, now_ns);
		if (actions.bits & BFD_ACT_DONE)
			return;
	}
	if (hot->features & BFD_FEATURE_DEMAND)
		poll_on_demand(engine, slot, now_ns);
	if (hot->features & BFD_FEATURE_ECHO)
		echo_expired(engine, slot, now_ns);
	session_arm(engine, slot);
}
