/* SPDX-License-Identifier: Apache-2.0 */
/* One BFD session (RFC 5880 6.8): negotiation, poll sequences, transmit cadence, detection, Demand mode on both sides, and the
 * next-hop slot it guards. Addresses, neighbours and the sending of packets are the caller's; so are time and randomness.
 *
 * Each function that takes actions overwrites them. After BFD_ACT_SEND or BFD_ACT_SEND_FINAL the caller calls
 * bfd_session_fill at once and sends the packet. All times are nanoseconds of one clock that does not run backwards. */
#ifndef CORE_BFD_SESSION_H
#define CORE_BFD_SESSION_H
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "bfd_packet.h"
#include "mutant.h"
#include "rng.h"

enum {
	BFD_SLOW_INTERVAL_US = 1000000,  /* least DesiredMinTx while not Up (6.8.3) */
	BFD_DEFAULT_REMOTE_MIN_RX_US = 1 /* before anything is heard (6.8.1) */
};
#define BFD_NEVER UINT64_MAX

struct bfd_session_config {
	uint32_t desired_min_tx_us; /* > 0 */
	uint32_t required_min_rx_us;
	uint8_t multiplier; /* > 0 */
	uint8_t role;       /* enum pydp_role */
	uint8_t admin_down; /* 0, or what is said meanwhile: PYDP_DIAG_ADMIN_DOWN or PYDP_DIAG_PATH_DOWN (6.8.16) */
	uint8_t features;   /* enum bfd_feature, of BFD_FEATURES_WANTED or INITIATOR */
	uint8_t tell;       /* packets say something else that is not in here, which the peer is to learn at once, by a Poll */
	uint32_t remote_discriminator; /* of an S-BFD initiator: the reflector's; else 0 */
};

/* What a session has beyond the asynchronous mode. */
enum bfd_feature {
	BFD_FEATURE_AUTHENTICATION = 0x01, /* packets are signed and verified, by the caller (bfd_auth_session.h) */
	BFD_FEATURE_ECHO = 0x02,           /* core/bfd_echo.h: Required Min Echo RX matters in each packet of the peer */
	BFD_FEATURE_DEMAND = 0x04,         /* Demand mode is wanted (6.6) */
	BFD_FEATURE_INITIATOR = 0x08,      /* of S-BFD, for life; see bfd_initiator.h */
	BFD_FEATURE_DEMAND_TOLD =
		0x10, /* the peer may have read our D: from the first packet with it until a Poll without it ended */
	BFD_FEATURE_CONCATENATED = 0x20, /* say Concatenated Path Down while Up (6.8.17) */
	BFD_FEATURE_REVERSE = 0x40,      /* say Reverse Concatenated Path Down while Up */
	BFD_FEATURE_QUALITY = 0x80,      /* core/link_quality.h: each hello is counted with its time */
	BFD_FEATURES_WANTED = BFD_FEATURE_AUTHENTICATION | BFD_FEATURE_ECHO | BFD_FEATURE_DEMAND | BFD_FEATURE_CONCATENATED |
		BFD_FEATURE_REVERSE | BFD_FEATURE_QUALITY
};

enum bfd_poll_phase {
	BFD_POLL_IDLE = 0,
	BFD_POLL_ARMED, /* the next scheduled packet carries the first P */
	BFD_POLL_SENT,  /* P is on the wire, F not seen */
	BFD_POLL_HOLD   /* F seen; another Poll waits for a packet without F, or poll_ns (6.8.3) */
};

enum bfd_session_flag {
	BFD_SESSION_HEARD = 0x01,      /* the detection time runs from last_rx_ns */
	BFD_SESSION_TX_STARTED = 0x02, /* last_tx_ns is a packet, not the beginning */
	BFD_SESSION_REMOVING = 0x04,
	BFD_SESSION_WAS_UP = 0x08,
	BFD_SESSION_PASSIVE = 0x10,
	BFD_SESSION_POLL_WANTED = 0x20, /* a change came too late for the Poll under way */
	BFD_SESSION_REMOTE_DEMAND = 0x40,
	BFD_SESSION_HELD = 0x80 /* coming Up does not make the next hop Live */
};

struct bfd_session {
	/* Line 0: all that an unchanged hello touches. */
	uint64_t hello_head;   /* octets 0-7 of the last packet, when its like changes nothing; 0: none */
	uint64_t hello_timers; /* octets 12-19 of it */
	uint64_t last_rx_ns;   /* last valid packet, when anything was heard */
	uint64_t rx_packets;   /* accepted */
	uint32_t local_discriminator;
	uint32_t caller[2];   /* not looked at here; room for what the caller checks before a hello */
	uint32_t deferred_us; /* added to the detection time until the next packet */
	uint8_t state;        /* enum pydp_bfd_state */
	uint8_t diagnostic;   /* of the last failure: never cleared by the state machine (6.8.1) */
	uint8_t remote_state;
	uint8_t remote_diagnostic;
	uint8_t remote_multiplier; /* 0: nothing heard yet */
	uint8_t nexthop;           /* enum pydp_nexthop_state */
	uint8_t flags;             /* enum bfd_session_flag */
	uint8_t poll;              /* enum bfd_poll_phase */
	uint64_t poll_ns;          /* SENT: when the first P went; HOLD: a round trip after the Poll */

	/* Line 1: transmit and timers. */
	uint64_t next_tx_ns; /* BFD_NEVER: nothing periodic */
	uint64_t last_tx_ns;
	uint64_t tx_packets; /* counted by the caller, who knows what was really sent */
	union {
		uint64_t remove_ns; /* REMOVING: when AdminDown has been said long enough */
		uint64_t demand_ns; /* demanding: since when; what was asked before was not waited for */
	};
	uint32_t remote_discriminator;
	uint32_t remote_desired_min_tx_us;
	uint32_t remote_required_min_rx_us;
	uint32_t desired_min_tx_us;  /* wanted while Up */
	uint32_t required_min_rx_us; /* wanted, and what packets say */
	uint32_t tx_in_force_us;     /* of DesiredMinTx: the old value until a Poll confirms a raise (6.8.3) */
	uint32_t rx_in_force_us;     /* of RequiredMinRx: the old value until a Poll confirms a cut (6.8.3) */
	uint16_t jitter;             /* of the interval that runs: 0 none, 65535 all */
	uint8_t multiplier;
	uint8_t features; /* enum bfd_feature */
};
static_assert(sizeof(struct bfd_session) == 128, "two cache lines");
static_assert(offsetof(struct bfd_session, next_tx_ns) == 64, "transmit and timers have their own line");

enum bfd_act {
	BFD_ACT_SEND = 0x001,       /* send bfd_session_fill(session, false, ...) */
	BFD_ACT_SEND_FINAL = 0x002, /* send bfd_session_fill(session, true, ...): the answer to a Poll */
	BFD_ACT_STATE = 0x004,      /* local state changed from old_state */
	BFD_ACT_REMOTE = 0x008,     /* the peer's state changed from old_remote_state */
	BFD_ACT_TIMERS = 0x010,     /* negotiated intervals, detection time or remote discriminator changed */
	BFD_ACT_NEXTHOP = 0x020,    /* the slot changed from old_nexthop */
	BFD_ACT_POLL = 0x040,       /* a Poll Sequence of ours starts */
	BFD_ACT_DETECTED = 0x080,   /* a detection time of silence, in any state; deadline_ns and last_rx_ns tell which */
	BFD_ACT_REARM = 0x100,      /* bfd_session_deadline is earlier than it was */
	BFD_ACT_DONE = 0x200        /* removal is complete: forget the session */
};

struct bfd_actions {
	uint32_t bits; /* enum bfd_act */
	uint8_t old_state;
	uint8_t old_remote_state;
	uint8_t old_nexthop;
	uint8_t reserved;
	uint64_t last_rx_ns;  /* last valid packet before this one; 0: none */
	uint64_t deadline_ns; /* DETECTED: when the detection time ran out; else 0 */
};

/* A new session, Down (or AdminDown), whose first packet is due at once when it may send. caller[] is kept. */
void bfd_session_init(struct bfd_session *session, const struct bfd_session_config *config, uint32_t local_discriminator,
		      uint64_t now_ns);
/* Where a session stood that another system ran until now. */
struct bfd_takeover {
	uint32_t remote_discriminator; /* not 0, except while Down */
	uint32_t remote_desired_min_tx_us;
	uint32_t remote_required_min_rx_us;
	uint8_t state; /* PYDP_BFD_DOWN, INIT or UP */
	uint8_t diagnostic;
	uint8_t remote_state;
	uint8_t remote_multiplier; /* 0: the peer's state and timers are not known, and detection does not run yet */
};

/* A session that was just initialised, not AdminDown, goes on from there. The peer knows our timers: no Poll. */
void bfd_session_adopt(struct bfd_session *session, const struct bfd_takeover *takeover, uint64_t now_ns,
		       struct bfd_actions *actions);
/* The whole wanted configuration; repeating it changes nothing. It also takes back a removal. */
void bfd_session_configure(struct bfd_session *session, const struct bfd_session_config *config, uint64_t now_ns,
			   struct rng *rng, struct bfd_actions *actions);
/* Whether the packet is authenticated as the session wants it (6.8.6): what its section says is bfd_auth_verify's. */
static inline enum bfd_fault bfd_session_admits(const struct bfd_session *session, const struct bfd_packet *packet)
{
	bool wanted = session->features & BFD_FEATURE_AUTHENTICATION;

	if (packet->flags & BFD_FLAG_AUTHENTICATION)
		return wanted || MUTANT(107) ? BFD_ACCEPTED : BFD_FAULT_AUTHENTICATION;
	return wanted && !MUTANT(22) && !MUTANT(39) && !MUTANT(60) && !MUTANT(108) ? BFD_FAULT_UNAUTHENTICATED : BFD_ACCEPTED;
}

/* A parsed packet that belongs to this session, verified when it has an authentication section. Actions count even when the packet is refused (AdminDown). */
enum bfd_fault bfd_session_receive(struct bfd_session *session, const struct bfd_packet *packet, uint64_t now_ns,
				   struct rng *rng, struct bfd_actions *actions);
/* To be called at bfd_session_deadline; harmless at any other time. */
void bfd_session_timer(struct bfd_session *session, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions);
void bfd_session_admin_down(struct bfd_session *session, uint8_t diagnostic, uint64_t now_ns, struct rng *rng,
			    struct bfd_actions *actions);
void bfd_session_admin_up(struct bfd_session *session, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions);
/* AdminDown at once and for the peer's detection time; then bfd_session_timer says BFD_ACT_DONE. A session that may not
 * send is done at once. */
void bfd_session_remove(struct bfd_session *session, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions);
/* The worker was late by gap_ns and may have lost packets: move a running detection by the gap and one peer interval, once
 * until the next packet and by no more than one detection time. Returns by how much; 0 when it was moved already or does
 * not run. */
uint64_t bfd_session_defer(struct bfd_session *session, uint64_t gap_ns);
/* Another RequiredMinRx than the configured one, or that one again; by a Poll (6.8.3). */
void bfd_session_require_rx(struct bfd_session *session, uint32_t required_min_rx_us, uint64_t now_ns,
			    struct bfd_actions *actions);
/* A sufficient number of echoes has not come back (6.8.5). */
void bfd_session_echo_failed(struct bfd_session *session, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions);
/* The next-hop slot becomes Unknown; the session runs on. */
void bfd_session_clear(struct bfd_session *session, struct bfd_actions *actions);
/* Held: the next-hop slot stays as it is when the session comes Up, and becomes Live when the hold ends and it is Up. */
void bfd_session_hold(struct bfd_session *session, bool held, struct bfd_actions *actions);
/* A Poll Sequence though nothing changed, as a system in Demand mode asks whether its peer is there (6.6). */
void bfd_session_poll(struct bfd_session *session, uint64_t now_ns, struct bfd_actions *actions);
/* Our forwarding plane lost its state (6.8.15): Down with diagnostic 4, unless AdminDown. */
void bfd_session_forwarding_reset(struct bfd_session *session, uint64_t now_ns, struct rng *rng, struct bfd_actions *actions);

/* Microseconds between the peer's packets at most, by negotiation. */
static inline uint32_t bfd_session_negotiated_rx_us(const struct bfd_session *session)
{
	uint32_t mine = session->rx_in_force_us, theirs = session->remote_desired_min_tx_us;

	return mine > theirs ? mine : theirs;
}

/* Microseconds between our packets before jitter; 0 when nothing periodic is sent. */
static inline uint32_t bfd_session_negotiated_tx_us(const struct bfd_session *session)
{
	uint32_t mine = session->tx_in_force_us, theirs = session->remote_required_min_rx_us;

	if (session->next_tx_ns == BFD_NEVER)
		return 0;
	return mine > theirs ? mine : theirs;
}

/* Our Demand mode is active: the peer may be silent, and what is detected is that it does not answer a Poll (6.8.4). */
static inline bool bfd_session_demanding(const struct bfd_session *session)
{
	return session->features & BFD_FEATURE_DEMAND_TOLD;
}

/* The Detection Time in Demand mode: our own multiplier times the interval at which we may send. */
static inline uint64_t bfd_session_answer_us(const struct bfd_session *session)
{
	uint32_t mine = session->tx_in_force_us, theirs = session->remote_required_min_rx_us;

	return (uint64_t)session->multiplier * (mine > theirs ? mine : theirs);
}

/* The Detection Time (6.8.4), without a deferral; 0 when there is none. */
static inline uint64_t bfd_session_detection_us(const struct bfd_session *session)
{
	uint64_t detection = (uint64_t)session->remote_multiplier * bfd_session_negotiated_rx_us(session);

	if (bfd_session_demanding(session))
		return MUTANT(93) ? UINT32_MAX : bfd_session_answer_us(session);
	if (MUTANT(68))
		detection /= 2;
	if (!(session->flags & BFD_SESSION_HEARD))
		return 0;
	return detection ? detection : 1;
}

/* When the detection time runs out; BFD_NEVER when it does not run. */
static inline uint64_t bfd_session_detection_ns(const struct bfd_session *session)
{
	uint64_t from_ns = session->last_rx_ns;

	if (bfd_session_demanding(session)) {
		if (session->poll != BFD_POLL_SENT)
			return BFD_NEVER;
		from_ns = session->poll_ns > session->demand_ns ? session->poll_ns : session->demand_ns;
	} else if (!(session->flags & BFD_SESSION_HEARD)) {
		return BFD_NEVER;
	}
	return from_ns + (bfd_session_detection_us(session) + session->deferred_us) * 1000;
}

/* Earliest time at which bfd_session_timer has something to do; BFD_NEVER: not before the next call of another function. */
static inline uint64_t bfd_session_deadline(const struct bfd_session *session)
{
	uint64_t deadline = bfd_session_detection_ns(session);

	if (session->next_tx_ns < deadline)
		deadline = session->next_tx_ns;
	if (session->flags & (BFD_SESSION_REMOVING | BFD_SESSION_POLL_WANTED)) {
		if (session->flags & BFD_SESSION_REMOVING && session->remove_ns < deadline)
			deadline = session->remove_ns;
		if (session->flags & BFD_SESSION_POLL_WANTED && session->poll == BFD_POLL_HOLD && session->poll_ns < deadline)
			deadline = session->poll_ns;
	}
	return deadline;
}

static inline bool bfd_session_polling(const struct bfd_session *session)
{
	return session->poll == BFD_POLL_ARMED || session->poll == BFD_POLL_SENT;
}

/* The DesiredMinTx that packets say: at least a second while not Up (6.8.3). */
static inline uint32_t bfd_session_desired_min_tx_us(const struct bfd_session *session)
{
	if (session->state != PYDP_BFD_UP && session->desired_min_tx_us < BFD_SLOW_INTERVAL_US && !MUTANT(76) && !MUTANT(86))
		return BFD_SLOW_INTERVAL_US;
	return session->desired_min_tx_us;
}

/* What packets say: a broken path beyond the peer's is told while the session itself is Up (6.8.17). */
static inline uint8_t bfd_session_diagnostic(const struct bfd_session *session)
{
	if (session->state != PYDP_BFD_UP || !(session->features & (BFD_FEATURE_CONCATENATED | BFD_FEATURE_REVERSE)))
		return session->diagnostic;
	return session->features & BFD_FEATURE_CONCATENATED ? PYDP_DIAG_CONCATENATED_PATH_DOWN
							    : PYDP_DIAG_REVERSE_CONCATENATED_PATH_DOWN;
}

/* Both ends Up, as far as we know: only then may D be said, or a D that was heard be obeyed (6.6). */
static inline bool bfd_session_both_up(const struct bfd_session *session)
{
	return session->state == PYDP_BFD_UP && session->remote_state == PYDP_BFD_UP;
}

/* Faults in what is sent. */
static inline void bfd_session_spoil(const struct bfd_session *session, bool final, struct bfd_packet *packet)
{
	if (MUTANT(4))
		packet->my_discriminator ^= session->tx_packets & 1 ? 0x00100000 : 0;
	if (MUTANT(5) || MUTANT(71))
		packet->my_discriminator = 0x01000001;
	if (MUTANT(7) && final && session->poll == BFD_POLL_SENT)
		packet->flags |= BFD_FLAG_POLL;
	if (MUTANT(8))
		packet->flags &= (uint8_t)~BFD_FLAG_POLL;
	if (MUTANT(126) || (MUTANT(10) && session->features & BFD_FEATURE_DEMAND))
		packet->flags |= BFD_FLAG_DEMAND;
	if (MUTANT(79))
		packet->multiplier = 0;
	if (MUTANT(128))
		packet->required_min_rx_us++;
}

/* The packet to send now (6.8.7). final: the answer to a Poll, which never polls itself (6.5). */
static inline void bfd_session_fill(const struct bfd_session *session, bool final, struct bfd_packet *packet)
{
	packet->diagnostic = bfd_session_diagnostic(session);
	packet->state = session->state;
	packet->flags = final ? BFD_FLAG_FINAL : session->poll == BFD_POLL_SENT ? BFD_FLAG_POLL : 0;
	if (session->features & BFD_FEATURE_DEMAND && bfd_session_both_up(session))
		packet->flags |= BFD_FLAG_DEMAND;
	if (session->features & BFD_FEATURE_INITIATOR)
		packet->flags |= BFD_FLAG_DEMAND;
	packet->multiplier = session->multiplier;
	packet->length = BFD_PACKET_LENGTH;
	packet->my_discriminator = session->local_discriminator;
	packet->your_discriminator = session->remote_discriminator;
	packet->desired_min_tx_us = bfd_session_desired_min_tx_us(session);
	packet->required_min_rx_us = session->required_min_rx_us;
	packet->required_min_echo_rx_us = 0;
	bfd_session_spoil(session, final, packet);
}

/* The short way for a hello that says what the last one said. payload: the UDP payload, at least 24 octets long. Returns
 * true when it was taken (nothing to do but count it); false: go the long way, parse and bfd_session_receive. */
static inline bool bfd_session_hello(struct bfd_session *session, const uint8_t *payload, uint64_t now_ns)
{
	uint64_t head, timers;

	memcpy(&head, payload, sizeof(head));
	memcpy(&timers, payload + 12, sizeof(timers));
	if (MUTANT(6))
		return false;
	if (((head ^ session->hello_head) | (timers ^ session->hello_timers)) != 0 || head == 0 ||
	    bfd_packet_your_discriminator(payload) != session->local_discriminator)
		return false;
	session->last_rx_ns = now_ns;
	session->rx_packets++;
	return true;
}

#endif
