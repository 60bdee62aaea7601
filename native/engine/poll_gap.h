/* SPDX-License-Identifier: Apache-2.0 */
/* The longest poll gap within a window that ends now, for windows of any length. */
#ifndef ENGINE_POLL_GAP_H
#define ENGINE_POLL_GAP_H
#include <stdint.h>

enum { POLL_GAP_RECORDS = 512 };

/* Records from old to new; each gap is smaller than the one before by a sixteenth at least, which bounds their number. */
struct poll_gap {
	uint32_t first, count;
	struct {
		uint64_t at_ns;
		uint64_t gap_ns;
	} records[POLL_GAP_RECORDS];
};

void poll_gap_add(struct poll_gap *gaps, uint64_t at_ns, uint64_t gap_ns);
/* Of the gaps that ended at since_ns or later; exact to a sixteenth, never too small. */
uint64_t poll_gap_longest(const struct poll_gap *gaps, uint64_t since_ns);

#endif
