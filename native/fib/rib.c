/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probes: a removed route leaves no trace, those behind it move up. */
#include <string.h>
#include <rte_byteorder.h>
#include "fib/map.h"
#include "fib/rib.h"

enum { LENGTH_SHIFT = 24, LEAST_CAPACITY = 512 };

/* Length and next hop in one word, which is never 0. */
struct route4 {
	uint32_t prefix, route;
};

struct route6 {
	uint64_t high, low;
	uint32_t route, unused;
};

struct rib_key rib_key(bool six, const uint8_t *octets, uint8_t length)
{
	struct rib_key key = {.length = length};

	memcpy(&key.high, octets, six ? 8 : 4);
	key.high = rte_be_to_cpu_64(key.high);
	if (length <= 64) {
		key.high &= length == 0 ? 0 : ~UINT64_C(0) << (64 - length);
		return key;
	}
	memcpy(&key.low, octets + 8, 8);
	key.low = rte_be_to_cpu_64(key.low) & ~UINT64_C(0) << (128 - length);
	return key;
}

void rib_octets(const struct rib_key *key, uint8_t octets[16])
{
	uint64_t high = rte_cpu_to_be_64(key->high), low = rte_cpu_to_be_64(key->low);

	memcpy(octets, &high, 8);
	memcpy(octets + 8, &low, 8);
}

void rib_init(struct rib *rib, bool six, uint32_t most, uint64_t seed)
{
	*rib = (struct rib){.six = six, .most = most, .seed = seed | 1};
}

static size_t route_size(const struct rib *rib)
{
	return rib->six ? sizeof(struct route6) : sizeof(struct route4);
}

size_t rib_memory(const struct rib *rib)
{
	return rib->capacity * route_size(rib);
}

void rib_destroy(struct rib *rib)
{
	map_end(rib->table, rib_memory(rib));
	rib->table = NULL;
	rib->capacity = rib->count = 0;
}

/* Neither peers nor their prefixes know the seed. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t home(const struct rib *rib, const struct rib_key *key)
{
	uint64_t hash = mix(key->high ^ rib->seed, UINT64_C(0x9e3779b97f4a7c15) + key->length);

	hash = mix(hash ^ key->low, rib->seed ^ UINT64_C(0xd1b54a32d192ed03));
	return (uint32_t)hash & (rib->capacity - 1);
}

static uint32_t *route_at(const struct rib *rib, uint32_t at)
{
	return rib->six ? &((struct route6 *)rib->table)[at].route : &((struct route4 *)rib->table)[at].route;
}

static struct rib_key key_at(const struct rib *rib, uint32_t at)
{
	uint8_t length = (uint8_t)(*route_at(rib, at) >> LENGTH_SHIFT);

	if (!rib->six)
		return (struct rib_key){.high = (uint64_t)((struct route4 *)rib->table)[at].prefix << 32, .length = length};
	return (struct rib_key){
		.high = ((struct route6 *)rib->table)[at].high, .low = ((struct route6 *)rib->table)[at].low, .length = length};
}

static void write_at(struct rib *rib, uint32_t at, const struct rib_key *key, uint32_t next_hop)
{
	uint32_t route = (uint32_t)key->length << LENGTH_SHIFT | next_hop;

	if (rib->six)
		((struct route6 *)rib->table)[at] = (struct route6){.high = key->high, .low = key->low, .route = route};
	else
		((struct route4 *)rib->table)[at] = (struct route4){.prefix = (uint32_t)(key->high >> 32), .route = route};
}

/* Where the route is, or would be. There is a free place. */
static uint32_t find(const struct rib *rib, const struct rib_key *key)
{
	uint32_t at = home(rib, key);

	for (;; at = (at + 1) & (rib->capacity - 1)) {
		struct rib_key there;

		if (*route_at(rib, at) == 0)
			return at;
		there = key_at(rib, at);
		if (there.high == key->high && there.low == key->low && there.length == key->length)
			return at;
	}
}

void rib_prefetch(const struct rib *rib, const struct rib_key *key)
{
	if (rib->capacity != 0)
		__builtin_prefetch(route_at(rib, home(rib, key)));
}

static bool grow(struct rib *rib, uint32_t capacity)
{
	struct rib old = *rib;
	struct rib_key key;
	uint32_t at = 0, next_hop;

	rib->table = map_memory(capacity * route_size(rib), MAP_LARGE_PAGES);
	if (rib->table == NULL) {
		rib->table = old.table;
		return false;
	}
	rib->capacity = capacity;
	while (rib_next(&old, &at, &key, &next_hop))
		write_at(rib, find(rib, &key), &key, next_hop);
	map_end(old.table, rib_memory(&old));
	return true;
}

bool rib_reserve(struct rib *rib, uint32_t count)
{
	uint32_t capacity = rib->capacity == 0 ? LEAST_CAPACITY : rib->capacity;

	if (count > rib->most)
		return false;
	while (capacity - capacity / 4 < count)
		capacity *= 2;
	return capacity == rib->capacity || grow(rib, capacity);
}

uint32_t rib_get(const struct rib *rib, const struct rib_key *key)
{
	if (rib->lengths[key->length] == 0)
		return 0;
	return *route_at(rib, find(rib, key)) & ((1u << LENGTH_SHIFT) - 1);
}

void rib_put(struct rib *rib, const struct rib_key *key, uint32_t next_hop)
{
	uint32_t at = find(rib, key);

	if (*route_at(rib, at) == 0) {
		rib->count++;
		rib->lengths[key->length]++;
	}
	write_at(rib, at, key, next_hop);
}

void rib_drop(struct rib *rib, const struct rib_key *key)
{
	uint32_t mask = rib->capacity - 1, hole = find(rib, key), at = hole;

	rib->count--;
	rib->lengths[key->length]--;
	for (;;) {
		struct rib_key moved;

		at = (at + 1) & mask;
		if (*route_at(rib, at) == 0)
			break;
		moved = key_at(rib, at);
		if (((at - home(rib, &moved)) & mask) < ((at - hole) & mask))
			continue;
		write_at(rib, hole, &moved, *route_at(rib, at) & ((1u << LENGTH_SHIFT) - 1));
		hole = at;
	}
	*route_at(rib, hole) = 0;
}

bool rib_cover(const struct rib *rib, const struct rib_key *key, struct rib_key *cover, uint32_t *next_hop)
{
	uint8_t octets[16];

	rib_octets(key, octets);
	for (uint8_t length = key->length; length-- > 1;) {
		if (rib->lengths[length] == 0)
			continue;
		*cover = rib_key(rib->six, octets, length);
		*next_hop = rib_get(rib, cover);
		if (*next_hop != 0)
			return true;
	}
	return false;
}

bool rib_next(const struct rib *rib, uint32_t *at, struct rib_key *key, uint32_t *next_hop)
{
	for (; *at < rib->capacity; ++*at) {
		uint32_t route = *route_at(rib, *at);

		if (route == 0)
			continue;
		*key = key_at(rib, (*at)++);
		*next_hop = route & ((1u << LENGTH_SHIFT) - 1);
		return true;
	}
	return false;
}
