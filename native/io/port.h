/* SPDX-License-Identifier: Apache-2.0 */
/* A port as the worker sees it: bursts in, bursts out, and a descriptor to sleep on. What is behind it is a DPDK ethdev
 * (io/ethdev.c) or one end of an in-memory link (io/memlink.c). */
#ifndef IO_PORT_H
#define IO_PORT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <pydp/port.h>

#define PORT_BURST 32u

struct memlink;
struct ringlink;
struct capture_tap;

enum port_kind { PORT_ETHDEV, PORT_MEMLINK };

struct pydp_port {
	/* set at open, then only read */
	enum port_kind kind;
	uint16_t ethdev; /* RTE_MAX_ETHPORTS..: none */
	uint8_t side;    /* which end of the memory link */
	bool wakes;      /* a worker can sleep on wait_fd */
	bool probed;     /* by us: removed from the bus at close */
	bool drains_fd;  /* the driver's descriptor is read through rte_epoll */
	uint16_t mtu;
	uint32_t rx_capacity; /* packets that the receive queue holds */
	int numa_node;
	int wait_fd;
	struct memlink *link;
	struct rte_mempool *pool;
	struct pydp_mac mac;
	char name[64];
	char driver[32];
	struct ringlink *wire; /* NULL, or the link between ethdevs that owns the pool */
	uint64_t owner;        /* ethdev owner identifier */

	/* written by any thread */
	atomic_uint cut;
	atomic_uint cut_installed;
	/* written once, by the thread that installed it */
	const struct rte_eth_rxtx_callback *cut_hook;
	atomic_uint attached;

	/* written by the thread that transmits, read by any */
	_Atomic uint64_t tx_packets, tx_bytes, tx_cut;
	/* written by the thread that receives */
	_Atomic uint64_t rx_packets, rx_bytes;

	/* written by the control thread while nobody polls the port */
	struct capture_tap *taps;
};

uint16_t memlink_receive(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count);
uint16_t memlink_transmit(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count);
/* What a driver did not take because the port is cut counts as sent: it vanished behind the port. */
uint16_t port_vanish(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count);

static inline uint16_t port_receive(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	if (port->kind == PORT_ETHDEV)
		return rte_eth_rx_burst(port->ethdev, 0, mbufs, count);
	return memlink_receive(port, mbufs, count);
}

/* How many were sent, from the front; the others remain the caller's. */
static inline uint16_t port_transmit(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t sent;

	if (port->kind != PORT_ETHDEV)
		return memlink_transmit(port, mbufs, count);
	sent = rte_eth_tx_burst(port->ethdev, 0, mbufs, count);
	if (sent < count && atomic_load_explicit(&port->cut, memory_order_acquire) != 0)
		sent += port_vanish(port, mbufs + sent, count - sent);
	return sent;
}

/* Packets lost because the receive queue was full, so far. Not for every turn: some drivers ask the kernel. */
uint64_t port_missed(const struct pydp_port *port);

/* Packets in the receive queue; negative: the driver cannot tell. */
int32_t port_waiting(const struct pydp_port *port);

/* Sleeping: arm, look at wait_fd unless arm says that packets wait already, disarm. Only when port->wakes. */
bool port_wait_arm(struct pydp_port *port);
void port_wait_disarm(struct pydp_port *port);

#endif
