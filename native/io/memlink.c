/* SPDX-License-Identifier: Apache-2.0 */
/* The in-memory cable. A direction is a ring with one producer and one consumer; a full ring loses packets at the receiver,
 * as a NIC's full queue does, and a sleeping receiver is woken by an eventfd. */
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
#include "io/memlink.h"
#include "io/pool.h"
#include "io/port_control.h"

#define MEMLINK_DEFAULT_CAPACITY 1024u

struct memlink_direction {
	struct rte_ring *ring;
	struct rte_mempool *pool; /* the sender's */
	int wake_fd;
	alignas(64) atomic_uint asleep;      /* set by the receiver, taken by the sender */
	alignas(64) _Atomic uint64_t missed; /* written by the sender, read by any */
};

/* towards[i] leads to end i */
struct memlink {
	struct memlink_direction towards[2];
	atomic_uint open_ends;
};

uint16_t memlink_receive(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	unsigned int received = rte_ring_sc_dequeue_burst(port->link->towards[port->side].ring, (void **)mbufs, count, NULL);
	uint64_t bytes = 0;

	if (received == 0)
		return 0;
	for (unsigned int i = 0; i < received; i++)
		bytes += rte_pktmbuf_pkt_len(mbufs[i]);
	atomic_store_explicit(&port->rx_packets, port->rx_packets + received, memory_order_relaxed);
	atomic_store_explicit(&port->rx_bytes, port->rx_bytes + bytes, memory_order_relaxed);
	if (port->taps != NULL)
		capture_packets(port->taps, PYDP_RECEIVED, mbufs, (uint16_t)received);
	return (uint16_t)received;
}

static void wake(struct memlink_direction *direction)
{
	uint64_t one = 1;

	/* Pairs with memlink_wait_arm: either the receiver sees the packet or we see that it sleeps. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&direction->asleep, memory_order_relaxed) == 0 || atomic_exchange(&direction->asleep, 0) == 0)
		return;
	if (write(direction->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is at its maximum: readable in any case */
}

uint16_t memlink_transmit(struct pydp_port *port, struct rte_mbuf **mbufs, uint16_t count)
{
	struct memlink_direction *direction = &port->link->towards[port->side ^ 1];
	unsigned int delivered;
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
	delivered = rte_ring_sp_enqueue_burst(direction->ring, (void *const *)mbufs, count, NULL);
	if (delivered < count) {
		rte_pktmbuf_free_bulk(mbufs + delivered, count - delivered);
		atomic_store_explicit(&direction->missed, direction->missed + (count - delivered), memory_order_relaxed);
	}
	atomic_store_explicit(&port->tx_packets, port->tx_packets + count, memory_order_relaxed);
	atomic_store_explicit(&port->tx_bytes, port->tx_bytes + bytes, memory_order_relaxed);
	wake(direction);
	return count;
}

uint64_t memlink_missed(const struct pydp_port *port)
{
	return atomic_load_explicit(&port->link->towards[port->side].missed, memory_order_relaxed);
}

int32_t memlink_waiting(const struct pydp_port *port)
{
	return (int32_t)rte_ring_count(port->link->towards[port->side].ring);
}

bool memlink_wait_arm(struct pydp_port *port)
{
	struct memlink_direction *direction = &port->link->towards[port->side];

	atomic_store(&direction->asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
	return rte_ring_empty(direction->ring) != 0;
}

void memlink_wait_disarm(struct pydp_port *port)
{
	struct memlink_direction *direction = &port->link->towards[port->side];
	uint64_t count;

	if (atomic_exchange(&direction->asleep, 0) != 0)
		return;
	if (read(direction->wake_fd, &count, sizeof(count)) < 0)
		return; /* the sender has taken the flag and has not written yet: one needless wake-up later */
}

static void free_direction(struct memlink_direction *direction)
{
	void *mbuf;

	while (direction->ring != NULL && rte_ring_dequeue(direction->ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(direction->ring);
	if (direction->wake_fd >= 0)
		close(direction->wake_fd);
}

static void free_link(struct memlink *link)
{
	for (int i = 0; i < 2; i++)
		free_direction(&link->towards[i]);
	for (int i = 0; i < 2; i++)
		pool_retire(link->towards[i].pool);
	free(link);
}

void memlink_close(struct pydp_port *port)
{
	struct memlink *link = port->link;

	if (atomic_fetch_sub(&link->open_ends, 1) == 1)
		free_link(link);
}

static int make_direction(struct memlink_direction *direction, uint32_t capacity)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-link-%u", eal_unique());
	direction->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (direction->wake_fd < 0)
		return error_set(PYDP_E_SYSTEM, "no eventfd for the link: raise the limit of open files (ulimit -n)");
	direction->ring = rte_ring_create(name, capacity, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
	if (direction->ring == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a link of %u packets (%s)", capacity, rte_strerror(rte_errno));
	return pool_create(capacity + 1023, 0, SOCKET_ID_ANY, &direction->pool);
}

static int make_link(uint32_t capacity, struct memlink **made)
{
	struct memlink *link = aligned_alloc(64, sizeof(*link));
	int result;

	if (link == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a link");
	memset(link, 0, sizeof(*link));
	link->towards[0].wake_fd = link->towards[1].wake_fd = -1;
	result = make_direction(&link->towards[0], capacity);
	if (result == PYDP_OK)
		result = make_direction(&link->towards[1], capacity);
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
	port->wakes = true;
	port->wait_fd = link->towards[side].wake_fd;
	port->pool = link->towards[side ^ 1].pool;
	port->rx_capacity = capacity;
	port->mac = port_make_mac();
	return port;
}

int memlink_create(const struct pydp_link_config *config, struct pydp_port *ends[2])
{
	uint32_t capacity = config->capacity ? config->capacity : MEMLINK_DEFAULT_CAPACITY;
	struct memlink *link = NULL;
	int result = make_link(capacity, &link);

	if (result != PYDP_OK)
		return result;
	ends[0] = make_end(link, config->name, capacity, 0);
	ends[1] = make_end(link, config->name, capacity, 1);
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
