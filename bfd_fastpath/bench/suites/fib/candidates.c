/* SPDX-License-Identifier: Apache-2.0 */
#include "candidates.h"
#include <stdlib.h>
#include <string.h>
#include <rte_byteorder.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_lpm6.h>
#include <rte_malloc.h>
#include "fib/fib.h"
#include "fib/trie.h"

static uint32_t host_order(const struct bench_route *route)
{
	uint32_t octets;

	memcpy(&octets, route->prefix, 4);
	return rte_be_to_cpu_32(octets);
}

static size_t heap_used(void)
{
	struct rte_malloc_socket_stats stats;

	return rte_malloc_get_socket_stats(0, &stats) == 0 ? stats.heap_allocsz_bytes : 0;
}

/* ours, as the engine has it */
static bool load_fib(struct candidate *self, const struct bench_routes *routes)
{
	struct fib_config config = {.max_routes4 = 1 << 21, .max_routes6 = 1 << 21, .max_memory = (size_t)1 << 30, .seed = 42};
	struct fib *fib;

	if (fib_create(&config, &fib) != 0)
		return false;
	self->state = fib;
	for (uint32_t i = 0; i < routes->count; i++) {
		const struct bench_route *route = &routes->routes[i];

		for (uint32_t step = 0; step < 3 && i + 12 < routes->count; step++)
			fib_foresee(fib, self->six ? 6 : 4, route[12 - 4 * step].prefix, route[12 - 4 * step].length, step);
		if (fib_set(fib, self->six ? 6 : 4, route->prefix, route->length, route->next_hop) != 0)
			return false;
	}
	self->memory = fib_memory(fib);
	return true;
}

static void lookup_fib(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	const uint8_t *where[BURST];

	if (!self->six) {
		fib_lookup4(self->state, numbers, next_hops, BURST);
		return;
	}
	for (uint32_t i = 0; i < BURST; i++)
		where[i] = octets[i];
	fib_lookup6(self->state, where, next_hops, BURST);
}

static void flap_fib(struct candidate *self, const struct bench_route *route)
{
	fib_remove(self->state, self->six ? 6 : 4, route->prefix, route->length);
	fib_set(self->state, self->six ? 6 : 4, route->prefix, route->length, route->next_hop);
}

static void unload_fib(struct candidate *self)
{
	fib_destroy(self->state);
}

/* our trie with another root, without the routes beside it */
struct other {
	struct arena arena;
	struct trie trie;
};

static bool load_trie(struct candidate *self, const struct bench_routes *routes)
{
	struct other *other = calloc(1, sizeof(*other));

	self->state = other;
	if (arena_create(&other->arena, (size_t)1 << 30, NULL) != 0)
		return false;
	if (trie_create(&other->trie, self->six ? 128 : 32, (uint8_t)self->variant, &other->arena) != 0)
		return false;
	for (uint32_t i = 0; i < routes->count; i++) {
		const struct bench_route *route = &routes->routes[i];

		if (trie_put(&other->trie, route->prefix, route->length, route->next_hop, false) != 0)
			return false;
	}
	self->memory = arena_used(&other->arena) + (sizeof(uint32_t) << self->variant);
	return true;
}

static void lookup_trie(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	struct other *other = self->state;
	const uint8_t *where[BURST];

	if (!self->six) {
		trie_lookup4(&other->trie, numbers, next_hops, BURST);
		return;
	}
	for (uint32_t i = 0; i < BURST; i++)
		where[i] = octets[i];
	trie_lookup6(&other->trie, where, next_hops, BURST);
}

static void unload_trie(struct candidate *self)
{
	struct other *other = self->state;

	trie_destroy(&other->trie);
	arena_destroy(&other->arena);
	free(other);
}

/* rte_fib: DIR24-8 */
static bool load_rte_fib(struct candidate *self, const struct bench_routes *routes)
{
	static const enum rte_fib_dir24_8_nh_sz sizes[] = {
		[1] = RTE_FIB_DIR24_8_1B, [2] = RTE_FIB_DIR24_8_2B, [4] = RTE_FIB_DIR24_8_4B, [8] = RTE_FIB_DIR24_8_8B};
	struct rte_fib_conf config = {.type = RTE_FIB_DIR24_8, .max_routes = (int)routes->count + 1};
	size_t before = heap_used();
	struct rte_fib *fib;

	config.dir24_8.nh_sz = sizes[self->variant];
	config.dir24_8.num_tbl8 = self->variant == 1 ? 127 : 32767;
	fib = rte_fib_create(self->name, SOCKET_ID_ANY, &config);
	self->state = fib;
	self->refused = "not created";
	if (fib == NULL)
		return false;
	self->refused = "out of tbl8";
	for (uint32_t i = 0; i < routes->count; i++)
		if (rte_fib_add(fib, host_order(&routes->routes[i]), routes->routes[i].length, routes->routes[i].next_hop) != 0)
			return false;
	rte_fib_select_lookup(fib, RTE_FIB_LOOKUP_DIR24_8_SCALAR_MACRO);
	self->memory = heap_used() - before;
	return true;
}

static bool load_rte_fib_vector(struct candidate *self, const struct bench_routes *routes)
{
	if (!load_rte_fib(self, routes))
		return false;
	self->refused = "no AVX-512 here";
	return rte_fib_select_lookup(self->state, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512) == 0;
}

static void lookup_rte_fib(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	uint64_t found[BURST];

	(void)octets;
	rte_fib_lookup_bulk(self->state, (uint32_t *)(uintptr_t)numbers, found, BURST);
	for (uint32_t i = 0; i < BURST; i++)
		next_hops[i] = (uint32_t)found[i];
}

static void flap_rte_fib(struct candidate *self, const struct bench_route *route)
{
	rte_fib_delete(self->state, host_order(route), route->length);
	rte_fib_add(self->state, host_order(route), route->length, route->next_hop);
}

static void unload_rte_fib(struct candidate *self)
{
	rte_fib_free(self->state);
}

/* rte_fib6: trie */
static bool load_rte_fib6(struct candidate *self, const struct bench_routes *routes)
{
	struct rte_fib6_conf config = {.type = RTE_FIB6_TRIE, .max_routes = (int)routes->count + 1};
	size_t before = heap_used();
	struct rte_fib6 *fib;

	config.trie.nh_sz = self->variant == 2 ? RTE_FIB6_TRIE_2B : self->variant == 4 ? RTE_FIB6_TRIE_4B : RTE_FIB6_TRIE_8B;
	config.trie.num_tbl8 = self->variant == 2 ? 32767 : routes->count < 500000 ? 200000 : 1000000;
	fib = rte_fib6_create(self->name, SOCKET_ID_ANY, &config);
	self->state = fib;
	self->refused = "not created";
	if (fib == NULL)
		return false;
	self->refused = "out of tbl8";
	for (uint32_t i = 0; i < routes->count; i++)
		if (rte_fib6_add(fib, routes->routes[i].prefix, routes->routes[i].length, routes->routes[i].next_hop) != 0)
			return false;
	rte_fib6_select_lookup(fib, RTE_FIB6_LOOKUP_TRIE_SCALAR);
	self->memory = heap_used() - before;
	return true;
}

static void lookup_rte_fib6(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	uint64_t found[BURST];

	(void)numbers;
	rte_fib6_lookup_bulk(self->state, octets, found, BURST);
	for (uint32_t i = 0; i < BURST; i++)
		next_hops[i] = (uint32_t)found[i];
}

static void flap_rte_fib6(struct candidate *self, const struct bench_route *route)
{
	rte_fib6_delete(self->state, route->prefix, route->length);
	rte_fib6_add(self->state, route->prefix, route->length, route->next_hop);
}

static void unload_rte_fib6(struct candidate *self)
{
	rte_fib6_free(self->state);
}

/* rte_lpm */
static bool load_lpm(struct candidate *self, const struct bench_routes *routes)
{
	struct rte_lpm_config config = {.max_rules = routes->count + 1, .number_tbl8s = 32767};
	size_t before = heap_used();
	struct rte_lpm *lpm = rte_lpm_create(self->name, SOCKET_ID_ANY, &config);

	self->state = lpm;
	self->refused = "not loaded";
	for (uint32_t i = 0; lpm != NULL && i < routes->count; i++)
		if (rte_lpm_add(lpm, host_order(&routes->routes[i]), routes->routes[i].length, routes->routes[i].next_hop) != 0)
			return false;
	self->memory = heap_used() - before;
	return lpm != NULL;
}

static void lookup_lpm(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	(void)octets;
	rte_lpm_lookup_bulk(self->state, numbers, next_hops, BURST);
	for (uint32_t i = 0; i < BURST; i++)
		next_hops[i] &= 0xffffff;
}

static void unload_lpm(struct candidate *self)
{
	rte_lpm_free(self->state);
}

/* rte_lpm6 */
static bool load_lpm6(struct candidate *self, const struct bench_routes *routes)
{
	struct rte_lpm6_config config = {.max_rules = routes->count + 1,
					 .number_tbl8s = routes->count < 500000 ? 200000 : 1000000};
	size_t before = heap_used();
	struct rte_lpm6 *lpm = rte_lpm6_create(self->name, SOCKET_ID_ANY, &config);

	self->state = lpm;
	self->refused = "not loaded";
	for (uint32_t i = 0; lpm != NULL && i < routes->count; i++)
		if (rte_lpm6_add(lpm, routes->routes[i].prefix, routes->routes[i].length, routes->routes[i].next_hop) != 0)
			return false;
	self->memory = heap_used() - before;
	return lpm != NULL;
}

static void lookup_lpm6(struct candidate *self, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops)
{
	(void)numbers;
	rte_lpm6_lookup_bulk_func(self->state, octets, (int32_t *)next_hops, BURST);
}

static void unload_lpm6(struct candidate *self)
{
	rte_lpm6_free(self->state);
}

#define MANY                    (1 << 24)
#define OURS(title, six)        {title, six, 24, MANY, load_fib, lookup_fib, flap_fib, unload_fib, NULL, NULL, 0}
#define OTHER(title, six, root) {title, six, root, MANY, load_trie, lookup_trie, NULL, unload_trie, NULL, NULL, 0}
#define RTE_FIB(title, octets) \
	{title, false, octets, MANY, load_rte_fib, lookup_rte_fib, flap_rte_fib, unload_rte_fib, NULL, NULL, 0}
#define RTE_FIB6(title, octets) \
	{title, true, octets, MANY, load_rte_fib6, lookup_rte_fib6, flap_rte_fib6, unload_rte_fib6, NULL, NULL, 0}

struct candidate candidates[] = {
	OURS("ours", false),
	OTHER("ours, root of 16 bits", false, 16),
	RTE_FIB("rte_fib, 1 octet", 1),
	RTE_FIB("rte_fib, 2 octets", 2),
	RTE_FIB("rte_fib, 4 octets", 4),
	RTE_FIB("rte_fib, 8 octets", 8),
	{"rte_fib, vector", false, 4, MANY, load_rte_fib_vector, lookup_rte_fib, NULL, unload_rte_fib, NULL, NULL, 0},
	{"rte_lpm", false, 0, 100000, load_lpm, lookup_lpm, NULL, unload_lpm, NULL, NULL, 0},
	OURS("ours for IPv6", true),
	OTHER("ours, root of 16 bits, IPv6", true, 16),
	RTE_FIB6("rte_fib6, 2 octets", 2),
	RTE_FIB6("rte_fib6, 4 octets", 4),
	RTE_FIB6("rte_fib6, 8 octets", 8),
	{"rte_lpm6", true, 0, MANY, load_lpm6, lookup_lpm6, NULL, unload_lpm6, NULL, NULL, 0},
};
const uint32_t candidate_count = sizeof(candidates) / sizeof(candidates[0]);
