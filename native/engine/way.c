/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of our own: by which port, to which neighbour, and from which address. One at a time, by the tables that transit takes. */
#include <string.h>
#include "core/ip_check.h"
#include "engine/engine.h"
#include "path/reframe.h"

static bool find_on_link(struct pydp_engine *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets,
			 struct way *way)
{
	*way = (struct way){.port = port, .vlan = vlan, .adjacency = neighbours_adjacency(engine, port, vlan, family, octets)};
	return true;
}

uint64_t way_next_hop(struct pydp_engine *engine, uint8_t family, const uint8_t *destination)
{
	const struct path_forward *path = &engine->forwarding.path;
	uint32_t address = net_load32(destination), next_hop = FIB_NONE;

	if (path->fib != NULL && family == 4)
		fib_lookup4(path->fib, &address, &next_hop, 1);
	else if (path->fib != NULL)
		fib_lookup6(path->fib, &destination, &next_hop, 1);
	return path_nexthop_find(&path->nexthops, next_hop);
}

bool way_find(struct pydp_engine *engine, uint8_t family, const uint8_t *destination, uint32_t from_port, uint16_t from_vlan,
	      uint32_t hash, struct way *way)
{
	const struct path_nexthops *nexthops = &engine->forwarding.path.nexthops;
	uint32_t index = PATH_ADJACENCY_NONE;
	uint64_t word;

	if (family == 6 && ip6_is_link_local(destination))
		return find_on_link(engine, from_port, from_vlan, family, destination, way);
	word = way_next_hop(engine, family, destination);
	if (path_nexthop_kind(word) == PYDP_NEXTHOP_CONNECTED)
		return find_on_link(engine, path_nexthop_index(word), path_nexthop_vlan(word), family, destination, way);
	if (path_nexthop_kind(word) == PYDP_NEXTHOP_ADJACENT)
		index = path_nexthop_index(word);
	else if (path_nexthop_kind(word) == PYDP_NEXTHOP_GROUP)
		index = path_group_way(&nexthops->groups[path_nexthop_index(word)], nexthops->adjacencies, hash);
	if (index == PATH_ADJACENCY_NONE)
		return false;
	*way = (struct way){
		.port = nexthops->adjacencies[index].port, .vlan = nexthops->adjacencies[index].vlan, .adjacency = index};
	return true;
}

enum pydp_counter way_send(struct pydp_engine *engine, const struct way *way, struct rte_mbuf *mbuf)
{
	struct path_adjacency *adjacencies = engine->forwarding.path.nexthops.adjacencies;
	uint8_t *network = rte_pktmbuf_mtod(mbuf, uint8_t *), family = network[0] >> 4;
	const uint8_t *destination = network + (family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT);
	int index = way->adjacency == PATH_ADJACENCY_NONE
			    ? neighbours_for(engine, way->port, way->vlan, family, destination, engine->now_ns)
			    : (int)way->adjacency;

	if (index < 0)
		return index == NEIGHBOUR_NO_HOST ? PYDP_CNT_DROP_BROADCAST : PYDP_CNT_DROP_NEIGHBOUR_LIMIT;
	if (!path_adjacency_usable(&adjacencies[index]))
		return neighbours_queue(engine, (uint32_t)index, mbuf) == NEIGHBOUR_REFUSED ? PYDP_CNT_DROP_NEIGHBOUR_FAILED
											    : PYDP_CNT_COUNT;
	path_adjacency_use(&adjacencies[index]);
	if (!path_reframe(mbuf, network, &adjacencies[index], family))
		return PYDP_CNT_DROP_NO_MBUF;
	path_send(engine->path_ports[adjacencies[index].port], mbuf);
	return PYDP_CNT_COUNT;
}

/* The better the more of the destination it shares; a link-local address is for link-local destinations alone. */
static uint32_t fitness(const struct path_local *local, uint8_t family, const uint8_t *destination)
{
	bool near = family == 6 && ip6_is_link_local(destination);

	if (local->family != family || (family == 6 && ip6_is_link_local(local->octets) != near))
		return 0;
	return path_prefix_holds(local->octets, local->prefix_length, destination) ? 2 + local->prefix_length : 1;
}

static const uint8_t *best_of(const struct path_port *port, int32_t vlan, uint8_t family, const uint8_t *destination)
{
	const uint8_t *found = NULL;
	uint32_t most = 0;

	for (uint32_t i = 0; i < port->local_count; i++) {
		uint32_t fits = fitness(&port->locals[i], family, destination);

		if ((vlan < 0 || port->locals[i].vlan == vlan) && fits > most) {
			most = fits;
			found = port->locals[i].octets;
		}
	}
	return found;
}

/* The one that is configured for errors, as long as it is ours; what a link-local address hears comes from its link. */
static const uint8_t *chosen(struct pydp_engine *engine, const struct way *way, uint8_t family, const uint8_t *destination)
{
	const struct pydp_forward_config *config = &engine->forwarding.config;
	const struct pydp_address *source = family == 4 ? &config->icmp_source_ipv4 : &config->icmp_source_ipv6;

	if (source->family == 0 || (family == 6 && ip6_is_link_local(destination)) ||
	    path_local_find_anywhere(engine->path_ports[way->port], family, source->octets) == NULL)
		return NULL;
	return source->octets;
}

const uint8_t *way_source(struct pydp_engine *engine, const struct way *way, uint8_t family, const uint8_t *destination)
{
	const uint8_t *found = chosen(engine, way, family, destination);

	if (found == NULL)
		found = best_of(engine->path_ports[way->port], way->vlan, family, destination);

	for (uint32_t i = 0; found == NULL && i < engine->port_count; i++)
		found = best_of(engine->path_ports[i], -1, family, destination);
	return found;
}
