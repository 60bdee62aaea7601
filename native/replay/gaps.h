/* SPDX-License-Identifier: Apache-2.0 */
/* Gaps between packets: count, longest, jitter, and a histogram of 64 linear buckets an octave, so that a quantile is right
 * within 1/128. A histogram takes memory for an octave when the first gap falls into it. */
#ifndef REPLAY_GAPS_H
#define REPLAY_GAPS_H
#include <stddef.h>
#include <stdint.h>
#include <pydp/replay.h>

enum {
	GAPS_BUCKETS = 64,        /* in a chunk: one octave */
	GAPS_BLOCK_CHUNKS = 4096, /* chunks that are allocated at once */
	GAPS_BLOCKS = 1024
};

/* Chunks for many histograms. A chunk is known by its number; 0 is none. */
struct gaps_pool {
	uint32_t *blocks[GAPS_BLOCKS];
	uint32_t *next;      /* of each chunk: another one of the same histogram */
	uint8_t *octave;     /* of each chunk */
	uint32_t used;       /* numbers given, from 1 */
	uint32_t most;       /* chunks that may be given */
	uint32_t noted;      /* length of next and octave */
	uint64_t unmeasured; /* gaps that miss in the quantiles, because no chunk was left for them */
};

#define GAPS_NONE UINT64_MAX

/* One cache line: the two octaves that came first are at hand, further ones in a list. */
struct gaps {
	uint64_t count;
	uint64_t max_ns;
	uint64_t max_packet;
	uint64_t difference_ns; /* sum of the differences between one gap and the next */
	uint64_t before_ns;     /* the gap before, or GAPS_NONE */
	uint32_t runs;          /* gaps that had none before them */
	uint32_t chunk[2];
	uint32_t more;
	uint8_t octave[2];
	uint8_t reserved[6];
};
_Static_assert(sizeof(struct gaps) == 64, "a histogram's head is one cache line");

void gaps_pool_init(struct gaps_pool *pool, uint32_t most);
void gaps_pool_free(struct gaps_pool *pool);

static inline void gaps_init(struct gaps *gaps)
{
	*gaps = (struct gaps){.before_ns = GAPS_NONE};
}

/* The next gap follows no other. */
static inline void gaps_break(struct gaps *gaps)
{
	gaps->before_ns = GAPS_NONE;
}

/* The number of the chunk for an octave; 0 when no more may be had. */
uint32_t gaps_chunk(struct gaps_pool *pool, struct gaps *gaps, uint8_t octave);

/* Which octave of a histogram a gap falls into, and which bucket of it. */
struct gaps_place {
	uint8_t octave;
	uint8_t bucket;
};

static inline struct gaps_place gaps_place(uint64_t gap_ns)
{
	uint32_t top = gap_ns < GAPS_BUCKETS ? 5 : 63 - (uint32_t)__builtin_clzll(gap_ns);
	uint8_t octave = (uint8_t)(top - 5);

	return (struct gaps_place){octave, (uint8_t)(gap_ns >> (octave == 0 ? 0 : octave - 1)) & (GAPS_BUCKETS - 1)};
}

static inline uint32_t *gaps_counter(const struct gaps_pool *pool, uint32_t chunk, uint8_t bucket)
{
	return &pool->blocks[chunk / GAPS_BLOCK_CHUNKS][chunk % GAPS_BLOCK_CHUNKS * GAPS_BUCKETS + bucket];
}

/* Asks memory for the counter of a gap that is about to be added. Inlined by force: see look_ahead() in watch.c. */
static inline __attribute__((always_inline)) void gaps_prefetch(const struct gaps_pool *pool, const struct gaps *gaps,
								uint64_t gap_ns)
{
	struct gaps_place place = gaps_place(gap_ns);

	for (int i = 0; i < 2; i++)
		if (gaps->chunk[i] != 0 && gaps->octave[i] == place.octave)
			__builtin_prefetch(gaps_counter(pool, gaps->chunk[i], place.bucket), 1);
}

static inline void gaps_add(struct gaps_pool *pool, struct gaps *gaps, uint64_t gap_ns, uint64_t packet)
{
	struct gaps_place place = gaps_place(gap_ns);
	uint32_t chunk;

	if (gaps->before_ns == GAPS_NONE)
		gaps->runs++;
	else
		gaps->difference_ns += gap_ns > gaps->before_ns ? gap_ns - gaps->before_ns : gaps->before_ns - gap_ns;
	gaps->before_ns = gap_ns;
	gaps->count++;
	if (gap_ns > gaps->max_ns) {
		gaps->max_ns = gap_ns;
		gaps->max_packet = packet;
	}
	if (gaps->chunk[0] != 0 && gaps->octave[0] == place.octave)
		chunk = gaps->chunk[0];
	else if (gaps->chunk[1] != 0 && gaps->octave[1] == place.octave)
		chunk = gaps->chunk[1];
	else
		chunk = gaps_chunk(pool, gaps, place.octave);
	if (chunk != 0) {
		uint32_t *counter = gaps_counter(pool, chunk, place.bucket);

		*counter += *counter != UINT32_MAX;
	} else {
		pool->unmeasured++;
	}
}

void gaps_fill(const struct gaps_pool *pool, const struct gaps *gaps, struct pydp_replay_gaps *out);

#endif
