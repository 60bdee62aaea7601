/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sessions: ids, discriminators and the address keys. What a session does is core's. */
#include <string.h>
#include "core/discriminator.h"
#include "engine/engine.h"
#include "engine/place.h"
#include "engine/slots.h"
#include "io/error.h"

static void leave(struct pydp_engine *engine, uint32_t slot)
{
	neighbours_leave(engine, slot);
	engine->sessions.cold[slot].id = 0;
	slots_give(engine, slot);
}

/* What is found by its addresses: a slot with a neighbour and a key, or nothing at all. */
static int enter(struct pydp_engine *engine, const struct pydp_session_config *config, const struct place *place,
		 uint16_t source_port, uint32_t *entered)
{
	struct path_sessions *sessions = &engine->sessions;
	uint32_t slot = slots_take(engine);
	int result;

	if (slot == PATH_NONE)
		return error_set(PYDP_E_NOMEM, "the table of %u sessions is full: create the engine with a larger max_sessions",
				 engine->max_sessions);
	session_describe(engine, slot, config, source_port);
	result = neighbours_join(engine, slot, place->neighbour, engine->now_ns);
	if (result != PYDP_OK) {
		sessions->cold[slot].id = 0;
		slots_give(engine, slot);
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
	key_chains_use(engine, slot, config->key_chain, config->meticulous);
	path_session_mark(hot, place_kind(config->path_type), (uint8_t)config->port, config->vlan, config->source.family,
			  config->destination.octets);
	quality_switch(engine, slot, 0, timers.features);
	if (hot->features & BFD_FEATURE_ECHO)
		echo_begin(engine, slot, config);
	else if (engine->sessions.cold[slot].kind == BFD_KIND_ECHO)
		echo_listen(engine, slot, true);
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

/* What is not in its key may become another: where a multihop session sends from and through. */
static int move(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config, const struct place *place)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	uint8_t port = cold->port;
	uint16_t vlan = cold->vlan;
	struct path_local *from = path_local_find(engine->path_ports[port], vlan, cold->family, cold->local);
	int result;

	cold->port = (uint8_t)config->port;
	cold->vlan = config->vlan;
	result = neighbours_move(engine, slot, place->neighbour, engine->now_ns);
	if (result != PYDP_OK) {
		cold->port = port;
		cold->vlan = vlan;
		return result;
	}
	if (from != NULL)
		from->sessions--;
	place->local->sessions++;
	return PYDP_OK;
}

/* A member link's session is found by its port alone, so that its key does not tell other addresses apart. */
static bool has_other_addresses(const struct path_session *cold, const struct pydp_session_config *config)
{
	return cold->kind == BFD_KIND_MICRO && (memcmp(cold->local, config->source.octets, 16) != 0 ||
						memcmp(cold->remote, config->destination.octets, 16) != 0);
}

/* What it says of its neighbour may count from now on, or no more. */
static void note(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config)
{
	uint8_t said = engine->sessions.hot[slot].nexthop;
	bool counted = !(engine->sessions.cold[slot].flags & PATH_SESSION_GUARDS_NOTHING);

	if (counted && config->guards_nothing)
		adjacency_follow(engine, slot, said, PYDP_NEXTHOP_UNKNOWN);
	session_note(engine, slot, config);
	if (!counted && !config->guards_nothing)
		adjacency_follow(engine, slot, PYDP_NEXTHOP_UNKNOWN, said);
}

static int change(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config,
		  const struct place *place)
{
	struct bfd_session_config timers = session_timers(config);
	struct bfd_actions actions;
	int result;

	if (has_other_addresses(&engine->sessions.cold[slot], config))
		return error_set(PYDP_E_EXIST, "port %u has a micro-BFD session between other addresses: remove that one first",
				 config->port);
	result = move(engine, slot, config, place);

	if (result != PYDP_OK)
		return result;
	note(engine, slot, config);
	echo_change(engine, slot, config, &timers);
	quality_switch(engine, slot, engine->sessions.hot[slot].features, timers.features);
	key_chains_use(engine, slot, config->key_chain, config->meticulous);
	bfd_session_configure(&engine->sessions.hot[slot], &timers, engine->now_ns, &engine->rng, &actions);
	session_acted(engine, slot, &actions, engine->now_ns);
	session_arm(engine, slot);
	return PYDP_OK;
}

int sessions_upsert(struct pydp_engine *engine, const struct pydp_session_config *config, uint32_t *id)
{
	struct place place;
	void *found;
	int result = place_find(engine, config, &place);

	if (result == PYDP_OK)
		result = key_chains_check(engine, config->key_chain);
	if (result != PYDP_OK)
		return result;
	if (rte_hash_lookup_data(engine->sessions.keys, &place.key, &found) < 0)
		return make(engine, config, &place, id);
	*id = engine->sessions.cold[(uint32_t)(uintptr_t)found].id;
	return change(engine, (uint32_t)(uintptr_t)found, config, &place);
}

static void adopt_sequences(struct bfd_auth_state *auth, const struct pydp_session_takeover *takeover)
{
	if (takeover->xmit_auth_seq_given)
		auth->xmit_sequence = takeover->xmit_auth_seq;
	auth->sequence_known = takeover->auth_seq_known != 0;
	auth->receive_sequence = takeover->receive_auth_seq;
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
	int result = place_find(engine, config, &place);

	if (result == PYDP_OK)
		result = key_chains_check(engine, config->key_chain);
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
	if (config->key_chain != 0)
		adopt_sequences(&engine->sessions.extra[slot].auth, takeover);
	bfd_session_adopt(&engine->sessions.hot[slot], &left, engine->now_ns, &actions);
	session_acted(engine, slot, &actions, engine->now_ns);
	*id = engine->sessions.cold[slot].id;
	return session_disabled(config) ? change(engine, slot, config, &place) : PYDP_OK;
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
	slots_give(engine, slot);
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
	struct path_session_key key;
	struct path_local *local = path_local_find(engine->path_ports[cold->port], cold->vlan, cold->family, cold->local);
	struct pydp_event gone = {.type = PYDP_EVENT_REMOVED,
				  .time_ns = now_ns,
				  .old_state = sessions->hot[slot].state,
				  .old_nexthop_state = sessions->hot[slot].nexthop,
				  .last_rx_ns = sessions->hot[slot].last_rx_ns};

	if (sessions->hot[slot].features & BFD_FEATURE_ECHO)
		echo_end(engine, slot);
	else if (cold->kind == BFD_KIND_ECHO)
		echo_listen(engine, slot, false);
	place_key(engine, slot, &key);
	rte_hash_del_key(sessions->keys, &key);
	agenda_cancel(&engine->agenda, slot);
	if (local != NULL)
		local->sessions--;
	engine->session_count--;
	adjacency_follow(engine, slot, sessions->hot[slot].nexthop, PYDP_NEXTHOP_UNKNOWN);
	neighbours_leave(engine, slot);
	key_chains_forget(engine, slot);
	cold->flags |= PATH_SESSION_GONE;
	cold->discriminator = sessions->hot[slot].local_discriminator;
	/* The slot may be free behind this. */
	events_tell(engine, slot, &gone);
	forget_discriminator(engine, slot);
}
