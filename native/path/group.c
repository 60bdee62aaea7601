/* SPDX-License-Identifier: Apache-2.0 */
/* What a group does for flows whose own member is not live. */
#include "path/nexthop.h"

static bool is_live(const _Atomic uint32_t *place, const struct path_adjacency *adjacencies, uint32_t *index)
{
	*index = atomic_load_explicit(place, memory_order_relaxed);
	return *index != PATH_ADJACENCY_NONE && path_adjacency_live(&adjacencies[*index]);
}

static uint32_t first_live(const _Atomic uint32_t *places, uint16_t count, const struct path_adjacency *adjacencies)
{
	uint32_t index;

	for (uint16_t i = 0; i < count; i++)
		if (is_live(&places[i], adjacencies, &index))
			return index;
	return PATH_ADJACENCY_NONE;
}

/* Each flow has an order of its own in which it goes through all the buckets, so that its choice depends on which members live
 * and on nothing else: the next death moves no flow but those of the dead. An odd step meets every bucket once. */
static uint32_t next_choice(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint32_t mixed = (hash ^ hash >> 16) * UINT32_C(0x9e3779b1);
	uint32_t at = mixed >> 24, step = (mixed >> 15 & 0xff) | 1, index;

	for (uint32_t i = 0; i < PATH_BUCKETS; i++, at += step)
		if (is_live(&group->buckets[at % PATH_BUCKETS], adjacencies, &index))
			return index;
	return PATH_ADJACENCY_NONE;
}

uint32_t path_group_divert(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint16_t members = atomic_load_explicit(&group->member_count, memory_order_relaxed);
	uint16_t backups = atomic_load_explicit(&group->backup_count, memory_order_relaxed);

	/* Few members are asked before many buckets. */
	if (first_live(group->members, members, adjacencies) != PATH_ADJACENCY_NONE)
		return next_choice(group, adjacencies, hash);
	return first_live(group->backups, backups, adjacencies);
}
