/* SPDX-License-Identifier: Apache-2.0 */
/* What carries frames, and frames that find out. */
#include "lan/lan.h"

bool lan_carries(const struct lan *lan, uint32_t from, uint32_t to)
{
	return lan->sends[from] && lan->hears[to] && lan->links[(size_t)from * lan->config.members + to] &&
	       lan->trunks[lan->places[from] * lan->config.switches + lan->places[to]];
}

static void arrive(const struct lan *lan, struct lan_frames *frames, uint8_t *reached)
{
	const struct lan_frame *frame;

	while ((frame = lan_frames_first(frames)) != NULL) {
		reached[(size_t)frame->from * lan->config.members + frame->to] = 1;
		lan_frames_drop_first(frames);
	}
}

bool lan_probe(struct lan *lan, uint8_t *reached)
{
	/* Apart from the frames under way, which arrive later than these. */
	struct lan_frames frames = {0};
	uint32_t members = lan->config.members;
	bool sent = true;

	for (uint32_t from = 0; from < members && sent; from++) {
		for (uint32_t to = 0; to < members && sent; to++) {
			struct lan_frame frame = {.due_ns = lan->now_ns, .from = (uint16_t)from, .to = (uint16_t)to};

			reached[(size_t)from * members + to] = 0;
			if (from == to)
				continue;
			lan->totals.probes++;
			if (lan_carries(lan, from, to))
				sent = lan_frames_put(&frames, &frame);
		}
		arrive(lan, &frames, reached);
	}
	lan_frames_end(&frames);
	return sent;
}
