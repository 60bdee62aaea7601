/* SPDX-License-Identifier: Apache-2.0 */
/* Which counters of a port and which faults of a session ever counted: "counter NAME 1" or "fault NAME 0", a line each. */
#include "world.h"

static bool counters[PYDP_CNT_COUNT], faults[BFD_FAULTS];

void reached_note(const struct world *world)
{
	const struct pydp_engine *engine = world->engine;

	for (uint32_t port = 0; port < engine->port_count; port++)
		for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
			counters[i] |= engine->path_ports[port]->counters[i] != 0;
	for (uint32_t slot = 0; slot < engine->sessions.slots; slot++)
		for (uint32_t i = 0; i < BFD_FAULTS; i++)
			faults[i] |= engine->sessions.extra[slot].refused[i] != 0;
}

void reached_tell(void)
{
	const char *path = getenv("FUZZ_REACHED");
	FILE *out = path == NULL ? NULL : fopen(path, "w");

	if (path == NULL)
		return;
	CLAIM(out != NULL);
	for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
		fprintf(out, "counter %s %d\n", counter_name(i), counters[i]);
	for (uint32_t i = BFD_ACCEPTED + 1; i < BFD_FAULTS; i++)
		fprintf(out, "fault %s %d\n", bfd_fault_name(i), faults[i]);
	fclose(out);
}
