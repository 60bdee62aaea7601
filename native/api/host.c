/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts beside ports at the border. */
#include <pydp/host.h>
#include "api/check.h"
#include "engine/control.h"

enum { RATE_MOST = 10000000 };

int pydp_engine_host(pydp_engine_t *engine, uint32_t port, pydp_port_t *host)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(host);
	return engine_host(engine, port, host);
}

int pydp_engine_host_rate(pydp_engine_t *engine, uint32_t port, uint32_t rate)
{
	struct command command = {.kind = COMMAND_HOST_RATE, .one = {.id = port, .value = rate}};
	struct reply reply;

	CHECK_POINTER(engine);
	CHECK(rate >= 1 && rate <= RATE_MOST, "rate %u is not from 1 to %u packets a second", rate, RATE_MOST);
	return engine_command(engine, &command, &reply);
}
