/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a trie, and looking up one key. */
#include <string.h>
#include <pydp/status.h>
#include "fib/gather.h"
#include "fib/map.h"
#include "fib/node.h"
#include "fib/spans.h"
#include "fib/trie.h"

enum { STRIDE = 8, LEVELS = 15 };

/* A node on the way down, and its entry in the root or in the node above. */
struct step {
	uint32_t *word;
	uint32_t line;
};

int trie_create(struct trie *trie, uint8_t bits, uint8_t root_bits, struct arena *arena)
{
	*trie = (struct trie){.arena = arena, .bits = bits, .root_bits = root_bits, .wide = gather_is_quick()};
	spans_clear(arena_at(arena, ARENA_NONE));
	trie->root = map_memory(sizeof(uint32_t) << root_bits, MAP_LARGE_PAGES);
	if (trie->root != NULL &&
	    (bits <= SHORTCUT_DEPTH || root_bits + STRIDE != SHORTCUT_DEPTH || shortcuts_create(&trie->shortcuts) == PYDP_OK))
		return PYDP_OK;
	trie_destroy(trie);
	return PYDP_E_NOMEM;
}

void trie_destroy(struct trie *trie)
{
	map_end(trie->root, sizeof(uint32_t) << trie->root_bits);
	trie->root = NULL;
	shortcuts_destroy(&trie->shortcuts);
}

size_t trie_memory(const struct trie *trie)
{
	return (sizeof(uint32_t) << trie->root_bits) + shortcuts_memory(&trie->shortcuts);
}

static uint32_t root_index(const struct trie *trie, const uint8_t *key)
{
	uint32_t index = (uint32_t)key[0] << 8 | key[1];

	return trie->root_bits == 16 ? index : index << 8 | key[2];
}

/* Replaces each leaf below word whose prefix is of least to most bits. */
static void sweep(const struct arena *arena, uint32_t *word, uint8_t least, uint8_t most, uint32_t leaf)
{
	uint32_t entry = entry_load(word);

	if (entry_is_child(entry)) {
		struct node *node = node_at(arena, entry);
		uint32_t runs = node_runs(node);

		for (uint32_t run = 0; run < runs; run++)
			sweep(arena, &node->entries[run], least, most, leaf);
	} else if (leaf_length(entry) >= least && leaf_length(entry) <= most) {
		entry_store(word, leaf);
	}
}

static void sweep_root(struct trie *trie, const uint8_t *key, uint8_t length, uint8_t least, uint32_t leaf)
{
	uint32_t count = 1u << (trie->root_bits - length), first = root_index(trie, key) & ~(count - 1);

	for (uint32_t i = 0; i < count; i++)
		sweep(trie->arena, &trie->root[first + i], least, length, leaf);
}

/* Of a prefix that ends in a node. */
static void sweep_slots(const struct arena *arena, uint32_t line, struct slots slots, uint8_t least, uint8_t most,
			uint32_t leaf)
{
	struct node *node = arena_at(arena, line);
	uint32_t *word = node_entry(node, slots.first), *last = node_entry(node, slots.last);

	for (; word <= last; word++)
		sweep(arena, word, least, most, leaf);
}

/* The slots of a prefix in a node that begins at depth. */
static struct slots slots_of(const uint8_t *key, uint8_t length, uint8_t depth)
{
	uint8_t rest = (uint8_t)(0xff >> (length - depth)), slot = key[depth / STRIDE];

	return (struct slots){.first = slot & (uint8_t)~rest, .last = slot | rest};
}

static struct slots slot_of(const uint8_t *key, uint8_t depth)
{
	return (struct slots){.first = key[depth / STRIDE], .last = key[depth / STRIDE]};
}

/* Follows the key to the node that the prefix ends in, or as far as there are nodes. Returns how many; the word of the step
 * after the last is where the next one would be entered. */
static uint32_t descend(const struct trie *trie, const uint8_t *key, uint8_t length, struct step steps[LEVELS])
{
	uint32_t *word = &trie->root[root_index(trie, key)], count = 0;

	for (uint8_t depth = trie->root_bits; depth < length; depth = (uint8_t)(depth + STRIDE)) {
		uint32_t entry = entry_load(word);

		if (!entry_is_child(entry))
			break;
		steps[count++] = (struct step){.word = word, .line = entry & ~ENTRY_CHILD};
		word = node_entry(node_at(trie->arena, entry), key[depth / STRIDE]);
	}
	steps[count].word = word;
	return count;
}

/* The shortcut of 32 bits becomes what the entry at that depth says. Where there are no longer prefixes and none of 32 bits, the way
 * through the trie is short as it is. */
static void shorten(struct trie *trie, uint32_t start, uint32_t entry)
{
	uint32_t line = ARENA_NONE, lines = 0, before;
	struct spans spans[SPANS_LINES];

	if (entry_is_child(entry) || leaf_length(entry) == SHORTCUT_DEPTH)
		lines = spans_make(trie->arena, entry, spans);
	if (lines > 0)
		line = arena_spare(trie->arena, lines);
	if (line != ARENA_NONE)
		memcpy(arena_at(trie->arena, line), spans, lines * sizeof(*spans));
	before = shortcuts_set(&trie->shortcuts, start, line);
	if (before != ARENA_NONE)
		arena_retire(trie->arena, before);
}

/* The slots of a node of the first level. index: of its entry in the root. */
static void shorten_slots(struct trie *trie, uint32_t index, uint32_t entry, struct slots slots)
{
	struct node *node = node_at(trie->arena, entry);

	for (uint32_t slot = slots.first; slot <= slots.last; slot++) {
		entry = *node_entry(node, (uint8_t)slot);
		if (entry_is_child(entry))
			shorten(trie, index << STRIDE | slot, entry);
	}
}

/* After a prefix has changed: its shortcut, or those of what is below it. */
static void follow(struct trie *trie, const uint8_t *key, uint8_t length)
{
	uint32_t index = root_index(trie, key), entry = entry_load(&trie->root[index]);

	if (trie->shortcuts.pairs == NULL)
		return;
	if (length >= SHORTCUT_DEPTH) {
		uint8_t slot = key[SHORTCUT_DEPTH / STRIDE - 1];

		shorten(trie, index << STRIDE | slot,
			entry_is_child(entry) ? *node_entry(node_at(trie->arena, entry), slot) : entry);
	} else if (length > trie->root_bits) {
		if (entry_is_child(entry))
			shorten_slots(trie, index, entry, slots_of(key, length, trie->root_bits));
	} else {
		uint32_t last = index | ((1u << (trie->root_bits - length)) - 1);

		for (index = last + 1 - (1u << (trie->root_bits - length)); index <= last; index++)
			if (entry_is_child(entry_load(&trie->root[index])))
				shorten_slots(trie, index, entry_load(&trie->root[index]),
					      (struct slots){.first = 0, .last = RUNS_SLOTS - 1});
	}
}

/* Nodes that chain made for the key and that nobody has seen. */
static void give_chain(struct trie *trie, const uint8_t *key, uint8_t depth, uint32_t entry)
{
	for (; entry_is_child(entry); depth = (uint8_t)(depth + STRIDE)) {
		uint32_t line = entry & ~ENTRY_CHILD;

		entry = *node_entry(node_at(trie->arena, entry), key[depth / STRIDE]);
		arena_give(trie->arena, line);
	}
}

/* Nodes from depth to the prefix's end, where cover has been; the entry for the first, or cover where there is no room. */
static uint32_t chain(struct trie *trie, const uint8_t *key, uint8_t length, uint8_t depth, uint32_t cover, uint32_t leaf)
{
	uint8_t at = (uint8_t)((length - 1) / STRIDE * STRIDE);
	struct slots slots = slots_of(key, length, at);
	uint32_t entry = leaf, line;
	struct runs runs;

	for (;; slots = slot_of(key, at)) {
		runs = (struct runs){.starts = {1}, .entries = {cover}};
		runs_set(&runs, slots, entry);
		line = node_make(trie->arena, &runs);
		if (line == ARENA_NONE) {
			give_chain(trie, key, (uint8_t)(at + STRIDE), entry);
			return cover;
		}
		entry = ENTRY_CHILD | line;
		if (at == depth)
			return entry;
		at = (uint8_t)(at - STRIDE);
	}
}

/* A node below, where there has been a leaf. */
static int grow(struct trie *trie, const uint8_t *key, uint8_t length, const struct step *steps, uint32_t count, uint32_t leaf)
{
	uint8_t depth = (uint8_t)(trie->root_bits + count * STRIDE), above = (uint8_t)(depth - STRIDE);
	uint32_t cover = entry_load(steps[count].word), entry = chain(trie, key, length, depth, cover, leaf), made;
	struct runs runs;

	if (entry == cover)
		return PYDP_E_NOMEM;
	if (count == 0 || node_is_alone(arena_at(trie->arena, steps[count - 1].line), key[above / STRIDE])) {
		entry_store(steps[count].word, entry);
		return PYDP_OK;
	}
	node_read(trie->arena, steps[count - 1].line, &runs);
	runs_set(&runs, slot_of(key, above), entry);
	made = node_make(trie->arena, &runs);
	if (made == ARENA_NONE) {
		give_chain(trie, key, depth, entry);
		return PYDP_E_NOMEM;
	}
	entry_store(steps[count - 1].word, ENTRY_CHILD | made);
	arena_retire(trie->arena, steps[count - 1].line);
	return PYDP_OK;
}

/* A prefix more in a node that is there. */
static int fill(struct trie *trie, const struct step *step, struct slots slots, uint32_t leaf)
{
	struct runs runs;
	uint32_t made;

	node_read(trie->arena, step->line, &runs);
	runs_fill(&runs, slots, leaf);
	made = node_make(trie->arena, &runs);
	if (made == ARENA_NONE)
		return PYDP_E_NOMEM;
	entry_store(step->word, ENTRY_CHILD | made);
	sweep_slots(trie->arena, made, slots, 0, leaf_length(leaf), leaf);
	arena_retire(trie->arena, step->line);
	return PYDP_OK;
}

static int put(struct trie *trie, const uint8_t *key, uint8_t length, uint32_t id, bool known)
{
	uint32_t leaf = leaf_make(length, id), count;
	struct step steps[LEVELS];
	struct slots slots;
	uint8_t end;

	if (length == 0) {
		entry_store(&trie->fallback, leaf);
		return PYDP_OK;
	}
	if (length <= trie->root_bits) {
		sweep_root(trie, key, length, known ? length : 0, leaf);
		return PYDP_OK;
	}
	count = descend(trie, key, length, steps);
	end = (uint8_t)(trie->root_bits + count * STRIDE);
	if (end < length)
		return grow(trie, key, length, steps, count, leaf);
	slots = slots_of(key, length, (uint8_t)(end - STRIDE));
	if (!known)
		return fill(trie, &steps[count - 1], slots, leaf);
	sweep_slots(trie->arena, steps[count - 1].line, slots, length, length, leaf);
	return PYDP_OK;
}

int trie_put(struct trie *trie, const uint8_t *key, uint8_t length, uint32_t id, bool known)
{
	int result = put(trie, key, length, id, known);

	if (result == PYDP_OK && length > 0)
		follow(trie, key, length);
	return result;
}

/* After the cover has taken the prefix's place in the last node: nodes that have become one leaf go, and the lowest that stays
 * is made anew. Without room for that it stays as it is: right, and larger than need be. */
static void shrink(struct trie *trie, const uint8_t *key, const struct step *steps, uint32_t count, uint32_t cover)
{
	uint32_t level = count, made;
	bool one_leaf;
	struct runs runs;

	do {
		uint8_t depth = (uint8_t)(trie->root_bits + --level * STRIDE);

		node_read(trie->arena, steps[level].line, &runs);
		if (level + 1 < count)
			runs_set(&runs, slot_of(key, depth), cover);
		runs_unite(&runs, cover, depth);
		one_leaf = runs_are_one_leaf(&runs);
	} while (one_leaf && level > 0);
	made = one_leaf ? ARENA_NONE : node_make(trie->arena, &runs);
	if (one_leaf)
		entry_store(steps[level].word, cover);
	else if (made != ARENA_NONE)
		entry_store(steps[level].word, ENTRY_CHILD | made);
	else if (++level < count)
		entry_store(steps[level].word, cover);
	for (; level < count; level++)
		arena_retire(trie->arena, steps[level].line);
}

void trie_drop(struct trie *trie, const uint8_t *key, uint8_t length, uint32_t cover)
{
	struct step steps[LEVELS];
	struct slots slots;
	uint32_t count;

	if (length == 0) {
		entry_store(&trie->fallback, ENTRY_NONE);
		return;
	}
	if (length <= trie->root_bits) {
		sweep_root(trie, key, length, length, cover);
		follow(trie, key, length);
		return;
	}
	count = descend(trie, key, length, steps);
	slots = slots_of(key, length, (uint8_t)(trie->root_bits + (count - 1) * STRIDE));
	sweep_slots(trie->arena, steps[count - 1].line, slots, length, length, cover);
	shrink(trie, key, steps, count, cover);
	follow(trie, key, length);
}

uint32_t trie_match(const struct trie *trie, const uint8_t *key)
{
	uint32_t entry = entry_load(&trie->root[root_index(trie, key)]);

	for (uint32_t at = trie->root_bits / STRIDE; entry_is_child(entry); at++)
		entry = entry_load(node_entry(node_at(trie->arena, entry), key[at]));
	return entry != ENTRY_NONE ? entry : entry_load(&trie->fallback);
}

void trie_prefetch(const struct trie *trie, const uint8_t *key, uint32_t level)
{
	const uint32_t *word = &trie->root[root_index(trie, key)];

	for (uint32_t l = 1; l <= level; l++) {
		uint32_t entry = entry_load(word);

		if (!entry_is_child(entry))
			return;
		word = (const uint32_t *)node_at(trie->arena, entry);
		if (l < level)
			word = node_entry(node_at(trie->arena, entry), key[trie->root_bits / STRIDE + l - 1]);
	}
	__builtin_prefetch(word, 1);
}
