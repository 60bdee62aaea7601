/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up with each candidate in turn, window by window, and prints what it took as lines of JSON. All that hold the routes must
 * agree.
 *
 *     fib-bench EAL-OPTIONS -- FAMILY ROUTES */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_byteorder.h>
#include "candidates.h"

enum { DESTINATIONS = 1 << 20, HOT = 256, WINDOWS = 7, A_WINDOW = 1 << 21, FLAPS = 20000, CANDIDATES = 16 };

/* Of the processor, in this thread: what others take of it meanwhile does not count. */
static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct load {
	uint8_t (*octets)[16];
	uint32_t *numbers;
	uint32_t count; /* a power of two */
};

static struct load make_load(const struct bench_routes *routes, uint32_t count)
{
	struct load load = {.octets = bench_destinations(routes, routes->count, count), .count = count};

	load.numbers = malloc(count * sizeof(*load.numbers));
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&load.numbers[i], load.octets[i], 4);
		load.numbers[i] = rte_be_to_cpu_32(load.numbers[i]);
	}
	return load;
}

/* Nanoseconds a look-up; sum: of all next hops. */
static double window(struct candidate *candidate, const struct load *load, uint64_t *sum)
{
	uint32_t next_hops[BURST];
	double begin = now_s();

	*sum = 0;
	for (uint32_t done = 0; done < A_WINDOW; done += BURST) {
		uint32_t at = done & (load->count - 1);

		candidate->lookup(candidate, load->octets + at, load->numbers + at, next_hops);
		for (uint32_t i = 0; i < BURST; i++)
			*sum += next_hops[i];
	}
	return (now_s() - begin) / A_WINDOW * 1e9;
}

static int rising(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

/* All candidates that are loaded, in turn. */
static int measure(const char *kind, struct candidate **loaded, uint32_t count, const struct load *load)
{
	double ns[CANDIDATES][WINDOWS], per_ns = (double)rte_get_tsc_hz() / 1e9;
	uint64_t sum, first = 0;

	for (uint32_t w = 0; w < WINDOWS + 1; w++)
		for (uint32_t c = 0; c < count; c++) {
			double took = window(loaded[c], load, &sum);

			if (w > 0)
				ns[c][w - 1] = took;
			first = c == 0 ? sum : first;
			if (sum != first) {
				fprintf(stderr, "%s and %s look up differently\n", loaded[c]->name, loaded[0]->name);
				return 1;
			}
		}
	for (uint32_t c = 0; c < count; c++) {
		printf("{\"candidate\": \"%s\", \"destinations\": \"%s\", \"windows\": [", loaded[c]->name, kind);
		for (uint32_t w = 0; w < WINDOWS; w++)
			printf("%s%.3f", w > 0 ? ", " : "", ns[c][w]);
		qsort(ns[c], WINDOWS, sizeof(double), rising);
		printf("], \"ns\": %.2f, \"least\": %.2f, \"most\": %.2f, "
		       "\"cycles\": %.1f}\n",
		       ns[c][WINDOWS / 2], ns[c][0], ns[c][WINDOWS - 1], ns[c][WINDOWS / 2] * per_ns);
	}
	return 0;
}

static bool load_one(struct candidate *candidate, const struct bench_routes *routes)
{
	double begin = now_s(), took, flap = 0;

	if (routes->count > candidate->most || !candidate->load(candidate, routes)) {
		printf("{\"candidate\": \"%s\", \"refused\": \"%s\"}\n", candidate->name,
		       routes->count > candidate->most ? "too slow to load" : candidate->refused);
		return false;
	}
	took = now_s() - begin;
	if (candidate->flap != NULL) {
		begin = now_s();
		for (uint32_t i = 0; i < FLAPS; i++)
			candidate->flap(candidate, &routes->routes[i * UINT64_C(2654435761) % routes->count]);
		flap = (now_s() - begin) / FLAPS;
	}
	printf("{\"candidate\": \"%s\", \"load-s\": %.3f, \"memory-mib\": %.1f, \"flap-us\": %.2f}\n", candidate->name, took,
	       (double)candidate->memory / (1 << 20), flap * 1e6);
	return true;
}

int main(int argc, char **argv)
{
	int used = rte_eal_init(argc, argv), failed;
	struct candidate *loaded[CANDIDATES];
	struct bench_routes routes;
	struct load hostile, hot;
	uint32_t count = 0;

	if (used < 0 || argc - used != 3)
		return 2;
	routes = bench_routes_make((uint32_t)atoi(argv[used + 2]), strcmp(argv[used + 1], "6") == 0);
	hostile = make_load(&routes, DESTINATIONS);
	hot = make_load(&routes, HOT);
	for (uint32_t i = 0; i < candidate_count; i++)
		if (candidates[i].six == routes.six && load_one(&candidates[i], &routes))
			loaded[count++] = &candidates[i];
	failed = measure("random", loaded, count, &hostile) || measure("hot", loaded, count, &hot);
	for (uint32_t i = 0; i < count; i++)
		loaded[i]->unload(loaded[i]);
	return failed;
}
