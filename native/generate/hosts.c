/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are ours. Few ranges, asked only by ARP and neighbour discovery, so they are looked through. */
#include "generate/generator.h"
#include "io/error.h"

int hosts_add(struct pydp_generator *generator, const struct generate_hosts *hosts)
{
	for (uint32_t i = 0; i < generator->host_count; i++)
		if (memcmp(&generator->hosts[i], hosts, sizeof(*hosts)) == 0)
			return PYDP_OK;
	if (generator->host_count == GENERATE_HOSTS)
		return error_set(PYDP_E_NOMEM, "generator %s has %u ranges of addresses already: use fewer and larger ones",
				 generator->name, GENERATE_HOSTS);
	generator->hosts[generator->host_count++] = *hosts;
	return PYDP_OK;
}

bool hosts_have(const struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *octets, uint8_t family)
{
	struct frame_address address = frame_address_load(octets, family);

	for (uint32_t i = 0; i < generator->host_count; i++) {
		const struct generate_hosts *hosts = &generator->hosts[i];
		uint64_t distance = address.low - hosts->first.low;

		if (hosts->family != family || hosts->port != port || hosts->first.high != address.high ||
		    distance % hosts->step != 0 || distance / hosts->step >= hosts->count)
			continue;
		if (hosts->vlan == 0 ? vlan == 0 : vlan == hosts->vlan + distance / hosts->step % hosts->vlans)
			return true;
	}
	return false;
}
