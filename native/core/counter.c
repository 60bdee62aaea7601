/* SPDX-License-Identifier: Apache-2.0 */
/* The names and texts of the counters. */
#include "counter.h"
#include <stddef.h>

static const struct {
	const char *name;
	const char *text;
	enum counter_kind kind;
} counters[PYDP_CNT_COUNT] = {
#define PYDP_COUNTER_ROW(id, kebab, kind, words) [PYDP_CNT_##id] = {kebab, words, COUNTER_##kind},
	PYDP_COUNTER_LIST(PYDP_COUNTER_ROW)
#undef PYDP_COUNTER_ROW
};

const char *counter_name(uint32_t counter)
{
	return counter < PYDP_CNT_COUNT ? counters[counter].name : NULL;
}

const char *counter_text(uint32_t counter)
{
	return counter < PYDP_CNT_COUNT ? counters[counter].text : NULL;
}

int counter_is_drop(uint32_t counter)
{
	return counter < PYDP_CNT_COUNT && (counters[counter].kind & COUNTER_DROP) != 0;
}

int counter_is_forwarding(uint32_t counter)
{
	return counter < PYDP_CNT_COUNT && (counters[counter].kind & COUNTER_FORWARD) != 0;
}
