/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of an engine: prefixes of IPv4 and IPv6, each with a next hop, looked up by the longest prefix.
 *
 * Routes are changed by the control thread while the worker looks them up: it is never held up, and each packet goes by the
 * routes from before a change or from after it. An engine has no table, and pays for none, until it has its first route. */
#ifndef PYDP_ROUTE_H
#define PYDP_ROUTE_H
#include <stdint.h>
#include <pydp/address.h>
#include <pydp/engine.h>

struct pydp_route {
	struct pydp_prefix prefix;
	uint32_t next_hop; /* its id: 1 to 1048575 */
};

struct pydp_route_limits {
	uint32_t max_ipv4_routes, max_ipv6_routes; /* at most 16777216 each; 0: 2097152 */
	uint32_t max_memory_mib;                   /* of the nodes of both look-up structures, at most 16384; 0: 1024 */
	uint32_t reserved;
};

struct pydp_route_info {
	uint32_t ipv4_routes, ipv6_routes; /* how many there are */
	uint32_t max_ipv4_routes, max_ipv6_routes;
	uint64_t memory;     /* octets of all that belongs to the routes; untouched parts of it cost nothing */
	uint64_t max_memory; /* octets that nodes may take */
	uint64_t node_memory;
};

/* How large the table may become. PYDP_E_STATE when the engine has had a route already. */
int pydp_route_limit(pydp_engine_t *engine, const struct pydp_route_limits *limits);

/* Sets each prefix's next hop, in order; bits behind a prefix are not looked at, and repeating a call changes nothing.
 * PYDP_E_INVAL and PYDP_E_NOENT (a next hop that does not exist): nothing was changed. PYDP_E_NOMEM (as many routes as there
 * may be, or no memory): the sentence names the prefix; those before it are set, it and those behind it are as they were.
 * done: how many were set; may be NULL. */
int pydp_route_set(pydp_engine_t *engine, const struct pydp_route *routes, uint32_t count, uint32_t *done);
/* Removes the routes of these prefixes; what is covered by a shorter prefix goes by that. A prefix without a route is passed
 * over. done: how many there were; may be NULL. */
int pydp_route_remove(pydp_engine_t *engine, const struct pydp_prefix *prefixes, uint32_t count, uint32_t *done);

/* The same for the NLRI of a BGP UPDATE, size octets of them as they came (RFC 4271 4.3): each a length in bits and as many
 * octets as that needs, with four octets of path identifier before where add_path is 1 (RFC 7911; the identifiers are passed
 * over). family: 4 or 6. PYDP_E_INVAL when it is malformed: the sentence says at which octet, and nothing was changed. */
int pydp_route_set_nlri(pydp_engine_t *engine, uint8_t family, const uint8_t *nlri, uint32_t size, uint8_t add_path,
			uint32_t next_hop, uint32_t *done);
int pydp_route_remove_nlri(pydp_engine_t *engine, uint8_t family, const uint8_t *nlri, uint32_t size, uint8_t add_path,
			   uint32_t *done);

/* The next hop of exactly this prefix; PYDP_E_NOENT when it has no route. */
int pydp_route_get(pydp_engine_t *engine, const struct pydp_prefix *prefix, uint32_t *next_hop);
/* The route that packets to this address take; PYDP_E_NOENT when there is none. */
int pydp_route_match(pydp_engine_t *engine, const struct pydp_address *address, struct pydp_route *route);
/* The next hops of many addresses, as the worker looks them up: addresses are 4 or 16 octets each, one behind the other.
 * 0: no route. */
int pydp_route_lookup(pydp_engine_t *engine, uint8_t family, const uint8_t *addresses, uint32_t count, uint32_t *next_hops);
/* Copies at most capacity routes of a family, by prefix and the shorter first; count is how many there are. */
int pydp_route_list(pydp_engine_t *engine, uint8_t family, struct pydp_route *routes, uint32_t capacity, uint32_t *count);
int pydp_route_info(pydp_engine_t *engine, struct pydp_route_info *info);

#endif
