/* SPDX-License-Identifier: Apache-2.0 */
/* Routes as an Internet exchange sees them, by the lengths of their prefixes, and destinations in them. The same on every run. */
#ifndef BENCH_FIB_ROUTES_H
#define BENCH_FIB_ROUTES_H
#include <stdbool.h>
#include <stdint.h>

enum { NEXT_HOPS = 100 };

struct bench_route {
	uint8_t prefix[16]; /* network order */
	uint8_t length, next_hop;
};

struct bench_routes {
	struct bench_route *routes;
	uint32_t count;
	bool six;
};

/* count different prefixes, in no order. */
struct bench_routes bench_routes_make(uint32_t count, bool six);
/* count addresses of 16 octets, each in a route chosen at random among the first of them. */
uint8_t (*bench_destinations(const struct bench_routes *routes, uint32_t among, uint32_t count))[16];

#endif
