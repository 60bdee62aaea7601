/* SPDX-License-Identifier: Apache-2.0 */
/* The Echo function of one session (RFC 5880 6.4, 6.8.5, 6.8.8, 6.8.9): when echoes of ours go, which of them came back, when
 * too many have not, and how fast the peer's may be reflected. What a Down means is the session's; frames are the path's.
 *
 * An echo of ours, which only we read (RFC 5880 section 5: "some authentication" of it SHOULD exist):
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |  Version = 1  |  Length = 32  |               0               |
 * |                      Local Discriminator                      |
 * |                           Sequence                            |
 * |                               0                               |
 * |                 time of sending, nanoseconds                  |
 * |                                                               |
 * |          SipHash-2-4 of all before, by a key of ours          |
 * |                                                               |
 */
#ifndef CORE_BFD_ECHO_H
#define CORE_BFD_ECHO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bfd_session.h"
#include "mutant.h"
#include "siphash.h"

enum {
	BFD_ECHO_LENGTH = 32,
	BFD_ECHO_DISCRIMINATOR_AT = 4, /* where a control packet has My Discriminator */
	/* While echoes go, the control packets of the peer may be slow (6.8.3). */
	BFD_ECHO_SLOW_RX_US = 1000000,
	/* Echoes of the peer that may come in one lump, beyond which those earlier than 75 % of what we advertise are not
	 * reflected: 6.8.9 allows that much jitter and one packet between. */
	BFD_ECHO_REFLECT_LUMP = 3
};

struct bfd_echo_config {
	uint32_t desired_min_tx_us;  /* 0: no echoes of ours */
	uint32_t required_min_rx_us; /* what we advertise; 0: nothing is reflected */
	uint32_t session_min_rx_us;  /* RequiredMinRx of the session as it is wanted without echoes */
	uint8_t multiplier;          /* unanswered echoes that mean Down */
};

struct bfd_echo {
	uint64_t next_tx_ns; /* BFD_NEVER: not sending */
	uint64_t last_tx_ns; /* of an echo, or when it began */
	uint64_t
		first_ns; /* unanswered > 0: when the first of those went; after answers out of step at most one interval later */
	uint64_t full_ns;    /* when the multiplier-th unanswered one went; BFD_NEVER: there are not so many since first_ns */
	uint64_t reflect_ns; /* when the peer's next echo would be due at 75 % of reflect_us */
	uint64_t rtt_ns;     /* of the last that came back */
	uint64_t tx_packets, rx_packets, reflected_packets;
	uint32_t desired_min_tx_us, required_min_rx_us, session_min_rx_us;
	uint32_t reflect_us; /* what is reflected: the advertised, or the old while the peer may not know it yet */
	uint32_t remote_required_min_rx_us; /* as last heard */
	uint32_t interval_us;               /* in use, before jitter; 0: not sending */
	uint32_t sequence;                  /* of the last sent */
	uint32_t unanswered;                /* sent after the last that came back */
	uint16_t jitter;
	uint8_t multiplier;
};

enum bfd_echo_act {
	BFD_ECHO_SEND = 0x1,   /* build and send one, then bfd_echo_sent */
	BFD_ECHO_FAILED = 0x2, /* the multiplier's number was not answered in time: bfd_session_echo_failed */
	BFD_ECHO_CHANGED = 0x4 /* it began, ended or has another interval: bfd_echo_min_rx_us may be another one */
};

void bfd_echo_init(struct bfd_echo *echo);
/* What is wanted; bfd_echo_follow carries it out. Returns whether the peer has to be told, by a Poll, that it may send fewer
 * echoes or more: until bfd_echo_told the old ones are reflected, too. */
bool bfd_echo_configure(struct bfd_echo *echo, const struct bfd_echo_config *config);
/* The peer knows our RequiredMinEchoRx, or sends no echoes. */
void bfd_echo_told(struct bfd_echo *echo);
/* Begin, go on or end, as the session's state (6.8.9), the peer's RequiredMinEchoRx and the configuration say. Returns enum
 * bfd_echo_act bits. */
uint32_t bfd_echo_follow(struct bfd_echo *echo, uint8_t state, uint64_t now_ns, struct rng *rng);
/* To be called at bfd_echo_deadline; harmless at any other time. Returns enum bfd_echo_act bits. */
uint32_t bfd_echo_timer(struct bfd_echo *echo, uint64_t now_ns, struct rng *rng);
/* The payload of the next echo. */
void bfd_echo_build(const struct bfd_echo *echo, uint32_t discriminator, const struct siphash_key *key, uint64_t now_ns,
		    uint8_t out[BFD_ECHO_LENGTH]);
/* It was really handed to the port. */
void bfd_echo_sent(struct bfd_echo *echo, uint64_t now_ns);
/* A payload that says it is of this session: genuine, awaited and not too old? */
enum bfd_fault bfd_echo_receive(struct bfd_echo *echo, uint32_t discriminator, const struct siphash_key *key,
				const uint8_t *payload, size_t length, uint64_t now_ns);
/* What is unanswered counts from now on only: we were late ourselves and may have lost the answers. */
void bfd_echo_forgive(struct bfd_echo *echo, uint64_t now_ns);
/* Whether an echo of the peer may be reflected now; it counts as reflected. */
bool bfd_echo_reflect(struct bfd_echo *echo, uint64_t now_ns);

/* Nothing is wanted any more, and the peer knows. */
static inline bool bfd_echo_idle(const struct bfd_echo *echo)
{
	return echo->desired_min_tx_us == 0 && echo->required_min_rx_us == 0 && echo->reflect_us == 0;
}

/* RequiredMinRx that the session should advertise: while echoes go at least a second (6.8.3). */
static inline uint32_t bfd_echo_min_rx_us(const struct bfd_echo *echo, uint32_t wanted_us)
{
	if (MUTANT(89))
		return wanted_us;
	return echo->interval_us != 0 && wanted_us != 0 && wanted_us < BFD_ECHO_SLOW_RX_US ? BFD_ECHO_SLOW_RX_US : wanted_us;
}

/* When the unanswered echoes mean Down: the multiplier's number of intervals after the first of them, and not before the last
 * of that number had an interval to come back in. */
static inline uint64_t bfd_echo_detection_ns(const struct bfd_echo *echo)
{
	uint64_t interval_ns = (uint64_t)echo->interval_us * 1000, first_ns, full_ns;

	if (echo->interval_us == 0 || echo->full_ns == BFD_NEVER)
		return BFD_NEVER;
	first_ns = echo->first_ns + interval_ns * echo->multiplier;
	full_ns = echo->full_ns + interval_ns;
	return first_ns > full_ns ? first_ns : full_ns;
}

static inline uint64_t bfd_echo_deadline(const struct bfd_echo *echo)
{
	uint64_t detection_ns = bfd_echo_detection_ns(echo);

	return echo->next_tx_ns < detection_ns ? echo->next_tx_ns : detection_ns;
}

#endif
