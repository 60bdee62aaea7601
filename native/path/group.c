/* SPDX-License-Identifier: Apache-2.0 */
/* What a group does for flows whose own member is not live. */
#include "path/nexthop.h"

/* Of all the buckets one in five may be live, and one flow in a thousand finds none in so many tries. */
enum { TRIES = 32 };

/* A number of the flow's for each try, as good as random: the finaliser of MurmurHash3. */
static uint32_t mix(uint32_t hash, uint32_t try)
{
	uint32_t x = hash + try * UINT32_C(0x9e3779b9);

	x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
	x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
	return x ^ x >> 16;
}

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

/* Each flow goes through the buckets in an order of its own, so that its choice depends on which members live and on nothing
 * else: the next death moves no flow but those of the dead. */
static uint32_t next_choice(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint32_t index;

	for (uint32_t i = 1; i <= TRIES; i++)
		if (is_live(&group->buckets[mix(hash, i) % BUCKETS], adjacencies, &index))
			return index;
	/* Nearly all of the weight is dead. */
	for (uint32_t i = 0; i < BUCKETS; i++)
		if (is_live(&group->buckets[(hash + i) % BUCKETS], adjacencies, &index))
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

static uint32_t first_not_dead(const _Atomic uint32_t *places, uint16_t count, const struct path_adjacency *adjacencies)
{
	for (uint16_t i = 0; i < count; i++) {
		uint32_t index = atomic_load_explicit(&places[i], memory_order_relaxed);

		if (index != PATH_ADJACENCY_NONE && !(path_adjacency_state(&adjacencies[index]) & PATH_ADJACENCY_DEAD))
			return index;
	}
	return PATH_ADJACENCY_NONE;
}

uint32_t path_group_await(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint32_t index = first_not_dead(&group->buckets[hash % BUCKETS], 1, adjacencies);

	if (index == PATH_ADJACENCY_NONE)
		index = first_not_dead(group->members, atomic_load_explicit(&group->member_count, memory_order_relaxed),
				       adjacencies);
	if (index == PATH_ADJACENCY_NONE)
		index = first_not_dead(group->backups, atomic_load_explicit(&group->backup_count, memory_order_relaxed),
				       adjacencies);
	return index;
}
