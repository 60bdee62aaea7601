/* SPDX-License-Identifier: Apache-2.0 */
/* Key chains (RFC 8177) for the authentication of BFD sessions (RFC 5880 6.7). Secrets go in and never come out. */
#ifndef PYDP_KEY_CHAIN_H
#define PYDP_KEY_CHAIN_H
#include <stdint.h>
#include <pydp/engine.h>

/* How many keys a chain and how many chains an engine may have. */
enum pydp_key_chain_limit { PYDP_KEYS_A_CHAIN = 16, PYDP_KEY_CHAINS = 1024 };

enum pydp_crypto_algorithm {
	PYDP_CRYPTO_SIMPLE_PASSWORD = 1, /* the secret itself is in every packet */
	PYDP_CRYPTO_MD5 = 2,
	PYDP_CRYPTO_SHA_1 = 3
};

/* Auth Type on the wire (RFC 5880 4.1): what a key's algorithm comes to, meticulous or not. */
enum pydp_auth_type {
	PYDP_AUTH_NONE = 0,
	PYDP_AUTH_SIMPLE_PASSWORD = 1,
	PYDP_AUTH_KEYED_MD5 = 2,
	PYDP_AUTH_METICULOUS_KEYED_MD5 = 3,
	PYDP_AUTH_KEYED_SHA1 = 4,
	PYDP_AUTH_METICULOUS_KEYED_SHA1 = 5
};

struct pydp_key {
	uint8_t key_id;
	uint8_t crypto_algorithm; /* enum pydp_crypto_algorithm */
	uint8_t length;           /* of the secret: 1 to 16 octets, of PYDP_CRYPTO_SHA_1 1 to 20 */
	uint8_t reserved;
	uint8_t secret[20];
};

struct pydp_key_chain {
	uint16_t id;       /* 1 to PYDP_KEY_CHAINS, chosen by the caller; struct pydp_session_config names it */
	uint8_t key_count; /* 1 to PYDP_KEYS_A_CHAIN */
	uint8_t reserved;
	struct pydp_key keys[16]; /* in order of use; no two with one key_id */
};

/* Makes the chain, or replaces all its keys at once. Packets of the peer are accepted with any key of the chain. A session
 * sends with the first one, and takes a later one as soon as the peer is heard to use it validly; it never goes back. So a
 * key is changed without a packet lost: append it at both ends, then make it the first (or the only) one at either. A session
 * begins with the first key again when the chain gets another first key, or loses the one that the session sends with. */
int pydp_key_chain_set(pydp_engine_t *engine, const struct pydp_key_chain *chain);
/* PYDP_E_BUSY while a session uses it. A chain that is not there is removed already. */
int pydp_key_chain_remove(pydp_engine_t *engine, uint16_t id);

#endif
