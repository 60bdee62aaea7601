/* SPDX-License-Identifier: Apache-2.0 */
/* The in-memory cable. A direction is a ring with one consumer for each queue of the receiver; a full ring loses packets there, as
 * a NIC's full queue does, and a sleeping receiver is woken by an eventfd. */
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <rte_errno.h>
#include <rte_ring.h>
#include "io/capture.h"
#include "io/eal.h"
#include "io/error.h"
#include "io/load.h"
#include "io/memlink.h"
#include "io/pool.h"
#include "io/port_control.h"
#include "io/spread.h"

#define MEMLINK_DEFAULT_CAPACITY 1024u

/* A receive queue of one end. */
struct memlink_queue {
	struct rte_ring *ring;
	int wake_fd;
	alignas(64) atomic_uint asleep;      /* set by the receiver, taken by a sender */
	alignas(64) _Atomic uint64_t missed; /* added to by senders, read by any */
};

struct memlink_direction {
	struct rte_mempool *pool; /* the sender's */
	struct memlink_queue queue[PORT_QUEUES];
};

/* towards[i] leads to end i */
struct memlink {
	uint16_t queues;
	struct memlink_direction towards[2];
	atomic_uint open_ends;
};

static struct memlink_queue *queue_of(const struct pydp_port *port, uint16_t queue)
{
	return &port->link->towards[port->side].queue[queue];
}

uint16_t memlink_receive(struct pydp_port *port, uint16_t number, struct rte_mbuf **mbufs, uint16_t count)
{
	struct port_queue *counts = &port->queue[number];
	struct rte_ring *ring = queue_of(port, number)->ring;
	uint64_t bytes = 0;
	unsigned int received = port->load == NULL ? rte_ring_sc_dequeue_burst(ring, (void **)mbufs, count, NULL)
						   : load_receive(port->load, ring, port->pool, mbufs, count);

	if (received == 0)
		return 0;
	for (unsigned int i = 0; i < received; i++)
		bytes += rte_pktmbuf_pkt_len(mbufs[i]);
	atomic_store_explicit(&counts->rx_packets, counts->rx_packets + received, memory_order_relaxed);
	atomic_store_explicit(&counts->rx_bytes, counts->rx_bytes + bytes, memory_order_relaxed);
	if (port->taps != NULL)
		capture_packets(port->taps, PYDP_RECEIVED, mbufs, (uint16_t)received);
	return (uint16_t)received;
}

static void wake(struct memlink_queue *queue)
{
	uint64_t one = 1;

	/* Pairs with memlink_wait_arm: either the receiver sees the packet or we see that it sleeps. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&queue->asleep, memory_order_relaxed) == 0 || atomic_exchange(&queue->asleep, 0) == 0)
		return;
	if (write(queue->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is at its maximum: readable in any case */
}

static void deliver(struct memlink_queue *queue, struct rte_mbuf **mbufs, uint16_t count)
{
	unsigned int delivered = rte_ring_enqueue_burst(queue->ring, (void *const *)mbufs, count, NULL);

	if (delivered < count) {
		rte_pktmbuf_free_bulk(mbufs + delivered, count - delivered);
		atomic_fetch_add_explicit(&queue->missed, count - delivered, memory_order_relaxed);
	}
	wake(queue);
}

/* To each queue what is its own, in order. */
static void spread(struct memlink_direction *direction, uint16_t queues, struct rte_mbuf **mbufs, uint16_t count)
{
	struct rte_mbuf *part[PORT_BURST];
	uint16_t number[PORT_BURST];

	for (uint16_t i = 0; i < count; i++)
		number[i] = spread_queue(mbufs[i], queues);
	for (uint16_t queue = 0; queue < queues; queue++) {
		uint16_t size = 0;

		for (uint16_t i = 0; i < count; i++)
			if (number[i] == queue)
				part[size++] = mbufs[i];
		if (size > 0)
			deliver(&direction->queue[queue], part, size);
	}
}

uint16_t memlink_transmit(struct pydp_port *port, uint16_t number, struct rte_mbuf **mbufs, uint16_t count)
{
	struct memlink_direction *direction = &port->link->towards[port->side ^ 1];
	struct port_queue *counts = &port->queue[number];
	uint64_t bytes = 0;

	if (count == 0)
		return 0;
	if (atomic_load_explicit(&port->cut, memory_order_acquire) != 0)
		return port_vanish(port, mbufs, count);
	if (port->taps != NULL)
		capture_packets(port->taps, PYDP_SENT, mbufs, count);
	for (unsigned int i = 0; i < count; i++) {
		bytes += rte_pktmbuf_pkt_len(mbufs[i]);
		mbufs[i]->port = RTE_MBUF_PORT_INVALID;
	}
	if (port->link->queues == 1)
		deliver(&direction->queue[0], mbufs, count);
	else
		for (uint32_t done = 0; done < count; done += PORT_BURST)
			spread(direction, port->link->queues, mbufs + done, (uint16_t)RTE_MIN(count - done, PORT_BURST));
	atomic_store_explicit(&counts->tx_packets, counts->tx_packets + count, memory_order_relaxed);
	atomic_store_explicit(&counts->tx_bytes, counts->tx_bytes + bytes, memory_order_relaxed);
	return count;
}

uint64_t memlink_missed(const struct pydp_port *port)
{
	uint64_t missed = port->load != NULL ? load_missed(port->load) : 0;

	for (uint16_t i = 0; i < port->queues; i++)
		missed += atomic_load_explicit(&queue_of(port, i)->missed, memory_order_relaxed);
	return missed;
}

int32_t memlink_waiting(const struct pydp_port *port, uint16_t queue)
{
	uint32_t waiting = rte_ring_count(queue_of(port, queue)->ring);

	return (int32_t)(port->load != NULL ? waiting + load_waiting(port->load) : waiting);
}

bool memlink_wait_arm(struct pydp_port *port, uint16_t number)
{
	struct memlink_queue *queue = queue_of(port, number);

	atomic_store(&queue->asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
	return port->load == NULL && rte_ring_empty(queue->ring) != 0;
}

void memlink_wait_disarm(struct pydp_port *port, uint16_t number)
{
	struct memlink_queue *queue = queue_of(port, number);
	uint64_t count;

	if (atomic_exchange(&queue->asleep, 0) != 0)
		return;
	if (read(queue->wake_fd, &count, sizeof(count)) < 0)
		return; /* the sender has taken the flag and has not written yet: one needless wake-up later */
}

static void free_queue(struct memlink_queue *queue)
{
	void *mbuf;

	while (queue->ring != NULL && rte_ring_dequeue(queue->ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(queue->ring);
	if (queue->wake_fd >= 0)
		close(queue->wake_fd);
}

static void free_link(struct memlink *link)
{
	for (int i = 0; i < 2; i++)
		for (uint16_t queue = 0; queue < link->queues; queue++)
			free_queue(&link->towards[i].queue[queue]);
	for (int i = 0; i < 2; i++)
		pool_retire(link->towards[i].pool);
	free(link);
}

void memlink_close(struct pydp_port *port)
{
	struct memlink *link = port->link;

	load_free(port->load, port);
	if (atomic_fetch_sub(&link->open_ends, 1) == 1)
		free_link(link);
}

static int make_queue(struct memlink_queue *queue, uint32_t capacity, unsigned int producers)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-link-%u", eal_unique());
	queue->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (queue->wake_fd < 0)
		return error_set(PYDP_E_SYSTEM, "no eventfd for the link: raise the limit of open files (ulimit -n)");
	queue->ring = rte_ring_create(name, capacity, SOCKET_ID_ANY, producers | RING_F_SC_DEQ | RING_F_EXACT_SZ);
	if (queue->ring == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a link of %u packets (%s)", capacity, rte_strerror(rte_errno));
	return PYDP_OK;
}

/* With several queues there may be several threads that transmit, too. */
static int make_direction(struct memlink_direction *direction, uint16_t queues, uint32_t capacity, uint16_t mtu)
{
	unsigned int producers = queues == 1 ? RING_F_SP_ENQ : 0;
	int result = PYDP_OK;

	for (uint16_t i = 0; i < queues; i++)
		direction->queue[i].wake_fd = -1;
	for (uint16_t i = 0; i < queues && result == PYDP_OK; i++)
		result = make_queue(&direction->queue[i], capacity, producers);
	if (result != PYDP_OK)
		return result;
	return pool_create_recent(queues * (capacity + 1024) - 1, pool_room(mtu), SOCKET_ID_ANY, &direction->pool);
}

static int make_link(uint16_t queues, uint32_t capacity, uint16_t mtu, struct memlink **made)
{
	struct memlink *link = aligned_alloc(64, sizeof(*link));
	int result;

	if (link == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a link");
	memset(link, 0, sizeof(*link));
	link->queues = queues;
	for (uint16_t i = 0; i < queues; i++)
		link->towards[1].queue[i].wake_fd = -1;
	result = make_direction(&link->towards[0], queues, capacity, mtu);
	if (result == PYDP_OK)
		result = make_direction(&link->towards[1], queues, capacity, mtu);
	if (result != PYDP_OK)
		free_link(link);
	*made = link;
	return result;
}

static struct pydp_port *make_end(struct memlink *link, const char *link_name, uint32_t capacity, uint8_t side)
{
	char name[64];
	struct pydp_port *port;

	snprintf(name, sizeof(name), "%s.%u", link_name, side);
	port = port_new(PORT_MEMLINK, name);
	if (port == NULL)
		return NULL;
	snprintf(port->driver, sizeof(port->driver), "memory-link");
	port->link = link;
	port->side = side;
	port->queues = link->queues;
	for (uint16_t i = 0; i < port->queues; i++) {
		port->queue[i].wakes = true;
		port->queue[i].wait_fd = link->towards[side].queue[i].wake_fd;
	}
	port->pool = link->towards[side ^ 1].pool;
	port->rx_capacity = capacity;
	port->mac = port_make_mac();
	return port;
}

int memlink_create(const struct pydp_link_config *config, struct pydp_port *ends[2])
{
	uint32_t capacity = config->capacity ? config->capacity : MEMLINK_DEFAULT_CAPACITY;
	static const struct pydp_mac no_mac;
	struct memlink *link = NULL;
	int result = make_link(config->queues ? config->queues : 1, capacity, config->mtu, &link);

	if (result != PYDP_OK)
		return result;
	ends[0] = make_end(link, config->name, capacity, 0);
	ends[1] = make_end(link, config->name, capacity, 1);
	if (ends[0] != NULL && memcmp(&config->mac, &no_mac, sizeof(no_mac)) != 0)
		ends[0]->mac = config->mac;
	for (int i = 0; i < 2 && config->mtu != 0; i++)
		if (ends[i] != NULL)
			ends[i]->mtu = config->mtu;
	if (ends[0] == NULL || ends[1] == NULL) {
		for (int i = 0; i < 2; i++)
			if (ends[i] != NULL) {
				eal_object_gone();
				free(ends[i]);
			}
		free_link(link);
		return error_set(PYDP_E_NOMEM, "no memory for a link's ends");
	}
	atomic_init(&link->open_ends, 2);
	return PYDP_OK;
}
