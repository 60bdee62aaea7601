/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <pydp/status.h>
#include "fib/entry.h"
#include "fib/fib.h"
#include "fib/map.h"
#include "fib/rib.h"
#include "fib/trie.h"

enum { ROOT4_BITS = 24, ROOT6_BITS = 24 };

struct fib {
	struct trie tries[2]; /* IPv4, IPv6 */
	struct arena arena;
	struct rib ribs[2];
	uint32_t *uses; /* by next hop */
};

static uint32_t which(uint8_t family)
{
	return family == 6;
}

int fib_create(const struct fib_config *config, struct fib **created)
{
	struct fib *fib = calloc(1, sizeof(*fib));
	int result;

	if (fib == NULL)
		return PYDP_E_NOMEM;
	rib_init(&fib->ribs[0], false, config->max_routes4, config->seed);
	rib_init(&fib->ribs[1], true, config->max_routes6, config->seed);
	fib->uses = map_memory(FIB_NEXT_HOPS * sizeof(*fib->uses), MAP_SMALL_PAGES);
	result = fib->uses == NULL ? PYDP_E_NOMEM : arena_create(&fib->arena, config->max_memory, config->readers);
	if (result == PYDP_OK)
		result = trie_create(&fib->tries[0], 32, ROOT4_BITS, &fib->arena);
	if (result == PYDP_OK)
		result = trie_create(&fib->tries[1], 128, ROOT6_BITS, &fib->arena);
	if (result != PYDP_OK) {
		fib_destroy(fib);
		return result;
	}
	*created = fib;
	return PYDP_OK;
}

void fib_destroy(struct fib *fib)
{
	if (fib == NULL)
		return;
	for (uint32_t i = 0; i < 2; i++) {
		rib_destroy(&fib->ribs[i]);
		trie_destroy(&fib->tries[i]);
	}
	arena_destroy(&fib->arena);
	map_end(fib->uses, FIB_NEXT_HOPS * sizeof(*fib->uses));
	free(fib);
}

int fib_set(struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length, uint32_t next_hop)
{
	struct rib *rib = &fib->ribs[which(family)];
	struct rib_key key = rib_key(family == 6, prefix, length);
	uint32_t before = rib_get(rib, &key);
	uint8_t octets[16];
	int result;

	if (before == next_hop)
		return PYDP_OK;
	if (before == FIB_NONE && !rib_reserve(rib, rib->count + 1))
		return PYDP_E_NOMEM;
	rib_octets(&key, octets);
	result = trie_put(&fib->tries[which(family)], octets, length, next_hop, before != FIB_NONE);
	if (result != PYDP_OK)
		return result;
	rib_put(rib, &key, next_hop);
	fib->uses[next_hop]++;
	fib->uses[before] -= before != FIB_NONE;
	return PYDP_OK;
}

void fib_foresee(const struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length, uint32_t step)
{
	struct rib_key key = rib_key(family == 6, prefix, length);
	uint8_t octets[16];

	if (step == 0)
		rib_prefetch(&fib->ribs[which(family)], &key);
	rib_octets(&key, octets);
	trie_prefetch(&fib->tries[which(family)], octets, step);
}

int fib_remove(struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length)
{
	struct rib *rib = &fib->ribs[which(family)];
	struct rib_key key = rib_key(family == 6, prefix, length), cover;
	uint32_t before = rib_get(rib, &key), next_hop, leaf = ENTRY_NONE;
	uint8_t octets[16];

	if (before == FIB_NONE)
		return PYDP_E_NOENT;
	if (rib_cover(rib, &key, &cover, &next_hop))
		leaf = leaf_make(cover.length, next_hop);
	rib_octets(&key, octets);
	trie_drop(&fib->tries[which(family)], octets, length, leaf);
	rib_drop(rib, &key);
	fib->uses[before]--;
	return PYDP_OK;
}

void fib_expect(struct fib *fib, uint8_t family, uint32_t count)
{
	struct rib *rib = &fib->ribs[which(family)];

	rib_reserve(rib, count < rib->most ? count : rib->most);
}

void fib_reclaim(struct fib *fib)
{
	arena_reclaim(&fib->arena);
}

uint32_t fib_get(const struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length)
{
	struct rib_key key = rib_key(family == 6, prefix, length);

	return rib_get(&fib->ribs[which(family)], &key);
}

bool fib_match(const struct fib *fib, uint8_t family, const uint8_t *address, struct fib_route *route)
{
	uint32_t leaf = trie_match(&fib->tries[which(family)], address);
	struct rib_key key;

	if (leaf == ENTRY_NONE)
		return false;
	key = rib_key(family == 6, address, leaf_length(leaf));
	rib_octets(&key, route->prefix);
	route->length = key.length;
	route->next_hop = leaf & ENTRY_ID;
	return true;
}

bool fib_next(const struct fib *fib, uint8_t family, uint32_t *at, struct fib_route *route)
{
	struct rib_key key;

	if (!rib_next(&fib->ribs[which(family)], at, &key, &route->next_hop))
		return false;
	rib_octets(&key, route->prefix);
	route->length = key.length;
	return true;
}

uint32_t fib_count(const struct fib *fib, uint8_t family)
{
	return fib->ribs[which(family)].count;
}

uint32_t fib_uses(const struct fib *fib, uint32_t next_hop)
{
	return next_hop < FIB_NEXT_HOPS ? fib->uses[next_hop] : 0;
}

size_t fib_memory(const struct fib *fib)
{
	size_t total = fib_node_memory(fib);

	for (uint32_t i = 0; i < 2; i++)
		total += rib_memory(&fib->ribs[i]) + trie_memory(&fib->tries[i]);
	return total;
}

size_t fib_node_memory(const struct fib *fib)
{
	return arena_used(&fib->arena);
}

void fib_lookup4(const struct fib *fib, const uint32_t *addresses, uint32_t *next_hops, uint16_t count)
{
	trie_lookup4(&fib->tries[0], addresses, next_hops, count);
}

void fib_lookup6(const struct fib *fib, const uint8_t *const *addresses, uint32_t *next_hops, uint16_t count)
{
	trie_lookup6(&fib->tries[1], addresses, next_hops, count);
}
