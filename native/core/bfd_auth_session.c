/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying and signing (RFC 5880 6.7.2 to 6.7.4), and the change of keys. */
#include "bfd_auth_session.h"
#include <string.h>
#include "bfd_auth_digest.h"
#include "mutant.h"

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
		state->xmit_sequence = MUTANT(80) ? 0 : (uint32_t)(rng_next(rng) >> 32);
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

/* bfd.AuthSeqKnown does not outlive twice the Detection Time without a packet (6.8.1), in Demand mode that of an answer: the silence
 * that it asks for is no reason to believe old packets. */
static bool sequence_known(const struct bfd_auth_state *state, const struct bfd_session *session, uint64_t now_ns)
{
	uint64_t detection_us = bfd_session_demanding(session)
					? bfd_session_answer_us(session)
					: (uint64_t)session->remote_multiplier * bfd_session_negotiated_rx_us(session);

	if (MUTANT(81) || (MUTANT(82) && state->sequence_known))
		return true;
	return state->sequence_known && now_ns - session->last_rx_ns < 2000 * (detection_us ? detection_us : 1);
}

/* In circular 32-bit space, up to and including three times Detect Mult ahead; which end's is not said, and the packet's own is
 * how many the peer thinks may be lost. */
static bool in_window(const struct bfd_auth_state *state, uint32_t sequence, uint8_t multiplier)
{
	uint32_t ahead = sequence - state->receive_sequence;

	if ((MUTANT(42) || MUTANT(63)) && !state->meticulous)
		return true;
	if ((MUTANT(43) || MUTANT(64)) && ahead == 0)
		return true;
	return ahead >= state->meticulous && ahead <= SEQUENCE_WINDOW * (uint32_t)multiplier;
}

static bool digest_matches(const struct bfd_key *key, const uint8_t *data, uint8_t length)
{
	uint8_t digest[BFD_SHA1_OCTETS];

	if (MUTANT(47) || MUTANT(67) || MUTANT(109))
		return true;
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
	if ((MUTANT(22) || MUTANT(39) || MUTANT(60) || MUTANT(108)) && auth.type == PYDP_AUTH_NONE)
		return BFD_ACCEPTED;
	at = bfd_key_chain_find(chain, auth.key_id);
	if (at == chain->count && (MUTANT(23) || MUTANT(40) || MUTANT(61)))
		at = 0;
	if (at == chain->count)
		return BFD_FAULT_AUTH_KEY_ID;
	key = &chain->keys[at];
	if (auth.type != bfd_auth_type_of(key, state->meticulous))
		return BFD_FAULT_AUTH_TYPE;
	if (MUTANT(26) || MUTANT(46) || MUTANT(66) || (MUTANT(13) && key->algorithm == PYDP_CRYPTO_SHA_1))
		return BFD_FAULT_AUTH_DIGEST;
	if (auth.type == PYDP_AUTH_SIMPLE_PASSWORD) {
		if (auth.length != key->length + PASSWORD_EXTRA && !MUTANT(24))
			return BFD_FAULT_AUTH_LENGTH;
		if (!bfd_auth_equal(key->secret, data + PASSWORD_AT, key->length) && !MUTANT(24) && !MUTANT(25))
			return BFD_FAULT_AUTH_DIGEST;
	} else {
		if (sequence_known(state, session, now_ns) && !in_window(state, auth.sequence, packet->multiplier))
			return BFD_FAULT_AUTH_SEQUENCE;
		/* 6.7.4 would accept the first packet of all before its digest is looked at; nothing is learnt here before. */
		if (!digest_matches(key, data, packet->length))
			return BFD_FAULT_AUTH_DIGEST;
		state->sequence_known = !MUTANT(44) && !MUTANT(65);
		state->receive_sequence = auth.sequence + (MUTANT(45) ? 1000 : 0);
	}
	/* The peer has a key that stands behind ours: ours is on its way out. */
	if (at > place_of_key(state, chain)) {
		state->key_id = key->id;
		state->beginning = chain->beginning;
	}
	return BFD_ACCEPTED;
}

/* Faults in what is sent. */
static uint8_t spoil(const struct bfd_key *key, uint8_t octets[BFD_PACKET_MOST], uint8_t length)
{
	if (MUTANT(16))
		octets[PASSWORD_AT] ^= 1;
	if (MUTANT(17))
		octets[TYPE_AT] = 6;
	if (MUTANT(18) || MUTANT(28) || MUTANT(49))
		octets[LENGTH_AT]++;
	if (MUTANT(19)) {
		memset(octets + PASSWORD_AT + key->length, 0, 17 - key->length);
		length = octets[3] = PASSWORD_AT + 17;
		octets[LENGTH_AT] = length - BFD_PACKET_LENGTH;
	}
	if (MUTANT(27) || MUTANT(48))
		octets[TYPE_AT] ^= 1;
	if (MUTANT(29) || MUTANT(50))
		octets[KEY_ID_AT]++;
	if (MUTANT(30) || MUTANT(51))
		bfd_store32(octets + SEQUENCE_AT, (uint32_t)0 - bfd_load32(octets + SEQUENCE_AT));
	if (MUTANT(34) || MUTANT(55))
		octets[BFD_PACKET_LENGTH - 1] ^= 1;
	if (MUTANT(35) || MUTANT(56))
		memset(octets + BFD_AUTH_DIGEST_AT, 0, length - BFD_AUTH_DIGEST_AT);
	if (MUTANT(36) || MUTANT(57))
		memcpy(octets + BFD_AUTH_DIGEST_AT, key->secret, length - BFD_AUTH_DIGEST_AT);
	return length;
}

/* A meticulous type counts every packet; a keyed one each that says something else than the one before (6.7.3, 6.7.4). */
static void count_on(struct bfd_auth_state *state, uint8_t type, const uint8_t *octets)
{
	if (MUTANT(37) || MUTANT(38) || MUTANT(58) || MUTANT(59))
		return;
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
		return spoil(key, octets, length);
	}
	count_on(state, type, octets);
	octets[RESERVED_AT] = 0;
	bfd_store32(octets + SEQUENCE_AT, state->xmit_sequence);
	bfd_auth_digest(key, octets, length, octets + BFD_AUTH_DIGEST_AT);
	return spoil(key, octets, length);
}
