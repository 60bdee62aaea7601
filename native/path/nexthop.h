/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops as the path sees them: what a route leads to, the neighbours' frames ready to be written, and groups of them. The
 * engine owns and writes these tables; any worker reads them while they change. */
#ifndef PATH_NEXTHOP_H
#define PATH_NEXTHOP_H
#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <pydp/nexthop.h>
#include "core/buckets.h"

#define PATH_ADJACENCY_NONE UINT32_MAX

enum path_adjacency_state {
	PATH_ADJACENCY_USABLE = 1, /* the MAC address is known */
	PATH_ADJACENCY_DEAD = 2,   /* BFD says that it is not reached (architecture law 4) */
	PATH_ADJACENCY_USED = 4    /* packets went there since the engine last took the bit away */
};

/* A neighbour, by its index in the engine's table: one cache line, read once a packet. */
struct path_adjacency {
	_Atomic uint32_t state; /* enum path_adjacency_state */
	uint16_t mtu;           /* of the port: octets of an IP packet */
	uint16_t vlan;          /* 0: untagged */
	uint8_t port;
	uint8_t header_length;  /* 14, or 18 with a tag */
	uint16_t untagged_most; /* octets of the largest frame that needs no tag; 0: all need one */
	uint8_t reserved[4];
	/* The Ethernet header up to the EtherType of the packet, which is written behind it: IPv4 may go to a neighbour with an
	 * IPv6 address (RFC 8950). What changes while others read, the destination, is within one word. */
	union {
		_Atomic uint64_t start;
		uint8_t header[24];
	};
	uint8_t rest[24];
};
static_assert(sizeof(struct path_adjacency) == 64, "one cache line");
static_assert(offsetof(struct path_adjacency, start) % 8 == 0, "one word");

static inline uint32_t path_adjacency_state(const struct path_adjacency *adjacency)
{
	return atomic_load_explicit(&adjacency->state, memory_order_acquire);
}

static inline bool path_adjacency_usable(const struct path_adjacency *adjacency)
{
	return path_adjacency_state(adjacency) & PATH_ADJACENCY_USABLE;
}

/* It may be forwarded to. */
static inline bool path_adjacency_live(const struct path_adjacency *adjacency)
{
	return (path_adjacency_state(adjacency) & (PATH_ADJACENCY_USABLE | PATH_ADJACENCY_DEAD)) == PATH_ADJACENCY_USABLE;
}

/* The header of a usable one, to whoever writes it; its first six octets are the MAC address. */
static inline const uint8_t *path_adjacency_header(const struct path_adjacency *adjacency)
{
	return adjacency->header;
}

/* Writes the first length octets of a usable one's header, at least eight. Any worker. */
static inline void path_adjacency_write(const struct path_adjacency *adjacency, uint8_t *to, uint8_t length)
{
	uint64_t start = atomic_load_explicit(&adjacency->start, memory_order_relaxed);

	memcpy(to, &start, sizeof(start));
	memcpy(to + sizeof(start), adjacency->header + sizeof(start), length - sizeof(start));
}

/* Packets go there: it is not to be forgotten. Writes only where that was not said yet. */
static inline void path_adjacency_use(struct path_adjacency *adjacency)
{
	if (!(atomic_load_explicit(&adjacency->state, memory_order_relaxed) & PATH_ADJACENCY_USED))
		atomic_fetch_or_explicit(&adjacency->state, PATH_ADJACENCY_USED, memory_order_relaxed);
}

/* What an id of the FIB stands for, in one word, so that nobody reads half of it: the kind in the low octet; above bit 32 the
 * index of the adjacency or group, or the port of PYDP_NEXTHOP_CONNECTED, whose VLAN is in bits 16 to 27. 0: no next hop. */
struct path_nexthop {
	_Atomic uint64_t word;
};

static inline uint64_t path_nexthop_word(enum pydp_nexthop_kind kind, uint32_t index, uint16_t vlan)
{
	return (uint64_t)index << 32 | (uint64_t)vlan << 16 | (uint64_t)kind;
}

static inline uint8_t path_nexthop_kind(uint64_t word)
{
	return (uint8_t)word;
}

static inline uint32_t path_nexthop_index(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

static inline uint16_t path_nexthop_vlan(uint64_t word)
{
	return word >> 16 & 0xfff;
}

static_assert(sizeof(((struct pydp_nexthop_config *)0)->members) == PYDP_NEXTHOP_MEMBERS * sizeof(struct pydp_nexthop_member) &&
		      sizeof(((struct pydp_nexthop_config *)0)->backups) == PYDP_NEXTHOP_BACKUPS * sizeof(uint32_t),
	      "plain headers have plain numbers");

/* Adjacencies by index. A flow's hash chooses a bucket; a member has as many of them as its weight is worth. */
struct path_group {
	_Atomic uint32_t buckets[BUCKETS];              /* PATH_ADJACENCY_NONE: the group has no members */
	_Atomic uint32_t members[PYDP_NEXTHOP_MEMBERS]; /* of them, those that have buckets */
	_Atomic uint32_t backups[PYDP_NEXTHOP_BACKUPS]; /* in the order in which they are taken */
	_Atomic uint16_t member_count, backup_count;
};

/* path/group.c */
/* For a flow whose bucket's member is not live: its next choice among the live members, else the first live backup, else
 * PATH_ADJACENCY_NONE. */
uint32_t path_group_divert(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash);

/* Where the packets of a flow go: the same way as long as its member is live. When a member dies only its own flows move, spread
 * by weight over those that live, and they return with it. hash: of the flow's addresses and ports; all its bits count. */
static inline uint32_t path_group_pick(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint32_t index = atomic_load_explicit(&group->buckets[hash % BUCKETS], memory_order_relaxed);

	if (index != PATH_ADJACENCY_NONE && path_adjacency_live(&adjacencies[index]))
		return index;
	return path_group_divert(group, adjacencies, hash);
}

/* For a flow of a group nobody of which is live: a member or backup that BFD does not say is dead, and whose MAC address is not
 * known; PATH_ADJACENCY_NONE: all are dead. */
uint32_t path_group_await(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash);

/* Where the packets of a flow go, or wait. */
static inline uint32_t path_group_way(const struct path_group *group, const struct path_adjacency *adjacencies, uint32_t hash)
{
	uint32_t index = path_group_pick(group, adjacencies, hash);

	return index != PATH_ADJACENCY_NONE ? index : path_group_await(group, adjacencies, hash);
}

/* The engine's tables. */
struct path_nexthops {
	const struct path_nexthop *table; /* by id */
	uint32_t size;
	struct path_group *groups;
	struct path_adjacency *adjacencies;
};

/* 0 where the id stands for nothing. */
static inline uint64_t path_nexthop_find(const struct path_nexthops *nexthops, uint32_t id)
{
	return id < nexthops->size ? atomic_load_explicit(&nexthops->table[id].word, memory_order_acquire) : 0;
}

#endif
