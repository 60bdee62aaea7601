/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for every kind of port: cutting, losing, waiting and statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <rte_interrupts.h>
#include <rte_malloc.h>
#include "io/capture.h"
#include "io/dpdk_compat.h"
#include "io/error.h"
#include "io/memlink.h"
#include "io/port.h"
#include "io/port_control.h"

uint16_t port_vanish(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	rte_pktmbuf_free_bulk(mbufs, count);
	atomic_fetch_add_explicit(&port->tx_cut, count, memory_order_relaxed);
	return count;
}

/* Takes nothing while the port is cut; port_transmit frees and counts what was not taken. */
static uint16_t refuse_while_cut(uint16_t ethdev, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, void *argument)
{
	struct pydp_port *port = argument;

	(void)ethdev;
	(void)queue;
	(void)mbufs;
	return atomic_load_explicit(&port->cut, memory_order_acquire) ? 0 : count;
}

/* The callbacks stay until the port is closed: DPDK cannot say when a running worker has left one. */
static int install_cut(struct pydp_port *port)
{
	for (uint16_t i = 0; i < port->queues; i++) {
		if (port->queue[i].cut_hook == NULL)
			port->queue[i].cut_hook = rte_eth_add_tx_callback(port->ethdev, i, refuse_while_cut, port);
		if (port->queue[i].cut_hook == NULL)
			return error_set(PYDP_E_UNSUPPORTED, "%s cannot be cut: this DPDK is built without transmit callbacks",
					 port->name);
	}
	return PYDP_OK;
}

int port_cut(struct pydp_port *port, bool on)
{
	unsigned int absent = 0;

	if (port->kind == PORT_ETHDEV && on && atomic_compare_exchange_strong(&port->cut_installed, &absent, 1)) {
		int result = install_cut(port);

		if (result != PYDP_OK) {
			atomic_store(&port->cut_installed, 0);
			return result;
		}
	}
	atomic_store_explicit(&port->cut, on ? 1 : 0, memory_order_release);
	return PYDP_OK;
}

uint16_t port_receive_any(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t received = 0;

	for (uint16_t i = 0; i < port->queues && received < count; i++)
		received += port_receive(port, i, mbufs + received, count - received);
	return received;
}

uint64_t port_missed(const struct pydp_port *port)
{
	uint64_t missed = 0;

	if (port->kind == PORT_MEMLINK)
		return memlink_missed(port);
	compat_eth_missed(port->ethdev, &missed);
	return missed;
}

int32_t port_waiting(const struct pydp_port *port, uint16_t queue)
{
	if (port->kind == PORT_MEMLINK)
		return memlink_waiting(port, queue);
	return rte_eth_rx_queue_count(port->ethdev, queue);
}

static int ethdev_stats(const struct pydp_port *port, struct pydp_port_stats *stats)
{
	struct rte_eth_stats from;
	int result = rte_eth_stats_get(port->ethdev, &from);

	if (result != 0)
		return error_set(PYDP_E_DRIVER, "%s gives no statistics: %s", port->name, strerror(-result));
	stats->rx_packets = from.ipackets;
	stats->rx_bytes = from.ibytes;
	stats->rx_missed = from.imissed;
	stats->rx_errors = from.ierrors;
	stats->rx_nombuf = from.rx_nombuf;
	stats->tx_packets = from.opackets;
	stats->tx_bytes = from.obytes;
	stats->tx_errors = from.oerrors;
	return PYDP_OK;
}

int port_statistics(const struct pydp_port *port, struct pydp_port_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->tx_cut = atomic_load_explicit(&port->tx_cut, memory_order_relaxed);
	if (port->kind == PORT_ETHDEV)
		return ethdev_stats(port, stats);
	for (uint16_t i = 0; i < port->queues; i++) {
		const struct port_queue *queue = &port->queue[i];

		stats->rx_packets += atomic_load_explicit(&queue->rx_packets, memory_order_relaxed);
		stats->rx_bytes += atomic_load_explicit(&queue->rx_bytes, memory_order_relaxed);
		stats->tx_packets += atomic_load_explicit(&queue->tx_packets, memory_order_relaxed);
		stats->tx_bytes += atomic_load_explicit(&queue->tx_bytes, memory_order_relaxed);
	}
	stats->rx_missed = memlink_missed(port);
	return PYDP_OK;
}

bool port_wait_arm(struct pydp_port *port, uint16_t queue)
{
	if (port->kind == PORT_MEMLINK)
		return memlink_wait_arm(port, queue);
	if (rte_eth_dev_rx_intr_enable(port->ethdev, queue) == 0)
		return rte_eth_rx_queue_count(port->ethdev, queue) <= 0;
	return true; /* the driver's descriptor is level triggered, as the one of net_tap */
}

void port_wait_disarm(struct pydp_port *port, uint16_t queue)
{
	struct rte_epoll_event events[4];

	if (port->kind == PORT_MEMLINK) {
		memlink_wait_disarm(port, queue);
		return;
	}
	rte_eth_dev_rx_intr_disable(port->ethdev, queue);
	if (port->queue[queue].drains_fd)
		rte_epoll_wait(port->queue[queue].wait_fd, events, 4, 0);
}

/* DPDK keeps callbacks for whatever device gets the same number next. Nobody polls the port any more. */
static void forget_cut(struct pydp_port *port)
{
	for (uint16_t i = 0; i < port->queues; i++) {
		const struct rte_eth_rxtx_callback *hook = port->queue[i].cut_hook;

		if (hook != NULL && rte_eth_remove_tx_callback(port->ethdev, i, hook) == 0)
			rte_free((void *)(uintptr_t)hook);
		port->queue[i].cut_hook = NULL;
	}
}

int port_close(struct pydp_port *port)
{
	if (atomic_load(&port->attached))
		return error_set(PYDP_E_BUSY, "%s is attached to an engine: destroy the engine first", port->name);
	capture_forget_port(port);
	forget_cut(port);
	if (port->kind == PORT_MEMLINK)
		memlink_close(port);
	else
		ethdev_close(port);
	eal_object_gone();
	free(port);
	return PYDP_OK;
}
