/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding at the border. */
#include <pydp/forward.h>
#include "api/check.h"
#include "core/ip_clause.h"
#include "engine/control.h"

enum { RATE_MOST = 1000000 };

int pydp_forward_set(pydp_engine_t *engine, const struct pydp_forward_config *config)
{
	struct command command = {.kind = COMMAND_FORWARD_SET};
	struct reply reply;

	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	CHECK(config->enabled <= 1, "enabled %u is neither 0 nor 1", config->enabled);
	CHECK(config->rpf <= PYDP_RPF_STRICT, "rpf %u is none of PYDP_RPF_OFF, PYDP_RPF_LOOSE and PYDP_RPF_STRICT",
	      config->rpf);
	CHECK(config->icmp_error_rate <= RATE_MOST, "icmp_error_rate %u exceeds %u a second", config->icmp_error_rate,
	      RATE_MOST);
	CHECK(config->icmp_echo_rate <= RATE_MOST, "icmp_echo_rate %u exceeds %u a second", config->icmp_echo_rate, RATE_MOST);
	CHECK(config->icmp_source_ipv4.family == 0 || config->icmp_source_ipv4.family == 4, "icmp_source_ipv4 is IPv%u",
	      config->icmp_source_ipv4.family);
	CHECK(config->icmp_source_ipv6.family == 0 || config->icmp_source_ipv6.family == 6, "icmp_source_ipv6 is IPv%u",
	      config->icmp_source_ipv6.family);
	command.forward = *config;
	return engine_command(engine, &command, &reply);
}

const char *pydp_forward_clause(uint8_t family, const uint8_t *packet, uint32_t length)
{
	return packet == NULL || (family != 4 && family != 6) ? NULL : ip_clause(family, packet, length);
}

const char *pydp_forward_silence(uint8_t family, const uint8_t *packet, uint32_t length)
{
	return packet == NULL || (family != 4 && family != 6) ? NULL : ip_silence(family, packet, length);
}
