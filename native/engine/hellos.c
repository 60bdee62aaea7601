/* SPDX-License-Identifier: Apache-2.0 */
/* How punctually the peers on one port are heard, counted over the table of sessions. */
#include <rte_common.h>
#include <pydp/session.h>
#include "engine/engine.h"

static bool guards(const struct path_session *cold, uint32_t port)
{
	return cold->id != 0 && cold->port == port && cold->kind == BFD_KIND_SINGLE_HOP &&
	       !(cold->flags & (PATH_SESSION_GONE | PATH_SESSION_GUARDS_NOTHING));
}

static bool is_late(const struct bfd_session *hot, uint64_t now_ns)
{
	return !bfd_session_demanding(hot) && now_ns > hot->last_rx_ns + bfd_session_negotiated_rx_us(hot) * UINT64_C(1000);
}

static bool is_silent(const struct bfd_session *hot)
{
	return hot->diagnostic == PYDP_DIAG_CONTROL_EXPIRY || hot->diagnostic == PYDP_DIAG_ECHO_FAILED;
}

uint32_t sessions_hellos(const struct pydp_engine *engine, const struct command_hellos *asked, struct pydp_hellos *sum)
{
	/* A turn must not become long for the sake of a count. */
	uint32_t stop = RTE_MIN(asked->cursor + 8192, engine->sessions.slots);
	uint64_t now_ns = engine->now_ns;

	for (uint32_t slot = asked->cursor; slot < stop; slot++) {
		const struct path_session *cold = &engine->sessions.cold[slot];
		const struct bfd_session *hot = &engine->sessions.hot[slot];

		if (!guards(cold, asked->port))
			continue;
		if (hot->state == PYDP_BFD_UP) {
			sum->up++;
			sum->late += is_late(hot, now_ns);
		} else if (hot->nexthop == PYDP_NEXTHOP_DEAD && now_ns - cold->last_down_ns <= asked->within_ns) {
			sum->fallen++;
			sum->silent += is_silent(hot);
		}
	}
	return stop < engine->sessions.slots ? stop : PATH_NONE;
}
