/* SPDX-License-Identifier: Apache-2.0 */
/* Shape of the authentication section, by type. */
#include "bfd_auth.h"
#include <string.h>
#include "mutant.h"

enum {
	TYPE_AT = 24,
	LENGTH_AT = 25,
	KEY_ID_AT = 26,
	SEQUENCE_AT = 28,
	PASSWORD_LEAST = 4,
	PASSWORD_MOST = 19,
	MD5_LENGTH = 24,
	SHA1_LENGTH = 28
};

enum bfd_fault bfd_auth_parse(const uint8_t *data, const struct bfd_packet *packet, struct bfd_auth *auth)
{
	uint8_t least, most;

	memset(auth, 0, sizeof(*auth));
	if (!(packet->flags & BFD_FLAG_AUTHENTICATION))
		return BFD_ACCEPTED;
	auth->type = data[TYPE_AT];
	auth->length = data[LENGTH_AT];
	switch (auth->type) {
	case PYDP_AUTH_SIMPLE_PASSWORD:
		least = PASSWORD_LEAST;
		most = PASSWORD_MOST;
		break;
	case PYDP_AUTH_KEYED_MD5:
	case PYDP_AUTH_METICULOUS_KEYED_MD5:
		least = most = MD5_LENGTH;
		break;
	case PYDP_AUTH_KEYED_SHA1:
	case PYDP_AUTH_METICULOUS_KEYED_SHA1:
		least = most = SHA1_LENGTH;
		break;
	default:
		return BFD_FAULT_AUTH_TYPE;
	}
	if ((auth->length < least || auth->length > most || BFD_PACKET_LENGTH + auth->length != packet->length) &&
	    !MUTANT(41) && !MUTANT(62))
		return BFD_FAULT_AUTH_LENGTH;
	auth->key_id = data[KEY_ID_AT];
	if (auth->type != PYDP_AUTH_SIMPLE_PASSWORD)
		auth->sequence = bfd_load32(data + SEQUENCE_AT);
	return BFD_ACCEPTED;
}
