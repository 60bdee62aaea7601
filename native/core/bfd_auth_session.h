/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication of one session (RFC 5880 6.7): packets of the peer verified, ours signed, the sequence numbers of both, and
 * which key of the chain is sent with. The rest of BFD never sees a packet that fails here. */
#ifndef CORE_BFD_AUTH_SESSION_H
#define CORE_BFD_AUTH_SESSION_H
#include <assert.h>
#include "bfd_auth.h"
#include "bfd_key_chain.h"
#include "bfd_session.h"

/* The longest packet, signed by SHA1. */
enum { BFD_PACKET_MOST = BFD_PACKET_LENGTH + 28 };

struct bfd_auth_state {
	uint32_t xmit_sequence;    /* bfd.XmitAuthSeq: what the last packet said */
	uint32_t receive_sequence; /* bfd.RcvAuthSeq, while sequence_known */
	uint32_t beginning;        /* the chain's, when key_id was taken */
	uint16_t chain;            /* the caller's number of it; not looked at here */
	uint8_t sequence_known;    /* bfd.AuthSeqKnown */
	uint8_t meticulous;
	uint8_t started; /* xmit_sequence is set */
	uint8_t key_id;  /* sent with, while beginning is the chain's */
	uint8_t said_type;
	uint8_t said_key_id;
	uint8_t said[BFD_PACKET_LENGTH]; /* what the last packet said: a keyed type counts on when something else is said */
};
static_assert(sizeof(struct bfd_auth_state) == 44, "a session's cold line has room for it");

/* A session begins to authenticate, with a chain, or changes to another one. bfd.XmitAuthSeq starts at random once and goes on
 * from there (6.8.1). */
void bfd_auth_begin(struct bfd_auth_state *state, uint16_t chain, bool meticulous, struct rng *rng);
/* It no longer does. */
void bfd_auth_end(struct bfd_auth_state *state);

/* The key that packets are signed with. */
const struct bfd_key *bfd_auth_key(const struct bfd_auth_state *state, const struct bfd_key_chain *chain);
/* enum pydp_auth_type of packets signed with the key. */
uint8_t bfd_auth_type_of(const struct bfd_key *key, bool meticulous);

/* Rows 6.7.2 to 6.7.4 of reception for a packet with the A bit. data: the whole BFD packet, packet->length octets; packet: as
 * bfd_packet_parse filled it; session: for how long nothing was heard. The state changes only when BFD_ACCEPTED is returned. */
enum bfd_fault bfd_auth_verify(struct bfd_auth_state *state, const struct bfd_key_chain *chain,
			       const struct bfd_session *session, const uint8_t *data, const struct bfd_packet *packet,
			       uint64_t now_ns);
/* octets: a packet as bfd_packet_build wrote it, and room up to BFD_PACKET_MOST. A bit, Length and the section are added;
 * returns the length. */
uint8_t bfd_auth_sign(struct bfd_auth_state *state, const struct bfd_key_chain *chain, uint8_t octets[BFD_PACKET_MOST]);

#endif
