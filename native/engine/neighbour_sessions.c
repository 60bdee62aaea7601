/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of a neighbour: who sends through which, and for whose sake its echoes are reflected. */
#include <string.h>
#include <pydp/status.h>
#include "engine/engine.h"

/* Of a key's family: not a neighbour, but the group that a LAG member's session sends to. */
#define MICRO_GROUP 0x100u

static struct neighbour_key key_of(const struct path_session *cold, const uint8_t *octets)
{
	struct neighbour_key key = {.port = cold->port, .vlan = cold->vlan, .family = cold->family};

	memcpy(key.octets, octets, 16);
	if (cold->kind == BFD_KIND_MICRO)
		key.family |= MICRO_GROUP;
	return key;
}

/* Micro-BFD asks nobody for a MAC address: what it sends to is a group, or whom it heard (RFC 7130 2.3). */
static void pin_group(struct pydp_engine *engine, uint32_t slot, int index, uint64_t now_ns)
{
	struct pydp_mac group;

	if (engine->sessions.cold[slot].kind != BFD_KIND_MICRO)
		return;
	memcpy(group.octets, path_micro_group, sizeof(group.octets));
	neighbour_confirm(engine, (uint32_t)index, &group, NEIGHBOUR_PINNED, now_ns);
}

static void join(struct pydp_engine *engine, uint32_t slot, int index, uint64_t now_ns)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	cold->neighbour = (uint32_t)index;
	cold->previous_of_neighbour = PATH_NONE;
	cold->next_of_neighbour = neighbour->first;
	if (neighbour->first != PATH_NONE)
		engine->sessions.cold[neighbour->first].previous_of_neighbour = slot;
	neighbour->first = slot;
	if (!neighbour_wanted(neighbour))
		neighbour_want(engine, (uint32_t)index, now_ns);
	neighbour->users++;
}

int neighbours_join(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns)
{
	struct neighbour_key key = key_of(&engine->sessions.cold[slot], octets);
	int index = neighbours_make(engine, &key);

	if (index < 0)
		return index;
	pin_group(engine, slot, index, now_ns);
	join(engine, slot, index, now_ns);
	return PYDP_OK;
}

int neighbours_move(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns)
{
	struct neighbour_key key = key_of(&engine->sessions.cold[slot], octets);
	int index = neighbours_make(engine, &key);

	if (index < 0 || (uint32_t)index == engine->sessions.cold[slot].neighbour)
		return index < 0 ? index : PYDP_OK;
	adjacency_follow(engine, slot, engine->sessions.hot[slot].nexthop, PYDP_NEXTHOP_UNKNOWN);
	neighbours_leave(engine, slot);
	join(engine, slot, index, now_ns);
	adjacency_follow(engine, slot, PYDP_NEXTHOP_UNKNOWN, engine->sessions.hot[slot].nexthop);
	return PYDP_OK;
}

void neighbours_leave(struct pydp_engine *engine, uint32_t slot)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	struct neighbour *neighbour = &engine->neighbours.entries[cold->neighbour];

	if (cold->previous_of_neighbour == PATH_NONE)
		neighbour->first = cold->next_of_neighbour;
	else
		engine->sessions.cold[cold->previous_of_neighbour].next_of_neighbour = cold->next_of_neighbour;
	if (cold->next_of_neighbour != PATH_NONE)
		engine->sessions.cold[cold->next_of_neighbour].previous_of_neighbour = cold->previous_of_neighbour;
	neighbour->users--;
	if (!neighbour_wanted(neighbour) && (neighbour->state != PYDP_NEIGHBOUR_STATIC || neighbour->key.family & MICRO_GROUP))
		neighbours_forget(engine, cold->neighbour);
}

void neighbours_elect_reflector(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	uint32_t slot = neighbour->first;

	while (slot != PATH_NONE && engine->sessions.extra[slot].echo.reflect_us == 0)
		slot = engine->sessions.cold[slot].next_of_neighbour;
	neighbour->reflector = slot;
}
