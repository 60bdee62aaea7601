/* SPDX-License-Identifier: Apache-2.0 */
/* The Echo function between its clockwork (core), its frames (path) and the session that it speaks for. */
#include <string.h>
#include "engine/engine.h"

bool echo_is_wanted(const struct pydp_session_config *config)
{
	return config->required_min_echo_rx_us != 0 || config->desired_min_echo_tx_us != 0;
}

void echo_listen(struct pydp_engine *engine, uint32_t slot, bool on)
{
	struct path_port *port = engine->path_ports[engine->sessions.cold[slot].port];

	port->echo_sessions += on ? 1 : -1u;
	if (port->echo_sessions > 0)
		port->listens |= 1u << BFD_KIND_ECHO;
	else
		port->listens &= (uint8_t)~(1u << BFD_KIND_ECHO);
}

static bool configure(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config)
{
	struct path_session_extra *extra = &engine->sessions.extra[slot];
	struct bfd_echo_config wanted = {.desired_min_tx_us = config->desired_min_echo_tx_us,
					 .required_min_rx_us = config->required_min_echo_rx_us,
					 .session_min_rx_us = config->required_min_rx_us,
					 .multiplier = config->local_multiplier};
	bool tell = bfd_echo_configure(&extra->echo, &wanted);

	memcpy(extra->echo_source, config->echo_source.family ? config->echo_source.octets : config->source.octets, 16);
	if (engine->sessions.hot[slot].state != PYDP_BFD_UP)
		bfd_echo_told(&extra->echo);
	neighbours_elect_reflector(engine, engine->sessions.cold[slot].neighbour);
	return tell;
}

void echo_begin(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config)
{
	bfd_echo_init(&engine->sessions.extra[slot].echo);
	echo_listen(engine, slot, true);
	configure(engine, slot, config);
}

void echo_end(struct pydp_engine *engine, uint32_t slot)
{
	bfd_echo_init(&engine->sessions.extra[slot].echo);
	echo_listen(engine, slot, false);
	neighbours_elect_reflector(engine, engine->sessions.cold[slot].neighbour);
}

void echo_change(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config,
		 struct bfd_session_config *timers)
{
	struct bfd_echo *echo = &engine->sessions.extra[slot].echo;
	const struct bfd_session *hot = &engine->sessions.hot[slot];

	if (!(hot->features & BFD_FEATURE_ECHO)) {
		if (!echo_is_wanted(config))
			return;
		echo_begin(engine, slot, config);
		timers->tell = config->required_min_echo_rx_us != 0;
	} else {
		timers->tell = configure(engine, slot, config);
	}
	(void)bfd_echo_follow(echo, hot->state, engine->now_ns, &engine->rng);
	timers->required_min_rx_us = bfd_echo_min_rx_us(echo, config->required_min_rx_us);
	if (!bfd_echo_idle(echo))
		timers->features |= BFD_FEATURE_ECHO;
	else
		echo_end(engine, slot);
}

/* What we advertise holds once the answer to a Poll, or the session's end, says that the peer knows it. */
static void learn_that_it_knows(struct pydp_engine *engine, uint32_t slot)
{
	struct bfd_session *hot = &engine->sessions.hot[slot];
	struct bfd_echo *echo = &engine->sessions.extra[slot].echo;

	if (echo->reflect_us == echo->required_min_rx_us ||
	    (hot->state == PYDP_BFD_UP && (bfd_session_polling(hot) || hot->flags & BFD_SESSION_POLL_WANTED)))
		return;
	bfd_echo_told(echo);
	neighbours_elect_reflector(engine, engine->sessions.cold[slot].neighbour);
}

void echo_follow(void *context, uint32_t slot, uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	struct bfd_session *hot = &engine->sessions.hot[slot];
	struct bfd_echo *echo = &engine->sessions.extra[slot].echo;
	struct bfd_actions actions;

	learn_that_it_knows(engine, slot);
	if (bfd_echo_idle(echo)) {
		echo_end(engine, slot);
		hot->features &= (uint8_t)~BFD_FEATURE_ECHO;
		return;
	}
	if (!(bfd_echo_follow(echo, hot->state, now_ns, &engine->rng) & BFD_ECHO_CHANGED))
		return;
	bfd_session_require_rx(hot, bfd_echo_min_rx_us(echo, echo->session_min_rx_us), now_ns, &actions);
	session_acted(engine, slot, &actions, now_ns);
	session_arm(engine, slot);
}

/* Law 5: echoes that may have been lost because we were late do not count. */
static bool was_late(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct bfd_echo *echo = &engine->sessions.extra[slot].echo;
	const struct engine_overflow *overflow = &engine->ports[engine->sessions.cold[slot].port].overflow;

	if (overflow->at_ns == 0 || echo->first_ns > overflow->at_ns)
		return false;
	bfd_echo_forgive(echo, now_ns);
	session_count_stall(engine, slot, overflow);
	return true;
}

void echo_expired(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct bfd_session *hot = &engine->sessions.hot[slot];
	struct bfd_echo *echo = &engine->sessions.extra[slot].echo;
	uint64_t deadline_ns = bfd_echo_detection_ns(echo);
	uint32_t acts = bfd_echo_timer(echo, session_judge(engine, slot, deadline_ns, now_ns), &engine->rng);
	struct bfd_actions actions;

	if (acts & BFD_ECHO_FAILED && was_late(engine, slot, now_ns))
		acts = bfd_echo_timer(echo, now_ns, &engine->rng);
	if (acts & BFD_ECHO_SEND)
		path_echo_send(&engine->sessions, slot, now_ns);
	if (acts & BFD_ECHO_FAILED) {
		bfd_session_echo_failed(hot, now_ns, &engine->rng, &actions);
		actions.deadline_ns = deadline_ns;
		session_acted(engine, slot, &actions, now_ns);
	}
}
