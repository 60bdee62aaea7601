/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of falling maxima. */
#include "engine/poll_gap.h"

#define UNIMPORTANT_NS 2000u

void poll_gap_add(struct poll_gap *gaps, uint64_t at_ns, uint64_t gap_ns)
{
	if (gap_ns < UNIMPORTANT_NS)
		return;
	/* Who is not clearly longer than the new gap is hidden by it for good. */
	while (gaps->count > 0) {
		uint64_t last = gaps->records[(gaps->first + gaps->count - 1) % POLL_GAP_RECORDS].gap_ns;

		if (last > gap_ns + gap_ns / 16)
			break;
		if (last > gap_ns)
			gap_ns = last;
		gaps->count--;
	}
	if (gaps->count == POLL_GAP_RECORDS) {
		gaps->first = (gaps->first + 1) % POLL_GAP_RECORDS;
		gaps->count--;
	}
	gaps->records[(gaps->first + gaps->count) % POLL_GAP_RECORDS].at_ns = at_ns;
	gaps->records[(gaps->first + gaps->count) % POLL_GAP_RECORDS].gap_ns = gap_ns;
	gaps->count++;
}

uint64_t poll_gap_longest(const struct poll_gap *gaps, uint64_t since_ns)
{
	for (uint32_t i = 0; i < gaps->count; i++) {
		uint32_t at = (gaps->first + i) % POLL_GAP_RECORDS;

		if (gaps->records[at].at_ns >= since_ns)
			return gaps->records[at].gap_ns;
	}
	return 0;
}
