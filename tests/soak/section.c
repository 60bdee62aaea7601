/* SPDX-License-Identifier: Apache-2.0 */
/* Sections signed and looked at. */
#include <string.h>
#include <sys/types.h>
#include <md5.h>
#include <sha1.h>
#include "section.h"

enum { MD5_OCTETS = 16, SHA1_OCTETS = 20 };

void key_make(uint8_t number, struct key *key)
{
	static const uint8_t most[] = {0, 16, 16, 20};

	*key = (struct key){.id = number, .algorithm = number % 3 ? number % 3 : SHA1};
	key->length = (uint8_t)(1 + (number * 5u + 10) % most[key->algorithm]);
	for (uint8_t i = 0; i < key->length; i++)
		key->secret[i] = (uint8_t)(number * 37 + i * 11 + 1);
}

uint8_t section_type(const struct key *key, bool meticulous)
{
	if (key->algorithm == PASSWORD)
		return PASSWORD;
	return (uint8_t)((key->algorithm == MD5 ? KEYED_MD5 : KEYED_SHA1) + meticulous);
}

uint8_t section_end(const struct key *key)
{
	if (key->algorithm == PASSWORD)
		return (uint8_t)(PASSWORD_AT + key->length);
	return DIGEST_AT + (key->algorithm == MD5 ? MD5_OCTETS : SHA1_OCTETS);
}

/* Of the packet with the secret where the digest will be (6.7.3, 6.7.4). */
static void make_digest(const struct payload *payload, const struct key *key, uint8_t digest[SHA1_OCTETS])
{
	uint32_t length = key->algorithm == MD5 ? MD5_OCTETS : SHA1_OCTETS;
	MD5_CTX md5;
	SHA1_CTX sha1;

	if (key->algorithm == MD5) {
		MD5Init(&md5);
		MD5Update(&md5, payload->octets, DIGEST_AT);
		MD5Update(&md5, key->secret, length);
		MD5Final(digest, &md5);
	} else {
		SHA1Init(&sha1);
		SHA1Update(&sha1, payload->octets, DIGEST_AT);
		SHA1Update(&sha1, key->secret, length);
		SHA1Final(digest, &sha1);
	}
}

bool section_proves(const struct payload *payload, const struct key *key)
{
	uint8_t digest[SHA1_OCTETS];

	make_digest(payload, key, digest);
	return memcmp(digest, payload->octets + DIGEST_AT, section_end(key) - DIGEST_AT) == 0;
}

void section_sign(struct payload *payload, const struct key *key, bool meticulous, uint32_t sequence)
{
	uint8_t *at = payload->octets, digest[SHA1_OCTETS];

	payload->length = at[3] = section_end(key);
	at[1] |= 4;
	at[SECTION_AT] = section_type(key, meticulous);
	at[SECTION_AT + 1] = (uint8_t)(payload->length - HELLO_LENGTH);
	at[KEY_ID_AT] = key->id;
	if (key->algorithm == PASSWORD) {
		memcpy(at + PASSWORD_AT, key->secret, key->length);
		return;
	}
	at[PASSWORD_AT] = 0;
	for (int i = 0; i < 4; i++)
		at[SEQUENCE_AT + i] = (uint8_t)(sequence >> (24 - 8 * i));
	make_digest(payload, key, digest);
	memcpy(at + DIGEST_AT, digest, payload->length - DIGEST_AT);
}
