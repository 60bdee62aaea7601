/* SPDX-License-Identifier: Apache-2.0 */
/* Links' quality: when its counting begins, and a snapshot of it. The counting is the path's. */
#include <string.h>
#include <pydp/link_quality.h>
#include "engine/engine.h"
#include "io/error.h"

static_assert(sizeof(struct pydp_link_histogram) == sizeof(struct link_histogram), "the same buckets, copied as they are");

void quality_switch(struct pydp_engine *engine, uint32_t slot, uint8_t before, uint8_t after)
{
	if (after & BFD_FEATURE_QUALITY && !(before & BFD_FEATURE_QUALITY))
		memset(&engine->sessions.quality[slot], 0, sizeof(engine->sessions.quality[slot]));
}

int sessions_quality(struct pydp_engine *engine, uint32_t id, struct pydp_link_quality *quality)
{
	uint32_t slot = sessions_find(engine, id);
	const struct link_quality *from;

	if (slot == PATH_NONE)
		return PYDP_E_NOENT;
	if (!(engine->sessions.hot[slot].features & BFD_FEATURE_QUALITY))
		return error_set(PYDP_E_STATE, "the session's link quality is not counted: set link_quality");
	from = &engine->sessions.quality[slot];
	memset(quality, 0, sizeof(*quality));
	quality->hellos_expected = from->hellos_expected;
	quality->hellos_lost = from->hellos_lost;
	quality->echoes_lost = from->echoes_lost;
	memcpy(&quality->jitter, &from->jitter, sizeof(quality->jitter));
	memcpy(&quality->round_trip, &from->round_trip, sizeof(quality->round_trip));
	return PYDP_OK;
}
