/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a destination may be an address of ours: one look at 512 bits, so that a packet in transit is compared with none of
 * them. A yes may be wrong, a no is right. */
#ifndef PATH_FILTER_H
#define PATH_FILTER_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "path/port.h"

struct path_filter {
	uint64_t words[8];
};

static inline uint32_t path_filter_place4(const uint8_t *address)
{
	uint32_t word;

	memcpy(&word, address, sizeof(word));
	return word * 0x9e3779b1u >> 23;
}

static inline uint32_t path_filter_place6(const uint8_t *address)
{
	uint64_t halves[2];

	memcpy(halves, address, sizeof(halves));
	return (uint32_t)((halves[0] ^ (halves[1] << 32 | halves[1] >> 32)) * UINT64_C(0x9e3779b97f4a7c15) >> 55);
}

static inline bool path_filter_has(const struct path_filter *filter, uint32_t place)
{
	return filter->words[place >> 6] >> (place & 63) & 1;
}

/* The addresses of all the ports, and the broadcast addresses of their prefixes. */
void path_filter_fill(struct path_filter *filter, struct path_port *const *ports, uint32_t count);

#endif
