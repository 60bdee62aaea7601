/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <rte_rcu_qsbr.h>
#include <pydp/status.h>
#include "fib/arena.h"
#include "fib/map.h"

enum { RETIRED_MOST = 1 << 15, RECLAIM_AT_ONCE = 4 };

/* Lines of a piece: as many of them as there is room for in a block. */
static const uint8_t sizes[ARENA_SIZES] = {1, 2, 3, 4, 6, 8, 12, ARENA_MOST_LINES};

static uint32_t block_of(uint32_t line)
{
	return line / ARENA_BLOCK_LINES;
}

static uint32_t pieces(const struct arena_block *block)
{
	return ARENA_BLOCK_LINES / sizes[block->size];
}

static bool has_free(const struct arena_block *block)
{
	return block->free_line != 0 || block->fresh < pieces(block);
}

int arena_create(struct arena *arena, size_t limit, struct rte_rcu_qsbr *readers)
{
	const size_t block = (size_t)ARENA_BLOCK_LINES * ARENA_LINE;

	*arena = (struct arena){.block_limit = (uint32_t)(limit / block), .readers = readers, .block_count = 1};
	arena->limit = arena->block_limit * block;
	arena->lines = map_memory(arena->limit, MAP_LARGE_PAGES);
	arena->blocks = map_memory(arena->block_limit * sizeof(*arena->blocks), MAP_SMALL_PAGES);
	arena->retired = map_memory(RETIRED_MOST * sizeof(*arena->retired), MAP_SMALL_PAGES);
	if (arena->lines != NULL && arena->blocks != NULL && arena->retired != NULL)
		return PYDP_OK;
	arena_destroy(arena);
	return PYDP_E_NOMEM;
}

void arena_destroy(struct arena *arena)
{
	map_end(arena->lines, arena->limit);
	map_end(arena->blocks, arena->block_limit * sizeof(*arena->blocks));
	map_end(arena->retired, RETIRED_MOST * sizeof(*arena->retired));
	*arena = (struct arena){0};
}

size_t arena_used(const struct arena *arena)
{
	return (size_t)arena->used_blocks * ARENA_BLOCK_LINES * ARENA_LINE;
}

static void link_in(struct arena *arena, uint32_t number)
{
	struct arena_block *block = &arena->blocks[number];
	uint32_t *first = &arena->partial[block->size];

	block->previous = 0;
	block->next = *first;
	if (*first != 0)
		arena->blocks[*first].previous = number;
	*first = number;
}

static void link_out(struct arena *arena, uint32_t number)
{
	struct arena_block *block = &arena->blocks[number];

	if (block->next != 0)
		arena->blocks[block->next].previous = block->previous;
	if (block->previous != 0)
		arena->blocks[block->previous].next = block->next;
	else
		arena->partial[block->size] = block->next;
}

/* A block for pieces of a size, linked in; 0 when there is none. */
static uint32_t new_block(struct arena *arena, uint8_t size)
{
	uint32_t number = arena->empty;

	if (number != 0)
		arena->empty = arena->blocks[number].next;
	else if (arena->block_count < arena->block_limit)
		number = arena->block_count++;
	else
		return 0;
	arena->blocks[number] = (struct arena_block){.size = size};
	arena->used_blocks++;
	link_in(arena, number);
	return number;
}

/* Gives back what readers cannot see any more, at most so many; with wait, the first of them in any case. */
static void reclaim(struct arena *arena, uint32_t most, bool wait)
{
	for (uint32_t done = 0; arena->retired_count > 0 && done < most; done++) {
		const struct arena_retired *oldest = &arena->retired[arena->retired_from];

		if (arena->readers != NULL && rte_rcu_qsbr_check(arena->readers, oldest->token, wait && done == 0) == 0)
			return;
		arena_give(arena, oldest->line);
		arena->retired_from = (arena->retired_from + 1) % RETIRED_MOST;
		arena->retired_count--;
	}
}

static uint32_t take(struct arena *arena, uint8_t size)
{
	uint32_t number = arena->partial[size], line;
	struct arena_block *block;

	if (number == 0)
		number = new_block(arena, size);
	if (number == 0)
		return ARENA_NONE;
	block = &arena->blocks[number];
	if (block->free_line != 0) {
		line = block->free_line;
		block->free_line = *(uint32_t *)arena_at(arena, line);
	} else {
		line = number * ARENA_BLOCK_LINES + block->fresh++ * sizes[size];
	}
	block->used++;
	if (!has_free(block))
		link_out(arena, number);
	return line;
}

/* The least one that is enough. */
static uint8_t size_of(uint32_t lines)
{
	uint8_t size = 0;

	while (sizes[size] < lines)
		size++;
	return size;
}

uint32_t arena_spare(struct arena *arena, uint32_t lines)
{
	return arena->used_blocks < arena->block_limit / 4 * 3 ? take(arena, size_of(lines)) : (uint32_t)ARENA_NONE;
}

uint32_t arena_take(struct arena *arena, uint32_t lines)
{
	uint8_t size = size_of(lines);
	uint32_t line = take(arena, size);

	while (line == ARENA_NONE && arena->retired_count > 0) {
		reclaim(arena, RETIRED_MOST, true);
		line = take(arena, size);
	}
	return line;
}

void arena_give(struct arena *arena, uint32_t line)
{
	uint32_t number = block_of(line);
	struct arena_block *block = &arena->blocks[number];

	if (!has_free(block))
		link_in(arena, number);
	*(uint32_t *)arena_at(arena, line) = block->free_line;
	block->free_line = line;
	if (--block->used > 0)
		return;
	link_out(arena, number);
	block->next = arena->empty;
	arena->empty = number;
	arena->used_blocks--;
}

void arena_retire(struct arena *arena, uint32_t line)
{
	uint32_t to;

	if (arena->readers == NULL) {
		arena_give(arena, line);
		return;
	}
	if (arena->retired_count == RETIRED_MOST)
		reclaim(arena, RETIRED_MOST, true);
	to = (arena->retired_from + arena->retired_count++) % RETIRED_MOST;
	arena->retired[to] = (struct arena_retired){.token = rte_rcu_qsbr_start(arena->readers), .line = line};
	reclaim(arena, RECLAIM_AT_ONCE, false);
}

void arena_reclaim(struct arena *arena)
{
	reclaim(arena, RETIRED_MOST, false);
}
