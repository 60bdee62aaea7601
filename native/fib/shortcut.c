/* SPDX-License-Identifier: Apache-2.0 */
#include <pydp/status.h>
#include "fib/map.h"
#include "fib/shortcut.h"

#define MOST_SIZE ((SHORTCUT_WAYS * sizeof(uint64_t)) << SHORTCUT_MOST_BITS)

static uint32_t mask_of(uint32_t bits)
{
	return (SHORTCUT_WAYS << bits) - SHORTCUT_WAYS;
}

int shortcuts_create(struct shortcuts *shortcuts)
{
	*shortcuts = (struct shortcuts){.mask = mask_of(SHORTCUT_LEAST_BITS)};
	shortcuts->pairs = map_memory(MOST_SIZE, MAP_LARGE_PAGES);
	return shortcuts->pairs == NULL ? PYDP_E_NOMEM : PYDP_OK;
}

void shortcuts_destroy(struct shortcuts *shortcuts)
{
	map_end(shortcuts->pairs, MOST_SIZE);
	shortcuts->pairs = NULL;
}

size_t shortcuts_memory(const struct shortcuts *shortcuts)
{
	return shortcuts->pairs == NULL ? 0 : (shortcuts->mask + SHORTCUT_WAYS) * sizeof(*shortcuts->pairs);
}

static void store(uint64_t *pair, uint64_t value)
{
	__atomic_store_n(pair, value, __ATOMIC_RELEASE);
}

static uint64_t *bucket_of(const struct shortcuts *shortcuts, uint32_t start)
{
	return &shortcuts->pairs[shortcut_bucket(start, shortcuts->mask)];
}

/* Where the pair of these bits is; NULL: there is none. */
static uint64_t *taken(uint64_t *bucket, uint32_t start)
{
	for (uint32_t way = 0; way < SHORTCUT_WAYS; way++)
		if (bucket[way] != 0 && bucket[way] >> 32 == start)
			return &bucket[way];
	return NULL;
}

static uint64_t *free_place(uint64_t *bucket)
{
	for (uint32_t way = 0; way < SHORTCUT_WAYS; way++)
		if (bucket[way] == 0)
			return &bucket[way];
	return NULL;
}

/* Twice as many buckets: a pair stays, or goes to one of the new ones. */
static void grow(struct shortcuts *shortcuts)
{
	uint32_t before = shortcuts->mask + SHORTCUT_WAYS;

	__atomic_store_n(&shortcuts->mask, 2 * before - SHORTCUT_WAYS, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < before; i++) {
		uint64_t pair = shortcuts->pairs[i], *to = bucket_of(shortcuts, (uint32_t)(pair >> 32));

		if (pair == 0 || to < &shortcuts->pairs[before])
			continue;
		store(free_place(to), pair);
		store(&shortcuts->pairs[i], 0);
	}
}

uint32_t shortcuts_set(struct shortcuts *shortcuts, uint32_t start, uint32_t line)
{
	uint64_t *bucket = bucket_of(shortcuts, start), *at = taken(bucket, start);
	uint64_t pair = line == ARENA_NONE ? 0 : (uint64_t)start << 32 | line;
	uint32_t before;

	if (at != NULL) {
		before = (uint32_t)*at;
		store(at, pair);
		shortcuts->count -= pair == 0;
		if (shortcuts->count == 0)
			__atomic_store_n(&shortcuts->mask, mask_of(SHORTCUT_LEAST_BITS), __ATOMIC_RELAXED);
		return before;
	}
	at = free_place(bucket);
	if (pair == 0 || at == NULL)
		return line;
	store(at, pair);
	/* Where one place in four is taken, buckets of two leave out three of a hundred. */
	if (++shortcuts->count > shortcuts->mask / 4 && shortcuts->mask < mask_of(SHORTCUT_MOST_BITS))
		grow(shortcuts);
	return ARENA_NONE;
}
