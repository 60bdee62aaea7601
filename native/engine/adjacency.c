/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's side of an adjacency: its header is made ready beside the one in use, and its state changes bit by bit, since other
 * workers read it and say that they use it. */
#include <string.h>
#include "engine/engine.h"

static struct path_adjacency *adjacency_of(const struct pydp_engine *engine, uint32_t index)
{
	return &engine->neighbours.path[index];
}

void adjacency_begin(struct pydp_engine *engine, uint32_t index)
{
	const struct neighbour_key *key = &engine->neighbours.entries[index].key;
	struct path_adjacency *adjacency = adjacency_of(engine, index);

	adjacency->port = (uint8_t)key->port;
	adjacency->vlan = key->vlan;
	adjacency->mtu = engine->ports[key->port].port->mtu;
	adjacency->header_length = key->vlan != 0 ? ETHER_LENGTH + VLAN_LENGTH : ETHER_LENGTH;
	atomic_fetch_and_explicit(&adjacency->state, PATH_ADJACENCY_SECOND, memory_order_release);
}

void adjacency_address(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac)
{
	struct path_adjacency *adjacency = adjacency_of(engine, index);
	uint8_t *next = adjacency->headers[~path_adjacency_state(adjacency) & PATH_ADJACENCY_SECOND];
	uint16_t type = engine->neighbours.entries[index].key.family == 6 ? TYPE_IP6 : TYPE_IP4;

	ether_write(next, mac->octets, &engine->path_ports[adjacency->port]->mac, adjacency->vlan, type);
	if (memcmp(path_adjacency_header(adjacency), next, adjacency->header_length) != 0)
		atomic_fetch_xor_explicit(&adjacency->state, PATH_ADJACENCY_SECOND, memory_order_release);
}

struct pydp_mac adjacency_mac(const struct pydp_engine *engine, uint32_t index)
{
	struct pydp_mac mac;

	memcpy(mac.octets, path_adjacency_header(adjacency_of(engine, index)), sizeof(mac.octets));
	return mac;
}

void adjacency_set(struct pydp_engine *engine, uint32_t index, uint32_t bit, bool on)
{
	struct path_adjacency *adjacency = adjacency_of(engine, index);

	if (on)
		atomic_fetch_or_explicit(&adjacency->state, bit, memory_order_release);
	else
		atomic_fetch_and_explicit(&adjacency->state, ~bit, memory_order_release);
}

/* Whether the session is about the neighbour itself, and not about what lies behind it or one link of a bundle. */
static bool guards(const struct pydp_engine *engine, uint32_t slot)
{
	return engine->sessions.cold[slot].kind == BFD_KIND_SINGLE_HOP || engine->sessions.cold[slot].kind == BFD_KIND_ECHO;
}

void adjacency_follow(struct pydp_engine *engine, uint32_t slot, uint8_t before, uint8_t after)
{
	uint32_t index = engine->sessions.cold[slot].neighbour;
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	if (!guards(engine, slot))
		return;
	neighbour->live -= before == PYDP_NEXTHOP_LIVE;
	neighbour->dead -= before == PYDP_NEXTHOP_DEAD;
	neighbour->live += after == PYDP_NEXTHOP_LIVE;
	neighbour->dead += after == PYDP_NEXTHOP_DEAD;
	adjacency_set(engine, index, PATH_ADJACENCY_DEAD, neighbour->dead > 0 && neighbour->live == 0);
}
