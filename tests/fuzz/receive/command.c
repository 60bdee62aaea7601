/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of a control plane between the packets. */
#include "world.h"

enum { TIMERS = 4, COMMANDS = 9 };

static void change(struct world *world, uint8_t which, uint16_t value)
{
	static const uint32_t timers_us[TIMERS] = {10000, 50000, 1000000, 3000000};
	struct pydp_session_config *wanted = &world->wanted[which];

	wanted->admin_down = value & 1;
	wanted->path_down = value >> 1 & 1;
	wanted->demand = value >> 2 & 1;
	wanted->role = value >> 3 & 1;
	wanted->desired_min_tx_us = timers_us[value >> 4 & 3];
	wanted->required_min_rx_us = value & 0x40 ? 0 : timers_us[value >> 7 & 3];
	wanted->local_multiplier = 1 + (value >> 9 & 3);
	if (wanted->path_type == PYDP_PATH_IP_SH) {
		wanted->required_min_echo_rx_us = value & 0x800 ? timers_us[value >> 12 & 3] : 0;
		wanted->desired_min_echo_tx_us = value & 0x4000 ? timers_us[value >> 12 & 3] : 0;
	}
	(void)pydp_session_upsert(world->engine, wanted, &world->ids[which]);
}

/* On, off, or with another chain. */
static void authenticate(struct world *world, uint8_t which, uint16_t value)
{
	struct pydp_session_config *wanted = &world->wanted[which];

	wanted->key_chain = value % (WORLD_MIXED + 1);
	wanted->meticulous = value >> 8 & 1;
	(void)pydp_session_upsert(world->engine, wanted, &world->ids[which]);
}

static void pin(struct world *world, uint8_t which, uint16_t value)
{
	const struct pydp_session_config *wanted = &world->wanted[which];
	const struct pydp_address *neighbour = wanted->gateway.family != 0 ? &wanted->gateway : &wanted->destination;
	struct pydp_mac mac = {{2, 0, 0, 0, 0, (uint8_t)value}};

	if (value & 0x100)
		memset(&mac, 0, sizeof(mac));
	(void)pydp_neighbour_set(world->engine, wanted->port, wanted->vlan, neighbour, &mac);
}

/* Each may be refused, as one for a session that is gone is. */
void command_give(struct world *world, uint8_t kind, uint8_t which, uint16_t value)
{
	uint32_t id;

	if (which >= world->sessions)
		return;
	id = world->ids[which];
	switch (kind % COMMANDS) {
	case 0:
		change(world, which, value);
		break;
	case 1:
		(void)pydp_session_remove(world->engine, id, value & 1);
		break;
	case 2:
		(void)pydp_session_poll(world->engine, id);
		break;
	case 3:
		(void)pydp_session_forwarding_reset(world->engine, id);
		break;
	case 4:
		(void)pydp_nexthop_clear(world->engine, id);
		break;
	case 5:
		(void)pydp_nexthop_hold(world->engine, id, value & 1);
		break;
	case 6:
		world_keys(world, which, (uint8_t)value, (uint8_t)(value >> 8));
		break;
	case 7:
		authenticate(world, which, value);
		break;
	default:
		pin(world, which, value);
	}
}
