/* SPDX-License-Identifier: Apache-2.0 */
/* What the hellos and echoes of a session say of its link. All of it is counted where packets are taken, and read by others.
 *
 * Hellos: a peer that may send every interval I sends, by its jitter, one each 0.75 to 1 of I (RFC 5880 6.8.7). Of the gap G
 * between two that were accepted while Up, without a Poll, Final or change of I between, the fewest hellos that the peer can
 * have sent, the one that ended the gap among them, are ceil(G / I - 1/8): so many were expected, and all but one are lost. The
 * eighth is left to the path's own jitter. One lost hello is always found, as it makes a gap of 1.5 I or more, and of n in a row
 * at least three quarters are.
 * Jitter: |G - the gap before|; the peer's own is in it, and cannot be told from the path's. */
#ifndef CORE_LINK_QUALITY_H
#define CORE_LINK_QUALITY_H
#include <stdbool.h>
#include "link_histogram.h"

struct link_quality {
	uint64_t hellos_expected, hellos_lost;
	uint64_t echoes_lost; /* overtaken or never back by the time a later one was, or the session failed */
	uint64_t last_ns;     /* of the last hello that counts; 0: none */
	uint64_t gap_ns;      /* before it; 0: none */
	uint32_t interval_us; /* that it was expected by */
	uint32_t reserved;
	struct link_histogram jitter;
	struct link_histogram round_trip;
};

/* The next hello begins a gap and ends none: the session came Up or left it, or somebody polled. */
static inline void link_quality_break(struct link_quality *quality)
{
	quality->last_ns = quality->gap_ns = 0;
}

/* A hello was accepted while Up; interval_us is the negotiated one at which the peer may send. */
static inline void link_quality_hello(struct link_quality *quality, uint32_t interval_us, uint64_t now_ns)
{
	uint64_t gap_ns = now_ns - quality->last_ns, interval_ns = (uint64_t)interval_us * 1000, expected;

	if (quality->last_ns == 0 || interval_us != quality->interval_us || interval_us == 0) {
		quality->gap_ns = 0;
	} else {
		expected = gap_ns > interval_ns / 8 ? (gap_ns - interval_ns / 8 + interval_ns - 1) / interval_ns : 1;
		quality->hellos_expected += expected;
		quality->hellos_lost += expected - 1;
		if (quality->gap_ns != 0)
			link_histogram_add(&quality->jitter,
					   gap_ns > quality->gap_ns ? gap_ns - quality->gap_ns : quality->gap_ns - gap_ns);
		quality->gap_ns = gap_ns;
	}
	quality->interval_us = interval_us;
	quality->last_ns = now_ns;
}

static inline void link_quality_echo(struct link_quality *quality, uint64_t round_trip_ns, uint32_t overtaken)
{
	link_histogram_add(&quality->round_trip, round_trip_ns);
	quality->echoes_lost += overtaken;
}

#endif
