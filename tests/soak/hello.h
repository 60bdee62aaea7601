/* SPDX-License-Identifier: Apache-2.0 */
/* A BFD control packet as RFC 5880 4.1 draws it, read apart from the product's codec, and the checks of 6.8.6 that need
 * nothing but the packet and the discriminator of whoever listens. */
#ifndef SOAK_HELLO_H
#define SOAK_HELLO_H
#include <stdbool.h>
#include <stdint.h>

enum { ADMIN_DOWN = 0, DOWN = 1, INIT = 2, UP = 3 };
enum { HELLO_LENGTH = 24, PAYLOAD_MOST = 64 };

struct payload {
	bool forged; /* by the adversary, who has no key */
	uint8_t length;
	uint8_t octets[PAYLOAD_MOST];
};

struct hello {
	uint8_t version, diagnostic, state, multiplier, length;
	bool poll, final, independent, authenticated, demand, multipoint;
	uint32_t mine, yours, desired_us, required_us, echo_us;
};

static inline uint32_t octets32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* False where there are less than 24 octets. */
static inline bool hello_read(const struct payload *payload, struct hello *hello)
{
	const uint8_t *at = payload->octets;

	if (payload->length < HELLO_LENGTH)
		return false;
	*hello = (struct hello){.version = at[0] >> 5,
				.diagnostic = at[0] & 31,
				.state = at[1] >> 6,
				.poll = at[1] >> 5 & 1,
				.final = at[1] >> 4 & 1,
				.independent = at[1] >> 3 & 1,
				.authenticated = at[1] >> 2 & 1,
				.demand = at[1] >> 1 & 1,
				.multipoint = at[1] & 1,
				.multiplier = at[2],
				.length = at[3],
				.mine = octets32(at + 4),
				.yours = octets32(at + 8),
				.desired_us = octets32(at + 12),
				.required_us = octets32(at + 16),
				.echo_us = octets32(at + 20)};
	return true;
}

/* Whether a session that chose the discriminator has to take the packet (6.8.6), if authentication has nothing against it. */
static inline bool hello_counts(const struct payload *payload, uint32_t local, struct hello *hello)
{
	if (!hello_read(payload, hello) || hello->version != 1 || hello->length < HELLO_LENGTH ||
	    hello->length > payload->length)
		return false;
	if (hello->multipoint || hello->multiplier == 0 || hello->mine == 0)
		return false;
	if (hello->yours == 0)
		return hello->state == DOWN || hello->state == ADMIN_DOWN;
	return hello->yours == local;
}

#endif
