/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication sections as RFC 5880 4.2 to 4.4 draws them, and the keys that ends may be given, by number. Digests are libmd's. */
#ifndef SOAK_SECTION_H
#define SOAK_SECTION_H
#include "hello.h"

enum { KEYS_MOST = 3, SECRET_MOST = 20 };
enum algorithm { PASSWORD = 1, MD5 = 2, SHA1 = 3 };
enum { KEYED_MD5 = 2, KEYED_SHA1 = 4 }; /* Auth Type; the meticulous ones are one more */
enum { SECTION_AT = HELLO_LENGTH, KEY_ID_AT = 26, PASSWORD_AT = 27, SEQUENCE_AT = 28, DIGEST_AT = 32 };

struct key {
	uint8_t id, algorithm, length;
	uint8_t secret[SECRET_MOST]; /* zero behind length */
};

/* The number, not 0, is the id, and says algorithm and secret; each algorithm has every third. */
void key_make(uint8_t number, struct key *key);
uint8_t section_type(const struct key *key, bool meticulous);
/* Octets of a packet that is signed with the key. */
uint8_t section_end(const struct key *key);
/* Whether the packet, of that key's length and not of PASSWORD, has the digest that the key makes. */
bool section_proves(const struct payload *payload, const struct key *key);
/* The mandatory section is there; A, Length and the rest are added. */
void section_sign(struct payload *payload, const struct key *key, bool meticulous, uint32_t sequence);

#endif
