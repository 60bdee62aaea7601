/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's S-BFD reflector: whole, by command. Its discriminators are no session's (RFC 7880 section 4.2). */
#include "engine/engine.h"
#include "io/error.h"

int reflector_set(struct pydp_engine *engine, const struct pydp_reflector_config *config)
{
	struct path_reflector *reflector = &engine->sessions.sbfd_reflector;

	for (uint32_t i = 0; i < config->discriminator_count; i++)
		if (given_is_taken(engine, config->discriminators[i]))
			return error_set(PYDP_E_EXIST, "discriminator 0x%08x is a session's: give the reflector another",
					 config->discriminators[i]);
	reflector->config = *config;
	for (uint32_t i = 0; i < engine->port_count; i++) {
		_Atomic uint8_t *listens = &engine->path_ports[i]->listens;

		*listens &= (uint8_t)~(1u << BFD_KIND_SBFD_REQUEST);
		if (config->discriminator_count > 0)
			*listens |= 1u << BFD_KIND_SBFD_REQUEST;
	}
	return PYDP_OK;
}
