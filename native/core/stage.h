/* SPDX-License-Identifier: Apache-2.0 */
/* The stages that a burst of packets goes through, in order, as they are timed. */
#ifndef CORE_STAGE_H
#define CORE_STAGE_H
#include <stddef.h>
#include <stdint.h>

enum stage {
	STAGE_RECEIVE,  /* the driver's receive */
	STAGE_CLASSIFY, /* what is for us, what is in transit, with the header checks of that */
	STAGE_CONTROL,  /* BFD, ARP, neighbour discovery, and what is the host's */
	STAGE_LOOKUP,   /* routes, and where they lead */
	STAGE_REWRITE,  /* TTL, checksum, link header, staging */
	STAGE_TRANSMIT, /* the driver's transmit */
	STAGE_COUNT
};

/* Kebab-case; NULL where there is no such stage. */
static inline const char *stage_name(uint32_t stage)
{
	static const char *const names[STAGE_COUNT] = {"receive", "classify", "control", "look-up", "rewrite", "transmit"};

	return stage < STAGE_COUNT ? names[stage] : NULL;
}

#endif
