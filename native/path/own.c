/* SPDX-License-Identifier: Apache-2.0 */
#include "path/own.h"

uint32_t path_own_places(struct path_port *const *ports, uint32_t count, uint32_t more)
{
	for (uint32_t i = 0; i < count; i++)
		more += ports[i]->local_count;
	return 2 * more;
}

static void add(struct path_own *own, const struct path_port *port, const struct path_local *local, const uint8_t *octets)
{
	struct path_own_address *address = &own->addresses[own->count++];

	*address = (struct path_own_address){.port = port->index, .vlan = local->vlan, .family = local->family};
	memcpy(address->octets, octets, local->family == 4 ? 4 : 16);
}

void path_own_fill(struct path_own *own, struct path_port *const *ports, uint32_t count)
{
	uint8_t broadcast[4];

	path_filter_fill(&own->filter, ports, count);
	own->count = 0;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < ports[i]->local_count; j++) {
			const struct path_local *local = &ports[i]->locals[j];

			add(own, ports[i], local, local->octets);
			if (path_local_broadcast(local, broadcast))
				add(own, ports[i], local, broadcast);
		}
}
