/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops: what routes lead to. A route names a next hop by its id; so a next hop that BFD finds dead, or that becomes another,
 * costs the same with one route or a million. */
#ifndef PYDP_NEXTHOP_H
#define PYDP_NEXTHOP_H
#include <stdint.h>
#include <pydp/engine.h>

/* How many members and backups a group may have. */
enum pydp_nexthop_limit { PYDP_NEXTHOP_MEMBERS = 64, PYDP_NEXTHOP_BACKUPS = 8 };

enum pydp_nexthop_kind {
	PYDP_NEXTHOP_ADJACENT = 1,    /* a neighbour: packets go to its MAC address */
	PYDP_NEXTHOP_GROUP = 2,       /* several of them; each flow goes to one */
	PYDP_NEXTHOP_CONNECTED = 3,   /* the packet's own destination is the neighbour */
	PYDP_NEXTHOP_LOCAL = 4,       /* for the host */
	PYDP_NEXTHOP_BLACKHOLE = 5,   /* dropped without a word */
	PYDP_NEXTHOP_UNREACHABLE = 6, /* dropped, and the sender is told: host unreachable, no route */
	PYDP_NEXTHOP_PROHIBITED = 7   /* dropped, and the sender is told: administratively prohibited */
};

struct pydp_nexthop_member {
	uint32_t id;     /* of a next hop of kind PYDP_NEXTHOP_ADJACENT */
	uint32_t weight; /* 1 to 65535: its share of the flows */
};

struct pydp_nexthop_config {
	struct pydp_address address; /* ADJACENT: of either family, whatever that of the packets (RFC 8950) */
	uint32_t port;               /* ADJACENT, CONNECTED */
	uint16_t vlan;               /* of them; 0: untagged */
	uint8_t kind;                /* enum pydp_nexthop_kind */
	uint8_t reserved;
	/* GROUP: at least one member or backup; nobody twice. */
	uint16_t member_count;
	uint16_t backup_count;
	struct pydp_nexthop_member members[64];
	uint32_t backups[8]; /* ids; taken in this order while no member is live */
};

struct pydp_nexthop {
	struct pydp_nexthop_config config;
	uint32_t id;
	uint32_t routes; /* that lead to it */
	uint32_t groups; /* that it is a member or backup of */
	/* Packets can go there: ADJACENT and its neighbour resolved and not dead; GROUP with one such member or backup; the other
	 * kinds always. */
	uint8_t live;
	uint8_t state;           /* ADJACENT: enum pydp_nexthop_state, by BFD */
	uint8_t neighbour_state; /* ADJACENT: enum pydp_neighbour_state */
	uint8_t reserved;
	uint16_t buckets[64]; /* GROUP: of 256, by member: the flows that are its own while it is live */
};

/* Makes the next hop, or makes it another; repeating it changes nothing. id: 1 to max_nexthops - 1, chosen by the caller. A group
 * that becomes another moves as few flows as its new weights allow. PYDP_E_NOENT when a member is no adjacent next hop;
 * PYDP_E_BUSY when one that groups use is to become something else than adjacent. */
int pydp_nexthop_set(pydp_engine_t *engine, uint32_t id, const struct pydp_nexthop_config *config);
/* PYDP_E_BUSY while routes or groups use it. One that is not there is removed already. */
int pydp_nexthop_remove(pydp_engine_t *engine, uint32_t id);
int pydp_nexthop_read(pydp_engine_t *engine, uint32_t id, struct pydp_nexthop *nexthop);
/* Which of a group's 256 shares a packet's flow is in, and the id of the member whose share that is, 0 for a group of backups alone:
 * there it goes while that one is live. packet: length octets from the IP header on; family: 4 or 6. While no worker runs;
 * PYDP_E_STATE otherwise. A hash that a NIC made is not known here. */
int pydp_nexthop_flow(pydp_engine_t *engine, uint32_t id, uint8_t family, const uint8_t *packet, uint32_t length,
		      uint32_t *share, uint32_t *member);
/* Copies at most capacity ids, in ascending order; count is how many there are. */
int pydp_nexthop_list(pydp_engine_t *engine, uint32_t *ids, uint32_t capacity, uint32_t *count);

#endif
