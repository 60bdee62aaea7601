/* SPDX-License-Identifier: Apache-2.0 */
/* BFD sessions (RFC 5880, RFC 5881, RFC 5883, RFC 7880) and the next-hop slot that each one guards. */
#ifndef PYDP_SESSION_H
#define PYDP_SESSION_H
#include <stdint.h>
#include <pydp/engine.h>

enum pydp_bfd_state { PYDP_BFD_ADMIN_DOWN = 0, PYDP_BFD_DOWN = 1, PYDP_BFD_INIT = 2, PYDP_BFD_UP = 3 };

enum pydp_bfd_diagnostic {
	PYDP_DIAG_NONE = 0,
	PYDP_DIAG_CONTROL_EXPIRY = 1,
	PYDP_DIAG_ECHO_FAILED = 2,
	PYDP_DIAG_NEIGHBOR_DOWN = 3,
	PYDP_DIAG_FORWARDING_RESET = 4,
	PYDP_DIAG_PATH_DOWN = 5,
	PYDP_DIAG_CONCATENATED_PATH_DOWN = 6,
	PYDP_DIAG_ADMIN_DOWN = 7,
	PYDP_DIAG_REVERSE_CONCATENATED_PATH_DOWN = 8
};

enum pydp_role { PYDP_ROLE_ACTIVE = 0, PYDP_ROLE_PASSIVE = 1 };

/* What forwarding may do with a next hop: Unknown and Live forward, Dead does not. Dead is entered only when a session that
 * was Up goes Down for a reason other than an AdminDown of either side; an AdminDown makes it Unknown (RFC 5882 3.2, 4.2). */
enum pydp_nexthop_state { PYDP_NEXTHOP_UNKNOWN = 0, PYDP_NEXTHOP_LIVE = 1, PYDP_NEXTHOP_DEAD = 2 };

enum pydp_path_type {
	PYDP_PATH_IP_SH = 0, /* single hop (RFC 5881) */
	PYDP_PATH_IP_MH = 1, /* multihop (RFC 5883) */
	PYDP_PATH_S_BFD = 2, /* S-BFD initiator (RFC 7880, RFC 7881) */
	PYDP_PATH_LAG = 3,   /* micro-BFD on a member of a LAG, which is the port (RFC 7130) */
	/* A neighbour that need not run BFD, only forward: control packets to ourselves by way of it (RFC 9747). desired_min_tx_us
	 * and local_multiplier alone say how often and how many may be missed. */
	PYDP_PATH_UNAFFILIATED_ECHO = 4
};

/* The whole wanted session. Its key is (path_type, port, vlan, source, destination); of multihop (path_type, source,
 * destination), since its packets come in on any port; of S-BFD remote_discriminator too; of a LAG member (path_type, port,
 * vlan, family). The same key again changes the session in place (timers by a Poll Sequence where RFC 5880 6.8.3 wants one),
 * and repeating it changes nothing. */
struct pydp_session_config {
	struct pydp_address source; /* must be an address of the port */
	struct pydp_address destination;
	uint32_t port;
	uint16_t vlan;
	uint8_t local_multiplier;    /* 1..255 */
	uint8_t role;                /* enum pydp_role */
	uint32_t desired_min_tx_us;  /* > 0 */
	uint32_t required_min_rx_us; /* 0: send me nothing periodic; always so of S-BFD */
	uint32_t demand_poll_us; /* while Demand mode is active, ask so often whether the peer is there; 0: only by command */
	uint8_t admin_down;
	uint8_t path_down; /* AdminDown with diagnostic 5: it is known otherwise that the path is down (RFC 5880 6.8.16) */
	uint8_t demand;    /* Demand mode (RFC 5880 6.6): while both ends are Up the peer is to send nothing periodic */
	uint8_t concatenated_path; /* 0, or PYDP_DIAG_(REVERSE_)CONCATENATED_PATH_DOWN, said while the session is Up (6.8.17) */
	uint8_t path_type;         /* enum pydp_path_type */
	uint8_t tx_ttl;            /* or hop limit, of a routed path; 0: 255 */
	uint8_t rx_ttl;            /* least that is accepted, of multihop; 0: any */
	uint8_t meticulous; /* with a key chain: a sequence number for each packet, not only for each that says something else */
	struct pydp_address
		gateway; /* of a routed path: the neighbour to send through; family 0: the destination is one itself */
	/* The Echo function (RFC 5880 6.4, RFC 5881 section 4). */
	uint32_t required_min_echo_rx_us; /* echoes of the peer that we reflect; 0: none */
	uint32_t desired_min_echo_tx_us;  /* echoes of ours, while Up and the peer wants any; 0: none */
	struct pydp_address echo_source;  /* family 0: source. One outside the subnet keeps the peer from ICMP redirects */
	uint32_t remote_discriminator;    /* of S-BFD: the reflector's, not 0 */
	uint16_t key_chain;               /* pydp_key_chain_set's id: the session authenticates; 0: it does not */
	uint8_t link_quality;             /* 1: count for pydp_session_quality */
	uint8_t guards_nothing;           /* 1: forwarding does not heed it, as one that a stranger began (RFC 9468 2) */
};

/* Session ids are stable while the session lives and are not reused at once. 0 is never an id. */
int pydp_session_upsert(pydp_engine_t *engine, const struct pydp_session_config *config, uint32_t *id);
/* Where a session stood that another system ran until now. */
struct pydp_session_takeover {
	uint32_t local_discriminator;  /* not 0, and no other session's of this engine */
	uint32_t remote_discriminator; /* 0: not known, which only a session that is Down may say */
	uint32_t remote_desired_min_tx_us;
	uint32_t remote_required_min_rx_us;
	uint16_t source_port;      /* UDP; 0: one of ours */
	uint8_t local_state;       /* PYDP_BFD_DOWN, PYDP_BFD_INIT or PYDP_BFD_UP */
	uint8_t local_diagnostic;  /* 0..31 */
	uint8_t remote_state;      /* enum pydp_bfd_state */
	uint8_t remote_multiplier; /* 0: the peer's state and timers are not known, and the detection time starts with its first
				    * packet; else it runs from now */
	/* Of a session that authenticates. The sequence of what was sent goes on behind xmit_auth_seq, or starts at random. */
	uint8_t xmit_auth_seq_given;
	uint8_t auth_seq_known; /* only with a remote_multiplier: it is forgotten after two detection times of silence */
	uint32_t xmit_auth_seq;
	uint32_t receive_auth_seq;
};
/* A single-hop, multihop or S-BFD session; of the last its discriminator alone: it begins Down.
 * The session goes on here from where it stood: the peer finds the discriminators it knows, and the first hello is due at
 * once (pin the neighbour's MAC address before, where no hello may be lost while it is asked for). config says the timers
 * that the peer was told, and no Poll is sent for them; upsert changes them afterwards. An Up session guards a Live next hop.
 * What differs from a new session is told by PYDP_EVENT_STATE (or by REMOTE and TIMERS where it is Down), with Down as the old
 * state. PYDP_E_EXIST: the session is there already, or the discriminator is another's. PYDP_E_STATE: the engine has not been
 * stepped or started yet, so that it knows no time from which detection could run. */
int pydp_session_adopt(pydp_engine_t *engine, const struct pydp_session_config *config,
		       const struct pydp_session_takeover *takeover, uint32_t *id);
/* AdminDown (diagnostic 7) is sent at once and for the peer's detection time, then the session is gone and
 * PYDP_EVENT_REMOVED is emitted. now = 1: gone at once, without a word. */
int pydp_session_remove(pydp_engine_t *engine, uint32_t id, int now);
/* Makes the next-hop slot Unknown, whatever it is; the session runs on. */
int pydp_nexthop_clear(pydp_engine_t *engine, uint32_t id);
/* held = 1: the slot stays as it is when the session comes Up, so that one that flaps is not believed; 0: what it would be. */
int pydp_nexthop_hold(pydp_engine_t *engine, uint32_t id, int held);
/* A Poll Sequence though nothing changed, as Demand mode verifies the path (RFC 5880 6.6). Nothing happens during another. */
int pydp_session_poll(pydp_engine_t *engine, uint32_t id);
/* The forwarding plane behind the session lost its state (RFC 5880 6.8.15): Down with diagnostic 4, unless AdminDown. */
int pydp_session_forwarding_reset(pydp_engine_t *engine, uint32_t id);

/* A consistent snapshot of one session. */
struct pydp_session_state {
	struct pydp_session_config config;
	uint32_t id;
	uint32_t local_discriminator;
	uint32_t remote_discriminator;
	uint16_t source_port;
	uint16_t dest_port;
	uint8_t local_state;  /* enum pydp_bfd_state */
	uint8_t remote_state; /* enum pydp_bfd_state */
	uint8_t local_diagnostic;
	uint8_t remote_diagnostic;
	uint8_t remote_multiplier;    /* 0: nothing heard */
	uint8_t nexthop_state;        /* enum pydp_nexthop_state */
	uint8_t neighbour_state;      /* enum pydp_neighbour_state */
	uint8_t polling;              /* 1 while a Poll Sequence of ours is unanswered */
	uint8_t removing;             /* 1 while AdminDown is being said before the session goes */
	uint8_t was_up;               /* 1 when it has been Up at least once */
	uint8_t held;                 /* 1: pydp_nexthop_hold */
	uint8_t demanding;            /* 1: our Demand mode is active; the detection time is that of an answer to a Poll */
	uint8_t remote_demand;        /* 1: the peer's D bit */
	uint8_t auth_type;            /* enum pydp_auth_type that we send */
	uint8_t auth_key_id;          /* of the key that we send with */
	uint8_t auth_seq_known;       /* 1 while receive_auth_seq is known */
	uint8_t remote_authenticated; /* 1 while the peer is heard, and so proves to have a key of ours */
	uint8_t reserved[3];
	uint32_t xmit_auth_seq; /* what the last packet said (bfd.XmitAuthSeq) */
	uint32_t receive_auth_seq;
	uint32_t remote_desired_min_tx_us;
	uint32_t remote_required_min_rx_us;
	uint32_t negotiated_tx_us;  /* interval at which we send, before jitter; 0: not sending */
	uint32_t negotiated_rx_us;  /* interval at which the peer may send */
	uint64_t detection_time_us; /* 0: not running */
	uint64_t create_ns;
	uint64_t last_rx_ns; /* last valid packet; 0: none */
	uint64_t last_up_ns;
	uint64_t last_down_ns;
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t rx_invalid; /* packets for this session that failed a check */
	uint64_t tx_failed;  /* not sent: neighbour unresolved or port full */
	uint32_t up_count;
	uint32_t down_count;       /* Up -> Down */
	uint32_t admin_down_count; /* times put into AdminDown by us */
	uint32_t poll_count;       /* Poll Sequences started */
	uint32_t stall_count;      /* detections deferred because the worker itself was late */
	uint32_t poll_gap_us;      /* the worker's longest poll gap within the last detection time before the last Down */
	uint32_t remote_required_min_echo_rx_us; /* 0: the peer wants no echoes, or we know nothing of it */
	uint32_t echo_tx_interval_us;            /* in use, before jitter; 0: no echoes are sent */
	uint64_t echo_rtt_ns;                    /* of the last echo that came back; 0: none yet */
	uint64_t echo_tx_packets;
	uint64_t echo_rx_packets;        /* of ours that came back */
	uint64_t echo_reflected_packets; /* of the peer's */
};
int pydp_session_read(pydp_engine_t *engine, uint32_t id, struct pydp_session_state *state);
/* Packets for the session that were refused, by reason: numbered as the counters of pydp/stats.h, 0 where a counter is no reason
 * to refuse BFD; capacity must be at least pydp_counter_count(). A packet that could not be told to be the session's is counted
 * by the port alone. */
int pydp_session_refused(pydp_engine_t *engine, uint32_t id, uint64_t *values, uint32_t capacity);
/* Ids in ascending order from after the given one (0: from the start); count is how many were written, 0 at the end. */
int pydp_session_list(pydp_engine_t *engine, uint32_t after, uint32_t *ids, uint32_t capacity, uint32_t *count);

#endif
