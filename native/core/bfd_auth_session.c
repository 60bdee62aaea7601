/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying and signing (RFC 5880 6.7.2 to 6.7.4), and the change of keys. */
#include "bfd_auth_session.h"
#include <string.h>
#include "bfd_auth_digest.h"

enum {
	TYPE_AT = BFD_PACKET_LENGTH,
	LENGTH_AT,
	KEY_ID_AT,
	PASSWORD_AT,
	RESERVED_AT = PASSWORD_AT,
	SEQUENCE_AT,
	PASSWORD_EXTRA = PASSWORD_AT - BFD_PACKET_LENGTH, /* Auth Len beside the password */
	/* How far a sequence number may run ahead, in units of Detect Mult. */
	SEQUENCE_WINDOW = 3
};

void bfd_auth_begin(struct bfd_auth_state *state, uint16_t chain, bool meticulous, struct rng *rng)
{
	if (!state->started)
		state->xmit_sequence = (uint32_t)(rng_next(rng) >> 32);
	state->started = 1;
	state->meticulous = meticulous;
	if (state->chain != chain)
		state->beginning = 0;
	state->chain = chain;
}

void bfd_auth_end(struct bfd_auth_state *state)
{
	state->chain = 0;
	state->sequence_known = 0;
	state->receive_sequence = 0;
}

static uint8_t place_of_key(const struct bfd_auth_state *state, const struct bfd_key_chain *chain)
{
	uint8_t at = bfd_key_chain_find(chain, state->key_id);

	return state->beginning == chain->beginning && at < chain->count ? at : 0;
}

const struct bfd_key *bfd_auth_key(const struct bfd_auth_state *state, const struct bfd_key_chain *chain)
{
	return &chain->keys[place_of_key(state, chain)];
}

uint8_t bfd_auth_type_of(const struct bfd_key *key, bool meticulous)
{
	switch (key->algorithm) {
	case PYDP_CRYPTO_SIMPLE_PASSWORD:
		return PYDP_AUTH_SIMPLE_PASSWORD;
	case PYDP_CRYPTO_MD5:
		return meticulous ? PYDP_AUTH_METICULOUS_KEYED_MD5 : PYDP_AUTH_KEYED_MD5;
	default:
		return meticulous ? PYDP_AUTH_METICULOUS_KEYED_SHA1 : PYDP_AUTH_KEYED_SHA1;
	}
}

/* bfd.AuthSeqKnown does not outlive twice the Detection Time without a packet (6.8.1). */
static bool sequence_known(const struct bfd_auth_state *state, const struct bfd_session *session, uint64_t now_ns)
{
	uint64_t detection_us = (uint64_t)session->remote_multiplier * bfd_session_negotiated_rx_us(session);

	return state->sequence_known && now_ns - session->last_rx_ns < 2000 * (detection_us ? detection_us : 1);
}

/* In circular 32-bit space, up to and including three times Detect Mult ahead; which end's is not said, and the packet's own is
 * how many the peer thinks may be lost. */
static bool in_window(const struct bfd_auth_state *state, uint32_t sequence, uint8_t multiplier)
{
	uint32_t ahead = sequence - state->receive_sequence;

	return ahead >= state->meticulous && ahead <= SEQUENCE_WINDOW * (uint32_t)multiplier;
}

static bool digest_matches(const struct bfd_key *key, const uint8_t *data, uint8_t length)
{
	uint8_t digest[BFD_SHA1_OCTETS];

	bfd_auth_digest(key, data, length, digest);
	return bfd_auth_equal(digest, data + BFD_AUTH_DIGEST_AT, length - BFD_AUTH_DIGEST_AT);
}

enum bfd_fault bfd_auth_verify(struct bfd_auth_state *state, const struct bfd_key_chain *chain,
			       const struct bfd_session *session, const uint8_t *data, const struct bfd_packet *packet,
			       uint64_t now_ns)
{
	struct bfd_auth auth;
	enum bfd_fault fault = bfd_auth_parse(data, packet, &auth);
	const struct bfd_key *key;
	uint8_t at;

	if (fault != BFD_ACCEPTED)
		return fault;
	at = bfd_key_chain_find(chain, auth.key_id);
	if (at == chain->count)
		return BFD_FAULT_AUTH_KEY_ID;
	key = &chain->keys[at];
	if (auth.type != bfd_auth_type_of(key, state->meticulous))
		return BFD_FAULT_AUTH_TYPE;
	if (auth.type == PYDP_AUTH_SIMPLE_PASSWORD) {
		if (auth.length != key->length + PASSWORD_EXTRA)
			return BFD_FAULT_AUTH_LENGTH;
		if (!bfd_auth_equal(key->secret, data + PASSWORD_AT, key->length))
			return BFD_FAULT_AUTH_DIGEST;
	} else {
		if (sequence_known(state, session, now_ns) && !in_window(state, auth.sequence, packet->multiplier))
			return BFD_FAULT_AUTH_SEQUENCE;
		/* 6.7.4 would accept the first packet of all before its digest is looked at; nothing is learnt here before. */
		if (!digest_matches(key, data, packet->length))
			return BFD_FAULT_AUTH_DIGEST;
		state->sequence_known = 1;
		state->receive_sequence = auth.sequence;
	}
	/* The peer has a key that stands behind ours: ours is on its way out. */
	if (at > place_of_key(state, chain)) {
		state->key_id = key->id;
		state->beginning = chain->beginning;
	}
	return BFD_ACCEPTED;
}

/* A meticulous type counts every packet; a keyed one each that says something else than the one before (6.7.3, 6.7.4). */
static void count_on(struct bfd_auth_state *state, uint8_t type, const uint8_t *octets)
{
	if (state->meticulous || state->said_type != type || state->said_key_id != octets[KEY_ID_AT] ||
	    memcmp(state->said, octets, sizeof(state->said)) != 0)
		state->xmit_sequence++;
	state->said_type = type;
	state->said_key_id = octets[KEY_ID_AT];
	memcpy(state->said, octets, sizeof(state->said));
}

uint8_t bfd_auth_sign(struct bfd_auth_state *state, const struct bfd_key_chain *chain, uint8_t octets[BFD_PACKET_MOST])
{
	const struct bfd_key *key = bfd_auth_key(state, chain);
	uint8_t type = bfd_auth_type_of(key, state->meticulous);
	uint8_t length;

	state->key_id = key->id;
	state->beginning = chain->beginning;
	if (type == PYDP_AUTH_SIMPLE_PASSWORD)
		length = PASSWORD_AT + key->length;
	else
		length = BFD_AUTH_DIGEST_AT + (key->algorithm == PYDP_CRYPTO_MD5 ? BFD_MD5_OCTETS : BFD_SHA1_OCTETS);
	octets[1] |= BFD_FLAG_AUTHENTICATION;
	octets[3] = length;
	octets[TYPE_AT] = type;
	octets[LENGTH_AT] = length - BFD_PACKET_LENGTH;
	octets[KEY_ID_AT] = key->id;
	if (type == PYDP_AUTH_SIMPLE_PASSWORD) {
		memcpy(octets + PASSWORD_AT, key->secret, key->length);
		return length;
	}
	count_on(state, type, octets);
	octets[RESERVED_AT] = 0;
	bfd_store32(octets + SEQUENCE_AT, state->xmit_sequence);
	bfd_auth_digest(key, octets, length, octets + BFD_AUTH_DIGEST_AT);
	return length;
}
