/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours: whose MAC address is known how, who wants it, and when to ask again. */
#ifndef ENGINE_NEIGHBOURS_H
#define ENGINE_NEIGHBOURS_H
#include <stdint.h>
#include <rte_hash.h>
#include <pydp/engine.h>
#include "core/token_bucket.h"
#include "path/neighbour.h"
#include "path/nexthop.h"
#include "path/session.h"

struct pydp_engine;

struct neighbour_key {
	uint32_t port;
	uint16_t vlan;
	uint16_t family;
	uint8_t octets[16];
};

/* How a MAC address came to be known; a better way is not overruled by a worse one. */
enum neighbour_source { NEIGHBOUR_HEARD = 0, NEIGHBOUR_ASKED = 1, NEIGHBOUR_PINNED = 2 };

struct neighbour {
	struct neighbour_key key;
	uint8_t state;  /* enum pydp_neighbour_state */
	uint8_t source; /* enum neighbour_source; of a known MAC address */
	uint8_t tries;  /* questions since the last confirmation, up to 255 */
	uint8_t used;
	uint8_t demand;      /* made for a packet, and wanted by nobody else since */
	uint8_t waiting;     /* packets in neighbours.waiting */
	uint32_t users;      /* sessions */
	uint32_t holders;    /* next hops */
	uint32_t first;      /* slot of one, then path_session.next_of_neighbour */
	uint32_t live, dead; /* of them, those that guard it and whose next-hop state is that */
	uint32_t reflector;  /* slot of one that wants the neighbour's echoes reflected; PATH_NONE: none does */
	uint64_t confirmed_ns;
	uint64_t learned_ns; /* when the MAC address was last said to be this */
	uint64_t due_ns;     /* when to ask next; UINT64_MAX: never */
	uint64_t forgotten;  /* of one not in use: when it was; see rte_rcu_qsbr */
	uint32_t next_forgotten;
};

enum { NEIGHBOUR_WAITING = 4 };

/* Packets until the MAC address is known, in order. */
struct neighbour_waiting {
	struct rte_mbuf *packets[NEIGHBOUR_WAITING];
};

struct neighbours {
	struct neighbour *entries;
	struct path_adjacency *path; /* what the path sees of them */
	struct rte_hash *keys;       /* its positions are our indices */
	uint32_t capacity;
	uint32_t count;
	struct neighbour_waiting *waiting;
	uint32_t waiting_in_all;
	uint32_t demanded;                        /* with neighbour.demand */
	uint32_t first_forgotten, last_forgotten; /* whose index may not be used again yet; PATH_NONE: none */
	uint32_t cursor;                          /* where to look for one that can be forgotten */
	struct token_bucket questions;            /* on demand */
};

#define NEIGHBOUR_NEVER        UINT64_MAX
#define NEIGHBOUR_ASK_AGAIN_NS UINT64_C(1000000000)
#define NEIGHBOUR_REACHABLE_NS UINT64_C(30000000000)
#define NEIGHBOUR_TRIES        3u /* questions without an answer */

static inline bool neighbour_resolved(uint8_t state)
{
	return state != PYDP_NEIGHBOUR_INCOMPLETE && state != PYDP_NEIGHBOUR_FAILED;
}

/* Somebody wants it whether packets go there or not. */
static inline bool neighbour_wanted(const struct neighbour *neighbour)
{
	return neighbour->users + neighbour->holders > 0;
}

/* engine/neighbours.c */
int neighbours_create(struct pydp_engine *engine);
void neighbours_destroy(struct pydp_engine *engine);
/* The index of the neighbour, which is made where there is none; a status with a sentence when the table is full. */
int neighbours_make(struct pydp_engine *engine, const struct neighbour_key *key);
void neighbours_forget(struct pydp_engine *engine, uint32_t index);
int neighbours_set(struct pydp_engine *engine, const struct neighbour_key *key, const struct pydp_mac *mac, uint64_t now_ns);
/* A next hop wants the neighbour: found or made, and asked for; the index or a status with a sentence. */
int neighbours_hold(struct pydp_engine *engine, const struct neighbour_key *key, uint64_t now_ns);
void neighbours_release(struct pydp_engine *engine, uint32_t index);
/* From an index on; next is where to go on, UINT32_MAX at the end. */
uint32_t neighbours_list(struct pydp_engine *engine, uint32_t index, struct pydp_neighbour *entries, uint32_t capacity,
			 uint32_t *next);
/* The index of the neighbour with that address; PATH_ADJACENCY_NONE: there is none. */
uint32_t neighbours_adjacency(void *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets);
/* The neighbour's reflector, by address. */
uint32_t neighbours_reflector(void *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets);

/* engine/adjacency.c: what the path sees of a neighbour */
/* Of one that was just made: neither usable nor dead. */
void adjacency_begin(struct pydp_engine *engine, uint32_t index);
/* The frame's header gets this destination. */
void adjacency_address(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac);
/* The MAC address that it has, or had. */
struct pydp_mac adjacency_mac(const struct pydp_engine *engine, uint32_t index);
/* bit: of enum path_adjacency_state. */
void adjacency_set(struct pydp_engine *engine, uint32_t index, uint32_t bit, bool on);
/* The next-hop state of a neighbour's session is another; both: enum pydp_nexthop_state. */
void adjacency_follow(struct pydp_engine *engine, uint32_t slot, uint8_t before, uint8_t after);

/* engine/neighbour_state.c */
/* The first one wants it: it is asked for, unless its MAC address is known. */
void neighbour_want(struct pydp_engine *engine, uint32_t index, uint64_t now_ns);
/* When to look at it again. */
void neighbour_arm(struct pydp_engine *engine, uint32_t index, uint64_t due_ns);
void neighbour_ask(struct pydp_engine *engine, struct neighbour *neighbour);
/* Sessions are told when the neighbour becomes usable or fails, not of every question. */
void neighbour_enter(struct pydp_engine *engine, uint32_t index, uint8_t state, uint64_t now_ns);
/* This is its MAC address. */
void neighbour_confirm(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac, uint8_t source, uint64_t now_ns);
void neighbours_expired(struct pydp_engine *engine, uint32_t index, uint64_t now_ns);
/* path_claim_fn: an ARP or ND packet said something. */
bool neighbours_claim(void *engine, struct path_port *port, const struct path_claim *claim, uint64_t now_ns);
/* A valid BFD packet came from this MAC address. */
void neighbours_heard(void *engine, uint32_t slot, const uint8_t *mac, uint64_t now_ns);

/* engine/neighbour_sessions.c */
/* The neighbour that a session sends through, by its address: found or made, and asked for. */
int neighbours_join(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns);
/* The session's port, VLAN or neighbour is another; when it cannot be had, nothing changes. */
int neighbours_move(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns);
void neighbours_leave(struct pydp_engine *engine, uint32_t slot);
/* Choose the neighbour's reflector anew: a session of it changed its mind about echoes. */
void neighbours_elect_reflector(struct pydp_engine *engine, uint32_t index);

/* engine/neighbour_queue.c */
enum neighbour_fate {
	NEIGHBOUR_SENT,    /* its MAC address is known meanwhile */
	NEIGHBOUR_WAITS,   /* or was pushed out and counted */
	NEIGHBOUR_REFUSED, /* nobody answers: the packet remains the caller's */
};
/* A packet that begins at its IP header, ready to go but for the frame. mbuf->port and vlan_tci: where it came in, by our numbers;
 * RTE_MBUF_PORT_INVALID: it is our own, and nobody is told when it cannot go. */
enum neighbour_fate neighbours_queue(struct pydp_engine *engine, uint32_t index, struct rte_mbuf *mbuf);
/* Its MAC address is known: what waits is sent. */
void neighbour_flush(struct pydp_engine *engine, uint32_t index);
/* Nobody has answered: what waits comes back as exceptions of this turn, so that its senders are told (RFC 1812 4.3.3.1, RFC 4861
 * 7.2.2). */
void neighbour_fail(struct pydp_engine *engine, uint32_t index);
/* It will not be known: what waits is dropped. */
void neighbour_give_up(struct pydp_engine *engine, uint32_t index);

/* engine/neighbour_demand.c */
enum { NEIGHBOUR_TOO_MANY = -1, NEIGHBOUR_NO_HOST = -2 };

/* The neighbour that a packet for a connected prefix goes to, known or asked for now; or NEIGHBOUR_TOO_MANY are asked for, or
 * NEIGHBOUR_NO_HOST can have the address. */
int neighbours_for(struct pydp_engine *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets,
		   uint64_t now_ns);
/* Somebody wants it now, or nobody. */
void neighbour_undemand(struct pydp_engine *engine, uint32_t index);
/* The time of one on demand is up. */
void neighbour_age(struct pydp_engine *engine, uint32_t index, uint64_t now_ns);

#endif
