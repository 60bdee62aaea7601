/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops become what is wanted, or stay what they were. What the path reads changes last, in one word. */
#include "engine/nexthops.h"
#include <string.h>
#include "engine/engine.h"
#include "engine/routes.h"
#include "engine/table.h"
#include "io/error.h"

int nexthops_create(struct pydp_engine *engine)
{
	struct nexthops *nexthops = &engine->nexthops;

	nexthops->size = engine->max_nexthops;
	nexthops->entries = table_map_sparse(sizeof(*nexthops->entries) * nexthops->size, "the next hops");
	nexthops->owners = table_map_sparse(sizeof(*nexthops->owners) * nexthops->size, "the next hops");
	nexthops->table = table_map(sizeof(*nexthops->table) * nexthops->size, "the next hops");
	nexthops->path.groups = table_map_sparse(sizeof(*nexthops->path.groups) * nexthops->size, "the next hops");
	if (nexthops->entries == NULL || nexthops->owners == NULL || nexthops->table == NULL || nexthops->path.groups == NULL)
		return PYDP_E_NOMEM;
	nexthops->path.table = nexthops->table;
	nexthops->path.size = nexthops->size;
	nexthops->path.adjacencies = engine->neighbours.path;
	return PYDP_OK;
}

void nexthops_destroy(struct pydp_engine *engine)
{
	struct nexthops *nexthops = &engine->nexthops;

	table_unmap(nexthops->entries, sizeof(*nexthops->entries) * nexthops->size);
	table_unmap(nexthops->owners, sizeof(*nexthops->owners) * nexthops->size);
	table_unmap(nexthops->table, sizeof(*nexthops->table) * nexthops->size);
	table_unmap(nexthops->path.groups, sizeof(*nexthops->path.groups) * nexthops->size);
}

static void publish(struct pydp_engine *engine, uint32_t id, uint64_t word)
{
	atomic_store_explicit(&engine->nexthops.table[id].word, word, memory_order_release);
}

static int check_link(const struct pydp_engine *engine, const struct pydp_nexthop_config *wanted)
{
	if (wanted->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", wanted->port, engine->port_count);
	return PYDP_OK;
}

static int check_neighbour(const struct pydp_engine *engine, const struct pydp_nexthop_config *wanted)
{
	struct path_port *port = engine->path_ports[wanted->port];

	if (path_local_find(port, wanted->vlan, wanted->address.family, wanted->address.octets) != NULL)
		return error_set(PYDP_E_INVAL, "the next hop's address is one of our own");
	for (uint32_t i = 0; i < port->local_count; i++)
		if (port->locals[i].vlan == wanted->vlan && port->locals[i].family == wanted->address.family)
			return PYDP_OK;
	return error_set(PYDP_E_INVAL,
			 "port %u, VLAN %u has no IPv%u address to ask for the next hop from: add one with "
			 "pydp_engine_address_add first",
			 wanted->port, wanted->vlan, wanted->address.family);
}

static int check(const struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted)
{
	const struct nexthop *entry = &engine->nexthops.entries[id];
	int result = PYDP_OK;

	if (entry->groups > 0 && wanted->kind != PYDP_NEXTHOP_ADJACENT)
		return error_set(PYDP_E_BUSY, "next hop %u is in group %u, which has neighbours only", id,
				 nexthop_group_of(engine, id));
	if (wanted->kind == PYDP_NEXTHOP_GROUP)
		return nexthop_group_check(engine, id, wanted);
	if (wanted->kind == PYDP_NEXTHOP_ADJACENT || wanted->kind == PYDP_NEXTHOP_CONNECTED)
		result = check_link(engine, wanted);
	if (result == PYDP_OK && wanted->kind == PYDP_NEXTHOP_ADJACENT)
		result = check_neighbour(engine, wanted);
	return result;
}

static int check_id(const struct pydp_engine *engine, uint32_t id)
{
	if (id == 0 || id >= engine->nexthops.size)
		return error_set(PYDP_E_INVAL, "next hop %u: ids are 1 to %u, or create the engine with a larger max_nexthops",
				 id, engine->nexthops.size - 1);
	return PYDP_OK;
}

/* Whoever has a member that became another neighbour. */
static void rewrite_groups(struct pydp_engine *engine, const struct nexthop *member)
{
	uint32_t left = member->groups, id = (uint32_t)(member - engine->nexthops.entries);

	for (uint32_t group = 1; left > 0 && group < engine->nexthops.size; group++) {
		if (!nexthop_group_has(engine, group, id))
			continue;
		nexthop_group_write(engine, group);
		left--;
	}
}

/* What it was before holds nobody any more. */
static void let_go(struct pydp_engine *engine, const struct nexthop *was)
{
	if (was->config.kind == PYDP_NEXTHOP_ADJACENT)
		neighbours_release(engine, was->neighbour);
	else if (was->config.kind == PYDP_NEXTHOP_GROUP)
		nexthop_group_leave(engine, &was->config);
}

static int become_adjacent(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted, uint64_t now_ns)
{
	struct nexthop *entry = &engine->nexthops.entries[id];
	struct nexthop was = *entry;
	struct neighbour_key key = {.port = wanted->port, .vlan = wanted->vlan, .family = wanted->address.family};
	int index;

	memcpy(key.octets, wanted->address.octets, sizeof(key.octets));
	index = neighbours_hold(engine, &key, now_ns);
	if (index < 0)
		return index;
	entry->config = *wanted;
	entry->neighbour = (uint32_t)index;
	publish(engine, id, path_nexthop_word(PYDP_NEXTHOP_ADJACENT, entry->neighbour, 0));
	rewrite_groups(engine, entry);
	let_go(engine, &was);
	return PYDP_OK;
}

static void become_group(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted)
{
	struct nexthop *entry = &engine->nexthops.entries[id];
	struct nexthop was = *entry;

	entry->config = *wanted;
	nexthop_group_set(engine, id, was.config.kind == PYDP_NEXTHOP_GROUP ? &was.config : NULL);
	publish(engine, id, path_nexthop_word(PYDP_NEXTHOP_GROUP, id, 0));
	let_go(engine, &was);
}

int nexthops_set(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted, uint64_t now_ns)
{
	int result = check_id(engine, id);
	struct nexthop *entry, was;

	if (result == PYDP_OK)
		result = check(engine, id, wanted);
	if (result != PYDP_OK)
		return result;
	entry = &engine->nexthops.entries[id];
	was = *entry;
	if (memcmp(&entry->config, wanted, sizeof(*wanted)) == 0)
		return PYDP_OK;
	if (wanted->kind == PYDP_NEXTHOP_ADJACENT)
		return become_adjacent(engine, id, wanted, now_ns);
	if (wanted->kind == PYDP_NEXTHOP_GROUP) {
		become_group(engine, id, wanted);
		return PYDP_OK;
	}
	entry->config = *wanted;
	publish(engine, id, path_nexthop_word((enum pydp_nexthop_kind)wanted->kind, wanted->port, wanted->vlan));
	let_go(engine, &was);
	return PYDP_OK;
}

int nexthops_remove(struct pydp_engine *engine, uint32_t id)
{
	int result = check_id(engine, id);
	struct nexthop *entry, was;

	if (result != PYDP_OK)
		return result;
	entry = &engine->nexthops.entries[id];
	if (routes_uses(engine, id) > 0)
		return error_set(PYDP_E_BUSY, "%u routes lead to next hop %u: remove them first", routes_uses(engine, id), id);
	if (entry->groups > 0)
		return error_set(PYDP_E_BUSY, "next hop %u is in group %u: take it out first", id,
				 nexthop_group_of(engine, id));
	was = *entry;
	publish(engine, id, 0);
	memset(&entry->config, 0, sizeof(entry->config));
	let_go(engine, &was);
	return PYDP_OK;
}

int nexthops_read(struct pydp_engine *engine, uint32_t id, struct pydp_nexthop *nexthop)
{
	const struct nexthop *entry;
	const struct neighbour *neighbour;
	int result = nexthops_check(engine, id);

	if (result != PYDP_OK)
		return result;
	entry = &engine->nexthops.entries[id];
	memset(nexthop, 0, sizeof(*nexthop));
	nexthop->config = entry->config;
	nexthop->id = id;
	nexthop->routes = routes_uses(engine, id);
	nexthop->groups = entry->groups;
	nexthop->live = 1;
	if (entry->config.kind == PYDP_NEXTHOP_GROUP) {
		nexthop_group_read(engine, id, nexthop);
	} else if (entry->config.kind == PYDP_NEXTHOP_ADJACENT) {
		neighbour = &engine->neighbours.entries[entry->neighbour];
		nexthop->live = path_adjacency_live(&engine->neighbours.path[entry->neighbour]);
		nexthop->neighbour_state = neighbour->state;
		nexthop->state = neighbour->live > 0   ? PYDP_NEXTHOP_LIVE
				 : neighbour->dead > 0 ? PYDP_NEXTHOP_DEAD
						       : PYDP_NEXTHOP_UNKNOWN;
	}
	return PYDP_OK;
}

uint32_t nexthops_list(struct pydp_engine *engine, uint32_t id, uint32_t *ids, uint32_t capacity, uint32_t *next)
{
	uint32_t stop = RTE_MIN(id + 4096, engine->nexthops.size), count = 0;

	for (; id < stop && count < capacity; id++)
		if (engine->nexthops.entries[id].config.kind != 0)
			ids[count++] = id;
	*next = id < engine->nexthops.size ? id : UINT32_MAX;
	return count;
}

int nexthops_check(const struct pydp_engine *engine, uint32_t id)
{
	if (id == 0 || id >= engine->nexthops.size || engine->nexthops.entries[id].config.kind == 0)
		return error_set(PYDP_E_NOENT, "there is no next hop %u", id);
	return PYDP_OK;
}
