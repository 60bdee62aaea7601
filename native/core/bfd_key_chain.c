/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of keys: look up, replace, wipe. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "bfd_key_chain.h"
#include <string.h>

enum { PASSWORD_LONGEST = 16, MD5_LONGEST = 16 };

uint8_t bfd_key_longest(uint8_t algorithm)
{
	switch (algorithm) {
	case PYDP_CRYPTO_SIMPLE_PASSWORD:
		return PASSWORD_LONGEST;
	case PYDP_CRYPTO_MD5:
		return MD5_LONGEST;
	case PYDP_CRYPTO_SHA_1:
		return BFD_KEY_OCTETS;
	default:
		return 0;
	}
}

uint8_t bfd_key_chain_find(const struct bfd_key_chain *chain, uint8_t id)
{
	uint8_t at = 0;

	while (at < chain->count && chain->keys[at].id != id)
		at++;
	return at;
}

void bfd_key_chain_replace(struct bfd_key_chain *chain, const struct bfd_key *keys, uint8_t count)
{
	uint32_t beginning = chain->beginning;

	if (chain->count == 0 || chain->keys[0].id != keys[0].id)
		beginning++;
	bfd_key_chain_wipe(chain);
	chain->beginning = beginning;
	memcpy(chain->keys, keys, count * sizeof(*keys));
	chain->count = count;
}

void bfd_key_chain_wipe(struct bfd_key_chain *chain)
{
	uint32_t beginning = chain->beginning;

	explicit_bzero(chain, sizeof(*chain));
	chain->beginning = beginning;
}
