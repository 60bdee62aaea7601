/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours at the border. */
#include <string.h>
#include <pydp/engine.h>
#include "api/check.h"
#include "engine/control.h"

int pydp_neighbour_set(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address,
		       const struct pydp_mac *mac)
{
	struct command command = {.kind = COMMAND_NEIGHBOUR_SET};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(address);
	CHECK_POINTER(mac);
	result = check_vlan(vlan);
	if (result == PYDP_OK)
		result = check_address(address, "address");
	if (result != PYDP_OK)
		return result;
	CHECK((mac->octets[0] & 1) == 0, "a group's MAC address is no neighbour's");
	command.address = (struct command_address){.address = *address, .port = port, .vlan = vlan, .mac = *mac};
	return engine_command(engine, &command, &reply);
}

int pydp_neighbour_list(pydp_engine_t *engine, struct pydp_neighbour *entries, uint32_t capacity, uint32_t *count)
{
	struct command command = {.kind = COMMAND_NEIGHBOUR_LIST};
	struct reply reply;
	uint32_t seen = 0;

	CHECK_POINTER(engine);
	CHECK_POINTER(count);
	CHECK(entries != NULL || capacity == 0, "entries is NULL and capacity is not 0");
	do {
		int result = engine_command(engine, &command, &reply);

		if (result != PYDP_OK)
			return result;
		for (uint32_t i = 0; i < reply.list.count; i++, seen++)
			if (seen < capacity)
				entries[seen] = reply.list.neighbours[i];
		command.cursor = reply.list.next;
	} while (command.cursor != UINT32_MAX);
	*count = seen;
	return PYDP_OK;
}
