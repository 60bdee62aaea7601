/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-random numbers from a state that the caller owns (a 64-bit Weyl sequence with a mixing function, "splitmix64").
 * Good for jitter and discriminators; not for keys. */
#ifndef CORE_RNG_H
#define CORE_RNG_H
#include <stdint.h>

struct rng {
	uint64_t state; /* any value is a good seed */
};

static inline void rng_seed(struct rng *rng, uint64_t seed)
{
	rng->state = seed;
}

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = (rng->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number in [0, bound), bound > 0. The bias is below bound / 2^32. */
static inline uint32_t rng_below(struct rng *rng, uint32_t bound)
{
	return (uint32_t)(((rng_next(rng) >> 32) * bound) >> 32);
}

#endif
