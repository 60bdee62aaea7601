/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzers of the replay have in common: an input is a few octets of settings and a file, which is handed over in pieces
 * that the settings choose. */
#ifndef FEED_H
#define FEED_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "claim.h"

enum { FUZZ_SETTINGS = 8 };

/* The same octets for the same things in whatever pieces they came. */
struct digest {
	uint64_t value;
};

static inline void digest_add(struct digest *digest, const void *data, size_t length)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < length; i++)
		digest->value = (digest->value ^ octets[i]) * UINT64_C(1099511628211);
}

/* A file on its way: what was not used comes again before the octets that follow. */
struct feed {
	const uint8_t *octets;
	size_t length;
	size_t used;    /* done with */
	size_t offered; /* how far the pieces have come */
	uint32_t most;  /* octets a piece grows by; 0: all at once */
	uint32_t random;
	uint8_t *piece; /* of exactly its length, so that a sanitizer sees a read behind it */
	size_t piece_length;
};

static inline struct feed feed_of(const uint8_t *data, size_t size, bool whole)
{
	static const uint32_t growths[] = {1, 16, 255, 4096};
	struct feed feed = {.octets = data + FUZZ_SETTINGS, .length = size - FUZZ_SETTINGS};

	feed.random = (uint32_t)data[6] << 8 | data[7] | 1;
	feed.most = whole ? 0 : growths[data[0] & 3];
	/* Each piece is copied: a long file in single octets takes too long. */
	if (feed.most == 1 && feed.length > 4096)
		feed.most = 64;
	return feed;
}

/* The next piece; after more_room, what was not used is offered again without more behind it. */
static inline void feed_piece(struct feed *feed, bool again)
{
	size_t left = feed->length - feed->offered, grow = left;

	feed->random ^= feed->random << 13;
	feed->random ^= feed->random >> 17;
	feed->random ^= feed->random << 5;
	if (feed->most != 0 && feed->random % feed->most + 1 < left)
		grow = feed->random % feed->most + 1;
	if (!again)
		feed->offered += grow;
	free(feed->piece);
	feed->piece_length = feed->offered - feed->used;
	feed->piece = malloc(feed->piece_length);
	CLAIM(feed->piece != NULL || feed->piece_length == 0);
	if (feed->piece_length != 0)
		memcpy(feed->piece, feed->octets + feed->used, feed->piece_length);
}

static inline bool feed_last(const struct feed *feed)
{
	return feed->offered == feed->length;
}

#endif
