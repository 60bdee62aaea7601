/* SPDX-License-Identifier: Apache-2.0 */
/* What the hellos and echoes of a session say of its link, where pydp_session_config.link_quality asks for it. */
#ifndef PYDP_LINK_QUALITY_H
#define PYDP_LINK_QUALITY_H
#include <stdint.h>
#include <pydp/engine.h>

/* Bucket 0 counts what is below 1 us, the last what is 2^24 us or more; between, each power of two has four equal parts. */
struct pydp_link_histogram {
	uint64_t count, sum_ns, min_ns, max_ns; /* min_ns: 0 while there is none */
	uint32_t buckets[98];
};

struct pydp_link_quality {
	/* Of the gap between two hellos received while Up at one negotiated interval the fewest that the peer can have sent in
	 * it are expected, ceil(gap / interval - 1/8), and all but one of them are lost. */
	uint64_t hellos_expected;
	uint64_t hellos_lost;
	uint64_t echoes_lost;                  /* sent before one that came back, and not come back themselves */
	struct pydp_link_histogram jitter;     /* difference of a gap between hellos from the gap before */
	struct pydp_link_histogram round_trip; /* of echoes */
};
/* PYDP_E_STATE where it is not counted. */
int pydp_session_quality(pydp_engine_t *engine, uint32_t id, struct pydp_link_quality *quality);
/* Where a bucket begins, nanoseconds; 0 for a number that is no bucket. */
uint64_t pydp_link_histogram_from_ns(uint32_t bucket);

#endif
