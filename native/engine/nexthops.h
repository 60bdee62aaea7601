/* SPDX-License-Identifier: Apache-2.0 */
/* The table of next hops by id: what each is wanted to be, who uses it, and what the path sees of it. */
#ifndef ENGINE_NEXTHOPS_H
#define ENGINE_NEXTHOPS_H
#include <stdbool.h>
#include <stdint.h>
#include <pydp/nexthop.h>
#include "core/buckets.h"
#include "path/nexthop.h"

struct pydp_engine;

struct nexthop {
	struct pydp_nexthop_config config; /* kind 0: there is none */
	uint32_t groups;                   /* that it is a member or backup of */
	uint32_t neighbour;                /* ADJACENT: index */
};

struct nexthops {
	struct nexthop *entries;
	uint8_t (*owners)[BUCKETS]; /* of groups, by id: the member's number, by bucket */
	struct path_nexthop *table;
	struct path_nexthops path; /* the same tables, for the path */
	uint32_t size;
};

int nexthops_create(struct pydp_engine *engine);
void nexthops_destroy(struct pydp_engine *engine);
int nexthops_set(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted, uint64_t now_ns);
int nexthops_remove(struct pydp_engine *engine, uint32_t id);
int nexthops_read(struct pydp_engine *engine, uint32_t id, struct pydp_nexthop *nexthop);
/* From an id on; next is where to go on, UINT32_MAX at the end. */
uint32_t nexthops_list(struct pydp_engine *engine, uint32_t id, uint32_t *ids, uint32_t capacity, uint32_t *next);
/* Control thread: PYDP_E_NOENT with a sentence that names it where there is none, so that no route is made that leads nowhere. */
int nexthops_check(const struct pydp_engine *engine, uint32_t id);

/* engine/nexthop_group.c */
/* Whether the members and backups are what they have to be. */
int nexthop_group_check(const struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *wanted);
/* The group's buckets are shared anew, and its members counted; was: what it was before, NULL: no group. */
void nexthop_group_set(struct pydp_engine *engine, uint32_t id, const struct pydp_nexthop_config *was);
/* The group is none any more. */
void nexthop_group_leave(struct pydp_engine *engine, const struct pydp_nexthop_config *was);
/* Written again, since a member's neighbour is another. */
void nexthop_group_write(struct pydp_engine *engine, uint32_t id);
/* Whether the id is a group with that member or backup. */
bool nexthop_group_has(const struct pydp_engine *engine, uint32_t id, uint32_t member);
/* A group that the next hop is in; 0: in none. */
uint32_t nexthop_group_of(const struct pydp_engine *engine, uint32_t id);
void nexthop_group_read(const struct pydp_engine *engine, uint32_t id, struct pydp_nexthop *nexthop);

#endif
