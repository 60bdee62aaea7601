/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of the link, and the adversary on it: frames are lost, in bursts too, doubled, late, out of order, changed on
 * their way, come over a router, come
 * again when they are old, or are forged. */
#ifndef SOAK_LINK_H
#define SOAK_LINK_H
#include <stdbool.h>
#include <stdint.h>
#include "dice.h"
#include "frame.h"

struct condition {
	uint64_t delay_ns;      /* of every frame */
	uint64_t jitter_ns;     /* up to so much more */
	uint32_t loss_ppm;      /* frames with which a burst of losses begins */
	uint32_t burst;         /* mean length of such a burst; 0 is 1 */
	uint32_t duplicate_ppm; /* a second one, with a delay of its own */
	uint32_t change_ppm;    /* one octet of the BFD packet is another, and the checksums fit */
	uint32_t routed_ppm;    /* TTL 254 */
	uint32_t replay_ppm;    /* an old one comes again, as it was */
	uint32_t forge_ppm;     /* one more that says it is the peer's, of somebody without a key */
	bool cut;
	bool in_order;
};

struct flight {
	uint64_t due_ns;
	uint64_t number;
	struct frame frame;
};

enum { KEPT = 128 };

struct link {
	struct condition condition;
	struct dice dice;
	const struct place *from, *to;
	bool losing;
	uint64_t last_due_ns, number;
	struct flight *flights; /* a heap, the first to arrive on top */
	uint32_t count, room;
	struct frame kept[KEPT]; /* of those that were sent */
	uint32_t kept_count;
	uint64_t sent, lost, doubled, changed, routed, replayed, forged;
};

void link_begin(struct link *link, const struct place *from, const struct place *to, uint64_t seed);
void link_end(struct link *link);
void link_send(struct link *link, const struct frame *frame, uint64_t now_ns);
/* UINT64_MAX: nothing is on its way. */
uint64_t link_next(const struct link *link);
/* Takes the first frame that has arrived; false when none has. */
bool link_take(struct link *link, uint64_t now_ns, struct frame *frame);

#endif
