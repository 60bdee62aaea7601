/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker tells the control plane: plain records on a ring, and an eventfd to wake on. */
#ifndef PYDP_EVENT_H
#define PYDP_EVENT_H
#include <stdint.h>
#include <pydp/engine.h>

enum pydp_event_type {
	PYDP_EVENT_STATE = 1,      /* local state changed */
	PYDP_EVENT_TIMERS = 2,     /* negotiated intervals, detection time or the remote discriminator changed */
	PYDP_EVENT_REMOTE = 3,     /* the peer's state changed and ours did not (an AdminDown heard while Down, for one) */
	PYDP_EVENT_NEIGHBOUR = 4,  /* the session's neighbour became reachable or failed */
	PYDP_EVENT_REMOVED = 5,    /* the session is gone */
	PYDP_EVENT_NEXTHOP = 6,    /* the slot changed by command (pydp_nexthop_clear) */
	PYDP_EVENT_UNSOLICITED = 7 /* no session's: the record is a struct pydp_unsolicited */
};

enum pydp_event_flag {
	PYDP_EVENT_REREAD = 1 /* made from the session table because the ring was full: latest state, steps between are lost */
};

/* 80 bytes. The state in it is the session's right after what it tells of. */
struct pydp_event {
	uint64_t time_ns;     /* when it happened */
	uint64_t last_rx_ns;  /* last valid packet of the session before it; 0: none */
	uint64_t deadline_ns; /* for a detection: when the detection time ran out; else 0 */
	uint64_t detection_time_us;
	uint32_t session;  /* id */
	uint32_t sequence; /* counts this session's events from 1 */
	uint32_t local_discriminator;
	uint32_t remote_discriminator;
	uint32_t negotiated_tx_us;
	uint32_t negotiated_rx_us;
	uint32_t
		poll_gap_us; /* the worker's longest poll gap within the last detection time, or since the last packet waited */
	uint8_t type;        /* enum pydp_event_type */
	uint8_t flags;       /* enum pydp_event_flag */
	uint8_t old_state;   /* enum pydp_bfd_state; for REMOTE the peer's */
	uint8_t new_state;
	uint8_t remote_state;
	uint8_t local_diagnostic;
	uint8_t remote_diagnostic;
	uint8_t nexthop_state; /* enum pydp_nexthop_state */
	uint8_t old_nexthop_state;
	uint8_t neighbour_state; /* enum pydp_neighbour_state */
	uint8_t reserved[10];
};

/* 80 bytes too, on the same ring; type lies where pydp_event has it, and session is 0. A first packet of a single hop (RFC 5881:
 * Your Discriminator 0, state Down, TTL 255, unauthenticated) came from where there is no session (RFC 9468): from an address in
 * the subnet of the one of ours that it is to. */
struct pydp_unsolicited {
	uint64_t time_ns;
	uint8_t source[16]; /* as in struct pydp_address */
	uint32_t port;
	uint16_t vlan;
	uint8_t family;
	uint8_t reserved1;
	uint32_t session;          /* 0 */
	uint32_t my_discriminator; /* the peer's */
	uint8_t destination[16];   /* an address of ours */
	uint8_t reserved2[4];
	uint8_t type; /* PYDP_EVENT_UNSOLICITED */
	uint8_t reserved3[19];
};

/* Tell of such packets, of one peer once a second and of so many a second in all at most, an eighth of them from one source MAC
 * address; 0: of none, as at first. What is not told is counted (unsolicited-untold); all of them are drop-bfd-no-session as
 * well. */
int pydp_unsolicited_tell(pydp_engine_t *engine, uint32_t rate);

/* An eventfd, readable when the engine has news after pydp_event_arm. Owned by the engine. */
int pydp_event_fd(pydp_engine_t *engine, int *fd);
/* Ask for one wake-up. Returns 1 when records are waiting already (do not sleep), 0 when armed. */
int pydp_event_arm(pydp_engine_t *engine);
/* Copies at most capacity records, oldest first. A full ring never loses a session's latest state: see PYDP_EVENT_REREAD. */
int pydp_event_drain(pydp_engine_t *engine, struct pydp_event *events, uint32_t capacity, uint32_t *count);
/* How many records did not fit into the ring since the engine was created. */
int pydp_event_overflows(pydp_engine_t *engine, uint64_t *count);

#endif
