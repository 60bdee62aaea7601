/* SPDX-License-Identifier: Apache-2.0 */
/* Records that wait to be fetched, in their order. It never refuses: whoever puts asks for room before a packet, and what that
 * packet still makes goes into the reserve. */
#ifndef REPLAY_QUEUE_H
#define REPLAY_QUEUE_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_RESERVE = 8 };

struct queue {
	uint8_t *records;
	size_t size; /* of a record */
	uint32_t capacity;
	uint32_t first;
	uint32_t waiting;
};

static inline int queue_init(struct queue *queue, size_t size, uint32_t capacity)
{
	*queue = (struct queue){.size = size, .capacity = capacity};
	queue->records = calloc((size_t)capacity + QUEUE_RESERVE, size);
	return queue->records == NULL ? -1 : 0;
}

static inline uint32_t queue_room(const struct queue *queue)
{
	return queue->waiting < queue->capacity ? queue->capacity - queue->waiting : 0;
}

/* A record behind the others, still with its old content. */
static inline void *queue_put(struct queue *queue)
{
	uint32_t slots = queue->capacity + QUEUE_RESERVE;
	uint64_t at = (uint64_t)queue->first + queue->waiting++;

	return queue->records + queue->size * (at >= slots ? at - slots : at);
}

static inline uint32_t queue_take(struct queue *queue, void *out, uint32_t most)
{
	uint32_t slots = queue->capacity + QUEUE_RESERVE, count = queue->waiting < most ? queue->waiting : most;
	uint32_t straight = slots - queue->first < count ? slots - queue->first : count;

	memcpy(out, queue->records + queue->size * queue->first, queue->size * straight);
	memcpy((uint8_t *)out + queue->size * straight, queue->records, queue->size * (count - straight));
	queue->first = (queue->first + count) % slots;
	queue->waiting -= count;
	return count;
}

#endif
