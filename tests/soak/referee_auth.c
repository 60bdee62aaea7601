/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication (RFC 5880 6.7): whose packets count, and what the section of each packet has to be. */
#include <stddef.h>
#include <string.h>
#include "referee_parts.h"

enum { WINDOW = 3 }; /* how far a sequence number may run ahead, in units of Detect Mult */

static uint8_t place_of(const struct wanted *wanted, uint8_t number)
{
	uint8_t at = 0;

	while (at < KEYS_MOST && wanted->keys[at] != 0 && wanted->keys[at] != number)
		at++;
	return at;
}

bool signs(const struct referee *r)
{
	return r->wanted.keys[0] != 0;
}

uint8_t said_length(const struct referee *r)
{
	struct key key;

	if (!signs(r))
		return HELLO_LENGTH;
	key_make(r->wanted.keys[r->key_at], &key);
	return section_end(&key);
}

/* It begins with the first key when that is another one, or when the key that it sends with is gone. */
void change_keys(struct referee *r, const struct wanted *wanted)
{
	uint8_t at = place_of(wanted, r->wanted.keys[r->key_at]);

	if (!signs(r) || wanted->keys[0] != r->wanted.keys[0] || at == KEYS_MOST || wanted->keys[at] == 0)
		at = 0;
	r->key_at = at;
	if (wanted->keys[0] == 0)
		r->sequence_known = false;
}

/* bfd.AuthSeqKnown: the Detection Time is what it would be if something were heard. */
static bool knows_sequence(const struct referee *r)
{
	uint64_t us = (uint64_t)r->remote_multiplier * hearing_us(r);

	if (r->demanding)
		us = referee_detection_us(r);
	return r->sequence_known && r->now_ns - r->heard_ns < 2000 * (us ? us : 1);
}

/* The place of the key that the packet proves to have been signed with; KEYS_MOST: none. */
static uint8_t proven(struct referee *r, const struct payload *payload, const struct hello *hello)
{
	const uint8_t *section = payload->octets + SECTION_AT;
	uint32_t ahead;
	uint8_t at;
	struct key key;

	if (hello->length < PASSWORD_AT + 1)
		return KEYS_MOST;
	at = place_of(&r->wanted, section[2]);
	if (at == KEYS_MOST || r->wanted.keys[at] == 0)
		return KEYS_MOST;
	key_make(r->wanted.keys[at], &key);
	if (section[0] != section_type(&key, r->wanted.meticulous) || hello->length != section_end(&key) ||
	    section[1] != hello->length - HELLO_LENGTH)
		return KEYS_MOST;
	if (key.algorithm == PASSWORD)
		return memcmp(payload->octets + PASSWORD_AT, key.secret, key.length) == 0 ? at : KEYS_MOST;
	ahead = octets32(payload->octets + SEQUENCE_AT) - r->sequence_heard;
	if (knows_sequence(r) && (ahead < r->wanted.meticulous || ahead > (uint32_t)WINDOW * hello->multiplier))
		return KEYS_MOST;
	return section_proves(payload, &key) ? at : KEYS_MOST;
}

bool authentic(struct referee *r, const struct payload *payload, const struct hello *hello)
{
	uint8_t at = KEYS_MOST;

	if (!signs(r) && !hello->authenticated)
		return true;
	if (signs(r) && hello->authenticated)
		at = proven(r, payload, hello);
	if (at == KEYS_MOST) {
		r->refused = true;
		r->checked_refusals++;
		return false;
	}
	if (payload->forged)
		complain(r, "soak", "the referee believes a forged packet");
	if (payload->octets[SECTION_AT] != PASSWORD) {
		r->sequence_known = true;
		r->sequence_heard = octets32(payload->octets + SEQUENCE_AT);
	}
	/* Hitless: the peer has a key that stands behind ours. */
	if (at > r->key_at) {
		r->key_at = at;
		r->checked_key_changes++;
	}
	return true;
}

/* A meticulous type counts each packet, a keyed one those that say something else, and none counts back. */
static void check_sequence(struct referee *r, const struct payload *payload)
{
	uint32_t sequence = octets32(payload->octets + SEQUENCE_AT), ahead = sequence - r->sequence_said;
	bool news = memcmp(r->said, payload->octets, HELLO_LENGTH) != 0;

	if (r->has_signed && r->wanted.meticulous && ahead != 1)
		complain(r, "auth-sequence", "sequence number %u after %u, of a meticulous type", sequence, r->sequence_said);
	else if (r->has_signed && (ahead > WINDOW || ahead < news))
		complain(r, "auth-sequence", "sequence number %u after %u, and the packet %s", sequence, r->sequence_said,
			 news ? "says something else" : "says the same");
	r->has_signed = true;
	r->sequence_said = sequence;
	memcpy(r->said, payload->octets, HELLO_LENGTH);
}

void check_section(struct referee *r, const struct payload *payload)
{
	const uint8_t *section = payload->octets + SECTION_AT;
	struct key key;

	if (!signs(r))
		return;
	key_make(r->wanted.keys[r->key_at], &key);
	r->checked_sections++;
	if (section[2] != key.id)
		complain(r, "auth-section", "signed with key %u, and has to be with %u", section[2], key.id);
	else if (section[0] != section_type(&key, r->wanted.meticulous) || section[1] != payload->length - HELLO_LENGTH)
		complain(r, "auth-section", "Auth Type %u, Auth Len %u", section[0], section[1]);
	else if (key.algorithm == PASSWORD ? memcmp(payload->octets + PASSWORD_AT, key.secret, key.length) != 0
					   : payload->octets[PASSWORD_AT] != 0 || !section_proves(payload, &key))
		complain(r, "auth-section", "what has to prove key %u does not", key.id);
	else if (key.algorithm != PASSWORD)
		check_sequence(r, payload);
}

void blame_refused(struct referee *r)
{
	static const char *const signs_of_it[] = {"state", "too-many", "final-unwanted", "packet"};

	for (size_t i = 0; i < sizeof(signs_of_it) / sizeof(*signs_of_it) && r->rule != NULL && r->refused; i++)
		if (strcmp(r->rule, signs_of_it[i]) == 0)
			r->rule = "forged";
}
