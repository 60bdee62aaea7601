/* SPDX-License-Identifier: Apache-2.0 */
/* When the hellos of an end are due, by what both ends said last (RFC 5880 6.8.2 to 6.8.4, 6.8.7). Intervals in microseconds. */
#ifndef REPLAY_TIMING_H
#define REPLAY_TIMING_H
#include "replay/conversation.h"

/* Negotiated interval of this end's hellos; 0: not known, or none are due. */
uint32_t timing_interval_us(const struct conversation *conversation, uint8_t end);
/* How long the other end waits for this end's hellos; 0: not known, or it does not wait. */
uint64_t timing_detection_us(const struct conversation *conversation, uint8_t end);
/* The silence of this end that is not too long: the detection time, or what this end says alone where only it was heard; 0: it may
 * be silent for ever. */
uint64_t timing_limit_us(const struct conversation *conversation, uint8_t end);
/* The same for a gap that is long but not too long; 0: none is. */
uint64_t timing_long_ns(const struct conversation *conversation, uint8_t end, uint32_t permille);
/* Sets due_ns of both ends. */
void timing_refresh(struct conversation *conversation, uint32_t permille);
/* Before `last` of an Up end is replaced: RFC 5880 6.8.3, a lowered RequiredMinRx waits for the end of the Poll Sequence. */
void timing_hold(struct conversation *conversation, uint8_t end, uint32_t required_min_rx_us, uint8_t state, uint8_t flags);

#endif
