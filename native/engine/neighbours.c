/* SPDX-License-Identifier: Apache-2.0 */
/* The table of neighbours: made, found, pinned, listed, forgotten. */
#include <stdio.h>
#include <string.h>
#include <rte_errno.h>
#include <rte_jhash.h>
#include <rte_rcu_qsbr.h>
#include "engine/engine.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

int neighbours_create(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;
	struct rte_hash_parameters parameters = {0};
	char name[RTE_HASH_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-near-%u", eal_unique());
	parameters.name = name;
	parameters.entries = engine->max_neighbours;
	parameters.key_len = sizeof(struct neighbour_key);
	/* Other workers look up, and what they found stays what it is until they say that they hold it no longer. Without
	 * EXT_TABLE the last fiftieth may find no place. */
	parameters.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE;
	parameters.hash_func = rte_jhash;
	parameters.hash_func_init_val = (uint32_t)rng_next(&engine->rng);
	parameters.socket_id = SOCKET_ID_ANY;
	neighbours->capacity = engine->max_neighbours;
	neighbours->first_forgotten = PATH_NONE;
	neighbours->keys = rte_hash_create(&parameters);
	if (neighbours->keys == NULL)
		return error_set(PYDP_E_NOMEM,
				 "no memory for %u neighbours (%s): give EAL more with -m MEGABYTES or lower max_neighbours",
				 engine->max_neighbours, rte_strerror(rte_errno));
	neighbours->entries = table_map(sizeof(*neighbours->entries) * neighbours->capacity, "the neighbours");
	neighbours->path = table_map(sizeof(*neighbours->path) * neighbours->capacity, "the neighbours");
	neighbours->waiting = table_map_sparse(sizeof(*neighbours->waiting) * neighbours->capacity, "the neighbours");
	if (neighbours->entries == NULL || neighbours->path == NULL || neighbours->waiting == NULL)
		return PYDP_E_NOMEM;
	engine->sessions.neighbours = neighbours->path;
	return PYDP_OK;
}

void neighbours_destroy(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;

	/* The ports are gone, and nobody counts any more. */
	for (uint32_t i = 0; neighbours->waiting_in_all > 0 && i < neighbours->capacity; i++) {
		rte_pktmbuf_free_bulk(neighbours->waiting[i].packets, neighbours->entries[i].waiting);
		neighbours->waiting_in_all -= neighbours->entries[i].waiting;
	}
	rte_hash_free(neighbours->keys);
	table_unmap(neighbours->waiting, sizeof(*neighbours->waiting) * neighbours->capacity);
	table_unmap(neighbours->entries, sizeof(*neighbours->entries) * neighbours->capacity);
	table_unmap(neighbours->path, sizeof(*neighbours->path) * neighbours->capacity);
}

/* A worker that looks packets up may hold the index until it says that it does not. */
static void bury(struct pydp_engine *engine, uint32_t index)
{
	struct neighbours *neighbours = &engine->neighbours;

	neighbours->entries[index].next_forgotten = PATH_NONE;
	neighbours->entries[index].forgotten = rte_rcu_qsbr_start(engine->qsbr);
	if (neighbours->first_forgotten == PATH_NONE)
		neighbours->first_forgotten = index;
	else
		neighbours->entries[neighbours->last_forgotten].next_forgotten = index;
	neighbours->last_forgotten = index;
}

/* Indices that nobody holds any more may be used again. */
static void reclaim(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;
	uint32_t index;

	while ((index = neighbours->first_forgotten) != PATH_NONE &&
	       rte_rcu_qsbr_check(engine->qsbr, neighbours->entries[index].forgotten, false) == 1) {
		neighbours->first_forgotten = neighbours->entries[index].next_forgotten;
		rte_hash_free_key_with_position(neighbours->keys, (int32_t)index);
	}
}

int neighbours_make(struct pydp_engine *engine, const struct neighbour_key *key)
{
	struct neighbours *neighbours = &engine->neighbours;
	int32_t index = rte_hash_lookup(neighbours->keys, key);
	struct neighbour *neighbour;

	if (index >= 0)
		return index;
	reclaim(engine);
	index = neighbours->count < neighbours->capacity ? rte_hash_add_key(neighbours->keys, key) : -ENOSPC;
	if (index < 0 || (uint32_t)index >= neighbours->capacity)
		return error_set(PYDP_E_NOMEM,
				 "the table of %u neighbours is full: create the engine with a larger max_neighbours",
				 neighbours->capacity);
	neighbour = &neighbours->entries[index];
	memset(neighbour, 0, sizeof(*neighbour));
	neighbour->key = *key;
	neighbour->used = 1;
	neighbour->first = PATH_NONE;
	neighbour->reflector = PATH_NONE;
	neighbour->due_ns = NEIGHBOUR_NEVER;
	neighbours->count++;
	adjacency_begin(engine, (uint32_t)index);
	return index;
}

void neighbours_forget(struct pydp_engine *engine, uint32_t index)
{
	struct neighbours *neighbours = &engine->neighbours;

	neighbour_give_up(engine, index);
	neighbour_undemand(engine, index);
	agenda_cancel(&engine->agenda, engine->max_sessions + index);
	rte_hash_del_key(neighbours->keys, &neighbours->entries[index].key);
	neighbours->entries[index].used = 0;
	adjacency_set(engine, index, PATH_ADJACENCY_USABLE, false);
	neighbours->count--;
	bury(engine, index);
}

int neighbours_set(struct pydp_engine *engine, const struct neighbour_key *key, const struct pydp_mac *mac, uint64_t now_ns)
{
	static const struct pydp_mac none;
	bool pin = memcmp(mac, &none, sizeof(none)) != 0;
	int32_t index = rte_hash_lookup(engine->neighbours.keys, key);
	struct neighbour *neighbour;

	if (pin) {
		index = neighbours_make(engine, key);
		if (index >= 0)
			neighbour_confirm(engine, (uint32_t)index, mac, NEIGHBOUR_PINNED, now_ns);
		return index < 0 ? index : PYDP_OK;
	}
	if (index < 0)
		return PYDP_OK;
	neighbour = &engine->neighbours.entries[index];
	if (!neighbour_wanted(neighbour)) {
		neighbours_forget(engine, (uint32_t)index);
		return PYDP_OK;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC) {
		neighbour->tries = 0;
		neighbour_enter(engine, (uint32_t)index, PYDP_NEIGHBOUR_INCOMPLETE, now_ns);
		neighbour_ask(engine, neighbour);
		neighbour_arm(engine, (uint32_t)index, now_ns + NEIGHBOUR_ASK_AGAIN_NS);
	}
	return PYDP_OK;
}

int neighbours_hold(struct pydp_engine *engine, const struct neighbour_key *key, uint64_t now_ns)
{
	int index = neighbours_make(engine, key);
	struct neighbour *neighbour;

	if (index < 0)
		return index;
	neighbour = &engine->neighbours.entries[index];
	if (!neighbour_wanted(neighbour))
		neighbour_want(engine, (uint32_t)index, now_ns);
	neighbour->holders++;
	return index;
}

void neighbours_release(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	neighbour->holders--;
	if (!neighbour_wanted(neighbour) && neighbour->state != PYDP_NEIGHBOUR_STATIC)
		neighbours_forget(engine, index);
}

uint32_t neighbours_adjacency(void *context, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets)
{
	const struct pydp_engine *engine = context;
	struct neighbour_key key = {.port = port, .vlan = vlan, .family = family};
	int32_t index;

	memcpy(key.octets, octets, family == 4 ? 4 : 16);
	index = rte_hash_lookup(engine->neighbours.keys, &key);
	return index < 0 ? PATH_ADJACENCY_NONE : (uint32_t)index;
}

uint32_t neighbours_reflector(void *context, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets)
{
	struct pydp_engine *engine = context;
	struct neighbour_key key = {.port = port, .vlan = vlan, .family = family};
	int32_t index;

	memcpy(key.octets, octets, family == 4 ? 4 : 16);
	index = rte_hash_lookup(engine->neighbours.keys, &key);
	return index < 0 ? PATH_NONE : engine->neighbours.entries[index].reflector;
}

uint32_t neighbours_list(struct pydp_engine *engine, uint32_t index, struct pydp_neighbour *entries, uint32_t capacity,
			 uint32_t *next)
{
	uint32_t stop = RTE_MIN(index + 4096, engine->neighbours.capacity), count = 0;

	for (; index < stop && count < capacity; index++) {
		const struct neighbour *neighbour = &engine->neighbours.entries[index];
		struct pydp_neighbour *entry = &entries[count];

		if (!neighbour->used)
			continue;
		memset(entry, 0, sizeof(*entry));
		memcpy(entry->address.octets, neighbour->key.octets, 16);
		entry->address.family = (uint8_t)neighbour->key.family;
		entry->port = neighbour->key.port;
		entry->vlan = neighbour->key.vlan;
		if (neighbour_resolved(neighbour->state))
			entry->mac = adjacency_mac(engine, index);
		entry->state = neighbour->state;
		entry->confirmed_ns = neighbour->confirmed_ns;
		count++;
	}
	*next = index < engine->neighbours.capacity ? index : UINT32_MAX;
	return count;
}
