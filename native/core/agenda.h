/* SPDX-License-Identifier: Apache-2.0 */
/* A timing wheel of one round, whose ticks hold their timers in blocks of numbers that lie side by side, in memory that the caller
 * owns. It knows no clock and calls nobody; it hands out the numbers whose time has come. Lists linked through the timers would
 * wait for memory at each step; here a hundred thousand timers that come due every ten milliseconds are read in order.
 *
 * Re-arming is lazy: arming an armed timer for a later time does nothing, it fires at the old time, and whoever gets the number
 * looks at the real deadline and arms again. Beyond a round it fires at the round's end. Never early for the time it was armed
 * for but in that case, and at most one tick late. */
#ifndef CORE_AGENDA_H
#define CORE_AGENDA_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
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
	uint32_t free;     /* blocks that were used and are not */
	uint32_t due;      /* blocks whose tick has come */
	uint32_t due_mark; /* what armed says of the timers in them */
	uint32_t *armed;   /* agenda_mark of the tick of each timer's valid entry; 0: not armed */
	uint32_t *heads;   /* the blocks of each tick that is occupied */
	struct agenda_block *pool;
	uint64_t occupied[AGENDA_TICKS / 64];     /* a bit a tick */
	uint64_t summary[AGENDA_TICKS / 64 / 64]; /* a bit a word of those that is not 0 */
};

/* Octets of memory that so many timers need. */
size_t agenda_size(uint32_t capacity);
/* Time begins. memory: agenda_size(capacity) octets, aligned to a cache line, which must outlive the agenda; what is in them does
 * not matter. */
void agenda_init(struct agenda *agenda, void *memory, uint32_t capacity, uint64_t now_ns);
/* deadline_ns UINT64_MAX: nothing to do, an armed timer stays and fires at its old time. */
void agenda_arm(struct agenda *agenda, uint32_t index, uint64_t deadline_ns);
void agenda_cancel(struct agenda *agenda, uint32_t index);
/* Disarms up to capacity timers that are due, in order of their ticks, and gives their numbers. When it gives capacity of them,
 * more may be due: call again. */
uint32_t agenda_expire(struct agenda *agenda, uint64_t now_ns, uint32_t *indices, uint32_t capacity);
/* When the next one may be due, or an earlier time; UINT64_MAX: none is armed. */
uint64_t agenda_next(const struct agenda *agenda);

/* A tick's low bits, never 0. Two marks compare by the sign of their difference: nothing is armed further ahead than a round. */
static inline uint32_t agenda_mark(uint64_t tick)
{
	return (uint32_t)tick << 1 | 1;
}

static inline bool agenda_is_armed(const struct agenda *agenda, uint32_t index)
{
	return agenda->armed[index] != 0;
}

#endif
