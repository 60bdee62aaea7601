/* SPDX-License-Identifier: Apache-2.0 */
/* From a good hello to a bad one. What is no change of one packet (storms, silence) is peers' business. */
#include "core/bfd_kind.h"
#include "core/bfd_packet.h"
#include "generate/misbehaviour.h"

enum { GARBAGE_MOST = 64, SHA1_SECTION = 28, CUT_PAYLOAD = 12, KEYED_SHA1 = 4 };

static const struct {
	const char *name;
	const char *text;
} descriptions[MISBEHAVIOURS] = {
#define MISBEHAVIOUR_DESCRIPTION(name, kebab, text) [MISBEHAVIOUR_##name] = {kebab, text},
	MISBEHAVIOUR_LIST(MISBEHAVIOUR_DESCRIPTION)
#undef MISBEHAVIOUR_DESCRIPTION
};

const char *misbehaviour_name(uint32_t misbehaviour)
{
	return misbehaviour < MISBEHAVIOURS ? descriptions[misbehaviour].name : NULL;
}

const char *misbehaviour_text(uint32_t misbehaviour)
{
	return misbehaviour < MISBEHAVIOURS ? descriptions[misbehaviour].text : NULL;
}

static void say_state(uint8_t *bfd, enum pydp_bfd_state state)
{
	bfd[1] = (uint8_t)((bfd[1] & 0x3f) | state << 6);
}

static uint16_t random_octets(uint8_t *out, struct rng *rng)
{
	uint32_t length = rng_below(rng, GARBAGE_MOST + 1);

	for (uint32_t i = 0; i < length; i++)
		out[i] = (uint8_t)rng_next(rng);
	return (uint16_t)length;
}

/* Changes of the BFD packet; the new length of the payload. */
static uint16_t spoil_payload(enum misbehaviour misbehaviour, uint8_t *bfd, struct rng *rng)
{
	switch (misbehaviour) {
	case MISBEHAVIOUR_VERSION:
		bfd[0] &= 0x1f;
		break;
	case MISBEHAVIOUR_LENGTH_SHORT:
		bfd[3] = BFD_PACKET_LENGTH - 1;
		break;
	case MISBEHAVIOUR_LENGTH_LONG:
		bfd[3] = BFD_PACKET_LENGTH + 1;
		break;
	case MISBEHAVIOUR_TRUNCATED:
		return CUT_PAYLOAD;
	case MISBEHAVIOUR_MULTIPLIER_ZERO:
		bfd[2] = 0;
		break;
	case MISBEHAVIOUR_MULTIPOINT:
		bfd[1] |= BFD_FLAG_MULTIPOINT;
		break;
	case MISBEHAVIOUR_MY_ZERO:
		store32(bfd + 4, 0);
		break;
	case MISBEHAVIOUR_YOUR_ZERO:
		store32(bfd + 8, 0);
		say_state(bfd, PYDP_BFD_UP);
		break;
	case MISBEHAVIOUR_YOUR_WRONG:
		store32(bfd + 8, ~load32(bfd + 8));
		break;
	case MISBEHAVIOUR_AUTHENTICATED:
		bfd[1] |= BFD_FLAG_AUTHENTICATION;
		bfd[3] = BFD_PACKET_LENGTH + SHA1_SECTION;
		memset(bfd + BFD_PACKET_LENGTH, 0x5a, SHA1_SECTION);
		bfd[BFD_PACKET_LENGTH] = KEYED_SHA1;
		bfd[BFD_PACKET_LENGTH + 1] = SHA1_SECTION;
		bfd[BFD_PACKET_LENGTH + 3] = 0;
		return BFD_PACKET_LENGTH + SHA1_SECTION;
	case MISBEHAVIOUR_POLL_AND_FINAL:
		bfd[1] |= BFD_FLAG_POLL | BFD_FLAG_FINAL;
		break;
	case MISBEHAVIOUR_POLL_STORM:
		bfd[1] = (uint8_t)((bfd[1] & ~BFD_FLAG_FINAL) | BFD_FLAG_POLL);
		break;
	case MISBEHAVIOUR_UP_AT_ONCE:
		say_state(bfd, PYDP_BFD_UP);
		break;
	case MISBEHAVIOUR_REPLAYED:
		bfd[0] &= 0xe0;
		bfd[1] = PYDP_BFD_DOWN << 6;
		store32(bfd + 8, 0);
		break;
	case MISBEHAVIOUR_GARBAGE:
		return random_octets(bfd, rng);
	default:
		break;
	}
	return BFD_PACKET_LENGTH;
}

uint16_t misbehaviour_spoil(enum misbehaviour misbehaviour, uint8_t *frame, const struct frame_shape *shape, struct rng *rng)
{
	uint8_t *network = frame + shape->network_at, *udp = frame + shape->udp_at;
	uint16_t payload = spoil_payload(misbehaviour, frame + shape->payload_at, rng);

	if (misbehaviour == MISBEHAVIOUR_TTL)
		network[shape->family == 4 ? IP4_TTL_AT : IP6_HOP_LIMIT_AT] = BFD_TTL - 1;
	if (misbehaviour == MISBEHAVIOUR_SOURCE_PORT)
		store16(udp, BFD_UDP_PORT);
	frame_finish(frame, shape, payload);
	/* The last bit of a sum: neither zero nor its complement comes of it. */
	if (misbehaviour == MISBEHAVIOUR_CHECKSUM_IP && shape->family == 4)
		network[IP4_CHECKSUM_AT + 1] ^= 1;
	else if (misbehaviour == MISBEHAVIOUR_CHECKSUM_IP || misbehaviour == MISBEHAVIOUR_CHECKSUM_UDP)
		udp[UDP_CHECKSUM_AT + 1] ^= udp[UDP_CHECKSUM_AT] == 0 && udp[UDP_CHECKSUM_AT + 1] == 1 ? 2 : 1;
	return shape->payload_at + payload;
}
