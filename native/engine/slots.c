/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of the table of sessions, and which of its slots are free. */
#include <stdio.h>
#include <rte_errno.h>
#include <rte_jhash.h>
#include "engine/engine.h"
#include "engine/slots.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

enum {
	/* So many slots rest before one is used again, so that late packets and stale ids find nothing. */
	SLOTS_AT_REST = 64
};

int sessions_create(struct pydp_engine *engine)
{
	struct path_sessions *sessions = &engine->sessions;
	struct rte_hash_parameters parameters = {0};
	char name[RTE_HASH_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-keys-%u", eal_unique());
	parameters.name = name;
	parameters.entries = RTE_MAX(engine->max_sessions, 64u);
	parameters.key_len = sizeof(struct path_session_key);
	/* Without it the last fiftieth of a table may find no place. */
	parameters.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE;
	parameters.hash_func = rte_jhash;
	parameters.hash_func_init_val = engine->hash_seed = (uint32_t)rng_next(&engine->rng);
	parameters.socket_id = SOCKET_ID_ANY;
	sessions->keys = rte_hash_create(&parameters);
	if (sessions->keys == NULL)
		return error_set(
			PYDP_E_NOMEM,
			"no memory for the keys of %u sessions (%s): give EAL more with -m MEGABYTES or lower max_sessions",
			engine->max_sessions, rte_strerror(rte_errno));
	sessions->hot = table_map(sizeof(*sessions->hot) * engine->max_sessions, "the sessions");
	sessions->cold = table_map(sizeof(*sessions->cold) * engine->max_sessions, "the sessions");
	sessions->extra = table_map_sparse(sizeof(*sessions->extra) * engine->max_sessions, "the sessions");
	sessions->quality = table_map_sparse(sizeof(*sessions->quality) * engine->max_sessions, "the links' quality");
	engine->timers = table_map(agenda_size(engine->max_sessions + engine->max_neighbours), "the timers");
	if (sessions->hot == NULL || sessions->cold == NULL || sessions->extra == NULL || sessions->quality == NULL ||
	    engine->timers == NULL)
		return PYDP_E_NOMEM;
	sessions->ports = engine->path_ports;
	sessions->rng = &engine->rng;
	sessions->engine = engine;
	sessions->acted = session_acted;
	sessions->settle = sessions_settle;
	sessions->heard = neighbours_heard;
	sessions->stranger = events_stranger;
	sessions->strangers.seed = engine->hash_seed;
	sessions->echo = echo_follow;
	sessions->reflector = neighbours_reflector;
	sessions->echo_key = (struct siphash_key){.k0 = rng_next(&engine->rng), .k1 = rng_next(&engine->rng)};
	engine->free_head = engine->free_tail = PATH_NONE;
	agenda_init(&engine->agenda, engine->timers, engine->max_sessions + engine->max_neighbours, 0);
	return PYDP_OK;
}

void sessions_destroy(struct pydp_engine *engine)
{
	struct path_sessions *sessions = &engine->sessions;

	rte_hash_free(sessions->keys);
	given_destroy(engine);
	table_unmap(sessions->hot, sizeof(*sessions->hot) * engine->max_sessions);
	table_unmap(sessions->cold, sizeof(*sessions->cold) * engine->max_sessions);
	table_unmap(sessions->extra, sizeof(*sessions->extra) * engine->max_sessions);
	table_unmap(sessions->quality, sizeof(*sessions->quality) * engine->max_sessions);
	table_unmap(engine->timers, agenda_size(engine->max_sessions + engine->max_neighbours));
}

uint32_t slots_take(struct pydp_engine *engine)
{
	struct path_sessions *sessions = &engine->sessions;
	uint32_t slot = engine->free_head;

	if (sessions->slots < engine->max_sessions && engine->free_count <= SLOTS_AT_REST)
		return sessions->slots++;
	if (slot == PATH_NONE)
		return PATH_NONE;
	engine->free_head = sessions->cold[slot].next_free;
	if (engine->free_head == PATH_NONE)
		engine->free_tail = PATH_NONE;
	engine->free_count--;
	return slot;
}

void slots_give(struct pydp_engine *engine, uint32_t slot)
{
	struct path_session *cold = engine->sessions.cold;

	cold[slot].next_free = PATH_NONE;
	if (engine->free_tail == PATH_NONE)
		engine->free_head = slot;
	else
		cold[engine->free_tail].next_free = slot;
	engine->free_tail = slot;
	engine->free_count++;
}
