/* SPDX-License-Identifier: Apache-2.0 */
/* Resolution: INCOMPLETE until somebody answers, REACHABLE for half a minute, STALE while asked again, FAILED after three
 * questions without an answer, and then asked on once a second as long as a session wants the neighbour. */
#include <string.h>
#include "engine/engine.h"

/* Answers to one question come within so long. */
#define ONE_ANSWER_NS UINT64_C(1000000000)

void neighbour_arm(struct pydp_engine *engine, uint32_t index, uint64_t due_ns)
{
	engine->neighbours.entries[index].due_ns = due_ns;
	agenda_arm(&engine->agenda, engine->max_sessions + index, due_ns);
}

/* An address of ours that the neighbour can answer to: a session's, or the one whose prefix it is in, or any of its family on its
 * link. NULL: there is none any more. */
static const uint8_t *own_address(const struct pydp_engine *engine, const struct neighbour *neighbour)
{
	const struct path_port *port = engine->path_ports[neighbour->key.port];
	const uint8_t *any = NULL;

	if (neighbour->first != PATH_NONE)
		return engine->sessions.cold[neighbour->first].local;
	for (uint32_t i = 0; i < port->local_count; i++) {
		const struct path_local *local = &port->locals[i];

		if (local->vlan != neighbour->key.vlan || local->family != neighbour->key.family)
			continue;
		if (path_prefix_holds(local->octets, local->prefix_length, neighbour->key.octets))
			return local->octets;
		any = local->octets;
	}
	return any;
}

/* One that was there is asked alone, and with the last question all are: its address may be another's by now (RFC 1122 2.3.2.1,
 * RFC 4861 7.3.3). NULL: all. */
static const uint8_t *whom_to_ask(const struct pydp_engine *engine, const struct neighbour *neighbour)
{
	uint32_t index = (uint32_t)(neighbour - engine->neighbours.entries);

	return neighbour->state == PYDP_NEIGHBOUR_STALE && neighbour->tries < NEIGHBOUR_TRIES
		       ? path_adjacency_header(&engine->neighbours.path[index])
		       : NULL;
}

void neighbour_ask(struct pydp_engine *engine, struct neighbour *neighbour)
{
	struct path_port *port = engine->path_ports[neighbour->key.port];
	const uint8_t *local = own_address(engine, neighbour);

	if (neighbour->tries < UINT8_MAX)
		neighbour->tries++;
	if (local == NULL)
		return;
	if (neighbour->key.family == 4)
		path_arp_ask(port, neighbour->key.vlan, local, neighbour->key.octets, whom_to_ask(engine, neighbour));
	else
		path_nd_ask(port, neighbour->key.vlan, local, neighbour->key.octets, whom_to_ask(engine, neighbour));
}

void neighbour_want(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	neighbour_undemand(engine, index);
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC || neighbour->state == PYDP_NEIGHBOUR_REACHABLE)
		return;
	neighbour->tries = 0;
	neighbour_ask(engine, neighbour);
	neighbour_arm(engine, index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
}

void neighbour_enter(struct pydp_engine *engine, uint32_t index, uint8_t state, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	bool worth_telling = neighbour_resolved(state) != neighbour_resolved(neighbour->state) ||
			     (state == PYDP_NEIGHBOUR_FAILED && neighbour->state != PYDP_NEIGHBOUR_FAILED);

	neighbour->state = state;
	adjacency_set(engine, index, PATH_ADJACENCY_USABLE, neighbour_resolved(state));
	if (neighbour_resolved(state))
		neighbour_flush(engine, index);
	else if (state == PYDP_NEIGHBOUR_FAILED)
		neighbour_fail(engine, index);
	if (!worth_telling)
		return;
	for (uint32_t slot = neighbour->first; slot != PATH_NONE; slot = engine->sessions.cold[slot].next_of_neighbour) {
		const struct bfd_session *hot = &engine->sessions.hot[slot];
		struct pydp_event event = {.type = PYDP_EVENT_NEIGHBOUR,
					   .time_ns = now_ns,
					   .last_rx_ns = hot->last_rx_ns,
					   .old_state = hot->state,
					   .old_nexthop_state = hot->nexthop};

		events_tell(engine, slot, &event);
	}
}

void neighbour_confirm(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac, uint8_t source, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	adjacency_address(engine, index, mac);
	if (source == NEIGHBOUR_PINNED)
		neighbour_undemand(engine, index);
	neighbour->source = source;
	neighbour->tries = 0;
	neighbour->confirmed_ns = neighbour->learned_ns = now_ns;
	neighbour_enter(engine, index, source == NEIGHBOUR_PINNED ? PYDP_NEIGHBOUR_STATIC : PYDP_NEIGHBOUR_REACHABLE, now_ns);
	neighbour_arm(engine, index, source == NEIGHBOUR_PINNED ? NEIGHBOUR_NEVER : now_ns + NEIGHBOUR_REACHABLE_NS);
}

/* Its MAC address may be another one by now, or is one that it has only said itself: it is asked at once, and used meanwhile. */
static void doubt(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	neighbour->tries = 0;
	neighbour_enter(engine, index, PYDP_NEIGHBOUR_STALE, now_ns);
	neighbour_ask(engine, neighbour);
	neighbour_arm(engine, index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
}

static void learn(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	adjacency_address(engine, index, mac);
	neighbour->source = NEIGHBOUR_ASKED;
	neighbour->learned_ns = now_ns;
	doubt(engine, index, now_ns);
}

/* Where the kernel owns ARP its answers do not come to us, and what keeps a neighbour is the session itself. */
static bool a_session_is_up(const struct pydp_engine *engine, const struct neighbour *neighbour)
{
	for (uint32_t slot = neighbour->first; slot != PATH_NONE; slot = engine->sessions.cold[slot].next_of_neighbour)
		if (engine->sessions.hot[slot].state == PYDP_BFD_UP)
			return true;
	return false;
}

void neighbours_expired(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	if (!neighbour->used || neighbour->state == PYDP_NEIGHBOUR_STATIC)
		return;
	if (neighbour->due_ns > now_ns) {
		agenda_arm(&engine->agenda, engine->max_sessions + index, neighbour->due_ns);
		return;
	}
	if (neighbour->demand) {
		neighbour_age(engine, index, now_ns);
		return;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE)
		neighbour_enter(engine, index, PYDP_NEIGHBOUR_STALE, now_ns);
	else if (neighbour->state == PYDP_NEIGHBOUR_STALE && neighbour->tries >= NEIGHBOUR_TRIES &&
		 a_session_is_up(engine, neighbour)) {
		struct pydp_mac mac = adjacency_mac(engine, index);

		/* Reached, by BFD's own witness; and a MAC address heard anew may replace it. */
		neighbour_confirm(engine, index, &mac, NEIGHBOUR_HEARD, now_ns);
		return;
	} else if (neighbour->tries >= NEIGHBOUR_TRIES) {
		neighbour_enter(engine, index, PYDP_NEIGHBOUR_FAILED, now_ns);
	}
	neighbour_ask(engine, neighbour);
	neighbour_arm(engine, index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
}

/* Of two that answer one question the first one counts; one that says unasked that the address has moved is believed at any time. */
static bool may_replace(struct path_port *port, const struct neighbour *neighbour, const struct path_claim *claim,
			uint64_t now_ns)
{
	if (claim->gratuitous || now_ns - neighbour->learned_ns >= ONE_ANSWER_NS)
		return true;
	path_count(port, PYDP_CNT_NEIGHBOUR_CONFLICT, 1);
	return false;
}

/* What RFC 4861 7.2.3 and 7.2.5 make of solicitations and advertisements, and of ARP in the same way: only an answer to us says
 * that the neighbour is reachable, and only with the override flag a MAC address replaces another one. */
static void weigh(struct pydp_engine *engine, struct path_port *port, uint32_t index, const struct path_claim *claim,
		  uint64_t now_ns)
{
	const struct neighbour *neighbour = &engine->neighbours.entries[index];
	const struct pydp_mac known = adjacency_mac(engine, index);
	const struct pydp_mac *mac = claim->macless ? &known : &claim->mac;
	bool resolved = neighbour_resolved(neighbour->state);
	bool differs = resolved && memcmp(mac, &known, sizeof(known)) != 0;

	if (!resolved && claim->macless)
		return;
	if (differs && neighbour->source >= NEIGHBOUR_ASKED) {
		if (!claim->overrides && neighbour->state == PYDP_NEIGHBOUR_REACHABLE)
			doubt(engine, index, now_ns);
		if (!claim->overrides || !may_replace(port, neighbour, claim, now_ns))
			return;
	}
	if (claim->solicited)
		neighbour_confirm(engine, index, mac, NEIGHBOUR_ASKED, now_ns);
	else if (!resolved || differs)
		learn(engine, index, mac, now_ns);
}

bool neighbours_claim(void *context, struct path_port *port, const struct path_claim *claim, uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	struct neighbour_key key = {.port = port->index, .vlan = claim->vlan, .family = claim->family};
	int32_t index;

	/* What went there would come back to us. */
	if (!claim->macless && memcmp(&claim->mac, &port->mac, sizeof(claim->mac)) == 0)
		return false;
	memcpy(key.octets, claim->octets, 16);
	index = rte_hash_lookup(engine->neighbours.keys, &key);
	if (index < 0)
		return false;
	if (engine->neighbours.entries[index].state != PYDP_NEIGHBOUR_STATIC)
		weigh(engine, port, (uint32_t)index, claim, now_ns);
	return true;
}

void neighbours_heard(void *context, uint32_t slot, const uint8_t *mac, uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	uint32_t index = engine->sessions.cold[slot].neighbour;
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	struct pydp_mac heard;

	if (engine->sessions.cold[slot].kind == BFD_KIND_MICRO) {
		struct path_micro *micro = &engine->sessions.extra[slot].micro;

		if (mac_is_host(mac)) {
			memcpy(micro->heard.octets, mac, sizeof(micro->heard.octets));
			micro->known = 1;
		}
		return;
	}
	/* What was routed comes from any router's MAC address. */
	if (bfd_kind_routed((enum bfd_kind)engine->sessions.cold[slot].kind))
		return;
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC || !mac_is_host(mac))
		return;
	memcpy(heard.octets, mac, 6);
	if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE &&
	    (neighbour->source == NEIGHBOUR_ASKED ||
	     memcmp(path_adjacency_header(&engine->neighbours.path[index]), &heard, sizeof(heard)) == 0))
		return;
	neighbour_confirm(engine, index, &heard, NEIGHBOUR_HEARD, now_ns);
}
