/* SPDX-License-Identifier: Apache-2.0 */
/* Work, counted and not timed: -fsanitize-coverage=trace-pc calls this for each basic block of ours that is executed, by the
 * linker's --wrap, since libFuzzer keeps the name for a complaint. */
#include "world.h"

static uint64_t blocks;

void __wrap___sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize("coverage"))) void __wrap___sanitizer_cov_trace_pc(void)
{
	blocks++;
}

uint64_t work_done(void)
{
	return blocks;
}
