/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "fib/node.h"
#include "fib/spans.h"

/* So many runs of nodes are read for spans at most: each change below these 32 bits reads them again. */
enum { RUNS_READ = 2048 };

/* Spans that are being made, one behind the other. */
struct maker {
	const struct arena *arena;
	struct spans *spans;
	uint32_t count;
	uint32_t read; /* runs */
};

void spans_clear(struct spans *spans)
{
	memset(spans, 0xff, sizeof(*spans));
}

/* From the end of the last span to this slot it is this next hop. */
static bool add(struct maker *maker, uint32_t end, uint32_t next_hop)
{
	uint32_t last = maker->count - 1;

	if (maker->count == 0 || maker->spans[last / SPANS_LINE].next_hops[last % SPANS_LINE] != next_hop) {
		if (maker->count == SPANS_LINES * SPANS_LINE)
			return false;
		last = maker->count++;
		maker->spans[last / SPANS_LINE].next_hops[last % SPANS_LINE] = (uint16_t)next_hop;
	}
	maker->spans[last / SPANS_LINE].ends[last % SPANS_LINE] = (uint16_t)end;
	return true;
}

static bool add_leaf(struct maker *maker, uint32_t end, uint32_t leaf)
{
	return (leaf & ENTRY_ID) < SPANS_ELSEWHERE && add(maker, end, leaf & ENTRY_ID);
}

/* A node whose first slot begins at one of the spans' slots, and whose slots have so many of these. */
static bool add_node(struct maker *maker, const struct node *node, uint32_t first, uint32_t width)
{
	for (uint32_t slot = 0, run = 0; slot < RUNS_SLOTS; run++) {
		uint32_t next = runs_next(node->starts, slot + 1), entry = node->entries[run], end = first + next * width - 1;
		bool added;

		if (++maker->read > RUNS_READ)
			return false;
		if (!entry_is_child(entry))
			added = add_leaf(maker, end, entry);
		else if (width == 1)
			added = add(maker, end, SPANS_ELSEWHERE);
		else
			added = add_node(maker, node_at(maker->arena, entry), first + slot * width, width / RUNS_SLOTS);
		if (!added)
			return false;
		slot = next;
	}
	return true;
}

uint32_t spans_make(const struct arena *arena, uint32_t entry, struct spans spans[SPANS_LINES])
{
	struct maker maker = {.arena = arena, .spans = spans};
	bool made;

	memset(spans, 0xff, SPANS_LINES * sizeof(*spans));
	made = entry_is_child(entry) ? add_node(&maker, node_at(arena, entry), 0, RUNS_SLOTS)
				     : add_leaf(&maker, UINT16_MAX, entry);
	return made ? (maker.count + SPANS_LINE - 1) / SPANS_LINE : 0;
}
