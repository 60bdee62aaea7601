/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on their way, first in, first out. */
#include "lan/lan.h"
#include <stdlib.h>

enum { ROOM_LEAST = 4096 };

static bool grow(struct lan_frames *frames)
{
	uint32_t room = frames->room ? frames->room * 2 : ROOM_LEAST;
	struct lan_frame *ring = malloc((size_t)room * sizeof(*ring));

	if (ring == NULL)
		return false;
	for (uint32_t i = 0; i < frames->count; i++)
		ring[i] = frames->ring[(frames->first + i) & (frames->room - 1)];
	free(frames->ring);
	frames->ring = ring;
	frames->room = room;
	frames->first = 0;
	return true;
}

bool lan_frames_put(struct lan_frames *frames, const struct lan_frame *frame)
{
	if (frames->count == frames->room && !grow(frames))
		return false;
	frames->ring[(frames->first + frames->count) & (frames->room - 1)] = *frame;
	frames->count++;
	return true;
}

const struct lan_frame *lan_frames_first(const struct lan_frames *frames)
{
	return frames->count > 0 ? &frames->ring[frames->first] : NULL;
}

void lan_frames_drop_first(struct lan_frames *frames)
{
	frames->first = (frames->first + 1) & (frames->room - 1);
	frames->count--;
}

void lan_frames_end(struct lan_frames *frames)
{
	free(frames->ring);
}
