/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that a well-behaved speaker never sends: one list with a name and a text for people each, and the change that makes
 * a good packet one of them. */
#ifndef GENERATE_MISBEHAVIOUR_H
#define GENERATE_MISBEHAVIOUR_H
#include <stdint.h>
#include "core/rng.h"
#include "generate/frame.h"

/* X(NAME, kebab-name, text). */
#define MISBEHAVIOUR_LIST(X)                                                                               \
	X(VERSION, "version", "version 0 instead of 1")                                                    \
	X(LENGTH_SHORT, "length-short", "Length field of 23")                                              \
	X(LENGTH_LONG, "length-long", "Length field of 25 in a payload of 24")                             \
	X(TRUNCATED, "truncated", "a payload of 12 octets whose Length field says 24")                     \
	X(MULTIPLIER_ZERO, "multiplier-zero", "Detect Mult of 0")                                          \
	X(MULTIPOINT, "multipoint", "Multipoint bit set")                                                  \
	X(MY_ZERO, "my-discriminator-zero", "My Discriminator of 0")                                       \
	X(YOUR_ZERO, "your-discriminator-zero", "Your Discriminator of 0 in state Up")                     \
	X(YOUR_WRONG, "your-discriminator-wrong", "Your Discriminator of no session")                      \
	X(AUTHENTICATED, "authenticated", "an authentication section (keyed SHA1) nobody configured")      \
	X(TTL, "ttl", "TTL or hop limit of 254")                                                           \
	X(CHECKSUM_IP, "checksum-ip", "IPv4 header checksum wrong (over IPv6: the UDP checksum)")          \
	X(CHECKSUM_UDP, "checksum-udp", "UDP checksum wrong")                                              \
	X(SOURCE_PORT, "source-port", "UDP source port 3784, below the range of RFC 5881 section 4")       \
	X(POLL_AND_FINAL, "poll-and-final", "Poll and Final set together")                                 \
	X(POLL_STORM, "poll-storm", "ten packets at once, each with Poll")                                 \
	X(NEVER_FINAL, "never-final", "no packet of its own: Polls stay unanswered")                       \
	X(UP_AT_ONCE, "up-at-once", "state Up whatever the target says, with Your Discriminator as known") \
	X(REPLAYED, "replayed", "the very first hello again: Down, Your Discriminator 0")                  \
	X(GARBAGE, "garbage", "random octets, 0 to 64 of them, to the BFD port")

enum misbehaviour {
	MISBEHAVIOUR_NONE = 0,
#define MISBEHAVIOUR_ENUM(name, kebab, text) MISBEHAVIOUR_##name,
	MISBEHAVIOUR_LIST(MISBEHAVIOUR_ENUM)
#undef MISBEHAVIOUR_ENUM
		MISBEHAVIOURS
};

enum { MISBEHAVIOUR_STORM = 10 };

/* NULL for none and for a number beyond. */
const char *misbehaviour_name(uint32_t misbehaviour);
const char *misbehaviour_text(uint32_t misbehaviour);

/* frame: a good hello, whole, with room for 64 octets of BFD; its new length is returned. */
uint16_t misbehaviour_spoil(enum misbehaviour misbehaviour, uint8_t *frame, const struct frame_shape *shape, struct rng *rng);

#endif
