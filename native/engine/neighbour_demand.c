/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours that nobody wants but the traffic to them: made when a packet for a connected prefix comes, asked again only while
 * packets go there, forgotten otherwise. A flood to absent hosts is bounded in questions a second and in places of the table; who
 * did not answer is remembered for a while, so that the next packet costs a look-up. */
#include <string.h>
#include "engine/engine.h"

#define SECOND_NS   UINT64_C(1000000000)
#define NEGATIVE_NS (5 * SECOND_NS)

enum {
	QUESTIONS_A_SECOND = 1000,
	QUESTIONS_AT_ONCE = 64,
	LOOK_AT = 64 /* places for one that can be given to another */
};

/* A quarter of the table is kept for those that sessions and next hops want. */
static uint32_t most(const struct neighbours *neighbours)
{
	return neighbours->capacity - neighbours->capacity / 4;
}

static bool may_ask(struct neighbours *neighbours, uint64_t now_ns)
{
	return token_bucket_take(&neighbours->questions, QUESTIONS_A_SECOND, QUESTIONS_AT_ONCE, now_ns);
}

/* One that did not answer gives up its place. */
static bool make_room(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;

	for (uint32_t i = 0; i < LOOK_AT; i++) {
		uint32_t index = neighbours->cursor;

		neighbours->cursor = (index + 1) % neighbours->capacity;
		if (neighbours->entries[index].used && neighbours->entries[index].demand &&
		    neighbours->entries[index].state == PYDP_NEIGHBOUR_FAILED) {
			neighbours_forget(engine, index);
			return true;
		}
	}
	return false;
}

/* The address of a host on that link: none of our own, and no prefix's first or last (RFC 1812 4.2.2.11, RFC 2644, RFC 3021). */
static bool may_be_host(struct path_port *port, const struct neighbour_key *key)
{
	uint8_t family = (uint8_t)key->family;

	if (path_local_find(port, key->vlan, family, key->octets) != NULL)
		return false;
	for (uint32_t i = 0; family == 4 && i < port->local_count; i++) {
		const struct path_local *local = &port->locals[i];
		uint32_t hosts = local->prefix_length > 30 ? 0 : UINT32_MAX >> local->prefix_length;
		uint32_t host = (uint32_t)load16(key->octets) << 16 | load16(key->octets + 2);

		if (local->family == 4 && local->vlan == key->vlan && hosts != 0 &&
		    path_prefix_holds(local->octets, local->prefix_length, key->octets) &&
		    ((host & hosts) == 0 || (host & hosts) == hosts))
			return false;
	}
	return true;
}

int neighbours_for(struct pydp_engine *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets,
		   uint64_t now_ns)
{
	struct neighbours *neighbours = &engine->neighbours;
	struct neighbour_key key = {.port = port, .vlan = vlan, .family = family};
	int index;

	memcpy(key.octets, octets, family == 4 ? 4 : 16);
	index = rte_hash_lookup(neighbours->keys, &key);
	if (index >= 0)
		return index;
	if (!may_be_host(engine->path_ports[port], &key))
		return NEIGHBOUR_NO_HOST;
	if (!may_ask(neighbours, now_ns))
		return NEIGHBOUR_TOO_MANY;
	if ((neighbours->demanded >= most(neighbours) || neighbours->count == neighbours->capacity) && !make_room(engine))
		return NEIGHBOUR_TOO_MANY;
	index = neighbours_make(engine, &key);
	if (index < 0)
		return NEIGHBOUR_TOO_MANY;
	neighbours->entries[index].demand = 1;
	neighbours->demanded++;
	neighbour_ask(engine, &neighbours->entries[index]);
	neighbour_arm(engine, (uint32_t)index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
	return index;
}

void neighbour_undemand(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	engine->neighbours.demanded -= neighbour->demand;
	neighbour->demand = 0;
}

static void ask_on(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	if (neighbour->tries >= NEIGHBOUR_TRIES) {
		neighbour_enter(engine, index, PYDP_NEIGHBOUR_FAILED, now_ns);
		neighbour_arm(engine, index, now_ns + NEGATIVE_NS);
		return;
	}
	neighbour_ask(engine, neighbour);
	neighbour_arm(engine, index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
}

void neighbour_age(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	bool used = path_adjacency_state(&engine->neighbours.path[index]) & PATH_ADJACENCY_USED;

	adjacency_set(engine, index, PATH_ADJACENCY_USED, false);
	if (neighbour->state == PYDP_NEIGHBOUR_FAILED) {
		neighbours_forget(engine, index);
		return;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_INCOMPLETE || used || neighbour->tries > 0) {
		if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE)
			neighbour_enter(engine, index, PYDP_NEIGHBOUR_STALE, now_ns);
		ask_on(engine, index, now_ns);
	} else if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE) {
		neighbour_enter(engine, index, PYDP_NEIGHBOUR_STALE, now_ns);
		neighbour_arm(engine, index, now_ns + NEIGHBOUR_REACHABLE_NS);
	} else {
		neighbours_forget(engine, index);
	}
}
