/* SPDX-License-Identifier: Apache-2.0 */
/* All conversations of a capture: found by key, numbered in the order of their first packets, never removed. Several may have
 * one key; which of them a packet belongs to is pairing.h's. */
#ifndef REPLAY_CONVERSATIONS_H
#define REPLAY_CONVERSATIONS_H
#include "replay/conversation.h"

enum {
	CONVERSATIONS_BLOCK = 1024, /* allocated at once; they never move */
	CONVERSATIONS_SIBLINGS = 64 /* of one key */
};

struct conversations_slot {
	uint32_t tag; /* of the key's hash */
	uint32_t index;
};

struct conversations {
	struct conversations_slot *slots; /* open addressing, at most half full */
	uint32_t mask;
	uint32_t keys;
	uint32_t count;
	uint32_t most;
	struct conversation **blocks;
	uint64_t seed[4];
};

/* 0, or -1: no memory. The seed keeps whoever writes a capture from choosing where its keys fall. */
int conversations_init(struct conversations *all, uint32_t most, const uint64_t seed[4]);
void conversations_free(struct conversations *all);

static inline struct conversation *conversations_at(const struct conversations *all, uint32_t index)
{
	return &all->blocks[index / CONVERSATIONS_BLOCK][index % CONVERSATIONS_BLOCK];
}

static inline uint64_t conversations_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t conversations_hash(const uint64_t seed[4], const struct conversation_key *key)
{
	uint64_t word[6];

	memcpy(word, key, sizeof(word));
	return conversations_mix(conversations_mix(word[0] ^ seed[0], word[1] ^ seed[1]) ^ word[4] ^ seed[3],
				 conversations_mix(word[2] ^ seed[1], word[3] ^ seed[2]) ^ word[5] ^ seed[0]);
}

static inline void conversations_prefetch_slot(const struct conversations *all, uint64_t hash)
{
	__builtin_prefetch(&all->slots[hash & all->mask]);
}

static inline uint32_t conversations_tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* What the slots, which were asked for before, say is there for this hash: very likely the key's first conversation, whose first
 * line is then on its way from memory; or NULL. */
static inline struct conversation *conversations_prefetch(const struct conversations *all, uint64_t hash)
{
	const struct conversations_slot *slot;
	struct conversation *there;
	uint32_t at = (uint32_t)hash & all->mask;

	for (slot = &all->slots[at]; slot->tag != conversations_tag(hash); slot = &all->slots[at = (at + 1) & all->mask])
		if (slot->index == NO_CONVERSATION)
			return NULL;
	if (slot->index == NO_CONVERSATION)
		return NULL;
	there = conversations_at(all, slot->index);
	__builtin_prefetch(there);
	return there;
}

/* The first with this key, or NULL. */
struct conversation *conversations_find(const struct conversations *all, const struct conversation_key *key, uint64_t hash,
					uint32_t *index);
/* Another one, behind those of its key; first_high: whether ends[0] has the higher address (of a key's further ones that is as it was
 * for the first). NULL: the limit is reached, or there is no memory. */
struct conversation *conversations_add(struct conversations *all, const struct conversation_key *key, uint64_t hash,
				       bool first_high, uint32_t *index);

#endif
