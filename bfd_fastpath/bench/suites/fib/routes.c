/* SPDX-License-Identifier: Apache-2.0 */
#include "routes.h"
#include <stdlib.h>
#include <string.h>
#include "core/rng.h"

/* Thousandths of the routes that have this length, as public tables of 2024 and 2025 have them, rounded. */
struct share {
	uint8_t length;
	uint16_t thousandths;
};

static const struct share shares4[] = {{24, 610}, {23, 95}, {22, 110}, {21, 50}, {20, 45}, {19, 27}, {18, 15}, {17, 9},
				       {16, 14},  {15, 2},  {14, 2},   {13, 1},  {12, 1},  {11, 1},  {10, 1},  {9, 1},
				       {8, 1},    {25, 3},  {26, 3},   {28, 3},  {29, 2},  {32, 4}};
static const struct share shares6[] = {{48, 470}, {32, 130}, {44, 105}, {40, 95}, {36, 45}, {46, 30}, {47, 25}, {29, 30},
				       {33, 15},  {34, 12},  {35, 8},   {42, 10}, {38, 6},  {45, 6},  {64, 10}, {128, 3}};

/* First 12 bits of what the registries give out. */
static const uint16_t blocks6[] = {0x200, 0x240, 0x260, 0x261, 0x280, 0x2a0, 0x2a1, 0x2c0};

static uint8_t length_of(struct rng *rng, bool six)
{
	const struct share *share = six ? shares6 : shares4;
	uint32_t at = rng_below(rng, 1000);

	while (at >= share->thousandths)
		at -= (share++)->thousandths;
	return share->length;
}

static void cut(uint8_t octets[16], uint8_t length)
{
	for (uint32_t i = 0; i < 16; i++)
		if (i * 8 + 8 > length)
			octets[i] &= i * 8 >= length ? 0 : (uint8_t)(0xff00 >> (length - i * 8));
}

static void draw4(struct rng *rng, struct bench_route *route)
{
	uint32_t address = (1 + rng_below(rng, 222)) << 24 | rng_below(rng, 1 << 24);

	for (uint32_t i = 0; i < 4; i++)
		route->prefix[i] = (uint8_t)(address >> (24 - 8 * i));
}

/* Inside one of the holders' own prefixes, of which each has a dozen routes; most of them at the beginning of it. */
static void draw6(struct rng *rng, struct bench_route *route, uint32_t holders)
{
	uint32_t holder = rng_below(rng, holders), block = blocks6[holder % (sizeof(blocks6) / sizeof(blocks6[0]))];
	uint64_t spread = holder * UINT64_C(0x9e3779b97f4a7c15), high, rest = rng_next(rng);

	high = (uint64_t)block << 52 | (spread >> 47) << 35;
	if (rng_below(rng, 4) != 0)
		rest = rest % 16 << (64 - (route->length < 64 ? route->length : 64)) % 64;
	high |= rest & UINT32_MAX;
	for (uint32_t i = 0; i < 8; i++)
		route->prefix[i] = (uint8_t)(high >> (56 - 8 * i));
	for (uint32_t i = 8; i < 16; i++)
		route->prefix[i] = (uint8_t)rng_next(rng);
}

static int order(const void *one, const void *other)
{
	const struct bench_route *a = one, *b = other;
	int way = memcmp(a->prefix, b->prefix, 16);

	return way != 0 ? way : a->length - b->length;
}

/* What is there twice goes; returns how many are left, sorted. */
static uint32_t unique(struct bench_route *routes, uint32_t count)
{
	uint32_t kept = 0;

	qsort(routes, count, sizeof(*routes), order);
	for (uint32_t i = 0; i < count; i++)
		if (kept == 0 || order(&routes[kept - 1], &routes[i]) != 0)
			routes[kept++] = routes[i];
	return kept;
}

struct bench_routes bench_routes_make(uint32_t count, bool six)
{
	uint32_t drawn = count + count / 2 + 64, holders = count / 12 + 8, kept;
	struct bench_route *routes = calloc(drawn, sizeof(*routes));
	struct rng rng;

	rng_seed(&rng, six ? 6 : 4);
	for (uint32_t i = 0; i < drawn; i++) {
		routes[i].length = length_of(&rng, six);
		routes[i].next_hop = (uint8_t)(1 + rng_below(&rng, NEXT_HOPS));
		if (six)
			draw6(&rng, &routes[i], holders);
		else
			draw4(&rng, &routes[i]);
		cut(routes[i].prefix, routes[i].length);
	}
	kept = unique(routes, drawn);
	for (uint32_t i = kept; i > 1; i--) {
		uint32_t with = rng_below(&rng, i);
		struct bench_route other = routes[with];

		routes[with] = routes[i - 1];
		routes[i - 1] = other;
	}
	return (struct bench_routes){.routes = routes, .count = kept < count ? kept : count, .six = six};
}

uint8_t (*bench_destinations(const struct bench_routes *routes, uint32_t among, uint32_t count))[16]
{
	uint8_t (*made)[16] = malloc(count * sizeof(*made));
	struct rng rng;

	rng_seed(&rng, 9);
	for (uint32_t i = 0; i < count; i++) {
		const struct bench_route *route = &routes->routes[rng_below(&rng, among)];

		for (uint32_t o = 0; o < 16; o++) {
			uint32_t kept = o * 8 >= route->length
						? 0
						: 0xff00u >> (route->length - o * 8 > 8 ? 8 : route->length - o * 8);

			made[i][o] = (uint8_t)((route->prefix[o] & kept) | ((uint8_t)rng_next(&rng) & ~kept));
		}
	}
	return made;
}
