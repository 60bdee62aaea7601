/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet of a flow carries in its first 18 octets of payload, all in network order: the magic number 0x7046, the tag,
 * the flow's number, which start of it (the epoch), the packet's number (low 32 bits) and the time of sending in nanoseconds of
 * the sender's CLOCK_MONOTONIC. The rest of the payload is zero. */
#ifndef GENERATE_STAMP_H
#define GENERATE_STAMP_H
#include <stdbool.h>
#include "generate/frame.h"

enum { STAMP_LENGTH = 18, STAMP_MAGIC = 0x7046 };

struct stamp {
	uint16_t tag;
	uint8_t flow;
	uint8_t epoch;
	uint32_t number;
	uint64_t time_ns;
};

static inline void stamp_write(uint8_t *out, const struct stamp *stamp)
{
	store16(out, STAMP_MAGIC);
	store16(out + 2, stamp->tag);
	out[4] = stamp->flow;
	out[5] = stamp->epoch;
	store32(out + 6, stamp->number);
	store64(out + 10, stamp->time_ns);
}

static inline bool stamp_read(const uint8_t *in, uint16_t length, struct stamp *stamp)
{
	if (length < STAMP_LENGTH || load16(in) != STAMP_MAGIC)
		return false;
	stamp->tag = load16(in + 2);
	stamp->flow = in[4];
	stamp->epoch = in[5];
	stamp->number = load32(in + 6);
	stamp->time_ns = load64(in + 10);
	return true;
}

#endif
