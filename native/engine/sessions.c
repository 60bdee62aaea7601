/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sessions: slots, ids, discriminators and the address keys. What a session does is core's. */
#include <stdio.h>
#include <string.h>
#include <rte_errno.h>
#include <rte_jhash.h>
#include "core/discriminator.h"
#include "engine/engine.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

/* So many slots rest before one is used again, so that late packets and stale ids find nothing. */
enum { SLOTS_AT_REST = 64 };

int sessions_create(struct pydp_engine *engine)
{
	struct path_sessions *sessions = &engine->sessions;
	struct rte_hash_parameters parameters = {0};
	char name[RTE_HASH_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-keys-%u", eal_unique());
	parameters.name = name;
	parameters.entries = RTE_MAX(engine->max_sessions, 64u);
	parameters.key_len = sizeof(struct path_session_key);
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
	engine->wheel_nodes = table_map(sizeof(*engine->wheel_nodes) * (engine->max_sessions + engine->max_neighbours),
					"the timers");
	if (sessions->hot == NULL || sessions->cold == NULL || sessions->extra == NULL || engine->wheel_nodes == NULL)
		return PYDP_E_NOMEM;
	sessions->ports = engine->path_ports;
	sessions->rng = &engine->rng;
	sessions->engine = engine;
	sessions->acted = session_acted;
	sessions->heard = neighbours_heard;
	engine->free_head = engine->free_tail = PATH_NONE;
	wheel_init(&engine->wheel, engine->wheel_nodes, engine->max_sessions + engine->max_neighbours, 0);
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
	table_unmap(engine->wheel_nodes, sizeof(*engine->wheel_nodes) * (engine->max_sessions + engine->max_neighbours));
}

static uint32_t take_slot(struct pydp_engine *engine)
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

static void give_slot(struct pydp_engine *engine, uint32_t slot)
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

static struct path_session_key key_of(uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *local, const uint8_t *remote)
{
	struct path_session_key key = {.port = port, .vlan = vlan, .family = family, .kind = BFD_KIND_SINGLE_HOP};
	size_t octets = family == 4 ? 4 : 16;

	memcpy(key.local, local, octets);
	memcpy(key.remote, remote, octets);
	return key;
}

/* Where the wanted session belongs. */
struct place {
	struct path_session_key key;
	struct path_local *local;
};

static int locate(struct pydp_engine *engine, const struct pydp_session_config *config, struct place *place)
{
	struct path_port *port;

	if (config->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", config->port, engine->port_count);
	port = engine->path_ports[config->port];
	place->local = path_local_find(port, config->vlan, config->source.family, config->source.octets);
	if (place->local == NULL)
		return error_set(
			PYDP_E_INVAL,
			"the session's source is no address of port %u, VLAN %u: add it with pydp_engine_address_add first",
			config->port, config->vlan);
	if (path_local_find(port, config->vlan, config->source.family, config->destination.octets) != NULL)
		return error_set(PYDP_E_INVAL, "the session's destination is an address of our own");
	place->key = key_of(config->port, config->vlan, config->source.family, config->source.octets,
			    config->destination.octets);
	return PYDP_OK;
}

static void leave(struct pydp_engine *engine, uint32_t slot)
{
	neighbours_leave(engine, slot);
	engine->sessions.cold[slot].id = 0;
	give_slot(engine, slot);
}

/* What is found by its addresses: a slot with a neighbour and a key, or nothing at all. */
static int enter(struct pydp_engine *engine, const struct pydp_session_config *config, const struct place *place,
		 uint16_t source_port, uint32_t *entered)
{
	struct path_sessions *sessions = &engine->sessions;
	uint32_t slot = take_slot(engine);
	int result;

	if (slot == PATH_NONE)
		return error_set(PYDP_E_NOMEM, "the table of %u sessions is full: create the engine with a larger max_sessions",
				 engine->max_sessions);
	session_describe(engine, slot, config, source_port);
	result = neighbours_join(engine, slot, engine->now_ns);
	if (result != PYDP_OK) {
		sessions->cold[slot].id = 0;
		give_slot(engine, slot);
		return result;
	}
	if (rte_hash_add_key_data(sessions->keys, &place->key, (void *)(uintptr_t)slot) != 0) {
		leave(engine, slot);
		return error_set(PYDP_E_NOMEM,
				 "the table of session addresses is full: create the engine with a larger max_sessions");
	}
	*entered = slot;
	return PYDP_OK;
}

static void begin(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config,
		  const struct place *place, uint32_t discriminator)
{
	struct bfd_session_config timers = session_timers(config);
	struct bfd_session *hot = &engine->sessions.hot[slot];

	bfd_session_init(hot, &timers, discriminator, engine->now_ns);
	path_session_mark(hot, BFD_KIND_SINGLE_HOP, (uint8_t)config->port, config->vlan, config->source.family,
			  config->destination.octets);
	session_arm(engine, slot);
	place->local->sessions++;
	engine->session_count++;
}

static int make(struct pydp_engine *engine, const struct pydp_session_config *config, const struct place *place, uint32_t *id)
{
	const struct path_session *cold;
	uint32_t slot, previous;
	int result = enter(engine, config, place, 0, &slot);

	if (result != PYDP_OK)
		return result;
	cold = &engine->sessions.cold[slot];
	previous = (uint32_t)cold->last_discriminator << DISCRIMINATOR_SLOT_BITS;
	begin(engine, slot, config, place, given_avoid(engine, slot, previous));
	*id = cold->id;
	return PYDP_OK;
}

static void change(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config)
{
	struct bfd_session_config timers = session_timers(config);
	struct bfd_actions actions;

	session_note(engine, slot, config);
	bfd_session_configure(&engine->sessions.hot[slot], &timers, engine->now_ns, &engine->rng, &actions);
	session_acted(engine, slot, &actions, engine->now_ns);
	session_arm(engine, slot);
}

int sessions_upsert(struct pydp_engine *engine, const struct pydp_session_config *config, uint32_t *id)
{
	struct place place;
	void *found;
	int result = locate(engine, config, &place);

	if (result != PYDP_OK)
		return result;
	if (rte_hash_lookup_data(engine->sessions.keys, &place.key, &found) < 0)
		return make(engine, config, &place, id);
	change(engine, (uint32_t)(uintptr_t)found, config);
	*id = engine->sessions.cold[(uint32_t)(uintptr_t)found].id;
	return PYDP_OK;
}

/* An AdminDown that is wanted is told to the peer of the running session, so it comes last. */
int sessions_adopt(struct pydp_engine *engine, const struct pydp_session_config *config,
		   const struct pydp_session_takeover *takeover, uint32_t *id)
{
	struct pydp_session_config running = *config;
	struct bfd_takeover left = {.remote_discriminator = takeover->remote_discriminator,
				    .remote_desired_min_tx_us = takeover->remote_desired_min_tx_us,
				    .remote_required_min_rx_us = takeover->remote_required_min_rx_us,
				    .state = takeover->local_state,
				    .diagnostic = takeover->local_diagnostic,
				    .remote_state = takeover->remote_state,
				    .remote_multiplier = takeover->remote_multiplier};
	struct bfd_actions actions;
	struct place place;
	uint32_t slot;
	int result = locate(engine, config, &place);

	if (result != PYDP_OK)
		return result;
	if (engine->now_ns == 0)
		return error_set(PYDP_E_STATE,
				 "the engine knows no time yet: start it, or step it once, before it takes a session over");
	if (rte_hash_lookup(engine->sessions.keys, &place.key) >= 0)
		return error_set(PYDP_E_EXIST, "the session is there already: remove it first, or change it with an upsert");
	running.admin_down = running.path_down = 0;
	result = enter(engine, &running, &place, takeover->source_port, &slot);
	if (result != PYDP_OK)
		return result;
	result = given_take(engine, takeover->local_discriminator, slot);
	if (result != PYDP_OK) {
		rte_hash_del_key(engine->sessions.keys, &place.key);
		leave(engine, slot);
		return result;
	}
	begin(engine, slot, &running, &place, takeover->local_discriminator);
	bfd_session_adopt(&engine->sessions.hot[slot], &left, engine->now_ns, &actions);
	session_acted(engine, slot, &actions, engine->now_ns);
	if (session_disabled(config))
		change(engine, slot, config);
	*id = engine->sessions.cold[slot].id;
	return PYDP_OK;
}

uint32_t sessions_find(struct pydp_engine *engine, uint32_t id)
{
	uint32_t slot = id >> ID_GENERATION_BITS;
	const struct path_session *cold = &engine->sessions.cold[slot];

	if (id == 0 || slot >= engine->sessions.slots || cold->id != id || (cold->flags & PATH_SESSION_GONE)) {
		error_set(PYDP_E_NOENT, "there is no session with id %u", id);
		return PATH_NONE;
	}
	return slot;
}

int sessions_remove(struct pydp_engine *engine, uint32_t id, bool at_once)
{
	uint32_t slot = sessions_find(engine, id);
	struct bfd_actions actions;

	if (slot == PATH_NONE)
		return PYDP_E_NOENT;
	if (at_once) {
		session_end(engine, slot, engine->now_ns);
		return PYDP_OK;
	}
	bfd_session_remove(&engine->sessions.hot[slot], engine->now_ns, &engine->rng, &actions);
	session_arm(engine, slot);
	session_acted(engine, slot, &actions, engine->now_ns);
	return PYDP_OK;
}

int sessions_do(struct pydp_engine *engine, uint32_t id, enum command_kind what, bool value)
{
	uint32_t slot = sessions_find(engine, id);
	struct bfd_session *hot = &engine->sessions.hot[slot];
	struct bfd_actions actions;

	if (slot == PATH_NONE)
		return PYDP_E_NOENT;
	if (what == COMMAND_SESSION_POLL)
		bfd_session_poll(hot, engine->now_ns, &actions);
	else if (what == COMMAND_SESSION_RESET)
		bfd_session_forwarding_reset(hot, engine->now_ns, &engine->rng, &actions);
	else if (what == COMMAND_NEXTHOP_HOLD)
		bfd_session_hold(hot, value, &actions);
	else
		bfd_session_clear(hot, &actions);
	session_acted(engine, slot, &actions, engine->now_ns);
	return PYDP_OK;
}

void sessions_release(struct pydp_engine *engine, uint32_t slot)
{
	engine->sessions.cold[slot].id = 0;
	engine->sessions.cold[slot].flags = 0;
	give_slot(engine, slot);
}

static void forget_discriminator(struct pydp_engine *engine, uint32_t slot)
{
	uint32_t discriminator = engine->sessions.hot[slot].local_discriminator;

	given_release(engine, discriminator);
	/* One that was given, and is no number of this slot's, does not keep the slot's next session from any. */
	if (discriminator_slot(discriminator) == slot)
		engine->sessions.cold[slot].last_discriminator = (uint16_t)(discriminator >> DISCRIMINATOR_SLOT_BITS);
	engine->sessions.hot[slot].local_discriminator = 0;
}

/* The end of a session: nothing finds it any more, and its slot is free once the event is on the ring. */
void session_end(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns)
{
	struct path_sessions *sessions = &engine->sessions;
	struct path_session *cold = &sessions->cold[slot];
	struct path_session_key key = key_of(cold->port, cold->vlan, cold->family, cold->local, cold->remote);
	struct path_local *local = path_local_find(engine->path_ports[cold->port], cold->vlan, cold->family, cold->local);
	struct pydp_event gone = {.type = PYDP_EVENT_REMOVED,
				  .time_ns = now_ns,
				  .old_state = sessions->hot[slot].state,
				  .old_nexthop_state = sessions->hot[slot].nexthop,
				  .last_rx_ns = sessions->hot[slot].last_rx_ns};

	rte_hash_del_key(sessions->keys, &key);
	wheel_cancel(&engine->wheel, slot);
	if (local != NULL)
		local->sessions--;
	engine->session_count--;
	cold->flags |= PATH_SESSION_GONE;
	events_tell(engine, slot, &gone);
	forget_discriminator(engine, slot);
	neighbours_leave(engine, slot);
}
