/* SPDX-License-Identifier: Apache-2.0 */
/* The session table as the path sees it: arrays indexed by slot, which the engine owns, and the addresses' key. */
#ifndef PATH_SESSION_H
#define PATH_SESSION_H
#include <assert.h>
#include <stdint.h>
#include <rte_hash.h>
#include "core/bfd_auth_session.h"
#include "core/bfd_echo.h"
#include "core/bfd_session.h"
#include "core/link_quality.h"
#include "core/rng.h"
#include "path/nexthop.h"
#include "path/packet.h"
#include "path/reflector.h"
#include "path/strangers.h"

#define PATH_NONE UINT32_MAX

/* Who a session is, how its packets look, and what is counted about it: everything but what BFD itself keeps. */
struct path_session {
	/* Line 0: all that a hello of ours is made of. */
	uint8_t local[16];
	uint8_t remote[16];
	uint32_t id; /* 0: the slot is free */
	uint32_t neighbour;
	uint16_t vlan;
	uint16_t source_port;
	uint16_t ip_checksum; /* of the whole IPv4 header, which never changes */
	uint16_t udp_sum;     /* over the pseudo-header and the UDP header */
	uint8_t port;
	uint8_t family;
	uint8_t told_state; /* the local state in the last event */
	uint8_t flags;      /* enum path_session_flag */
	uint8_t kind;       /* enum bfd_kind of the packets that it hears */
	uint8_t tx_ttl;     /* or hop limit */
	uint8_t rx_ttl;     /* least that is accepted, of multihop */
	uint8_t reserved;
	union {
		uint32_t next_of_neighbour; /* of a session */
		uint32_t discriminator;     /* of a session that is gone, until its end is told */
		uint32_t next_free;         /* of a free slot */
	};
	uint32_t previous_of_neighbour;
	uint32_t rx_invalid, tx_failed;
	uint32_t up_count, down_count, admin_down_count, poll_count, stall_count;
	uint32_t poll_gap_us;
	uint32_t events;             /* sequence of the last one */
	uint16_t generation;         /* high bits of the id */
	uint16_t last_discriminator; /* its high bits: the next session of this slot gets others */
	uint64_t create_ns, last_up_ns, last_down_ns;
};
static_assert(sizeof(struct path_session) == 128, "two cache lines");
static_assert(offsetof(struct path_session, reserved) < 64, "sending touches one of them");

enum path_session_flag {
	PATH_SESSION_ADMIN_DOWN = 1, /* wanted by the configuration */
	PATH_SESSION_PASSIVE = 2,
	PATH_SESSION_GONE = 4, /* removed; the slot is kept until PYDP_EVENT_REMOVED is on the ring */
	PATH_SESSION_PATH_DOWN = 8,
	PATH_SESSION_GUARDS_NOTHING = 16 /* no next hop is dead or live by it */
};

/* What only some sessions keep, by slot, beside their two lines of BFD and two of addresses. The table is an anonymous mapping
 * of small pages: who never touches it pays nothing. */
struct path_session_extra {
	struct path_micro {
		struct pydp_mac heard; /* of a LAG member's peer */
		uint8_t known;
		uint8_t to_group; /* packets in Up that still go to the group */
	} micro;
	uint32_t refused[BFD_FAULTS]; /* packets, by enum bfd_fault */
	uint32_t demand_poll_us;      /* with BFD_FEATURE_DEMAND: how often to poll while it is active; 0: not by itself */
	uint64_t demand_poll_ns;      /* when next; 0: not active */
	struct bfd_echo echo;         /* with BFD_FEATURE_ECHO */
	uint8_t echo_source[16];      /* where echoes of ours say they come from; they go to the session's own address */
	struct bfd_auth_state auth;   /* BFD_FEATURE_AUTHENTICATION */
};

/* The key while Your Discriminator is zero (RFC 5880 6.8.6, RFC 5881 section 3). A multihop packet may come in anywhere, so
 * port and vlan are 0 in its key (RFC 5883 section 3). No S-BFD packet is looked up by it; port is the reflector's
 * discriminator there. No padding: it is hashed as octets. */
struct path_session_key {
	uint32_t port;
	uint16_t vlan;
	uint8_t family;
	uint8_t kind; /* enum bfd_kind */
	uint8_t local[16];
	uint8_t remote[16];
};
static_assert(sizeof(struct path_session_key) == 40, "no padding");

static inline void path_session_key(struct path_session_key *key, enum bfd_kind kind, uint32_t port, uint16_t vlan,
				    uint8_t family, const uint8_t *local, const uint8_t *remote)
{
	size_t octets = family == 4 ? 4 : 16;

	memset(key, 0, sizeof(*key));
	key->kind = (uint8_t)kind;
	key->family = family;
	if (!bfd_kind_routed(kind)) {
		key->port = port;
		key->vlan = vlan;
	}
	/* A member link has one session of a family (RFC 7130 2.2). */
	if (kind == BFD_KIND_MICRO)
		return;
	memcpy(key->local, local, octets);
	memcpy(key->remote, remote, octets);
}

struct path_sessions {
	struct bfd_session *hot;
	struct path_session *cold;
	struct path_session_extra *extra;
	struct link_quality *quality;       /* with BFD_FEATURE_QUALITY; untouched of others */
	const struct bfd_key_chain *chains; /* by bfd_auth_state.chain */
	uint32_t slots;                     /* in use or used before */
	struct rte_hash *keys;
	struct path_adjacency *neighbours; /* by path_session.neighbour */
	struct path_port **ports;
	struct rng *rng;
	/* What a session did, to be carried out; and who was heard to send from which MAC address. */
	void (*acted)(void *engine, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns);
	void (*settle)(void *engine); /* carries out what acted has put off; before anything else happens to a session */
	void (*heard)(void *engine, uint32_t slot, const uint8_t *mac, uint64_t now_ns);
	/* The peer's RequiredMinEchoRx changed, or it may have learnt ours; and the session for whose sake a neighbour's echoes are reflected, or PATH_NONE. */
	void (*echo)(void *engine, uint32_t slot, uint64_t now_ns);
	uint32_t (*reflector)(void *engine, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets);
	void *engine;
	struct siphash_key echo_key;
	struct path_reflector sbfd_reflector;
	struct path_strangers strangers;
	void (*stranger)(void *engine, struct path_port *port, const struct path_packet *packet, uint32_t my_discriminator,
			 uint64_t now_ns);
	struct rte_hash *given; /* discriminators that others made, to slots; NULL while there never was one */
};

/* bfd_session.caller: what is compared before a hello is believed. An IPv6 address does not fit and is folded. */
static inline void path_session_mark(struct bfd_session *session, enum bfd_kind kind, uint8_t port, uint16_t vlan,
				     uint8_t family, const uint8_t *remote)
{
	uint32_t words[4] = {0};

	memcpy(words, remote, family == 4 ? 4 : 16);
	session->caller[0] = words[0] ^ words[1] ^ words[2] ^ words[3];
	session->caller[1] = (uint32_t)family << 24 | (uint32_t)kind << 12;
	if (!bfd_kind_routed(kind))
		session->caller[1] |= (uint32_t)port << 16 | vlan;
}

/* The session of a discriminator of ours, or PATH_NONE. */
uint32_t path_session_by_discriminator(const struct path_sessions *sessions, uint32_t discriminator);
/* Count why a packet was refused, also for the session unless it is not known (PATH_NONE). */
void path_session_refuse(struct path_sessions *sessions, struct path_port *port, uint32_t slot, enum bfd_fault fault);
/* Takes the BFD packets of a burst (kind PATH_BFD), feeds their sessions and frees them. */
void path_bfd_receive(struct path_sessions *sessions, struct path_port *port, struct path_packet *packets, uint16_t count,
		      uint64_t now_ns);
/* Work out what in a session's packets does not change. */
void path_bfd_prepare(struct path_session *session);
/* Stage the packet that the session has to say now. */
void path_bfd_send(struct path_sessions *sessions, uint32_t slot, bool final);
/* An echo, ours that came back or a peer's to be reflected (kind PATH_ECHO); takes its buffer. */
void path_echo_receive(struct path_sessions *sessions, struct path_port *port, struct path_packet *packet, uint64_t now_ns);
/* A control packet of unaffiliated echo that came back (RFC 9747); leaves its buffer alone. */
void path_looped_receive(struct path_sessions *sessions, struct path_port *port, uint32_t slot,
			 const struct path_packet *packet, uint64_t now_ns);
/* What such a packet says of its fields that nobody reads (RFC 9747 section 2). */
void path_looped_fill(struct bfd_packet *packet);
/* Stage an echo of ours. */
void path_echo_send(struct path_sessions *sessions, uint32_t slot, uint64_t now_ns);

#endif
