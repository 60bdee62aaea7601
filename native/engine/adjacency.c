/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's side of an adjacency: its MAC address changes in one word, and its state bit by bit, since other workers read it and
 * say that they use it. */
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
	static const struct pydp_mac unknown;

	adjacency->port = (uint8_t)key->port;
	adjacency->vlan = key->vlan;
	adjacency->mtu = engine->ports[key->port].port->mtu;
	adjacency->untagged_most = key->vlan == 0 ? (uint16_t)RTE_MIN(ETHER_LENGTH + adjacency->mtu, UINT16_MAX) : 0;
	adjacency->header_length = key->vlan != 0 ? ETHER_LENGTH + VLAN_LENGTH : ETHER_LENGTH;
	ether_write(adjacency->header, unknown.octets, &engine->path_ports[key->port]->mac, key->vlan,
		    key->family == 6 ? TYPE_IP6 : TYPE_IP4);
	atomic_store_explicit(&adjacency->state, 0, memory_order_release);
}

void adjacency_address(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac)
{
	struct path_adjacency *adjacency = adjacency_of(engine, index);
	uint64_t start = atomic_load_explicit(&adjacency->start, memory_order_relaxed);

	memcpy(&start, mac->octets, sizeof(mac->octets));
	atomic_store_explicit(&adjacency->start, start, memory_order_release);
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

/* Whether the session is about the neighbour itself, and not about what lies behind it or one link of a bundle; and whether it is
 * anybody's here, or only a stranger's. */
static bool guards(const struct pydp_engine *engine, uint32_t slot)
{
	const struct path_session *cold = &engine->sessions.cold[slot];

	return !(cold->flags & PATH_SESSION_GUARDS_NOTHING) &&
	       (cold->kind == BFD_KIND_SINGLE_HOP || cold->kind == BFD_KIND_ECHO);
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
