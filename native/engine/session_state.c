/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of sessions for the control plane. */
#include <string.h>
#include <pydp/status.h>
#include "engine/engine.h"
#include "engine/place.h"

/* Family 0 where the neighbour is the destination itself. */
static void copy_gateway(const struct pydp_engine *engine, const struct path_session *cold, struct pydp_address *gateway)
{
	const struct neighbour_key *through = &engine->neighbours.entries[cold->neighbour].key;

	if (memcmp(through->octets, cold->remote, sizeof(through->octets)) == 0)
		return;
	memcpy(gateway->octets, through->octets, sizeof(gateway->octets));
	gateway->family = cold->family;
}

/* While echoes go the packets say another RequiredMinRx than what is wanted. */
static void copy_echo_config(const struct path_session_extra *extra, struct pydp_session_config *config)
{
	config->required_min_rx_us = extra->echo.session_min_rx_us;
	config->required_min_echo_rx_us = extra->echo.required_min_rx_us;
	config->desired_min_echo_tx_us = extra->echo.desired_min_tx_us;
	if (memcmp(extra->echo_source, config->source.octets, 16) == 0)
		return;
	memcpy(config->echo_source.octets, extra->echo_source, 16);
	config->echo_source.family = config->source.family;
}

static void copy_echo(const struct bfd_echo *echo, struct pydp_session_state *state)
{
	state->remote_required_min_echo_rx_us = echo->remote_required_min_rx_us;
	state->echo_tx_interval_us = echo->interval_us;
	state->echo_rtt_ns = echo->rtt_ns;
	state->echo_tx_packets = echo->tx_packets;
	state->echo_rx_packets = echo->rx_packets;
	state->echo_reflected_packets = echo->reflected_packets;
}

static void copy_config(const struct pydp_engine *engine, uint32_t slot, struct pydp_session_config *config)
{
	const struct path_session *cold = &engine->sessions.cold[slot];
	const struct bfd_session *hot = &engine->sessions.hot[slot];

	memcpy(config->source.octets, cold->local, 16);
	memcpy(config->destination.octets, cold->remote, 16);
	config->source.family = config->destination.family = cold->family;
	config->port = cold->port;
	config->vlan = cold->vlan;
	config->local_multiplier = hot->multiplier;
	config->role = cold->flags & PATH_SESSION_PASSIVE ? PYDP_ROLE_PASSIVE : PYDP_ROLE_ACTIVE;
	config->admin_down = (cold->flags & PATH_SESSION_ADMIN_DOWN) != 0;
	config->path_down = (cold->flags & PATH_SESSION_PATH_DOWN) != 0;
	config->guards_nothing = (cold->flags & PATH_SESSION_GUARDS_NOTHING) != 0;
	config->demand = (hot->features & BFD_FEATURE_DEMAND) != 0;
	config->demand_poll_us = config->demand ? engine->sessions.extra[slot].demand_poll_us : 0;
	if (hot->features & (BFD_FEATURE_CONCATENATED | BFD_FEATURE_REVERSE))
		config->concatenated_path = hot->features & BFD_FEATURE_CONCATENATED ? PYDP_DIAG_CONCATENATED_PATH_DOWN
										     : PYDP_DIAG_REVERSE_CONCATENATED_PATH_DOWN;
	config->path_type = place_path_type((enum bfd_kind)cold->kind);
	config->tx_ttl = cold->tx_ttl;
	config->remote_discriminator = cold->kind == BFD_KIND_SBFD_REPLY ? hot->remote_discriminator : 0;
	config->rx_ttl = cold->rx_ttl;
	copy_gateway(engine, cold, &config->gateway);
	config->desired_min_tx_us = hot->desired_min_tx_us;
	config->required_min_rx_us = hot->required_min_rx_us;
	if (hot->features & BFD_FEATURE_AUTHENTICATION) {
		config->key_chain = engine->sessions.extra[slot].auth.chain;
		config->meticulous = engine->sessions.extra[slot].auth.meticulous;
	}
	config->link_quality = (hot->features & BFD_FEATURE_QUALITY) != 0;
	if (hot->features & BFD_FEATURE_ECHO)
		copy_echo_config(&engine->sessions.extra[slot], config);
}

static void copy_protocol(const struct bfd_session *hot, struct pydp_session_state *state)
{
	state->local_discriminator = hot->local_discriminator;
	state->remote_discriminator = hot->remote_discriminator;
	state->local_state = hot->state;
	state->remote_state = hot->remote_state;
	state->local_diagnostic = bfd_session_diagnostic(hot);
	state->remote_diagnostic = hot->remote_diagnostic;
	state->remote_multiplier = hot->remote_multiplier;
	state->nexthop_state = hot->nexthop;
	state->polling = bfd_session_polling(hot);
	state->removing = (hot->flags & BFD_SESSION_REMOVING) != 0;
	state->held = (hot->flags & BFD_SESSION_HELD) != 0;
	state->demanding = bfd_session_demanding(hot);
	state->remote_demand = (hot->flags & BFD_SESSION_REMOTE_DEMAND) != 0;
	state->was_up = (hot->flags & BFD_SESSION_WAS_UP) != 0;
	state->remote_desired_min_tx_us = hot->remote_desired_min_tx_us;
	state->remote_required_min_rx_us = hot->remote_required_min_rx_us;
	state->negotiated_tx_us = bfd_session_negotiated_tx_us(hot);
	state->negotiated_rx_us = bfd_session_negotiated_rx_us(hot);
	state->detection_time_us = bfd_session_detection_us(hot);
	state->last_rx_ns = hot->last_rx_ns;
	state->rx_packets = hot->rx_packets;
	state->tx_packets = hot->tx_packets;
}

static void copy_authentication(const struct pydp_engine *engine, uint32_t slot, struct pydp_session_state *state)
{
	const struct bfd_session *hot = &engine->sessions.hot[slot];
	const struct bfd_auth_state *auth = &engine->sessions.extra[slot].auth;
	const struct bfd_key *key;

	if (!(hot->features & BFD_FEATURE_AUTHENTICATION))
		return;
	key = bfd_auth_key(auth, &engine->key_chains.chains[auth->chain]);
	state->auth_type = bfd_auth_type_of(key, auth->meticulous);
	state->auth_key_id = key->id;
	state->auth_seq_known = auth->sequence_known;
	state->remote_authenticated = (hot->flags & BFD_SESSION_HEARD) != 0;
	state->xmit_auth_seq = auth->xmit_sequence;
	state->receive_auth_seq = auth->receive_sequence;
}

static void copy_counts(const struct path_session *cold, struct pydp_session_state *state)
{
	state->create_ns = cold->create_ns;
	state->last_up_ns = cold->last_up_ns;
	state->last_down_ns = cold->last_down_ns;
	state->rx_invalid = cold->rx_invalid;
	state->tx_failed = cold->tx_failed;
	state->up_count = cold->up_count;
	state->down_count = cold->down_count;
	state->admin_down_count = cold->admin_down_count;
	state->poll_count = cold->poll_count;
	state->stall_count = cold->stall_count;
	state->poll_gap_us = cold->poll_gap_us;
}

int sessions_read(struct pydp_engine *engine, uint32_t id, struct pydp_session_state *state)
{
	uint32_t slot = sessions_find(engine, id);
	const struct path_session *cold = &engine->sessions.cold[slot];

	if (slot == PATH_NONE)
		return PYDP_E_NOENT;
	memset(state, 0, sizeof(*state));
	copy_config(engine, slot, &state->config);
	state->id = id;
	state->source_port = cold->source_port;
	state->dest_port = bfd_kind_port((enum bfd_kind)cold->kind);
	state->neighbour_state = engine->neighbours.entries[cold->neighbour].state;
	copy_protocol(&engine->sessions.hot[slot], state);
	copy_authentication(engine, slot, state);
	copy_counts(cold, state);
	if (engine->sessions.hot[slot].features & BFD_FEATURE_ECHO)
		copy_echo(&engine->sessions.extra[slot].echo, state);
	return PYDP_OK;
}

int sessions_refused(struct pydp_engine *engine, uint32_t id, uint32_t *refused)
{
	uint32_t slot = sessions_find(engine, id);

	if (slot == PATH_NONE)
		return PYDP_E_NOENT;
	memset(refused, 0, PYDP_CNT_COUNT * sizeof(*refused));
	for (int fault = BFD_ACCEPTED + 1; fault < BFD_FAULTS; fault++) {
		enum pydp_counter counter = counter_of_fault((enum bfd_fault)fault);

		if (counter < PYDP_CNT_COUNT)
			refused[counter] += engine->sessions.extra[slot].refused[fault];
	}
	return PYDP_OK;
}

uint32_t sessions_slot_after(uint32_t id)
{
	return id == 0 ? 0 : (id >> ID_GENERATION_BITS) + 1;
}

uint32_t sessions_list(struct pydp_engine *engine, uint32_t slot, uint32_t *ids, uint32_t capacity, uint32_t *next)
{
	/* A turn must not become long for the sake of a list. */
	uint64_t stop = RTE_MIN((uint64_t)slot + 8192, (uint64_t)engine->sessions.slots);
	uint32_t count = 0;

	for (; slot < stop && count < capacity; slot++) {
		const struct path_session *cold = &engine->sessions.cold[slot];

		if (cold->id != 0 && !(cold->flags & PATH_SESSION_GONE))
			ids[count++] = cold->id;
	}
	*next = slot < engine->sessions.slots ? slot : PATH_NONE;
	return count;
}
