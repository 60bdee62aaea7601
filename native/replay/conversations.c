/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of keys over conversations that lie in blocks. */
#include <stdlib.h>
#include "replay/conversations.h"

enum { SLOTS_AT_FIRST = 1024, LINE = 64 };

static struct conversations_slot *slots_make(uint32_t count)
{
	struct conversations_slot *slots = malloc(count * sizeof(*slots));

	for (uint32_t i = 0; slots != NULL && i < count; i++)
		slots[i] = (struct conversations_slot){.index = NO_CONVERSATION};
	return slots;
}

int conversations_init(struct conversations *all, uint32_t most, const uint64_t seed[4])
{
	memset(all, 0, sizeof(*all));
	memcpy(all->seed, seed, sizeof(all->seed));
	all->most = most;
	all->mask = SLOTS_AT_FIRST - 1;
	all->slots = slots_make(SLOTS_AT_FIRST);
	all->blocks = calloc(most / CONVERSATIONS_BLOCK + 1, sizeof(*all->blocks));
	return all->slots == NULL || all->blocks == NULL ? -1 : 0;
}

void conversations_free(struct conversations *all)
{
	for (uint32_t i = 0; all->blocks != NULL && i <= all->most / CONVERSATIONS_BLOCK; i++)
		free(all->blocks[i]);
	free(all->blocks);
	free(all->slots);
}

struct conversation *conversations_find(const struct conversations *all, const struct conversation_key *key, uint64_t hash,
					uint32_t *index)
{
	for (uint32_t at = (uint32_t)hash & all->mask;; at = (at + 1) & all->mask) {
		const struct conversations_slot *slot = &all->slots[at];
		struct conversation *found;

		if (slot->index == NO_CONVERSATION)
			return NULL;
		if (slot->tag != conversations_tag(hash))
			continue;
		found = conversations_at(all, slot->index);
		if (memcmp(&found->key, key, sizeof(*key)) == 0) {
			*index = slot->index;
			return found;
		}
	}
}

static void slots_put(struct conversations_slot *slots, uint32_t mask, uint64_t hash, uint32_t index)
{
	uint32_t at = (uint32_t)hash & mask;

	while (slots[at].index != NO_CONVERSATION)
		at = (at + 1) & mask;
	slots[at] = (struct conversations_slot){conversations_tag(hash), index};
}

static int slots_grow(struct conversations *all)
{
	uint32_t mask = 2 * all->mask + 1;
	struct conversations_slot *slots = slots_make(mask + 1);

	if (slots == NULL)
		return -1;
	for (uint32_t i = 0; i <= all->mask; i++) {
		uint32_t index = all->slots[i].index;

		if (index != NO_CONVERSATION)
			slots_put(slots, mask, conversations_hash(all->seed, &conversations_at(all, index)->key), index);
	}
	free(all->slots);
	all->slots = slots;
	all->mask = mask;
	return 0;
}

static void begin(struct conversation *conversation, const struct conversation_key *key, bool first_high)
{
	memset(conversation, 0, sizeof(*conversation));
	conversation->key = *key;
	conversation->next = NO_CONVERSATION;
	conversation->siblings = 1;
	conversation->bits = first_high ? CONVERSATION_FIRST_HIGH : 0;
	for (int end = 0; end < 2; end++) {
		gaps_init(&conversation->ends[end].up);
		gaps_init(&conversation->ends[end].rest);
	}
}

struct conversation *conversations_add(struct conversations *all, const struct conversation_key *key, uint64_t hash,
				       bool first_high, uint32_t *index)
{
	struct conversation **block = &all->blocks[all->count / CONVERSATIONS_BLOCK], *added, *first, *last;
	uint32_t at;

	if (all->count >= all->most)
		return NULL;
	first = conversations_find(all, key, hash, &at);
	if (first != NULL ? first->siblings >= CONVERSATIONS_SIBLINGS : all->keys > all->mask / 2 && slots_grow(all) < 0)
		return NULL;
	if (*block == NULL)
		*block = aligned_alloc(LINE, CONVERSATIONS_BLOCK * sizeof(**block));
	if (*block == NULL)
		return NULL;
	*index = all->count++;
	added = conversations_at(all, *index);
	if (first == NULL) {
		begin(added, key, first_high);
		slots_put(all->slots, all->mask, hash, *index);
		all->keys++;
		return added;
	}
	begin(added, key, first->bits & CONVERSATION_FIRST_HIGH);
	for (last = first; last->next != NO_CONVERSATION;)
		last = conversations_at(all, last->next);
	last->next = *index;
	first->siblings++;
	return added;
}
