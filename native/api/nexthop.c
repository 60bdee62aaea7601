/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops at the border: what is passed is brought into one form, so that the same wish is the same octets. */
#include <pydp/nexthop.h>
#include <string.h>
#include "api/check.h"
#include "engine/control.h"
#include "path/hash.h"

static int check_twice(const struct pydp_nexthop_config *config)
{
	uint32_t ids[PYDP_NEXTHOP_MEMBERS + PYDP_NEXTHOP_BACKUPS], count = 0;

	for (uint32_t i = 0; i < config->member_count; i++)
		ids[count++] = config->members[i].id;
	for (uint32_t i = 0; i < config->backup_count; i++)
		ids[count++] = config->backups[i];
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			CHECK(ids[i] != ids[j], "next hop %u is in the group twice", ids[i]);
	return PYDP_OK;
}

static int take_group(const struct pydp_nexthop_config *config, struct pydp_nexthop_config *taken)
{
	CHECK(config->member_count <= PYDP_NEXTHOP_MEMBERS, "member_count is %u: at most %u", config->member_count,
	      PYDP_NEXTHOP_MEMBERS);
	CHECK(config->backup_count <= PYDP_NEXTHOP_BACKUPS, "backup_count is %u: at most %u", config->backup_count,
	      PYDP_NEXTHOP_BACKUPS);
	CHECK(config->member_count + config->backup_count > 0, "a group has at least one member or backup");
	for (uint32_t i = 0; i < config->member_count; i++)
		CHECK(config->members[i].weight >= 1 && config->members[i].weight <= UINT16_MAX,
		      "the weight of next hop %u is %u: 1 to 65535", config->members[i].id, config->members[i].weight);
	taken->member_count = config->member_count;
	taken->backup_count = config->backup_count;
	memcpy(taken->members, config->members, config->member_count * sizeof(config->members[0]));
	memcpy(taken->backups, config->backups, config->backup_count * sizeof(config->backups[0]));
	return check_twice(config);
}

static int take(const struct pydp_nexthop_config *config, struct pydp_nexthop_config *taken)
{
	int result;

	CHECK(config->kind >= PYDP_NEXTHOP_ADJACENT && config->kind <= PYDP_NEXTHOP_PROHIBITED, "kind %u is unknown",
	      config->kind);
	taken->kind = config->kind;
	if (config->kind == PYDP_NEXTHOP_GROUP)
		return take_group(config, taken);
	if (config->kind != PYDP_NEXTHOP_ADJACENT && config->kind != PYDP_NEXTHOP_CONNECTED)
		return PYDP_OK;
	result = check_vlan(config->vlan);
	if (result != PYDP_OK)
		return result;
	taken->port = config->port;
	taken->vlan = config->vlan;
	if (config->kind == PYDP_NEXTHOP_CONNECTED)
		return PYDP_OK;
	result = check_address(&config->address, "address");
	if (result != PYDP_OK)
		return result;
	taken->address.family = config->address.family;
	memcpy(taken->address.octets, config->address.octets, config->address.family == 4 ? 4 : 16);
	return PYDP_OK;
}

int pydp_nexthop_set(pydp_engine_t *engine, uint32_t id, const struct pydp_nexthop_config *config)
{
	struct command command = {.kind = COMMAND_NEXTHOP_SET};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	memset(&command.nexthop, 0, sizeof(command.nexthop));
	result = take(config, &command.nexthop);
	if (result != PYDP_OK)
		return result;
	command.nexthop_id = id;
	return engine_command(engine, &command, &reply);
}

int pydp_nexthop_remove(pydp_engine_t *engine, uint32_t id)
{
	struct command command = {.kind = COMMAND_NEXTHOP_REMOVE, .one = {.id = id}};
	struct reply reply;

	CHECK_POINTER(engine);
	return engine_command(engine, &command, &reply);
}

int pydp_nexthop_read(pydp_engine_t *engine, uint32_t id, struct pydp_nexthop *nexthop)
{
	struct command command = {.kind = COMMAND_NEXTHOP_READ, .one = {.id = id}};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(nexthop);
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK)
		*nexthop = reply.nexthop;
	return result;
}

int pydp_nexthop_list(pydp_engine_t *engine, uint32_t *ids, uint32_t capacity, uint32_t *count)
{
	struct command command = {.kind = COMMAND_NEXTHOP_LIST, .cursor = 1};
	struct reply reply;
	uint32_t seen = 0;

	CHECK_POINTER(engine);
	CHECK_POINTER(count);
	CHECK(ids != NULL || capacity == 0, "ids is NULL and capacity is not 0");
	do {
		int result = engine_command(engine, &command, &reply);

		if (result != PYDP_OK)
			return result;
		for (uint32_t i = 0; i < reply.list.count; i++, seen++)
			if (seen < capacity)
				ids[seen] = reply.list.ids[i];
		command.cursor = reply.list.next;
	} while (command.cursor != UINT32_MAX);
	*count = seen;
	return PYDP_OK;
}

int pydp_nexthop_flow(pydp_engine_t *engine, uint32_t id, uint8_t family, const uint8_t *packet, uint32_t length,
		      uint32_t *share, uint32_t *member)
{
	const struct path_nexthops *nexthops;
	struct pydp_nexthop group;
	uint32_t owner;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(packet);
	CHECK_POINTER(share);
	CHECK_POINTER(member);
	CHECK(family == 4 || family == 6, "family %u is neither 4 nor 6", family);
	CHECK(length >= (uint32_t)(family == 4 ? IP4_LENGTH : IP6_LENGTH), "%u octets are no IPv%u header", length, family);
	if (atomic_load(&engine->running))
		return error_set(PYDP_E_STATE, "a worker runs");
	result = pydp_nexthop_read(engine, id, &group);
	if (result != PYDP_OK)
		return result;
	CHECK(group.config.kind == PYDP_NEXTHOP_GROUP, "next hop %u is no group", id);
	nexthops = &engine->nexthops.path;
	*share = path_hash_header(packet, packet + length, family) % BUCKETS;
	owner = atomic_load_explicit(&nexthops->groups[path_nexthop_index(path_nexthop_find(nexthops, id))].buckets[*share],
				     memory_order_relaxed);
	*member = 0;
	for (uint32_t i = 0; i < group.config.member_count; i++)
		if (path_nexthop_index(path_nexthop_find(nexthops, group.config.members[i].id)) == owner)
			*member = group.config.members[i].id;
	return PYDP_OK;
}
