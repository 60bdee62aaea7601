/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of ours, of all ports, as they are at one moment: written once, then only read, by any worker. */
#ifndef PATH_OWN_H
#define PATH_OWN_H
#include <stdbool.h>
#include <stdint.h>
#include "path/filter.h"
#include "path/port.h"

/* Also the broadcast address of an IPv4 prefix. */
struct path_own_address {
	uint8_t octets[16];
	uint32_t port;
	uint16_t vlan;
	uint8_t family;
};

struct path_own {
	struct path_own *next; /* of those that were replaced */
	uint64_t token;        /* when it was; see rte_rcu_qsbr */
	struct path_filter filter;
	uint32_t count, capacity;
	struct path_own_address addresses[];
};

/* Places that the addresses of these ports, and more of them, take. */
uint32_t path_own_places(struct path_port *const *ports, uint32_t count, uint32_t more);
void path_own_fill(struct path_own *own, struct path_port *const *ports, uint32_t count);

/* Whether it is an address of ours, of whichever port; octets: 4 or 16 of them, by family. */
static inline bool path_own_has(const struct path_own *own, uint8_t family, const uint8_t *octets)
{
	uint32_t hash = family == 4 ? path_filter_hash4(octets) : path_filter_hash6(octets);

	if (!path_filter_has(&own->filter, hash))
		return false;
	for (uint32_t i = 0; i < own->count; i++)
		if (own->addresses[i].family == family && memcmp(own->addresses[i].octets, octets, family == 4 ? 4 : 16) == 0)
			return true;
	return false;
}

/* Whether the port has an address on the VLAN. */
static inline bool path_own_knows_vlan(const struct path_own *own, uint32_t port, uint16_t vlan)
{
	for (uint32_t i = 0; i < own->count; i++)
		if (own->addresses[i].port == port && own->addresses[i].vlan == vlan)
			return true;
	return false;
}

#endif
