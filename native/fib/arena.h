/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that readers look at while the writer changes it: pieces of 1 to 21 lines of 64 octets, named by the number of their
 * first line. A piece that readers may still see is retired, and given out again once each of them has been quiescent.
 *
 * Blocks of 64 lines serve pieces of one size, and any size again when all of their pieces are free. */
#ifndef FIB_ARENA_H
#define FIB_ARENA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARENA_LINE = 64, ARENA_BLOCK_LINES = 64, ARENA_SIZES = 8, ARENA_MOST_LINES = 21 };
/* Line 0 is never given out, and its user's. */
enum { ARENA_NONE = 0 };

struct rte_rcu_qsbr;

struct arena_block {
	uint32_t next, previous; /* of the same size with something free; 0: none */
	uint32_t free_line;      /* first of the freed pieces, which are linked through their first word; 0: none */
	uint16_t used;           /* pieces */
	uint8_t size;            /* index of its pieces' size */
	uint8_t fresh;           /* pieces given out at least once */
};

struct arena_retired {
	uint64_t token;
	uint32_t line;
};

struct arena {
	uint8_t *lines;
	size_t limit; /* octets that may be used */
	struct arena_block *blocks;
	uint32_t block_count; /* blocks used at least once, block 0 among them */
	uint32_t block_limit;
	uint32_t empty;                /* first block without a piece; 0: none */
	uint32_t partial[ARENA_SIZES]; /* first block with something free, by size */
	uint32_t used_blocks;
	/* what readers may still see, oldest first: a ring */
	struct arena_retired *retired;
	uint32_t retired_from, retired_count;
	struct rte_rcu_qsbr *readers; /* NULL: none, ever */
};

static inline void *arena_at(const struct arena *arena, uint32_t line)
{
	return arena->lines + (size_t)line * ARENA_LINE;
}

/* limit: octets. 0, or PYDP_E_NOMEM where the kernel refuses the address space. */
int arena_create(struct arena *arena, size_t limit, struct rte_rcu_qsbr *readers);
void arena_destroy(struct arena *arena);
/* At least so many lines (1 to ARENA_MOST_LINES), not zeroed; ARENA_NONE when the limit is reached. May wait for readers then. */
uint32_t arena_take(struct arena *arena, uint32_t lines);
/* The same for what can be done without, where nothing is to be waited for and a quarter of the memory remains. */
uint32_t arena_spare(struct arena *arena, uint32_t lines);
/* Of a piece that no reader has seen. */
void arena_give(struct arena *arena, uint32_t line);
/* Of a piece that no reader finds any more. */
void arena_retire(struct arena *arena, uint32_t line);
/* Frees what no reader can see any more. */
void arena_reclaim(struct arena *arena);
/* Octets that are in use, the retired among them. */
size_t arena_used(const struct arena *arena);

#endif
