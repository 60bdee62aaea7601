/* SPDX-License-Identifier: Apache-2.0 */
/* libmd's MD5 and SHA1 over a packet that holds the key, which does not stay in memory. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "bfd_auth_digest.h"
#include <string.h>
#include <md5.h>
#include <sha1.h>
#include "mutant.h"

void bfd_auth_digest(const struct bfd_key *key, const uint8_t *packet, size_t length, uint8_t *digest)
{
	uint8_t keyed[BFD_AUTH_DIGEST_AT + BFD_SHA1_OCTETS];
	union {
		MD5_CTX md5;
		SHA1_CTX sha1;
	} context;

	memcpy(keyed, packet, BFD_AUTH_DIGEST_AT);
	memcpy(keyed + BFD_AUTH_DIGEST_AT, key->secret, length - BFD_AUTH_DIGEST_AT);
	if (MUTANT(31) || MUTANT(52))
		keyed[length - 1] ^= 0xff;
	if (key->algorithm == PYDP_CRYPTO_MD5) {
		MD5Init(&context.md5);
		MD5Update(&context.md5, keyed, length);
		MD5Final(digest, &context.md5);
	} else {
		SHA1Init(&context.sha1);
		SHA1Update(&context.sha1, keyed, length);
		SHA1Final(digest, &context.sha1);
	}
	explicit_bzero(keyed, sizeof(keyed));
	explicit_bzero(&context, sizeof(context));
}

bool bfd_auth_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
	volatile uint8_t different = 0;

	for (size_t i = 0; i < length; i++)
		different |= a[i] ^ b[i];
	return different == 0;
}
