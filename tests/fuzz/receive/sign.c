/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 5880 6.7 as a peer would do it, from the RFC's text and libmd: the engine's own verification is under test. */
#include <string.h>
#include <md5.h>
#include <sha1.h>
#include "sign.h"

enum { SECTION_AT = 24, DIGEST_AT = 32, LONGEST = 52, MD5_TYPE = 2, SHA1_TYPE = 4 };

/* Octets of the digest; 0 when the packet is none of the four digested types, whole. */
static uint32_t digest_length(const uint8_t *packet, uint32_t length)
{
	uint32_t octets;

	if (length < SECTION_AT + 3 || packet[SECTION_AT] < MD5_TYPE || packet[SECTION_AT] > SHA1_TYPE + 1)
		return 0;
	octets = packet[SECTION_AT] < SHA1_TYPE ? MD5_DIGEST_LENGTH : SHA1_DIGEST_LENGTH;
	return packet[3] == DIGEST_AT + octets && packet[3] <= length && packet[SECTION_AT + 1] == packet[3] - SECTION_AT
		       ? octets
		       : 0;
}

static void digest(const struct pydp_key *key, const uint8_t *packet, uint32_t octets, uint8_t *out)
{
	uint8_t keyed[LONGEST] = {0};
	MD5_CTX md5;
	SHA1_CTX sha1;

	memcpy(keyed, packet, DIGEST_AT);
	memcpy(keyed + DIGEST_AT, key->secret, key->length < octets ? key->length : octets);
	if (octets == MD5_DIGEST_LENGTH) {
		MD5Init(&md5);
		MD5Update(&md5, keyed, DIGEST_AT + octets);
		MD5Final(out, &md5);
	} else {
		SHA1Init(&sha1);
		SHA1Update(&sha1, keyed, DIGEST_AT + octets);
		SHA1Final(out, &sha1);
	}
}

void sign_packet(const struct pydp_key *key, uint8_t *packet, uint32_t length)
{
	uint32_t octets = digest_length(packet, length);

	if (octets != 0)
		digest(key, packet, octets, packet + DIGEST_AT);
	else if (length >= SECTION_AT + 3u + key->length && packet[SECTION_AT] == PYDP_AUTH_SIMPLE_PASSWORD)
		memcpy(packet + SECTION_AT + 3, key->secret, key->length);
}

bool sign_is_genuine(const struct pydp_key *key, bool meticulous, const uint8_t *packet, uint32_t length)
{
	uint32_t octets = digest_length(packet, length);
	uint8_t type, right[SHA1_DIGEST_LENGTH];

	if (length < SECTION_AT + 3 || packet[3] > length || packet[SECTION_AT + 2] != key->key_id)
		return false;
	type = packet[SECTION_AT];
	if (key->crypto_algorithm == PYDP_CRYPTO_SIMPLE_PASSWORD)
		return type == PYDP_AUTH_SIMPLE_PASSWORD && packet[3] == SECTION_AT + 3 + key->length &&
		       packet[SECTION_AT + 1] == 3 + key->length &&
		       memcmp(packet + SECTION_AT + 3, key->secret, key->length) == 0;
	if (octets == 0 || (type & 1) != meticulous || type / 2 != key->crypto_algorithm - 1)
		return false;
	digest(key, packet, octets, right);
	return memcmp(right, packet + DIGEST_AT, octets) == 0;
}
