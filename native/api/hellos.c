/* SPDX-License-Identifier: Apache-2.0 */
/* How the peers on a port are heard, at the border. */
#include <pydp/hellos.h>
#include "api/check.h"
#include "engine/control.h"

int pydp_port_hellos(pydp_engine_t *engine, uint32_t port, uint64_t within_ns, struct pydp_hellos *hellos)
{
	struct command command = {.kind = COMMAND_PORT_HELLOS, .hellos = {.port = port, .within_ns = within_ns}};
	struct pydp_hellos sum = {0};
	struct reply reply;

	CHECK_POINTER(engine);
	CHECK_POINTER(hellos);
	while (command.hellos.cursor != PATH_NONE) {
		int result = engine_command(engine, &command, &reply);

		if (result != PYDP_OK)
			return result;
		sum.up += reply.hellos.sum.up;
		sum.late += reply.hellos.sum.late;
		sum.fallen += reply.hellos.sum.fallen;
		sum.silent += reply.hellos.sum.silent;
		command.hellos.cursor = reply.hellos.next;
	}
	*hellos = sum;
	return PYDP_OK;
}
