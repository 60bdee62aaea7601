/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <rte_rcu_qsbr.h>
#include "engine/routes.h"
#include "engine/table.h"
#include "fib/fib.h"
#include "io/error.h"

enum { DEFAULT_ROUTES = 1 << 21, DEFAULT_MEMORY_MIB = 1024, PREFIX_TEXT = INET6_ADDRSTRLEN + 4 };
/* Routes between two steps of foreseeing. */
#define AHEAD 4u
/* Routes under one lock. */
#define AT_ONCE 1024u
#define BURST   256u

int routes_create(struct pydp_engine *engine)
{
	uint32_t readers = 1 + engine->forwarder_count;
	size_t size = rte_rcu_qsbr_get_memsize(readers);

	engine->qsbr = table_map_sparse(size, "the readers of routes");
	if (engine->qsbr == NULL)
		return PYDP_E_NOMEM;
	rte_rcu_qsbr_init(engine->qsbr, readers);
	/* Nobody waits for a reader before it is online. */
	for (uint32_t i = 0; i < readers; i++)
		rte_rcu_qsbr_thread_register(engine->qsbr, i);
	engine->route_limits = (struct pydp_route_limits){
		.max_ipv4_routes = DEFAULT_ROUTES, .max_ipv6_routes = DEFAULT_ROUTES, .max_memory_mib = DEFAULT_MEMORY_MIB};
	return PYDP_OK;
}

void routes_destroy(struct pydp_engine *engine)
{
	fib_destroy(atomic_load(&engine->fib));
	if (engine->qsbr != NULL)
		table_unmap(engine->qsbr, rte_rcu_qsbr_get_memsize(1 + engine->forwarder_count));
}

static void lock(struct pydp_engine *engine)
{
	pthread_mutex_lock(&engine->control_lock);
}

static void unlock(struct pydp_engine *engine)
{
	pthread_mutex_unlock(&engine->control_lock);
}

static struct fib *fib_of(const struct pydp_engine *engine)
{
	return atomic_load_explicit(&engine->fib, memory_order_acquire);
}

static size_t most_memory(const struct pydp_engine *engine)
{
	return (size_t)engine->route_limits.max_memory_mib << 20;
}

/* Under the lock. */
static int make_fib(struct pydp_engine *engine)
{
	struct fib_config config = {
		.max_routes4 = engine->route_limits.max_ipv4_routes,
		.max_routes6 = engine->route_limits.max_ipv6_routes,
		.max_memory = most_memory(engine),
		.seed = (uint64_t)engine->hash_seed << 32 | engine->hash_seed,
		.readers = engine->qsbr,
	};
	struct fib *fib;

	if (fib_of(engine) != NULL)
		return PYDP_OK;
	if (fib_create(&config, &fib) != PYDP_OK)
		return error_set(PYDP_E_NOMEM, "no address space for a table of routes whose nodes may take %u MiB",
				 engine->route_limits.max_memory_mib);
	atomic_store_explicit(&engine->fib, fib, memory_order_release);
	return PYDP_OK;
}

int routes_limit(struct pydp_engine *engine, const struct pydp_route_limits *limits)
{
	int result = PYDP_OK;

	lock(engine);
	if (fib_of(engine) != NULL) {
		result = error_set(PYDP_E_STATE, "engine %s has had routes already: its table keeps its limits", engine->name);
	} else {
		struct pydp_route_limits *set = &engine->route_limits;

		*set = *limits;
		set->max_ipv4_routes = set->max_ipv4_routes ? set->max_ipv4_routes : DEFAULT_ROUTES;
		set->max_ipv6_routes = set->max_ipv6_routes ? set->max_ipv6_routes : DEFAULT_ROUTES;
		set->max_memory_mib = set->max_memory_mib ? set->max_memory_mib : DEFAULT_MEMORY_MIB;
	}
	unlock(engine);
	return result;
}

static void prefix_text(const struct pydp_prefix *prefix, char text[PREFIX_TEXT])
{
	size_t used;

	inet_ntop(prefix->address.family == 4 ? AF_INET : AF_INET6, prefix->address.octets, text, INET6_ADDRSTRLEN);
	used = strlen(text);
	snprintf(text + used, PREFIX_TEXT - used, "/%u", prefix->length);
}

static int no_room(const struct pydp_engine *engine, const struct pydp_prefix *prefix)
{
	const struct pydp_route_limits *limits = &engine->route_limits;
	bool four = prefix->address.family == 4;
	uint32_t most = four ? limits->max_ipv4_routes : limits->max_ipv6_routes;
	char text[PREFIX_TEXT];

	prefix_text(prefix, text);
	if (fib_count(fib_of(engine), prefix->address.family) == most)
		return error_set(PYDP_E_NOMEM,
				 "no room for the route to %s: there are %u IPv%u routes, as many as there may be", text, most,
				 four ? 4 : 6);
	return error_set(PYDP_E_NOMEM, "no memory for the route to %s: the look-up structures may take %u MiB", text,
			 limits->max_memory_mib);
}

int routes_next_hop(struct pydp_engine *engine, uint32_t next_hop)
{
	int result;

	lock(engine);
	result = nexthops_check(engine, next_hop);
	unlock(engine);
	return result;
}

int routes_expect(struct pydp_engine *engine, uint8_t family, uint32_t count)
{
	int result;

	lock(engine);
	result = make_fib(engine);
	if (result == PYDP_OK)
		fib_expect(fib_of(engine), family, count);
	unlock(engine);
	return result;
}

/* Under the lock. */
static int set_one(struct pydp_engine *engine, const struct pydp_route *route)
{
	const struct pydp_prefix *prefix = &route->prefix;
	int result = nexthops_check(engine, route->next_hop);

	if (result != PYDP_OK)
		return result;
	if (fib_set(fib_of(engine), prefix->address.family, prefix->address.octets, prefix->length, route->next_hop) != PYDP_OK)
		return no_room(engine, prefix);
	return PYDP_OK;
}

/* Among many routes none of the memory is in a cache that the next one touches. */
static void foresee(const struct fib *fib, const struct pydp_prefix *prefix, uint32_t step)
{
	fib_foresee(fib, prefix->address.family, prefix->address.octets, prefix->length, step);
}

int routes_set(struct pydp_engine *engine, const struct pydp_route *routes, uint32_t count, uint32_t *done)
{
	int result = PYDP_OK;

	for (*done = 0; result == PYDP_OK && *done < count;) {
		uint32_t until = *done + RTE_MIN(count - *done, AT_ONCE);

		lock(engine);
		result = make_fib(engine);
		while (result == PYDP_OK && *done < until) {
			for (uint32_t step = 0; step < 3; step++)
				if (*done + (3 - step) * AHEAD < until)
					foresee(fib_of(engine), &routes[*done + (3 - step) * AHEAD].prefix, step);
			result = set_one(engine, &routes[*done]);
			*done += result == PYDP_OK;
		}
		unlock(engine);
	}
	return result;
}

int routes_remove(struct pydp_engine *engine, const struct pydp_prefix *prefixes, uint32_t count, uint32_t *done)
{
	uint32_t from = 0;

	*done = 0;
	while (from < count && fib_of(engine) != NULL) {
		uint32_t until = from + RTE_MIN(count - from, AT_ONCE);

		lock(engine);
		for (; from < until; from++)
			*done += fib_remove(fib_of(engine), prefixes[from].address.family, prefixes[from].address.octets,
					    prefixes[from].length) == PYDP_OK;
		unlock(engine);
	}
	return PYDP_OK;
}

uint32_t routes_get(struct pydp_engine *engine, const struct pydp_prefix *prefix)
{
	uint32_t next_hop = FIB_NONE;

	lock(engine);
	if (fib_of(engine) != NULL)
		next_hop = fib_get(fib_of(engine), prefix->address.family, prefix->address.octets, prefix->length);
	unlock(engine);
	return next_hop;
}

static struct pydp_route told(uint8_t family, const struct fib_route *route)
{
	struct pydp_route made = {.next_hop = route->next_hop};

	made.prefix.address.family = family;
	memcpy(made.prefix.address.octets, route->prefix, sizeof(route->prefix));
	made.prefix.length = route->length;
	return made;
}

bool routes_match(struct pydp_engine *engine, const struct pydp_address *address, struct pydp_route *route)
{
	struct fib_route found;
	bool is_there;

	lock(engine);
	is_there = fib_of(engine) != NULL && fib_match(fib_of(engine), address->family, address->octets, &found);
	unlock(engine);
	if (is_there)
		*route = told(address->family, &found);
	return is_there;
}

static void lookup_burst(const struct fib *fib, uint8_t family, const uint8_t *octets, uint16_t count, uint32_t *next_hops)
{
	const uint8_t *where[BURST];
	uint32_t numbers[BURST];

	if (family == 4) {
		memcpy(numbers, octets, count * sizeof(*numbers));
		for (uint16_t i = 0; i < count; i++)
			numbers[i] = rte_be_to_cpu_32(numbers[i]);
		fib_lookup4(fib, numbers, next_hops, count);
		return;
	}
	for (uint16_t i = 0; i < count; i++)
		where[i] = octets + i * (size_t)16;
	fib_lookup6(fib, where, next_hops, count);
}

void routes_lookup(struct pydp_engine *engine, uint8_t family, const uint8_t *addresses, uint32_t count, uint32_t *next_hops)
{
	size_t size = family == 4 ? 4 : 16;

	lock(engine);
	if (fib_of(engine) == NULL)
		memset(next_hops, 0, count * sizeof(*next_hops));
	else
		for (uint32_t done = 0; done < count; done += BURST)
			lookup_burst(fib_of(engine), family, addresses + done * size, (uint16_t)RTE_MIN(count - done, BURST),
				     next_hops + done);
	unlock(engine);
}

uint32_t routes_list(struct pydp_engine *engine, uint8_t family, struct pydp_route *routes, uint32_t capacity)
{
	uint32_t at = 0, count = 0;
	struct fib_route route;

	lock(engine);
	while (fib_of(engine) != NULL && fib_next(fib_of(engine), family, &at, &route)) {
		if (count < capacity)
			routes[count] = told(family, &route);
		count++;
	}
	unlock(engine);
	return count;
}

void routes_info(struct pydp_engine *engine, struct pydp_route_info *info)
{
	struct fib *fib;

	lock(engine);
	fib = fib_of(engine);
	*info = (struct pydp_route_info){
		.max_ipv4_routes = engine->route_limits.max_ipv4_routes,
		.max_ipv6_routes = engine->route_limits.max_ipv6_routes,
		.max_memory = most_memory(engine),
	};
	if (fib != NULL) {
		fib_reclaim(fib);
		info->ipv4_routes = fib_count(fib, 4);
		info->ipv6_routes = fib_count(fib, 6);
		info->memory = fib_memory(fib);
		info->node_memory = fib_node_memory(fib);
	}
	unlock(engine);
}

uint32_t routes_uses(const struct pydp_engine *engine, uint32_t next_hop)
{
	return fib_of(engine) == NULL ? 0 : fib_uses(fib_of(engine), next_hop);
}
