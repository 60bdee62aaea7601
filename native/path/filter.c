/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the filter; it is written anew whenever an address comes or goes. */
#include "path/filter.h"

static void add(struct path_filter *filter, uint32_t hash)
{
	uint32_t *place = &filter->places[hash >> PATH_FILTER_PLACE_SHIFT];

	*place = *place == 0 || *place == path_filter_mark(hash) ? path_filter_mark(hash) : PATH_FILTER_SHARED;
}

static void add_local(struct path_filter *filter, const struct path_local *local)
{
	uint8_t broadcast[4];

	if (local->family == 6) {
		add(filter, path_filter_hash6(local->octets));
		return;
	}
	add(filter, path_filter_hash4(local->octets));
	if (path_local_broadcast(local, broadcast))
		add(filter, path_filter_hash4(broadcast));
}

void path_filter_fill(struct path_filter *filter, struct path_port *const *ports, uint32_t count)
{
	memset(filter, 0, sizeof(*filter));
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < ports[i]->local_count; j++)
			add_local(filter, &ports[i]->locals[j]);
}
