/* SPDX-License-Identifier: Apache-2.0 */
/* The place of a session, from its configuration and the engine's addresses. */
#include "engine/place.h"
#include <string.h>
#include "io/error.h"

static const uint8_t kinds[] = {
	[PYDP_PATH_IP_SH] = BFD_KIND_SINGLE_HOP,       [PYDP_PATH_IP_MH] = BFD_KIND_MULTIHOP,
	[PYDP_PATH_S_BFD] = BFD_KIND_SBFD_REPLY,       [PYDP_PATH_LAG] = BFD_KIND_MICRO,
	[PYDP_PATH_UNAFFILIATED_ECHO] = BFD_KIND_ECHO,
};

enum bfd_kind place_kind(uint8_t path_type)
{
	return path_type < sizeof(kinds) ? (enum bfd_kind)kinds[path_type] : BFD_KIND_OTHER;
}

uint8_t place_path_type(enum bfd_kind heard)
{
	for (uint8_t type = 0; type < sizeof(kinds); type++)
		if (kinds[type] == heard)
			return type;
	return PYDP_PATH_IP_SH;
}

/* Every link has fe80::/10 (RFC 4291 2.5.6). */
static bool is_on_link(const struct path_port *port, uint16_t vlan, const struct pydp_address *address)
{
	for (uint32_t i = 0; i < port->local_count; i++) {
		const struct path_local *local = &port->locals[i];

		if (local->vlan != vlan || local->family != address->family)
			continue;
		if (path_prefix_holds(local->octets, local->prefix_length, address->octets) ||
		    (local->family == 6 && address->octets[0] == 0xfe && (address->octets[1] & 0xc0) == 0x80))
			return true;
	}
	return false;
}

/* What has no way through a FIB goes through a neighbour that is named, or is one itself. */
static int find_neighbour(const struct path_port *port, const struct pydp_session_config *config, struct place *place)
{
	const struct pydp_address *through = config->gateway.family ? &config->gateway : &config->destination;

	place->neighbour = through->octets;
	if (!bfd_kind_routed(place_kind(config->path_type)) || is_on_link(port, config->vlan, through))
		return PYDP_OK;
	if (through == &config->gateway)
		return error_set(PYDP_E_INVAL, "the session's gateway is in no prefix of port %u, VLAN %u: give a neighbour",
				 config->port, config->vlan);
	return error_set(PYDP_E_INVAL,
			 "the session's destination is in no prefix of port %u, VLAN %u: give the gateway that it is behind",
			 config->port, config->vlan);
}

static bool is_ours(const struct path_port *port, const struct pydp_session_config *config)
{
	const struct pydp_address *destination = &config->destination;

	if (bfd_kind_routed(place_kind(config->path_type)))
		return path_local_find_anywhere(port, destination->family, destination->octets) != NULL;
	return path_local_find((struct path_port *)port, config->vlan, destination->family, destination->octets) != NULL;
}

int place_find(struct pydp_engine *engine, const struct pydp_session_config *config, struct place *place)
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
	if (is_ours(port, config))
		return error_set(PYDP_E_INVAL, "the session's destination is an address of our own");
	path_session_key(&place->key, place_kind(config->path_type), config->port, config->vlan, config->source.family,
			 config->source.octets, config->destination.octets);
	if (config->path_type == PYDP_PATH_S_BFD)
		place->key.port = config->remote_discriminator;
	return find_neighbour(port, config, place);
}

void place_key(const struct pydp_engine *engine, uint32_t slot, struct path_session_key *key)
{
	const struct path_session *cold = &engine->sessions.cold[slot];

	path_session_key(key, (enum bfd_kind)cold->kind, cold->port, cold->vlan, cold->family, cold->local, cold->remote);
	if (cold->kind == BFD_KIND_SBFD_REPLY)
		key->port = engine->sessions.hot[slot].remote_discriminator;
}
