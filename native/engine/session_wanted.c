/* SPDX-License-Identifier: Apache-2.0 */
/* What a wanted session becomes in the tables: its timers and features for core, its addresses and marks for the path. */
#include <string.h>
#include "engine/engine.h"
#include "engine/place.h"

enum {
	SOURCE_PORT_FIRST = 49152, /* RFC 5881 section 4 */
	SOURCE_PORTS = 16384
};

static uint8_t features_of(const struct pydp_session_config *config)
{
	uint8_t features = echo_is_wanted(config) ? BFD_FEATURE_ECHO : 0;

	if (config->link_quality)
		features |= BFD_FEATURE_QUALITY;
	if (config->key_chain != 0)
		features |= BFD_FEATURE_AUTHENTICATION;
	if (config->demand)
		features |= BFD_FEATURE_DEMAND;
	if (config->concatenated_path == PYDP_DIAG_CONCATENATED_PATH_DOWN)
		features |= BFD_FEATURE_CONCATENATED;
	if (config->concatenated_path == PYDP_DIAG_REVERSE_CONCATENATED_PATH_DOWN)
		features |= BFD_FEATURE_REVERSE;
	if (config->path_type == PYDP_PATH_S_BFD)
		features |= BFD_FEATURE_INITIATOR;
	return features;
}

/* S-BFD has none; unaffiliated echo speaks to itself. */
static uint32_t required_min_rx(const struct pydp_session_config *config)
{
	if (config->path_type == PYDP_PATH_S_BFD)
		return 0;
	return config->path_type == PYDP_PATH_UNAFFILIATED_ECHO ? config->desired_min_tx_us : config->required_min_rx_us;
}

struct bfd_session_config session_timers(const struct pydp_session_config *config)
{
	return (struct bfd_session_config){.desired_min_tx_us = config->desired_min_tx_us,
					   .required_min_rx_us = required_min_rx(config),
					   .multiplier = config->local_multiplier,
					   .role = config->role,
					   .admin_down = config->path_down    ? PYDP_DIAG_PATH_DOWN
							 : config->admin_down ? PYDP_DIAG_ADMIN_DOWN
									      : 0,
					   .features = features_of(config),
					   .remote_discriminator = config->remote_discriminator};
}

bool session_disabled(const struct pydp_session_config *config)
{
	return config->admin_down || config->path_down;
}

static void note_flags(struct path_session *cold, const struct pydp_session_config *config)
{
	cold->flags &= (uint8_t)~(PATH_SESSION_ADMIN_DOWN | PATH_SESSION_PATH_DOWN | PATH_SESSION_PASSIVE |
				  PATH_SESSION_GUARDS_NOTHING);
	if (config->admin_down)
		cold->flags |= PATH_SESSION_ADMIN_DOWN;
	if (config->path_down)
		cold->flags |= PATH_SESSION_PATH_DOWN;
	if (config->role == PYDP_ROLE_PASSIVE)
		cold->flags |= PATH_SESSION_PASSIVE;
	if (config->guards_nothing)
		cold->flags |= PATH_SESSION_GUARDS_NOTHING;
}

static void note_ttls(struct path_session *cold, const struct pydp_session_config *config)
{
	cold->tx_ttl = config->tx_ttl ? config->tx_ttl : BFD_TTL;
	cold->rx_ttl = config->rx_ttl;
}

/* Reading a page that was never touched costs none. */
static void forget(struct path_session_extra *extra)
{
	if (extra->demand_poll_ns != 0)
		extra->demand_poll_ns = 0;
	if (extra->micro.known || extra->micro.to_group)
		extra->micro = (struct path_micro){0};
	for (uint32_t fault = 0; fault < BFD_FAULTS; fault++)
		if (extra->refused[fault] != 0)
			extra->refused[fault] = 0;
}

/* When the next Poll of Demand mode is due follows from what the session does; see session_acts.c. */
static void note_demand(struct path_session_extra *extra, const struct pydp_session_config *config)
{
	if (!config->demand && extra->demand_poll_ns != 0)
		extra->demand_poll_ns = 0;
	if (!config->demand || extra->demand_poll_us == config->demand_poll_us)
		return;
	extra->demand_poll_us = config->demand_poll_us;
	extra->demand_poll_ns = 0;
}

void session_note(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config)
{
	note_flags(&engine->sessions.cold[slot], config);
	note_demand(&engine->sessions.extra[slot], config);
	note_ttls(&engine->sessions.cold[slot], config);
	path_bfd_prepare(&engine->sessions.cold[slot]);
}

void session_describe(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config, uint16_t source_port)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	uint16_t generation = (uint16_t)(cold->generation % ((1u << ID_GENERATION_BITS) - 1) + 1);
	uint16_t last_discriminator = cold->last_discriminator;

	memset(cold, 0, sizeof(*cold));
	memcpy(cold->local, config->source.octets, 16);
	memcpy(cold->remote, config->destination.octets, 16);
	cold->family = config->source.family;
	cold->port = (uint8_t)config->port;
	cold->vlan = config->vlan;
	cold->kind = (uint8_t)place_kind(config->path_type);
	cold->source_port = source_port ? source_port : (uint16_t)(SOURCE_PORT_FIRST + slot % SOURCE_PORTS);
	cold->generation = generation;
	cold->last_discriminator = last_discriminator;
	cold->id = slot << ID_GENERATION_BITS | generation;
	forget(&engine->sessions.extra[slot]);
	cold->create_ns = engine->now_ns;
	cold->told_state = session_disabled(config) ? PYDP_BFD_ADMIN_DOWN : PYDP_BFD_DOWN;
	cold->admin_down_count = session_disabled(config);
	session_note(engine, slot, config);
}
