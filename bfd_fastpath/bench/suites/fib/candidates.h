/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to look up the longest prefix: ours, and DPDK's. */
#ifndef BENCH_FIB_CANDIDATES_H
#define BENCH_FIB_CANDIDATES_H
#include <stddef.h>
#include "routes.h"

enum { BURST = 32 };

struct candidate {
	const char *name;
	bool six;
	uint32_t variant, most; /* entry size or root bits; routes that it can be given in reasonable time */
	/* false: it cannot hold them, with a word why in refused */
	bool (*load)(struct candidate *, const struct bench_routes *);
	/* The next hops of a burst: octets in network order, and as numbers in host order where IPv4. */
	void (*lookup)(struct candidate *, uint8_t (*octets)[16], const uint32_t *numbers, uint32_t *next_hops);
	/* Takes one route out and puts it in again; NULL: not measured. */
	void (*flap)(struct candidate *, const struct bench_route *);
	void (*unload)(struct candidate *);
	void *state;
	const char *refused;
	size_t memory; /* octets, 0: not known */
};

extern struct candidate candidates[];
extern const uint32_t candidate_count;

#endif
