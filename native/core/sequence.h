/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered packets as they arrive: what was lost, came twice, or came late (RFC 4737 3.3, RFC 5560). One stream; numbers begin
 * at 0. */
#ifndef CORE_SEQUENCE_H
#define CORE_SEQUENCE_H
#include <stdint.h>
#include <string.h>

enum { SEQUENCE_WINDOW = 65536 };

struct sequence {
	uint64_t next;       /* RFC 4737's NextExp: one more than the greatest number so far */
	uint64_t received;   /* all, copies included */
	uint64_t duplicated; /* copies of one that had come before */
	uint64_t reordered;  /* first of their number, and behind a greater one */
	uint64_t beyond;     /* so far behind that nobody can say whether it is a copy */
	uint64_t extent;     /* the farthest that one was behind */
	uint64_t seen[SEQUENCE_WINDOW / 64];
};

static inline uint64_t *sequence_word(struct sequence *sequence, uint64_t number)
{
	return &sequence->seen[number % SEQUENCE_WINDOW / 64];
}

/* What came a window ago says nothing of the numbers that are skipped. */
static inline void sequence_skip(struct sequence *sequence, uint64_t number)
{
	if (number - sequence->next >= SEQUENCE_WINDOW) {
		memset(sequence->seen, 0, sizeof(sequence->seen));
		return;
	}
	for (uint64_t at = sequence->next; at < number; at++)
		*sequence_word(sequence, at) &= ~(UINT64_C(1) << at % 64);
}

static inline void sequence_add(struct sequence *sequence, uint64_t number)
{
	uint64_t bit = UINT64_C(1) << number % 64;

	sequence->received++;
	if (number >= sequence->next) {
		if (number != sequence->next)
			sequence_skip(sequence, number);
		*sequence_word(sequence, number) |= bit;
		sequence->next = number + 1;
		return;
	}
	if (sequence->next - number > sequence->extent)
		sequence->extent = sequence->next - number;
	if (sequence->next - number > SEQUENCE_WINDOW) {
		sequence->beyond++;
	} else if (*sequence_word(sequence, number) & bit) {
		sequence->duplicated++;
	} else {
		*sequence_word(sequence, number) |= bit;
		sequence->reordered++;
	}
}

/* The whole number of which a packet carries the low 32 bits: the one nearest to the greatest so far. */
static inline uint64_t sequence_extend(const struct sequence *sequence, uint32_t low)
{
	int64_t distance = (int32_t)(low - (uint32_t)sequence->next);

	if (distance < 0 && (uint64_t)-distance > sequence->next)
		return low;
	return sequence->next + (uint64_t)distance;
}

/* Different numbers that came; of those beyond the window nobody knows. */
static inline uint64_t sequence_unique(const struct sequence *sequence)
{
	return sequence->received - sequence->duplicated - sequence->beyond;
}

#endif
