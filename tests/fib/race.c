/* SPDX-License-Identifier: Apache-2.0 */
/* One writer and two readers of a FIB with little memory, so that what is freed is used again at once. Every address has few next
 * hops that it may ever have: those of the prefixes that cover it. Another one is that of a slot that was freed.
 *
 *     race CHANGES [unguarded]        unguarded: without waiting for readers, which has to fail */
#define ALLOW_EXPERIMENTAL_API
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_rcu_qsbr.h>
#include <rte_vect.h>
#include "core/rng.h"
#include "fib/fib.h"

enum { READERS = 2, BURST = 64, TOPS = 64, PREFIXES = 4096, DEFAULT_HOP = 1, TOP_HOP = 10, HOP = 1000 };

static struct fib *fib;
static struct rte_rcu_qsbr *qsbr;
static atomic_bool stop;
static atomic_ulong looked_up;

/* Prefix number n of a family lies in top n % TOPS, and no two of them cover each other. Half of them share nodes. */
static uint8_t prefix_of(uint32_t n, uint8_t family, uint8_t octets[16])
{
	uint32_t rest = n / TOPS;

	memset(octets, 0, 16);
	octets[0] = 0x20;
	octets[1] = (uint8_t)(n % TOPS);
	if (family == 4) {
		octets[2] = (uint8_t)(rest / 4);
		octets[3] = (uint8_t)(rest % 4 * 64);
		return 26;
	}
	octets[2] = (uint8_t)(rest % 2);
	octets[5] = (uint8_t)(rest / 2);
	octets[7] = (uint8_t)n;
	return n % 2 ? 64 : 61 + 3 * (n % 4 == 0);
}

static void fail(const char *what, uint8_t family, uint32_t n, uint32_t next_hop)
{
	fprintf(stderr, "%s: IPv%u, prefix %u, next hop %u\n", what, family, n, next_hop);
	exit(1);
}

static void check(uint8_t family, const uint32_t *numbers, const uint32_t *next_hops)
{
	for (uint32_t i = 0; i < BURST; i++) {
		uint32_t n = numbers[i], hop = next_hops[i];

		if (hop != DEFAULT_HOP && hop != TOP_HOP + n % TOPS && hop != HOP + n && hop != HOP + PREFIXES + n)
			fail("a next hop of others", family, n, hop);
	}
	atomic_fetch_add_explicit(&looked_up, BURST, memory_order_relaxed);
}

static void *read_on(void *argument)
{
	unsigned int id = (unsigned int)(uintptr_t)argument;
	uint32_t numbers[BURST], addresses[BURST], next_hops[BURST];
	uint8_t octets[BURST][16];
	const uint8_t *where[BURST];
	struct rng rng;

	rng_seed(&rng, id + 5);
	rte_rcu_qsbr_thread_register(qsbr, id);
	rte_rcu_qsbr_thread_online(qsbr, id);
	while (!atomic_load(&stop)) {
		for (uint32_t i = 0; i < BURST; i++) {
			numbers[i] = rng_below(&rng, PREFIXES);
			prefix_of(numbers[i], 4, octets[i]);
			addresses[i] = (uint32_t)octets[i][0] << 24 | (uint32_t)octets[i][1] << 16 |
				       (uint32_t)octets[i][2] << 8 | octets[i][3] | 1;
		}
		fib_lookup4(fib, addresses, next_hops, BURST);
		check(4, numbers, next_hops);
		for (uint32_t i = 0; i < BURST; i++) {
			prefix_of(numbers[i], 6, octets[i]);
			octets[i][15] = 1;
			where[i] = octets[i];
		}
		fib_lookup6(fib, where, next_hops, BURST);
		check(6, numbers, next_hops);
		if (rng_below(&rng, 64) == 0) {
			rte_rcu_qsbr_thread_offline(qsbr, id);
			rte_rcu_qsbr_thread_online(qsbr, id);
		}
		rte_rcu_qsbr_quiescent(qsbr, id);
	}
	rte_rcu_qsbr_thread_offline(qsbr, id);
	rte_rcu_qsbr_thread_unregister(qsbr, id);
	return NULL;
}

static void set(uint8_t family, const uint8_t *octets, uint8_t length, uint32_t next_hop)
{
	if (fib_set(fib, family, octets, length, next_hop) != 0)
		fail("not set", family, length, next_hop);
}

static void change(struct rng *rng, uint8_t family)
{
	uint32_t n = rng_below(rng, PREFIXES), what = rng_below(rng, 64);
	uint8_t octets[16], length = prefix_of(n, family, octets);

	if (what == 0) {
		octets[2] = octets[3] = octets[5] = octets[7] = 0;
		if (fib_remove(fib, family, octets, 16) != 0)
			set(family, octets, 16, TOP_HOP + n % TOPS);
	} else if (fib_get(fib, family, octets, length) == FIB_NONE) {
		set(family, octets, length, HOP + n);
	} else if (what < 16) {
		set(family, octets, length, HOP + PREFIXES + n);
	} else {
		fib_remove(fib, family, octets, length);
	}
}

int main(int argc, char **argv)
{
	unsigned long changes = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	struct fib_config config = {.max_routes4 = 8192, .max_routes6 = 8192, .max_memory = 2 << 20, .seed = 3};
	static const uint8_t all[16];
	pthread_t readers[READERS];
	struct rng rng;

#ifdef __SANITIZE_THREAD__
	/* It does not see that each entry of a vector is read as one, before what is behind it. */
	rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_128);
#endif
	qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN(rte_rcu_qsbr_get_memsize(READERS), RTE_CACHE_LINE_SIZE));
	rte_rcu_qsbr_init(qsbr, READERS);
	if (argc < 3)
		config.readers = qsbr;
	if (fib_create(&config, &fib) != 0)
		return 1;
	set(4, all, 0, DEFAULT_HOP);
	set(6, all, 0, DEFAULT_HOP);
	for (uintptr_t i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, read_on, (void *)i);
	rng_seed(&rng, 1);
	for (unsigned long i = 0; i < changes || atomic_load(&looked_up) < changes; i++)
		change(&rng, i % 2 ? 4 : 6);
	atomic_store(&stop, true);
	for (uint32_t i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	if (fib_remove(fib, 4, all, 0) != 0 || fib_remove(fib, 6, all, 0) != 0)
		fail("not removed", 0, 0, DEFAULT_HOP);
	fib_destroy(fib);
	free(qsbr);
	printf("%lu addresses looked up\n", atomic_load(&looked_up));
	return 0;
}
