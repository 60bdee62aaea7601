/* SPDX-License-Identifier: Apache-2.0 */
/* The digests of RFC 5880 6.7.3 and 6.7.4: a plain MD5 or SHA1 over the packet, with the key where the digest goes. */
#ifndef CORE_BFD_AUTH_DIGEST_H
#define CORE_BFD_AUTH_DIGEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bfd_key_chain.h"

enum { BFD_MD5_OCTETS = 16, BFD_SHA1_OCTETS = 20, BFD_AUTH_DIGEST_AT = 32 };

/* packet: length octets (at least BFD_AUTH_DIGEST_AT, at most that and BFD_SHA1_OCTETS), whose field for the digest is not
 * looked at. digest: BFD_MD5_OCTETS or BFD_SHA1_OCTETS, by the key's algorithm, which is not simple password. */
void bfd_auth_digest(const struct bfd_key *key, const uint8_t *packet, size_t length, uint8_t *digest);
/* How long it takes says nothing about where they differ. */
bool bfd_auth_equal(const uint8_t *a, const uint8_t *b, size_t length);

#endif
