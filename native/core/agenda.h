/* SPDX-License-Identifier: Apache-2.0 */
/* Timers in a ring of ticks, each with blocks of numbers that lie side by side, over arrays that the caller owns. wheel.h's lists
 * wait for memory at each step; here a hundred thousand timers that come due every ten milliseconds are read in order. What it
 * gives up for that is cancelling, and times beyond its one round.
 *
 * Arming for a later time does nothing, as with the wheel: it fires at the old time, and whoever gets the number looks at the
 * real deadline and arms again. Beyond a round it fires at the round's end. Never early for the time it was armed for but in
 * that case, and at most one tick late. */
#ifndef CORE_AGENDA_H
#define CORE_AGENDA_H
#include <assert.h>
#include <stdint.h>

enum {
	AGENDA_TICK_BITS = 14,  /* about 16 us */
	AGENDA_TICKS = 1 << 17, /* 2.1 s: more than the second between slow hellos (RFC 5880 6.8.3) */
	AGENDA_ITEMS = 14
};

struct agenda_block {
	uint32_t next; /* UINT32_MAX: none */
	uint32_t count;
	uint32_t items[AGENDA_ITEMS];
};
static_assert(sizeof(struct agenda_block) == 64, "one cache line");

struct agenda {
	uint64_t tick; /* the next to look at */
	uint32_t capacity;
	uint32_t blocks_made, blocks;
	uint32_t free;   /* blocks that were used and are not */
	uint32_t *armed; /* the tick of each timer's valid entry, its low 32 bits; AGENDA_IDLE: none */
	struct agenda_block *pool;
	uint32_t *heads; /* AGENDA_TICKS of them */
	uint64_t occupied[AGENDA_TICKS / 64];
};

/* How many blocks a pool for so many timers must have. */
uint32_t agenda_blocks(uint32_t capacity);
/* Time begins. capacity numbers in armed, agenda_blocks(capacity) blocks in pool, AGENDA_TICKS numbers in heads, which must
 * outlive the agenda; what is in them does not matter. */
void agenda_init(struct agenda *agenda, uint32_t *armed, struct agenda_block *pool, uint32_t *heads, uint32_t capacity,
		 uint64_t now_ns);
/* deadline_ns UINT64_MAX: nothing to do. */
void agenda_arm(struct agenda *agenda, uint32_t index, uint64_t deadline_ns);
/* Up to capacity (at least AGENDA_ITEMS) numbers that are due. When it gives none, none is due by now_ns. */
uint32_t agenda_expire(struct agenda *agenda, uint64_t now_ns, uint32_t *indices, uint32_t capacity);
/* When the next one may be due; UINT64_MAX: none is armed. */
uint64_t agenda_next(const struct agenda *agenda);

#endif
