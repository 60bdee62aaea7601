/* SPDX-License-Identifier: Apache-2.0 */
/* The reflector at the border. */
#include <pydp/reflector.h>
#include "api/check.h"
#include "engine/control.h"

enum { RATE_MOST = 100000000 };

static int check_reflector(const struct pydp_reflector_config *config)
{
	int result = PYDP_OK;

	CHECK(config->discriminator_count <= 16, "discriminator_count %u exceeds 16", config->discriminator_count);
	CHECK(config->prefix_count <= 32, "prefix_count %u exceeds 32", config->prefix_count);
	CHECK(config->discriminator_count == 0 || (config->rate >= 1 && config->rate <= RATE_MOST),
	      "rate %u is not from 1 to %u answers a second", config->rate, RATE_MOST);
	for (uint32_t i = 0; i < config->discriminator_count; i++)
		CHECK(config->discriminators[i] != 0, "discriminator 0 is reserved (RFC 5880)");
	for (uint32_t i = 0; result == PYDP_OK && i < config->prefix_count; i++)
		result = check_prefix(&config->prefixes[i]);
	return result;
}

int pydp_reflector_set(pydp_engine_t *engine, const struct pydp_reflector_config *config)
{
	struct command command = {.kind = COMMAND_REFLECTOR_SET};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	result = check_reflector(config);
	if (result != PYDP_OK)
		return result;
	command.reflector = *config;
	return engine_command(engine, &command, &reply);
}
