/* SPDX-License-Identifier: Apache-2.0 */
/* So many a second, exactly: how many of a steady stream are due by a time. Who sends them is elsewhere. */
#ifndef CORE_PACE_H
#define CORE_PACE_H
#include <stdint.h>

#define PACE_LIMIT UINT64_C(1000000000000) /* thousandths of one a second: one a nanosecond */

struct pace {
	uint64_t start_ns;  /* when number 0 is due */
	uint64_t millirate; /* thousandths of one a second, 1 to PACE_LIMIT - 1 */
};

static inline void pace_start(struct pace *pace, uint64_t millirate, uint64_t now_ns)
{
	*pace = (struct pace){now_ns, millirate};
}

/* How many are due by now_ns: those with a number below it. */
static inline uint64_t pace_due(const struct pace *pace, uint64_t now_ns)
{
	if (now_ns < pace->start_ns)
		return 0;
	return (uint64_t)((unsigned __int128)(now_ns - pace->start_ns) * pace->millirate / PACE_LIMIT) + 1;
}

/* When one is due, rounded up to a nanosecond. */
static inline uint64_t pace_time(const struct pace *pace, uint64_t number)
{
	unsigned __int128 elapsed = (unsigned __int128)number * PACE_LIMIT;

	return pace->start_ns + (uint64_t)((elapsed + pace->millirate - 1) / pace->millirate);
}

#endif
