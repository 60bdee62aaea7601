/* SPDX-License-Identifier: Apache-2.0 */
/* What groups do by the clock: peers start one after the other, and some of them fail again and again. A turn does a bounded
 * part of it, so that a thousand failures at once are no poll gap. */
#include "generate/peers.h"

enum { STARTS_A_TURN = 256, FAILURES_A_TURN = 256 };

#define MS UINT64_C(1000000)

void pattern_begin(struct group *group)
{
	const struct pydp_generate_peers *config = &group->config;

	group->fail_size = (uint32_t)(((uint64_t)config->count * config->fail_permille + 999) / 1000);
	group->fail_done = group->fail_size;
}

static void start_peers(struct pydp_generator *generator, struct group *group, uint64_t now_ns)
{
	uint64_t due = group->config.count;

	if (group->config.starts_per_second != 0) {
		uint64_t paced = pace_due(&group->starts, now_ns);

		due = paced < due ? paced : due;
	}
	for (uint32_t i = 0; i < STARTS_A_TURN && group->sum.started < due; i++)
		peer_start(generator, group->base + group->sum.started, now_ns);
}

static void act_on_failing(struct pydp_generator *generator, struct group *group, uint32_t action, uint64_t now_ns)
{
	for (uint32_t i = 0; i < FAILURES_A_TURN && group->fail_done < group->fail_size; i++, group->fail_done++) {
		uint32_t which = (uint32_t)(((uint64_t)group->fail_first + group->fail_done) % group->config.count);

		peer_act(generator, group->base + which, action, now_ns);
	}
}

static void fail_peers(struct pydp_generator *generator, struct group *group, uint64_t now_ns)
{
	const struct pydp_generate_peers *config = &group->config;
	uint64_t begin_ns = group->sum.begin_ns +
			    (config->fail_after_ms + (uint64_t)group->cycle * config->fail_period_ms) * MS;

	if (group->failed) {
		act_on_failing(generator, group, config->fail_action, now_ns);
		if (group->fail_done == group->fail_size && now_ns >= begin_ns + config->fail_duration_ms * MS) {
			group->failed = false;
			group->fail_done = 0;
			group->cycle++;
		}
		return;
	}
	act_on_failing(generator, group, PYDP_GENERATE_RESUME, now_ns);
	if (group->fail_done < group->fail_size || now_ns < begin_ns ||
	    (config->fail_cycles != 0 && group->cycle >= config->fail_cycles))
		return;
	if (group->cycle > 0)
		group->fail_first = (uint32_t)(((uint64_t)group->fail_first + group->fail_size) % config->count);
	group->failed = true;
	group->fail_done = 0;
	group->sum.cycles++;
	act_on_failing(generator, group, config->fail_action, now_ns);
}

void pattern_run(struct pydp_generator *generator, uint64_t now_ns)
{
	for (uint32_t g = 0; g < generator->group_count; g++) {
		struct group *group = &generator->groups[g];

		if (group->sum.begin_ns == 0) {
			group->sum.begin_ns = now_ns;
			pace_start(&group->starts, group->config.starts_per_second * UINT64_C(1000), now_ns);
		}
		if (group->sum.started < group->config.count)
			start_peers(generator, group, now_ns);
		if (group->fail_size > 0)
			fail_peers(generator, group, now_ns);
	}
}
