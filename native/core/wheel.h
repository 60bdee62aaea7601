/* SPDX-License-Identifier: Apache-2.0 */
/* A hierarchical timer wheel over arrays that the caller owns, linked by 32-bit indices: one timer an index. It knows no
 * clock and calls nobody; it hands out the indices whose time has come.
 *
 * Re-arming is lazy: arming an armed timer for a later time does nothing, it fires at the old time, and whoever gets the
 * index looks at the real deadline and arms again. A timer never fires early with respect to the time it was armed for, and
 * at most one tick late. */
#ifndef CORE_WHEEL_H
#define CORE_WHEEL_H
#include <stdbool.h>
#include <stdint.h>

enum {
	WHEEL_TICK_BITS = 14, /* a tick is 2^14 ns, about 16 us */
	WHEEL_LEVELS = 4,
	/* Level 0 reaches 67 ms, so that timers of short intervals never move between levels. */
	WHEEL_LOW_BITS = 12,
	WHEEL_HIGH_BITS = 8,
	WHEEL_LOW_SLOTS = 1 << WHEEL_LOW_BITS,
	WHEEL_HIGH_SLOTS = 1 << WHEEL_HIGH_BITS,
	WHEEL_SLOTS = WHEEL_LOW_SLOTS + (WHEEL_LEVELS - 1) * WHEEL_HIGH_SLOTS
};

/* Times beyond the top level (about 13 days) go into its last slot and are placed again from there. */

struct wheel_node {
	uint64_t tick; /* when it fires; UINT64_MAX: not armed */
	uint32_t next; /* index, or UINT32_MAX */
	uint32_t prev; /* index, or 2^31 + slot for the first of a slot */
};

struct wheel {
	struct wheel_node *nodes;
	uint32_t capacity;
	uint32_t armed;                      /* timers armed */
	uint64_t tick;                       /* the next tick to look at */
	uint64_t occupied[WHEEL_SLOTS / 64]; /* one bit a slot; the levels lie behind one another */
	uint32_t heads[WHEEL_SLOTS];
};

/* nodes: capacity elements (below 2^31), which must outlive the wheel; initialised here. */
void wheel_init(struct wheel *wheel, struct wheel_node *nodes, uint32_t capacity, uint64_t now_ns);
/* deadline_ns UINT64_MAX: nothing to do, an armed timer stays and fires at its old time. */
void wheel_arm(struct wheel *wheel, uint32_t index, uint64_t deadline_ns);
void wheel_cancel(struct wheel *wheel, uint32_t index);
/* Takes up to capacity due timers out of the wheel, in order of their ticks. When it returns capacity, more may be due:
 * call again. */
uint32_t wheel_expire(struct wheel *wheel, uint64_t now_ns, uint32_t *indices, uint32_t capacity);
/* A time at which wheel_expire is worth calling again: not later than the first timer's tick, and possibly earlier;
 * UINT64_MAX when nothing is armed. */
uint64_t wheel_next(const struct wheel *wheel);

static inline bool wheel_is_armed(const struct wheel *wheel, uint32_t index)
{
	return wheel->nodes[index].tick != UINT64_MAX;
}

#endif
