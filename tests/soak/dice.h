/* SPDX-License-Identifier: Apache-2.0 */
/* The adversary's chance: xorshift64*, from a seed, so that a run repeats itself. */
#ifndef SOAK_DICE_H
#define SOAK_DICE_H
#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t x = dice->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	dice->state = x;
	return x * UINT64_C(2685821657736338717);
}

static inline void dice_seed(struct dice *dice, uint64_t seed)
{
	dice->state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	(void)dice_roll(dice);
	(void)dice_roll(dice);
}

/* From low to high, both included. */
static inline uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
	return high <= low ? low : low + dice_roll(dice) % (high - low + 1);
}

static inline bool dice_chance(struct dice *dice, uint32_t ppm)
{
	return ppm != 0 && dice_roll(dice) % 1000000 < ppm;
}

#endif
