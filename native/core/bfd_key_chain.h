/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of BFD authentication (RFC 5880 6.7) and chains of them (RFC 8177). In which order sessions use them is
 * bfd_auth_session.h's. */
#ifndef CORE_BFD_KEY_CHAIN_H
#define CORE_BFD_KEY_CHAIN_H
#include <stdbool.h>
#include <stdint.h>
#include <pydp/key_chain.h>

enum { BFD_KEYS = PYDP_KEYS_A_CHAIN, BFD_KEY_OCTETS = 20 };

struct bfd_key {
	uint8_t id;
	uint8_t algorithm; /* enum pydp_crypto_algorithm */
	uint8_t length;
	uint8_t reserved;
	uint8_t secret[BFD_KEY_OCTETS]; /* zero behind length, as it is hashed (6.7.3, 6.7.4) */
};

/* The first key is what a session starts with; those behind it follow when the peer has them. */
struct bfd_key_chain {
	uint32_t beginning; /* another number for each other first key; 0: never had any */
	uint8_t count;      /* 0: no such chain */
	uint8_t reserved[3];
	struct bfd_key keys[BFD_KEYS]; /* no two with one id */
};

/* The place of the key with the id, or count. */
uint8_t bfd_key_chain_find(const struct bfd_key_chain *chain, uint8_t id);
/* What was in the chain is overwritten. The keys are valid by bfd_key_valid, and their number is 1 to BFD_KEYS. */
void bfd_key_chain_replace(struct bfd_key_chain *chain, const struct bfd_key *keys, uint8_t count);
/* The secrets are overwritten, and the chain is none. */
void bfd_key_chain_wipe(struct bfd_key_chain *chain);
/* Octets that a key of the algorithm may have at most; 0: no such algorithm. The least is 1 (6.7.2 to 6.7.4). */
uint8_t bfd_key_longest(uint8_t algorithm);

#endif
