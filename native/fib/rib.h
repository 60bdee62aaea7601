/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of one family, each with its next hop: a hash table, which grows with them. The writer's alone. */
#ifndef FIB_RIB_H
#define FIB_RIB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RIB_LENGTHS = 129 };

/* A prefix: its octets as two numbers in host order, zero behind its length; an IPv4 prefix is in the highest 32 bits. */
struct rib_key {
	uint64_t high, low;
	uint8_t length;
};

struct rib {
	void *table;       /* capacity routes, of 8 octets or 24 */
	uint32_t capacity; /* a power of two; 0: no table yet */
	uint32_t count, most;
	uint64_t seed;
	bool six;
	uint32_t lengths[RIB_LENGTHS]; /* routes of each prefix length */
};

struct rib_key rib_key(bool six, const uint8_t *octets, uint8_t length);
/* The octets of a key, 16 of them. */
void rib_octets(const struct rib_key *key, uint8_t octets[16]);

void rib_init(struct rib *rib, bool six, uint32_t most, uint64_t seed);
void rib_destroy(struct rib *rib);
/* Room for so many routes: true, or false where there are too many or is no memory. */
bool rib_reserve(struct rib *rib, uint32_t count);
/* The next hop of a route; 0: there is no such route. */
uint32_t rib_get(const struct rib *rib, const struct rib_key *key);
/* Upsert; room was reserved. */
void rib_put(struct rib *rib, const struct rib_key *key, uint32_t next_hop);
/* The route is there. */
void rib_drop(struct rib *rib, const struct rib_key *key);
/* The longest shorter prefix, a default route excepted; false where there is none. */
bool rib_cover(const struct rib *rib, const struct rib_key *key, struct rib_key *cover, uint32_t *next_hop);
/* Goes through all routes, in no order: begin with *at = 0; false at the end. */
bool rib_next(const struct rib *rib, uint32_t *at, struct rib_key *key, uint32_t *next_hop);
size_t rib_memory(const struct rib *rib);
/* Somebody is about to ask for the key. */
void rib_prefetch(const struct rib *rib, const struct rib_key *key);

#endif
