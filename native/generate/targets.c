/* SPDX-License-Identifier: Apache-2.0 */
/* The routers we talk to, and their MAC addresses: told, asked for, or heard. */
#include "generate/generator.h"
#include "io/error.h"

#define ASK_NS 1000000000u

static struct generate_target *find(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *octets,
				    uint8_t family)
{
	for (uint32_t i = 0; i < generator->target_count; i++) {
		struct generate_target *target = &generator->targets[i];

		if (target->port == port && target->vlan == vlan && target->family == family &&
		    memcmp(target->address, octets, family == 4 ? 4 : 16) == 0)
			return target;
	}
	return NULL;
}

int targets_add(struct pydp_generator *generator, const struct generate_target *target, uint32_t *index)
{
	static const struct pydp_mac nobody;
	struct generate_target *found = find(generator, target->port, target->vlan, target->address, target->family);
	bool told = memcmp(&target->mac, &nobody, sizeof(nobody)) != 0;

	if (found == NULL) {
		if (generator->target_count == GENERATE_TARGETS)
			return error_set(PYDP_E_NOMEM, "generator %s has %u targets already, and no room for more",
					 generator->name, GENERATE_TARGETS);
		found = &generator->targets[generator->target_count++];
		*found = *target;
	}
	if (told) {
		found->mac = target->mac;
		found->known = found->pinned = true;
	}
	*index = (uint32_t)(found - generator->targets);
	return PYDP_OK;
}

void targets_learn(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *octets, uint8_t family,
		   const uint8_t *mac)
{
	struct generate_target *target = find(generator, port, vlan, octets, family);

	if (target == NULL || target->pinned || (mac[0] & 1) != 0)
		return;
	memcpy(target->mac.octets, mac, sizeof(target->mac.octets));
	target->known = true;
}

void targets_ask(struct pydp_generator *generator)
{
	for (uint32_t i = 0; i < generator->target_count; i++) {
		struct generate_target *target = &generator->targets[i];

		if (target->known || target->ask_ns > generator->now_ns)
			continue;
		target->ask_ns = generator->now_ns + ASK_NS;
		if (target->family == 4)
			generate_arp_ask(generator, target);
		else
			generate_nd_ask(generator, target);
	}
}
