/* SPDX-License-Identifier: Apache-2.0 */
/* The dense array of peers, and groups of them. */
#include <stdlib.h>
#include "engine/table.h"
#include "generate/peers.h"
#include "io/error.h"

int peers_create(struct pydp_generator *generator)
{
	generator->peers = table_map(generator->max_peers * sizeof(struct peer), "the peers");
	generator->cold = table_map(generator->max_peers * sizeof(struct peer_cold), "the peers' counts");
	generator->groups = table_map(GENERATE_GROUPS * sizeof(struct group), "the groups of peers");
	generator->timers = table_map(agenda_size(generator->max_peers), "the peers' timers");
	if (generator->peers == NULL || generator->cold == NULL || generator->groups == NULL || generator->timers == NULL)
		return PYDP_E_NOMEM;
	return PYDP_OK;
}

void peers_destroy(struct pydp_generator *generator)
{
	table_unmap(generator->peers, generator->max_peers * sizeof(struct peer));
	table_unmap(generator->cold, generator->max_peers * sizeof(struct peer_cold));
	table_unmap(generator->timers, agenda_size(generator->max_peers));
	table_unmap(generator->groups, GENERATE_GROUPS * sizeof(struct group));
}

static void write_template(struct pydp_generator *generator, struct group *group)
{
	const struct pydp_generate_peers *config = &group->config;
	static const uint8_t unknown[6];
	const struct frame_fields fields = {.source_mac = generator->ports[config->port].port->mac.octets,
					    .destination_mac = unknown,
					    .vlan = config->vlan,
					    .family = config->address.family,
					    .ttl = BFD_TTL,
					    .dscp = 48, /* CS6 */
					    .destination_port = BFD_UDP_PORT,
					    .payload_length = BFD_PACKET_LENGTH};
	const struct frame_shape *shape = &group->template.shape;
	const uint8_t *octets = group->template.octets;

	frame_write(&group->template, &fields);
	group->ip_sum = checksum_sum(octets + shape->network_at, IP4_LENGTH);
	/* With addresses of zero the pseudo-header's sum is that of the protocol and the length. */
	group->udp_sum = checksum_add(checksum_add(checksum_word(PROTOCOL_UDP), checksum_word(UDP_LENGTH + BFD_PACKET_LENGTH)),
				      checksum_sum(octets + shape->udp_at, UDP_LENGTH));
}

/* Sums of what is the same in all packets of a peer. */
static void sum_peer(const struct group *group, struct peer *peer, uint32_t index)
{
	uint32_t i = index - group->base;
	uint8_t family = group->config.address.family;
	uint16_t addresses = checksum_add(frame_address_sum(peer_address(group, i), family),
					  frame_address_sum(peer_target(group, i), family));

	peer->ip_sum = checksum_add(group->ip_sum, addresses);
	peer->udp_sum = checksum_add(checksum_add(group->udp_sum, addresses), checksum_word(peer_source_port(index)));
}

static int add_addresses(struct pydp_generator *generator, struct group *group)
{
	const struct pydp_generate_peers *config = &group->config;
	struct generate_target target;
	struct generate_hosts hosts;
	int result;

	memset(&hosts, 0, sizeof(hosts));
	hosts.first = group->address;
	hosts.count = config->count;
	hosts.step = config->address_step;
	hosts.port = config->port;
	hosts.vlan = config->vlan;
	hosts.vlans = config->vlans;
	hosts.family = config->address.family;
	result = hosts_add(generator, &hosts);
	if (result != PYDP_OK)
		return result;
	memset(&target, 0, sizeof(target));
	memcpy(target.address, config->target.octets, 16);
	memcpy(target.asker, config->address.octets, 16);
	target.mac = config->target_mac;
	target.port = config->port;
	target.vlan = config->vlan;
	target.family = config->target.family;
	return targets_add(generator, &target, &group->target_index);
}

static uint32_t next_discriminator(const struct pydp_generator *generator)
{
	uint64_t next = 1;

	for (uint32_t i = 0; i < generator->group_count; i++) {
		const struct pydp_generate_peers *config = &generator->groups[i].config;

		if ((uint64_t)config->discriminator + config->count > next)
			next = (uint64_t)config->discriminator + config->count;
	}
	return next <= UINT32_MAX ? (uint32_t)next : 0;
}

static int check_discriminators(const struct pydp_generator *generator, const struct pydp_generate_peers *config)
{
	uint64_t first = config->discriminator, end = first + config->count;

	if (first == 0 || end > (uint64_t)UINT32_MAX + 1)
		return error_set(PYDP_E_INVAL, "discriminators from %u on leave no room for %u peers: choose another first one",
				 config->discriminator, config->count);
	for (uint32_t i = 0; i < generator->group_count; i++) {
		const struct pydp_generate_peers *other = &generator->groups[i].config;

		if (first < (uint64_t)other->discriminator + other->count && other->discriminator < end)
			return error_set(PYDP_E_EXIST, "discriminators %llu to %llu are those of group %u in part",
					 (unsigned long long)first, (unsigned long long)end - 1, i);
	}
	return PYDP_OK;
}

int peers_add(struct pydp_generator *generator, const struct pydp_generate_peers *config, uint32_t *number)
{
	struct group *group = &generator->groups[generator->group_count];
	int result;

	if (generator->group_count == GENERATE_GROUPS)
		return error_set(PYDP_E_NOMEM, "generator %s has %u groups of peers already", generator->name, GENERATE_GROUPS);
	if (config->count > generator->max_peers - generator->peer_count)
		return error_set(PYDP_E_NOMEM, "generator %s has %u peers and room for %u: create it with a larger max_peers",
				 generator->name, generator->peer_count, generator->max_peers);
	memset(group, 0, sizeof(*group));
	group->config = *config;
	group->config.address_step += config->address_step == 0;
	group->config.vlans += config->vlans == 0;
	if (config->discriminator == 0)
		group->config.discriminator = next_discriminator(generator);
	result = check_discriminators(generator, &group->config);
	if (result != PYDP_OK)
		return result;
	group->address = frame_address_load(config->address.octets, config->address.family);
	group->target = frame_address_load(config->target.octets, config->target.family);
	group->base = generator->peer_count;
	result = add_addresses(generator, group);
	if (result != PYDP_OK)
		return result;
	write_template(generator, group);
	pattern_begin(group);
	for (uint32_t index = group->base; index < group->base + config->count; index++) {
		struct peer *peer = &generator->peers[index];

		memset(peer, 0, sizeof(*peer));
		peer->state = peer->remote_state = PYDP_BFD_DOWN;
		peer->next_tx_ns = UINT64_MAX;
		peer->group = (uint8_t)generator->group_count;
		sum_peer(group, peer, index);
		peer->remote_min_rx_us = 1; /* RFC 5880 6.8.1 */
		memset(&generator->cold[index], 0, sizeof(generator->cold[index]));
	}
	generator->peer_count += config->count;
	*number = generator->group_count++;
	return PYDP_OK;
}

uint32_t peers_by_discriminator(const struct pydp_generator *generator, uint32_t discriminator)
{
	for (uint32_t i = 0; i < generator->group_count; i++) {
		const struct group *group = &generator->groups[i];

		if (discriminator - group->config.discriminator < group->config.count)
			return group->base + (discriminator - group->config.discriminator);
	}
	return GENERATE_NONE;
}
