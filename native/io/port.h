/* SPDX-License-Identifier: Apache-2.0 */
/* A port as the worker sees it: bursts in, bursts out, and a descriptor to sleep on. What is behind it is a DPDK ethdev
 * (io/ethdev.c) or one end of an in-memory link (io/memlink.c). */
#ifndef IO_PORT_H
#define IO_PORT_H
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <pydp/port.h>

#define PORT_BURST  64u
#define PORT_QUEUES 16u

struct memlink;
struct ringlink;
struct load;
struct capture_tap;

enum port_kind { PORT_ETHDEV, PORT_MEMLINK };

/* A receive queue and the transmit queue of the same number; each belongs to one thread. */
struct port_queue {
	/* written by the thread that transmits, read by any */
	alignas(64) _Atomic uint64_t tx_packets, tx_bytes;
	/* written by the thread that receives */
	_Atomic uint64_t rx_packets, rx_bytes;
	/* set at open, then only read */
	int wait_fd;
	bool wakes;     /* a worker can sleep on wait_fd */
	bool drains_fd; /* the driver's descriptor is read through rte_epoll */
	/* written once, by the thread that installed it */
	const struct rte_eth_rxtx_callback *cut_hook;
};

struct pydp_port {
	/* set at open, then only read */
	enum port_kind kind;
	uint16_t ethdev; /* RTE_MAX_ETHPORTS..: none */
	uint8_t side;    /* which end of the memory link */
	bool probed;     /* by us: removed from the bus at close */
	uint16_t queues;
	uint16_t mtu;
	uint32_t rx_capacity; /* packets that a receive queue holds */
	int numa_node;
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
	atomic_uint attached;
	_Atomic uint64_t tx_cut;

	/* written by the control thread while nobody polls the port */
	struct capture_tap *taps;
	struct load *load; /* NULL, or what comes to a memory link's end by the clock */

	struct port_queue queue[PORT_QUEUES]; /* queues of them are there */
};

uint16_t memlink_receive(struct pydp_port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);
uint16_t memlink_transmit(struct pydp_port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count);
/* What a driver did not take because the port is cut counts as sent: it vanished behind the port. */
uint16_t port_vanish(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count);

static inline uint16_t port_receive(struct pydp_port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	if (port->kind == PORT_ETHDEV)
		return rte_eth_rx_burst(port->ethdev, queue, mbufs, count);
	return memlink_receive(port, queue, mbufs, count);
}

/* How many were sent, from the front; the others remain the caller's. */
static inline uint16_t port_transmit(struct pydp_port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t sent;

	if (port->kind != PORT_ETHDEV)
		return memlink_transmit(port, queue, mbufs, count);
	sent = rte_eth_tx_burst(port->ethdev, queue, mbufs, count);
	if (sent < count && atomic_load_explicit(&port->cut, memory_order_acquire) != 0)
		sent += port_vanish(port, mbufs + sent, count - sent);
	return sent;
}

/* From whichever queues have packets, for a thread that has the port to itself. Fewer than count: that was all. */
uint16_t port_receive_any(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count);

/* Packets lost because a receive queue was full, so far. Not for every turn: some drivers ask the kernel. */
uint64_t port_missed(const struct pydp_port *port);

/* Packets in a receive queue; negative: the driver cannot tell. For the queue's thread. */
int32_t port_waiting(const struct pydp_port *port, uint16_t queue);

/* Sleeping: arm, look at wait_fd unless arm says that packets wait already, disarm. Only a queue that wakes. */
bool port_wait_arm(struct pydp_port *port, uint16_t queue);
void port_wait_disarm(struct pydp_port *port, uint16_t queue);

#endif
