/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one BFD session in a capture: its key and its two ends. Memory only; who changes it is hear.c. */
#ifndef REPLAY_CONVERSATION_H
#define REPLAY_CONVERSATION_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <pydp/replay.h>
#include "core/bfd_packet.h"
#include "replay/gaps.h"

#define NO_CONVERSATION UINT32_MAX /* PYDP_REPLAY_NONE */

/* What packets of one session share. IPv4 addresses are followed by zeros. */
struct conversation_key {
	uint8_t low[16];  /* the lower address; of S-BFD the initiator's */
	uint8_t high[16]; /* the other one */
	uint32_t interface;
	uint32_t link_index;
	uint16_t vlan;
	uint16_t port; /* S-BFD: the initiator's; else 0 */
	uint8_t kind;  /* SINGLE_HOP, MULTIHOP, MICRO or SBFD_REQUEST */
	uint8_t family;
	uint8_t zero[2];
};
_Static_assert(sizeof(struct conversation_key) == 48, "a key has no holes");

enum conversation_bit {
	CONVERSATION_FIRST_HIGH = 1, /* ends[0] is the one with the higher address */
	CONVERSATION_PROVED = 2      /* a packet named both discriminators */
};

/* The first line is all that a hello like the one before touches beside its histogram. */
struct conversation_end {
	uint64_t last_ns;
	uint64_t due_ns;                 /* a longer gap is worth a look */
	uint8_t last[BFD_PACKET_LENGTH]; /* the packet accepted last; zeros before any */
	uint64_t packets;                /* accepted */
	uint64_t last_packet;
	uint16_t port;
	uint8_t ttl;
	uint8_t auth_type;
	uint8_t auth_key_id;
	uint8_t held; /* RequiredMinRx was lowered and the Poll is not over: held_min_rx_us is in force */
	uint8_t unused;
	uint8_t first_state;

	struct gaps up;
	struct gaps rest;

	uint64_t first_packet;
	uint64_t first_ns;
	uint64_t malformed;
	uint64_t polls;
	uint64_t finals;
	uint64_t late;
	uint32_t held_min_rx_us;
	uint8_t reserved[12];
};
_Static_assert(sizeof(struct conversation_end) == 256, "four cache lines");

struct conversation {
	struct conversation_key key;
	uint32_t discriminator[2]; /* that the ends use; 0: not known */
	uint32_t next;             /* another conversation of the same key, or NO_CONVERSATION */
	uint16_t siblings;         /* of the first of a key: how many there are */
	uint8_t bits;              /* enum conversation_bit */
	uint8_t reserved;
	struct conversation_end ends[2];
};
_Static_assert(sizeof(struct conversation) == 64 + 2 * 256, "nine cache lines");

static inline bool end_heard(const struct conversation_end *end)
{
	return end->packets != 0;
}

/* Since its packet before, or PYDP_REPLAY_NEVER. Stamps do not exceed INT64_MAX (capfile.h). */
static inline int64_t end_gap_ns(const struct conversation_end *end, uint64_t now_ns)
{
	return end_heard(end) ? (int64_t)(now_ns - end->last_ns) : PYDP_REPLAY_NEVER;
}

static inline uint8_t end_state(const struct conversation_end *end)
{
	return end->last[1] >> 6;
}

static inline uint8_t end_flags(const struct conversation_end *end)
{
	return end->last[1] & 0x3f;
}

static inline uint8_t end_diagnostic(const struct conversation_end *end)
{
	return end->last[0] & 0x1f;
}

static inline uint8_t end_multiplier(const struct conversation_end *end)
{
	return end->last[2];
}

/* Your Discriminator of its last packet: the other end's, as this end knows it. */
static inline uint32_t end_claims(const struct conversation_end *end)
{
	return bfd_load32(end->last + 8);
}

static inline uint32_t end_desired_min_tx_us(const struct conversation_end *end)
{
	return bfd_load32(end->last + 12);
}

static inline uint32_t end_required_min_rx_us(const struct conversation_end *end)
{
	return bfd_load32(end->last + 16);
}

static inline uint32_t end_required_min_echo_rx_us(const struct conversation_end *end)
{
	return bfd_load32(end->last + 20);
}

/* The end that has the lower address (from_low), or the higher one. */
static inline uint8_t conversation_end_of(const struct conversation *conversation, bool from_low)
{
	return from_low == ((conversation->bits & CONVERSATION_FIRST_HIGH) != 0);
}

/* Address of an end, 16 octets. */
static inline const uint8_t *conversation_address(const struct conversation *conversation, uint8_t end)
{
	bool high = (end == 1) != ((conversation->bits & CONVERSATION_FIRST_HIGH) != 0);

	return high ? conversation->key.high : conversation->key.low;
}

#endif
