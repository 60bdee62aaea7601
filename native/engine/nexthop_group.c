/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of next hops: members and backups by id, and their buckets as the path reads them. */
#include <string.h>
#include "engine/engine.h"
#include "io/error.h"

static_assert((int)BUCKET_MEMBERS == (int)PYDP_NEXTHOP_MEMBERS, "a member has a number");

static int check_one(const struct pydp_engine *engine, uint32_t id, uint32_t member)
{
	int result = member == id ? error_set(PYDP_E_INVAL, "group %u is no member of itself", id)
				  : nexthops_check(engine, member);

	if (result == PYDP_OK && engine->nexthops.entries[member].config.kind != PYDP_NEXTHOP_ADJACENT)
		return error_set(PYDP_E_INVAL, "next hop %u is no neighbour, and groups have neighbours only", member);
	return result;
}

int nexthop_group_check(const struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted)
{
	int result = PYDP_OK;

	for (uint32_t i = 0; result == PYDP_OK && i < wanted->member_count; i++)
		result = check_one(engine, id, wanted->members[i].id);
	for (uint32_t i = 0; result == PYDP_OK && i < wanted->backup_count; i++)
		result = check_one(engine, id, wanted->backups[i]);
	return result;
}

static void count(struct pydp_engine *engine, const struct pydp_nexthop_config *config, int32_t more)
{
	for (uint32_t i = 0; i < config->member_count; i++)
		engine->nexthops.entries[config->members[i].id].groups += (uint32_t)more;
	for (uint32_t i = 0; i < config->backup_count; i++)
		engine->nexthops.entries[config->backups[i]].groups += (uint32_t)more;
}

/* Who had a bucket keeps it under its new number, if it is a member still. */
static uint8_t number_now(const struct pydp_nexthop_config *was, const struct pydp_nexthop_config *is, uint8_t number)
{
	if (number == BUCKET_FREE)
		return BUCKET_FREE;
	for (uint8_t i = 0; i < is->member_count; i++)
		if (is->members[i].id == was->members[number].id)
			return i;
	return BUCKET_FREE;
}

void nexthop_group_set(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *was)
{
	const struct pydp_nexthop_config *is = &engine->nexthops.entries[id].config;
	uint8_t *owners = engine->nexthops.owners[id];
	uint32_t weights[BUCKET_MEMBERS];

	for (uint32_t i = 0; i < BUCKETS; i++)
		owners[i] = was == NULL ? BUCKET_FREE : number_now(was, is, owners[i]);
	for (uint32_t i = 0; i < is->member_count; i++)
		weights[i] = is->members[i].weight;
	buckets_share(weights, is->member_count, owners);
	count(engine, is, 1);
	nexthop_group_write(engine, id);
}

void nexthop_group_leave(struct pydp_engine *engine, const struct pydp_nexthop_config *was)
{
	count(engine, was, -1);
}

static void store(_Atomic uint32_t *place, const struct pydp_engine *engine, uint32_t member)
{
	atomic_store_explicit(place, engine->nexthops.entries[member].neighbour, memory_order_relaxed);
}

void nexthop_group_write(struct pydp_engine *engine, uint32_t id)
{
	const struct pydp_nexthop_config *config = &engine->nexthops.entries[id].config;
	struct path_group *group = &engine->nexthops.path.groups[id];

	for (uint32_t i = 0; i < BUCKETS; i++)
		if (engine->nexthops.owners[id][i] == BUCKET_FREE)
			atomic_store_explicit(&group->buckets[i], PATH_ADJACENCY_NONE, memory_order_relaxed);
		else
			store(&group->buckets[i], engine, config->members[engine->nexthops.owners[id][i]].id);
	for (uint32_t i = 0; i < config->member_count; i++)
		store(&group->members[i], engine, config->members[i].id);
	for (uint32_t i = 0; i < config->backup_count; i++)
		store(&group->backups[i], engine, config->backups[i]);
	atomic_store_explicit(&group->member_count, config->member_count, memory_order_release);
	atomic_store_explicit(&group->backup_count, config->backup_count, memory_order_release);
}

uint32_t nexthop_group_of(const struct pydp_engine *engine, uint32_t id)
{
	for (uint32_t group = 1; group < engine->nexthops.size; group++)
		if (nexthop_group_has(engine, group, id))
			return group;
	return 0;
}

bool nexthop_group_has(const struct pydp_engine *engine, uint32_t id, uint32_t member)
{
	const struct pydp_nexthop_config *config = &engine->nexthops.entries[id].config;
	bool has = false;

	if (config->kind != PYDP_NEXTHOP_GROUP)
		return false;
	for (uint32_t i = 0; i < config->member_count; i++)
		has |= config->members[i].id == member;
	for (uint32_t i = 0; i < config->backup_count; i++)
		has |= config->backups[i] == member;
	return has;
}

void nexthop_group_read(const struct pydp_engine *engine, uint32_t id, struct pydp_nexthop *nexthop)
{
	const struct path_group *group = &engine->nexthops.path.groups[id];

	for (uint32_t i = 0; i < BUCKETS; i++)
		if (engine->nexthops.owners[id][i] != BUCKET_FREE)
			nexthop->buckets[engine->nexthops.owners[id][i]]++;
	nexthop->live = path_group_pick(group, engine->neighbours.path, 0) != PATH_ADJACENCY_NONE;
}
