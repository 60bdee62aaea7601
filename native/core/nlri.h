/* SPDX-License-Identifier: Apache-2.0 */
/* The NLRI of BGP for unicast prefixes (RFC 4271 4.3, RFC 4760 5), with path identifiers where ADD-PATH has them (RFC 7911 3). */
#ifndef CORE_NLRI_H
#define CORE_NLRI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nlri_result {
	NLRI_PREFIX,  /* one was read */
	NLRI_END,     /* that was all */
	NLRI_CUT_OFF, /* the octets end within it */
	NLRI_TOO_LONG /* more bits than an address has */
};

struct nlri {
	const uint8_t *octets;
	size_t size, at; /* at: of the next one; of a faulty one, when the result says so */
	uint8_t bits;    /* of an address: 32 or 128 */
	bool add_path;
};

/* The next prefix, and at moves behind it. The octets behind the length are zero, bits in its last octet as they are. */
enum nlri_result nlri_next(struct nlri *nlri, uint8_t prefix[16], uint8_t *length);

#endif
