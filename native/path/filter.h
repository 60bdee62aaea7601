/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a destination may be an address of ours: one look at a small table, so that a packet in transit is compared with none of
 * them. A yes may be wrong, for one in some ten thousand packets; a no is right. */
#ifndef PATH_FILTER_H
#define PATH_FILTER_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "path/port.h"

enum {
	PATH_FILTER_PLACES = 512,
	PATH_FILTER_PLACE_SHIFT = 32 - 9, /* of a hash: its place in the table, */
	PATH_FILTER_MARK_SHIFT = 32 - 17, /* and what tells it from most others there */
	PATH_FILTER_MARK = 0xff,
	PATH_FILTER_TAKEN = 0x100,  /* by the address with the mark */
	PATH_FILTER_SHARED = 0x200, /* by addresses with different marks */
};
/* A multiplicative hash: the high bits of a product. */
#define PATH_FILTER_FACTOR 0x9e3779b1u

struct path_filter {
	uint32_t places[PATH_FILTER_PLACES]; /* 0: nothing of ours */
};

/* Of the words of an address as they stand in memory: numbers, or vectors of them. */
#define path_filter_mix4(word) ((word) * PATH_FILTER_FACTOR)
#define path_filter_mix6(one, two, three, four) \
	((((one) ^ (three)) * PATH_FILTER_FACTOR + ((two) ^ ((four) << 16 | (four) >> 16))) * PATH_FILTER_FACTOR)

static inline uint32_t path_filter_hash4(const uint8_t *address)
{
	uint32_t word;

	memcpy(&word, address, sizeof(word));
	return path_filter_mix4(word);
}

static inline uint32_t path_filter_hash6(const uint8_t *address)
{
	uint32_t words[4];

	memcpy(words, address, sizeof(words));
	return path_filter_mix6(words[0], words[1], words[2], words[3]);
}

/* What is in the place of an address that is there alone. */
static inline uint32_t path_filter_mark(uint32_t hash)
{
	return PATH_FILTER_TAKEN | (hash >> PATH_FILTER_MARK_SHIFT & PATH_FILTER_MARK);
}

static inline bool path_filter_has(const struct path_filter *filter, uint32_t hash)
{
	uint32_t place = filter->places[hash >> PATH_FILTER_PLACE_SHIFT];

	return place == path_filter_mark(hash) || place == PATH_FILTER_SHARED;
}

/* The addresses of all the ports, and the broadcast addresses of their prefixes. */
void path_filter_fill(struct path_filter *filter, struct path_port *const *ports, uint32_t count);

#endif
