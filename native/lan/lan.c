/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a LAN. */
#include "lan/lan.h"
#include <stdlib.h>
#include <string.h>

static bool allocate(struct lan *lan)
{
	size_t members = lan->config.members, switches = lan->config.switches, pairs = members * members;
	size_t agenda_octets = (agenda_size((uint32_t)pairs) + 63) & ~(size_t)63;

	lan->places = calloc(members, sizeof(*lan->places));
	lan->sends = malloc(members);
	lan->hears = malloc(members);
	lan->trunks = malloc(switches * switches);
	lan->links = malloc(pairs);
	lan->sessions = calloc(pairs, sizeof(*lan->sessions));
	lan->down_ns = calloc(pairs, sizeof(*lan->down_ns));
	lan->agenda_memory = aligned_alloc(64, agenda_octets);
	return lan->places != NULL && lan->sends != NULL && lan->hears != NULL && lan->trunks != NULL && lan->links != NULL &&
	       lan->sessions != NULL && lan->down_ns != NULL && lan->agenda_memory != NULL;
}

struct lan *lan_create(const struct pydp_lan_config *config)
{
	struct lan *lan = calloc(1, sizeof(*lan));
	size_t members = config->members, switches = config->switches;

	if (lan == NULL)
		return NULL;
	lan->config = *config;
	if (!allocate(lan)) {
		lan_destroy(lan);
		return NULL;
	}
	rng_seed(&lan->rng, config->seed);
	memset(lan->sends, 1, members);
	memset(lan->hears, 1, members);
	memset(lan->trunks, 1, switches * switches);
	memset(lan->links, 1, members * members);
	agenda_init(&lan->agenda, lan->agenda_memory, (uint32_t)(members * members), 0);
	return lan;
}

void lan_destroy(struct lan *lan)
{
	free(lan->places);
	free(lan->sends);
	free(lan->hears);
	free(lan->trunks);
	free(lan->links);
	free(lan->sessions);
	free(lan->down_ns);
	lan_frames_end(&lan->frames);
	free(lan->events);
	free(lan->agenda_memory);
	free(lan);
}
