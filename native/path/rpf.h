/* SPDX-License-Identifier: Apache-2.0 */
/* Unicast reverse path forwarding (RFC 3704): whether a packet could have come this way. */
#ifndef PATH_RPF_H
#define PATH_RPF_H
#include <stdbool.h>
#include <pydp/forward.h>
#include "path/nexthop.h"
#include "path/port.h"

static inline bool rpf_leads_out(const struct path_adjacency *adjacencies, uint32_t index, uint32_t port, uint16_t vlan)
{
	return index != PATH_ADJACENCY_NONE && adjacencies[index].port == port && adjacencies[index].vlan == vlan;
}

static inline bool rpf_group_leads_out(const struct path_nexthops *nexthops, const struct path_group *group, uint32_t port,
				       uint16_t vlan)
{
	uint32_t members = atomic_load_explicit(&group->member_count, memory_order_relaxed);
	uint32_t backups = atomic_load_explicit(&group->backup_count, memory_order_relaxed);

	for (uint32_t i = 0; i < members && i < PYDP_NEXTHOP_MEMBERS; i++)
		if (rpf_leads_out(nexthops->adjacencies, atomic_load_explicit(&group->members[i], memory_order_relaxed), port,
				  vlan))
			return true;
	for (uint32_t i = 0; i < backups && i < PYDP_NEXTHOP_BACKUPS; i++)
		if (rpf_leads_out(nexthops->adjacencies, atomic_load_explicit(&group->backups[i], memory_order_relaxed), port,
				  vlan))
			return true;
	return false;
}

/* word: the next hop of the source address. Whether a neighbour is live does not matter: the path is what is asked for. */
static inline bool rpf_holds(const struct path_nexthops *nexthops, uint64_t word, uint8_t mode, uint32_t port, uint16_t vlan)
{
	uint32_t index = path_nexthop_index(word);

	switch (path_nexthop_kind(word)) {
	case PYDP_NEXTHOP_ADJACENT:
		return mode == PYDP_RPF_LOOSE || rpf_leads_out(nexthops->adjacencies, index, port, vlan);
	case PYDP_NEXTHOP_CONNECTED:
		return mode == PYDP_RPF_LOOSE || (index == port && path_nexthop_vlan(word) == vlan);
	case PYDP_NEXTHOP_GROUP:
		return mode == PYDP_RPF_LOOSE || rpf_group_leads_out(nexthops, &nexthops->groups[index], port, vlan);
	default:
		return false;
	}
}

#endif
