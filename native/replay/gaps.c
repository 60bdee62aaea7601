/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the histograms, and what is read from them. */
#include <stdlib.h>
#include <string.h>
#include "replay/gaps.h"

enum { OCTAVES = 59 };

void gaps_pool_init(struct gaps_pool *pool, uint32_t most)
{
	memset(pool, 0, sizeof(*pool));
	pool->used = 1;
	pool->most = most < GAPS_BLOCKS * GAPS_BLOCK_CHUNKS ? most : GAPS_BLOCKS * GAPS_BLOCK_CHUNKS;
}

void gaps_pool_free(struct gaps_pool *pool)
{
	for (uint32_t i = 0; i < GAPS_BLOCKS; i++)
		free(pool->blocks[i]);
	free(pool->next);
	free(pool->octave);
}

static int grow_notes(struct gaps_pool *pool)
{
	uint32_t wanted = pool->noted == 0 ? GAPS_BLOCK_CHUNKS : 2 * pool->noted;
	uint32_t *next = realloc(pool->next, wanted * sizeof(*next));
	uint8_t *octave;

	if (next == NULL)
		return 0;
	pool->next = next;
	octave = realloc(pool->octave, wanted);
	if (octave == NULL)
		return 0;
	pool->octave = octave;
	pool->noted = wanted;
	return 1;
}

static uint32_t take(struct gaps_pool *pool, uint8_t octave)
{
	uint32_t number = pool->used, **block = &pool->blocks[number / GAPS_BLOCK_CHUNKS];

	if (number >= pool->most || (number >= pool->noted && !grow_notes(pool)))
		return 0;
	/* A small capture touches little of it. */
	if (*block == NULL)
		*block = calloc(GAPS_BLOCK_CHUNKS, GAPS_BUCKETS * sizeof(**block));
	if (*block == NULL)
		return 0;
	pool->used++;
	pool->next[number] = 0;
	pool->octave[number] = octave;
	return number;
}

uint32_t gaps_chunk(struct gaps_pool *pool, struct gaps *gaps, uint8_t octave)
{
	uint32_t chunk;

	for (chunk = gaps->more; chunk != 0; chunk = pool->next[chunk])
		if (pool->octave[chunk] == octave)
			return chunk;
	chunk = take(pool, octave);
	if (chunk == 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (gaps->chunk[i] == 0) {
			gaps->chunk[i] = chunk;
			gaps->octave[i] = octave;
			return chunk;
		}
	pool->next[chunk] = gaps->more;
	gaps->more = chunk;
	return chunk;
}

static const uint32_t *counters_of(const struct gaps_pool *pool, uint32_t chunk)
{
	return &pool->blocks[chunk / GAPS_BLOCK_CHUNKS][chunk % GAPS_BLOCK_CHUNKS * GAPS_BUCKETS];
}

static uint64_t middle(uint32_t octave, uint32_t bucket)
{
	if (octave == 0)
		return bucket;
	return ((uint64_t)(GAPS_BUCKETS + bucket) << (octave - 1)) + ((uint64_t)1 << (octave - 1)) / 2;
}

/* The smallest value that `rank` of the gaps do not exceed. */
static uint64_t value_at(const uint32_t *const octaves[OCTAVES], uint64_t rank)
{
	for (uint32_t octave = 0; octave < OCTAVES; octave++) {
		if (octaves[octave] == NULL)
			continue;
		for (uint32_t bucket = 0; bucket < GAPS_BUCKETS; bucket++) {
			if (octaves[octave][bucket] >= rank)
				return middle(octave, bucket);
			rank -= octaves[octave][bucket];
		}
	}
	return 0;
}

static uint64_t most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

void gaps_fill(const struct gaps_pool *pool, const struct gaps *gaps, struct pydp_replay_gaps *out)
{
	const uint32_t *octaves[OCTAVES] = {0};
	uint64_t counted = 0, differences = gaps->count - gaps->runs;

	memset(out, 0, sizeof(*out));
	out->count = gaps->count;
	out->max_ns = gaps->max_ns;
	out->max_packet = gaps->max_packet;
	out->jitter_ns = differences == 0 ? 0 : gaps->difference_ns / differences;
	for (int i = 0; i < 2; i++)
		if (gaps->chunk[i] != 0)
			octaves[gaps->octave[i]] = counters_of(pool, gaps->chunk[i]);
	for (uint32_t chunk = gaps->more; chunk != 0; chunk = pool->next[chunk])
		octaves[pool->octave[chunk]] = counters_of(pool, chunk);
	for (uint32_t octave = 0; octave < OCTAVES; octave++)
		for (uint32_t bucket = 0; octaves[octave] != NULL && bucket < GAPS_BUCKETS; bucket++)
			counted += octaves[octave][bucket];
	if (counted == 0)
		return;
	out->p50_ns = most(value_at(octaves, (counted + 1) / 2), gaps->max_ns);
	out->p99_ns = most(value_at(octaves, counted - counted / 100), gaps->max_ns);
}
