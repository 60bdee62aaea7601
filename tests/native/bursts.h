/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts for the tests of sifting, each frame in memory of its own length, and what is asked of whoever sifts them. */
#ifndef BURSTS_H
#define BURSTS_H
#include "core/rng.h"
#include "path/sift.h"
#include "rig.h"

enum { FRAME_MOST = 96, LEAST4 = 42, LEAST6 = 62 };

struct frame {
	struct rte_mbuf mbuf;
	bool spoilt, echo, ours;
};

struct burst {
	struct frame frames[PATH_BURST];
	struct rte_mbuf *mbufs[PATH_BURST];
	uint16_t count;
};

struct outcome {
	struct path_transit transit;
	struct rte_mbuf *rest[PATH_BURST];
	uint16_t left;
};

/* A port of ours; echoes: it listens to them. */
void stand(bool echoes);
/* A frame of either family that may be spoilt, one of ours or an echo. */
void make_frame(struct rng *rng, struct frame *made, bool six);
/* Of one family, of the other, or mixed. */
void make_burst(struct rng *rng, struct burst *burst);
void drop_burst(struct burst *burst);
/* The filter may take it for one of ours, as it does with few. */
bool is_suspect(const struct frame *frame);
/* The checksum of an IPv4 header becomes right. */
void sum4(uint8_t *ip);

/* What leaves as plain is what every check lets pass, and nothing that is plain is left. */
void sift(path_sift_function *how, struct burst *burst, struct outcome *outcome);
bool has_eight(void);
bool has_sixteen(void);
/* By all that this processor has, who say the same. Returns how many of IPv4 are plain. */
uint16_t sift_by_all(struct burst *burst);

#endif
