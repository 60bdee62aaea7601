/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as a person sees them, and what a new one starts with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/error.h"
#include "io/port_control.h"

struct pydp_port *port_new(enum port_kind kind, const char *name)
{
	struct pydp_port *port = aligned_alloc(alignof(struct pydp_port), sizeof(*port));

	if (port == NULL) {
		error_set(PYDP_E_NOMEM, "no memory for port %s", name);
		return NULL;
	}
	memset(port, 0, sizeof(*port));
	port->kind = kind;
	port->ethdev = UINT16_MAX;
	port->queues = 1;
	for (uint32_t i = 0; i < PORT_QUEUES; i++)
		port->queue[i].wait_fd = -1;
	port->mtu = 1500;
	port->numa_node = SOCKET_ID_ANY;
	snprintf(port->name, sizeof(port->name), "%s", name);
	eal_object_born();
	return port;
}

struct pydp_mac port_make_mac(void)
{
	uint32_t number = eal_unique();

	return (struct pydp_mac){{0x02, 'p', 'd', (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}};
}

static void describe_link(const struct pydp_port *port, struct pydp_port_info *info)
{
	struct rte_eth_link link;

	if (port->kind == PORT_MEMLINK) {
		info->link_up = 1;
		return;
	}
	memset(&link, 0, sizeof(link));
	if (rte_eth_link_get_nowait(port->ethdev, &link) != 0)
		return;
	info->link_up = link.link_status == RTE_ETH_LINK_UP;
	info->speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
}

int port_describe(const struct pydp_port *port, struct pydp_port_info *info)
{
	memset(info, 0, sizeof(*info));
	memcpy(info->name, port->name, sizeof(info->name));
	memcpy(info->driver, port->driver, sizeof(info->driver));
	info->mac = port->mac;
	info->mtu = port->mtu;
	info->ethdev_id = port->kind == PORT_ETHDEV ? port->ethdev : UINT16_MAX;
	info->queues = (uint8_t)port->queues;
	info->rx_interrupts = port->queue[0].wakes;
	info->numa_node = port->numa_node;
	info->cut = atomic_load(&port->cut) != 0;
	describe_link(port, info);
	return PYDP_OK;
}
