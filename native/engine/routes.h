/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of an engine, the control thread's side: who calls takes no lock. Prefixes are well formed and families 4 or 6. */
#ifndef ENGINE_ROUTES_H
#define ENGINE_ROUTES_H
#include <pydp/route.h>
#include "engine/engine.h"

/* Workers that look routes up say that they are quiescent under their numbers. */
enum { ENGINE_FIRST_READER = 0 };

int routes_create(struct pydp_engine *engine);
void routes_destroy(struct pydp_engine *engine);

int routes_limit(struct pydp_engine *engine, const struct pydp_route_limits *limits);
/* next_hop as pydp_route_set says; done: also where it fails. */
int routes_set(struct pydp_engine *engine, const struct pydp_route *routes, uint32_t count, uint32_t *done);
int routes_remove(struct pydp_engine *engine, const struct pydp_prefix *prefixes, uint32_t count, uint32_t *done);
/* PYDP_E_NOENT with a sentence where a next hop does not exist. */
int routes_next_hop(struct pydp_engine *engine, uint32_t next_hop);
/* Makes room for so many routes in all at once. */
int routes_expect(struct pydp_engine *engine, uint8_t family, uint32_t count);

uint32_t routes_get(struct pydp_engine *engine, const struct pydp_prefix *prefix);
bool routes_match(struct pydp_engine *engine, const struct pydp_address *address, struct pydp_route *route);
void routes_lookup(struct pydp_engine *engine, uint8_t family, const uint8_t *addresses, uint32_t count, uint32_t *next_hops);
uint32_t routes_list(struct pydp_engine *engine, uint8_t family, struct pydp_route *routes, uint32_t capacity);
void routes_info(struct pydp_engine *engine, struct pydp_route_info *info);
/* How many routes lead to a next hop; for the control thread, or for a command that it waits for. */
uint32_t routes_uses(const struct pydp_engine *engine, uint32_t next_hop);

#endif
