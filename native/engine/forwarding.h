/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's side of forwarding: what the path left as exceptions, the errors that are sent about them, and packets of our own
 * to wherever the routes say. */
#ifndef ENGINE_FORWARDING_H
#define ENGINE_FORWARDING_H
#include <stdint.h>
#include <rte_mbuf.h>
#include <pydp/forward.h>
#include "core/token_bucket.h"
#include "path/forward.h"

enum { FORWARDING_PORTS = 64 };

struct pydp_engine;

struct forwarding {
	struct path_forward path;
	struct pydp_forward_config config;
	struct token_bucket errors[FORWARDING_PORTS], echoes[FORWARDING_PORTS]; /* by port */
	uint16_t id;                                                            /* of the next IPv4 packet of our own */
};

/* Where a packet of our own goes. */
struct way {
	uint32_t port;
	uint16_t vlan;
	uint32_t adjacency; /* PATH_ADJACENCY_NONE: the neighbour, who is the destination, is not known */
};

/* engine/forwarding.c */
void forwarding_begin(struct pydp_engine *engine);
int forwarding_set(struct pydp_engine *engine, const struct pydp_forward_config *config);
/* A port came. */
void forwarding_follow(struct pydp_engine *engine);
/* A packet of kind PATH_PING. */
void forwarding_ping(struct pydp_engine *engine, struct path_port *port, struct path_packet *packet, uint64_t now_ns);

/* engine/exceptions.c */
/* All that wait; returns how many there were. */
uint32_t exceptions_serve(struct pydp_engine *engine, uint64_t now_ns);

/* engine/errors.c */
/* What an ICMP or ICMPv6 error says. */
struct complaint {
	uint8_t type, code;
	uint32_t rest; /* see struct icmp_error */
};
/* Sends an error to the packet's sender, unless one must not be sent (RFC 1812 4.3.2.7, RFC 4443 2.4). The packet stays. */
void errors_send(struct pydp_engine *engine, const struct path_exception *about, const struct complaint *complaint,
		 uint64_t now_ns);

/* engine/way.c */
/* The next hop's word in the tables of the path; 0: no route. */
uint64_t way_next_hop(struct pydp_engine *engine, uint8_t family, const uint8_t *destination);
/* By the routes; a link-local destination is on the link of from_port and from_vlan. False: there is none. */
bool way_find(struct pydp_engine *engine, uint8_t family, const uint8_t *destination, uint32_t from_port, uint16_t from_vlan,
	      uint32_t hash, struct way *way);
/* Sends a packet whose data begins with its IP header, or has it wait for its neighbour: PYDP_CNT_COUNT. Any other counter says
 * why not, and the packet remains the caller's. */
enum pydp_counter way_send(struct pydp_engine *engine, const struct way *way, struct rte_mbuf *mbuf);
/* The address of ours that an error goes to destination from, by that way (RFC 1812 4.3.2.4); NULL where we have none of the family. */
const uint8_t *way_source(struct pydp_engine *engine, const struct way *way, uint8_t family, const uint8_t *destination);

#endif
