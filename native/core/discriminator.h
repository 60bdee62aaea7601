/* SPDX-License-Identifier: Apache-2.0 */
/* Our discriminators: the low 20 bits are the session's slot, the high 12 are random and never all zero, so a discriminator
 * is unique, nonzero, opaque to the peer (RFC 5880 6.3, 6.8.1) and finds its session by index. */
#ifndef CORE_DISCRIMINATOR_H
#define CORE_DISCRIMINATOR_H
#include <stdint.h>
#include "mutant.h"
#include "rng.h"

enum { DISCRIMINATOR_SLOT_BITS = 20, DISCRIMINATOR_SLOTS = 1 << DISCRIMINATOR_SLOT_BITS };

static inline uint32_t discriminator_slot(uint32_t discriminator)
{
	return discriminator & (DISCRIMINATOR_SLOTS - 1);
}

/* previous: the slot's last discriminator (0: none). The new one differs, so that a late packet for the slot's former
 * session finds nothing. */
static inline uint32_t discriminator_make(uint32_t slot, uint32_t previous, struct rng *rng)
{
	uint32_t old = previous >> DISCRIMINATOR_SLOT_BITS;
	uint32_t high;

	if (MUTANT(72))
		return 1U << DISCRIMINATOR_SLOT_BITS | discriminator_slot(slot);
	do {
		high = 1 + rng_below(rng, 4095);
	} while (high == old);
	return high << DISCRIMINATOR_SLOT_BITS | discriminator_slot(slot);
}

#endif
