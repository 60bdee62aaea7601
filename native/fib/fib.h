/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of one engine, IPv4 and IPv6: longest prefix to next-hop id.
 *
 * One writer; any number of readers, who look up bursts and are never blocked. A reader finds, for each address, the next hop
 * from before a change or from after it. What a change takes out of use is used again when every reader has been quiescent. */
#ifndef FIB_FIB_H
#define FIB_FIB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FIB_NONE = 0,           /* no next hop: no route */
	FIB_NEXT_HOPS = 1 << 20 /* ids are below */
};

struct fib;
struct rte_rcu_qsbr;

struct fib_config {
	uint32_t max_routes4, max_routes6; /* at most 1 << 24 each */
	size_t max_memory;                 /* octets of the look-up structures, but for their two roots */
	uint64_t seed;                     /* of hash tables */
	struct rte_rcu_qsbr *readers; /* where they say that they are quiescent; NULL: nobody reads while the writer writes */
};

struct fib_route {
	uint8_t prefix[16]; /* network order; IPv4 in the first four octets */
	uint8_t length;
	uint32_t next_hop;
};

/* 0 or PYDP_E_NOMEM. */
int fib_create(const struct fib_config *config, struct fib **fib);
void fib_destroy(struct fib *fib);

/* Writer. family: 4 or 6; prefix: network order, bits behind the length are not looked at; next_hop: 1 to FIB_NEXT_HOPS - 1.
 * Upsert. PYDP_E_NOMEM: as many routes as there may be, or no memory; nothing has changed then. */
int fib_set(struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length, uint32_t next_hop);
/* What setting or removing the prefix will touch comes into the caches: asked for in three steps (0, 1, 2), each a few prefixes
 * before the next one. Nothing else happens. */
void fib_foresee(const struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length, uint32_t step);
/* PYDP_E_NOENT where there is no such route. */
int fib_remove(struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length);
/* Makes room for so many routes in all, as far as there may be any; spares the work of growing. */
void fib_expect(struct fib *fib, uint8_t family, uint32_t count);
/* Frees what no reader can see any more, as every change does with some of it. */
void fib_reclaim(struct fib *fib);
/* The next hop of exactly this prefix, or FIB_NONE. */
uint32_t fib_get(const struct fib *fib, uint8_t family, const uint8_t *prefix, uint8_t length);
/* The route that the address takes; false where there is none. */
bool fib_match(const struct fib *fib, uint8_t family, const uint8_t *address, struct fib_route *route);
/* All routes, in no order: begin with *at = 0; false at the end. No changes meanwhile. */
bool fib_next(const struct fib *fib, uint8_t family, uint32_t *at, struct fib_route *route);
uint32_t fib_count(const struct fib *fib, uint8_t family);
/* Routes that have the next hop. */
uint32_t fib_uses(const struct fib *fib, uint32_t next_hop);
/* Octets: roots, nodes, and the writer's tables. */
size_t fib_memory(const struct fib *fib);
/* Octets of nodes, which fib_config.max_memory bounds; the retired among them. */
size_t fib_node_memory(const struct fib *fib);

/* Readers. The next hops of count addresses, FIB_NONE where there is no route. IPv4 in host order; IPv6: where the 16 octets
 * are. */
void fib_lookup4(const struct fib *fib, const uint32_t *addresses, uint32_t *next_hops, uint16_t count);
void fib_lookup6(const struct fib *fib, const uint8_t *const *addresses, uint32_t *next_hops, uint16_t count);

#endif
