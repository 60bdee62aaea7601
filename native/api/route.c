/* SPDX-License-Identifier: Apache-2.0 */
/* Routes at the border. */
#include <stdlib.h>
#include <string.h>
#include <pydp/route.h>
#include "api/check.h"
#include "core/nlri.h"
#include "engine/routes.h"

enum { ROUTES_MOST = 1 << 24, MEMORY_MOST_MIB = 16384, NEXT_HOPS = 1 << 20, NLRI_AT_ONCE = 1024 };

int pydp_route_limit(pydp_engine_t *engine, const struct pydp_route_limits *limits)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(limits);
	CHECK(limits->max_ipv4_routes <= ROUTES_MOST, "max_ipv4_routes %u exceeds %u", limits->max_ipv4_routes, ROUTES_MOST);
	CHECK(limits->max_ipv6_routes <= ROUTES_MOST, "max_ipv6_routes %u exceeds %u", limits->max_ipv6_routes, ROUTES_MOST);
	CHECK(limits->max_memory_mib <= MEMORY_MOST_MIB, "max_memory_mib %u exceeds %u", limits->max_memory_mib,
	      MEMORY_MOST_MIB);
	return routes_limit(engine, limits);
}

static int check_next_hop(struct pydp_engine *engine, uint32_t next_hop)
{
	CHECK(next_hop >= 1 && next_hop < NEXT_HOPS, "next hop %u is not from 1 to %u", next_hop, NEXT_HOPS - 1);
	return routes_next_hop(engine, next_hop);
}

static int check_family(uint8_t family)
{
	CHECK(family == 4 || family == 6, "family %u is neither 4 nor 6", family);
	return PYDP_OK;
}

int pydp_route_set(pydp_engine_t *engine, const struct pydp_route *routes, uint32_t count, uint32_t *done)
{
	uint32_t ignored, *told = done == NULL ? &ignored : done, last = 0;

	CHECK_POINTER(engine);
	CHECK(routes != NULL || count == 0, "routes is NULL and count is not 0");
	*told = 0;
	for (uint32_t i = 0; i < count; i++) {
		int result = check_prefix(&routes[i].prefix);

		if (result == PYDP_OK && routes[i].next_hop != last)
			result = check_next_hop(engine, last = routes[i].next_hop);
		if (result != PYDP_OK)
			return result;
	}
	return routes_set(engine, routes, count, told);
}

int pydp_route_remove(pydp_engine_t *engine, const struct pydp_prefix *prefixes, uint32_t count, uint32_t *done)
{
	uint32_t ignored, *told = done == NULL ? &ignored : done;

	CHECK_POINTER(engine);
	CHECK(prefixes != NULL || count == 0, "prefixes is NULL and count is not 0");
	*told = 0;
	for (uint32_t i = 0; i < count; i++) {
		int result = check_prefix(&prefixes[i]);

		if (result != PYDP_OK)
			return result;
	}
	return routes_remove(engine, prefixes, count, told);
}

static int check_nlri(struct nlri nlri, uint32_t *count)
{
	enum nlri_result result;
	uint8_t prefix[16], length;

	for (*count = 0; (result = nlri_next(&nlri, prefix, &length)) == NLRI_PREFIX;)
		++*count;
	CHECK(result != NLRI_TOO_LONG, "NLRI at octet %zu: a prefix of IPv%u has no %u bits", nlri.at, nlri.bits == 32 ? 4 : 6,
	      length);
	CHECK(result != NLRI_CUT_OFF, "NLRI at octet %zu: the octets end, at %zu, before the prefix does", nlri.at, nlri.size);
	return PYDP_OK;
}

/* The next of the NLRI, NLRI_AT_ONCE at most. */
static uint32_t read_nlri(struct nlri *nlri, struct pydp_route *routes, uint32_t next_hop)
{
	uint32_t count = 0;

	while (count < NLRI_AT_ONCE) {
		struct pydp_route *route = &routes[count];

		*route = (struct pydp_route){.next_hop = next_hop, .prefix.address.family = nlri->bits == 32 ? 4 : 6};
		if (nlri_next(nlri, route->prefix.address.octets, &route->prefix.length) != NLRI_PREFIX)
			break;
		count++;
	}
	return count;
}

static int open_nlri(struct nlri *nlri, uint8_t family, const uint8_t *octets, uint32_t size, uint8_t add_path, uint32_t *count)
{
	int result = check_family(family);

	if (result != PYDP_OK)
		return result;
	CHECK(octets != NULL || size == 0, "nlri is NULL and size is not 0");
	CHECK(add_path <= 1, "add_path is %u: 0 or 1", add_path);
	*nlri = (struct nlri){.octets = octets, .size = size, .bits = family == 4 ? 32 : 128, .add_path = add_path == 1};
	return check_nlri(*nlri, count);
}

int pydp_route_set_nlri(pydp_engine_t *engine, uint8_t family, const uint8_t *octets, uint32_t size, uint8_t add_path,
			uint32_t next_hop, uint32_t *done)
{
	uint32_t ignored, *told = done == NULL ? &ignored : done, count;
	struct pydp_route routes[NLRI_AT_ONCE];
	struct nlri nlri;
	int result;

	CHECK_POINTER(engine);
	*told = 0;
	result = open_nlri(&nlri, family, octets, size, add_path, &count);
	if (result == PYDP_OK)
		result = check_next_hop(engine, next_hop);
	if (result == PYDP_OK)
		result = routes_expect(engine, family, count);
	while (result == PYDP_OK && nlri.at < nlri.size) {
		uint32_t set;

		result = routes_set(engine, routes, read_nlri(&nlri, routes, next_hop), &set);
		*told += set;
	}
	return result;
}

int pydp_route_remove_nlri(pydp_engine_t *engine, uint8_t family, const uint8_t *octets, uint32_t size, uint8_t add_path,
			   uint32_t *done)
{
	uint32_t ignored, *told = done == NULL ? &ignored : done, count;
	struct pydp_prefix prefixes[NLRI_AT_ONCE];
	struct pydp_route routes[NLRI_AT_ONCE];
	struct nlri nlri;
	int result;

	CHECK_POINTER(engine);
	*told = 0;
	result = open_nlri(&nlri, family, octets, size, add_path, &count);
	while (result == PYDP_OK && nlri.at < nlri.size) {
		uint32_t removed;

		count = read_nlri(&nlri, routes, 0);
		for (uint32_t i = 0; i < count; i++)
			prefixes[i] = routes[i].prefix;
		result = routes_remove(engine, prefixes, count, &removed);
		*told += removed;
	}
	return result;
}

int pydp_route_get(pydp_engine_t *engine, const struct pydp_prefix *prefix, uint32_t *next_hop)
{
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(prefix);
	CHECK_POINTER(next_hop);
	result = check_prefix(prefix);
	if (result != PYDP_OK)
		return result;
	*next_hop = routes_get(engine, prefix);
	return *next_hop != 0 ? PYDP_OK : error_set(PYDP_E_NOENT, "the prefix has no route of its own");
}

int pydp_route_match(pydp_engine_t *engine, const struct pydp_address *address, struct pydp_route *route)
{
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(address);
	CHECK_POINTER(route);
	result = check_family(address->family);
	if (result != PYDP_OK)
		return result;
	return routes_match(engine, address, route) ? PYDP_OK : error_set(PYDP_E_NOENT, "no route covers the address");
}

int pydp_route_lookup(pydp_engine_t *engine, uint8_t family, const uint8_t *addresses, uint32_t count, uint32_t *next_hops)
{
	int result;

	CHECK_POINTER(engine);
	CHECK(count == 0 || (addresses != NULL && next_hops != NULL), "addresses or next_hops is NULL and count is not 0");
	result = check_family(family);
	if (result == PYDP_OK)
		routes_lookup(engine, family, addresses, count, next_hops);
	return result;
}

static int by_prefix(const void *one, const void *other)
{
	const struct pydp_prefix *a = one, *b = other;
	int order = memcmp(a->address.octets, b->address.octets, sizeof(a->address.octets));

	return order != 0 ? order : a->length - b->length;
}

int pydp_route_list(pydp_engine_t *engine, uint8_t family, struct pydp_route *routes, uint32_t capacity, uint32_t *count)
{
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(count);
	CHECK(routes != NULL || capacity == 0, "routes is NULL and capacity is not 0");
	result = check_family(family);
	if (result != PYDP_OK)
		return result;
	*count = routes_list(engine, family, routes, capacity);
	if (*count <= capacity && *count > 0)
		qsort(routes, *count, sizeof(*routes), by_prefix);
	return PYDP_OK;
}

int pydp_route_info(pydp_engine_t *engine, struct pydp_route_info *info)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(info);
	routes_info(engine, info);
	return PYDP_OK;
}
