/* SPDX-License-Identifier: Apache-2.0 */
/* Captures. A tap is one capture's interest in one port: on an ethdev it lives in DPDK's receive and transmit callbacks,
 * on a memory link in the link's own functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_ring.h>
#include "io/capture.h"
#include "io/eal.h"
#include "io/error.h"

#define CAPTURE_DEFAULT_SNAP 2048u

struct capture_entry {
	struct pydp_capture_record record;
	uint8_t data[];
};

struct pydp_capture {
	struct rte_mempool *entries;
	struct rte_ring *waiting;
	uint32_t snap_length;
	_Atomic uint64_t lost; /* added to by any polling thread */
	struct capture_tap *taps;
};

struct capture_tap {
	struct pydp_capture *capture;
	struct pydp_port *port;
	uint32_t number;
	uint32_t directions;
	const struct rte_eth_rxtx_callback *on_receive[PORT_QUEUES], *on_transmit[PORT_QUEUES];
	struct capture_tap *next_of_port, *next_of_capture;
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void copy_packet(const struct capture_tap *tap, uint32_t direction, uint64_t time_ns, const struct rte_mbuf *mbuf)
{
	struct pydp_capture *capture = tap->capture;
	struct capture_entry *entry;
	const void *from;
	uint32_t length = rte_pktmbuf_pkt_len(mbuf);
	uint32_t captured = RTE_MIN(length, capture->snap_length);

	if (rte_mempool_get(capture->entries, (void **)&entry) != 0) {
		atomic_fetch_add_explicit(&capture->lost, 1, memory_order_relaxed);
		return;
	}
	from = rte_pktmbuf_read(mbuf, 0, captured, entry->data);
	if (from != entry->data)
		memcpy(entry->data, from, captured);
	entry->record = (struct pydp_capture_record){
		.time_ns = time_ns, .length = length, .captured = captured, .port = tap->number, .direction = direction};
	if (rte_ring_enqueue(capture->waiting, entry) != 0) {
		rte_mempool_put(capture->entries, entry);
		atomic_fetch_add_explicit(&capture->lost, 1, memory_order_relaxed);
	}
}

static void copy_burst(const struct capture_tap *tap, uint32_t direction, struct rte_mbuf **mbufs, uint16_t count)
{
	uint64_t time_ns = monotonic_ns();

	for (uint16_t i = 0; i < count; i++)
		copy_packet(tap, direction, time_ns, mbufs[i]);
}

void capture_packets(const struct capture_tap *taps, uint32_t direction, struct rte_mbuf **mbufs, uint16_t count)
{
	for (const struct capture_tap *tap = taps; tap != NULL; tap = tap->next_of_port)
		if (tap->directions & direction)
			copy_burst(tap, direction, mbufs, count);
}

static uint16_t on_receive(uint16_t ethdev, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, uint16_t most,
			   void *argument)
{
	(void)ethdev;
	(void)queue;
	(void)most;
	if (count > 0)
		copy_burst(argument, PYDP_RECEIVED, mbufs, count);
	return count;
}

static uint16_t on_transmit(uint16_t ethdev, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count, void *argument)
{
	const struct capture_tap *tap = argument;

	(void)ethdev;
	(void)queue;
	/* What a cut drops is not sent, and the cut's callback may come after this one. */
	if (count > 0 && atomic_load_explicit(&tap->port->cut, memory_order_acquire) == 0)
		copy_burst(tap, PYDP_SENT, mbufs, count);
	return count;
}

int capture_create(uint32_t capacity, uint32_t snap_length, struct pydp_capture **created)
{
	struct pydp_capture *capture = calloc(1, sizeof(*capture));
	uint32_t snap = snap_length ? snap_length : CAPTURE_DEFAULT_SNAP;
	char name[RTE_MEMPOOL_NAMESIZE];

	if (capture == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a capture");
	snprintf(name, sizeof(name), "pydp-cap-%u", eal_unique());
	capture->snap_length = snap;
	capture->entries = rte_mempool_create(name, capacity, (unsigned int)(sizeof(struct capture_entry) + snap), 0, 0, NULL,
					      NULL, NULL, NULL, SOCKET_ID_ANY, 0);
	capture->waiting = rte_ring_create(name, capacity, SOCKET_ID_ANY, RING_F_SC_DEQ | RING_F_EXACT_SZ);
	if (capture->entries == NULL || capture->waiting == NULL) {
		capture_destroy(capture);
		return error_set(PYDP_E_NOMEM, "no memory for a capture of %u packets of %u octets (%s)", capacity, snap,
				 rte_strerror(rte_errno));
	}
	*created = capture;
	return PYDP_OK;
}

static int install(struct capture_tap *tap)
{
	const struct pydp_port *port = tap->port;
	bool missing = false;

	if (port->kind != PORT_ETHDEV)
		return PYDP_OK;
	for (uint16_t i = 0; i < port->queues; i++) {
		if (tap->directions & PYDP_RECEIVED)
			tap->on_receive[i] = rte_eth_add_rx_callback(port->ethdev, i, on_receive, tap);
		if (tap->directions & PYDP_SENT)
			tap->on_transmit[i] = rte_eth_add_tx_callback(port->ethdev, i, on_transmit, tap);
		missing |= (tap->directions & PYDP_RECEIVED && tap->on_receive[i] == NULL) ||
			   (tap->directions & PYDP_SENT && tap->on_transmit[i] == NULL);
	}
	if (missing)
		return error_set(PYDP_E_UNSUPPORTED, "%s cannot be captured: this DPDK is built without packet callbacks",
				 port->name);
	return PYDP_OK;
}

/* Nobody polls the port here, so the callbacks' memory can go. */
static void uninstall(struct capture_tap *tap)
{
	for (uint16_t i = 0; i < tap->port->queues; i++) {
		const struct rte_eth_rxtx_callback *receive = tap->on_receive[i], *transmit = tap->on_transmit[i];

		if (receive != NULL && rte_eth_remove_rx_callback(tap->port->ethdev, i, receive) == 0)
			rte_free((void *)(uintptr_t)receive);
		if (transmit != NULL && rte_eth_remove_tx_callback(tap->port->ethdev, i, transmit) == 0)
			rte_free((void *)(uintptr_t)transmit);
	}
}

int capture_add(struct pydp_capture *capture, struct pydp_port *port, uint32_t number, uint32_t directions)
{
	struct capture_tap *tap = calloc(1, sizeof(*tap));
	int result;

	if (tap == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a capture's tap");
	tap->capture = capture;
	tap->port = port;
	tap->number = number;
	tap->directions = directions;
	result = install(tap);
	if (result != PYDP_OK) {
		uninstall(tap);
		free(tap);
		return result;
	}
	tap->next_of_port = port->taps;
	port->taps = tap;
	tap->next_of_capture = capture->taps;
	capture->taps = tap;
	return PYDP_OK;
}

int capture_read(struct pydp_capture *capture, struct pydp_capture_record *record, uint8_t *data, uint32_t size)
{
	struct capture_entry *entry;

	if (rte_ring_dequeue(capture->waiting, (void **)&entry) != 0)
		return error_set(PYDP_E_NOENT, "no captured packet waits");
	*record = entry->record;
	record->captured = RTE_MIN(record->captured, size);
	memcpy(data, entry->data, record->captured);
	rte_mempool_put(capture->entries, entry);
	return PYDP_OK;
}

uint64_t capture_lost(const struct pydp_capture *capture)
{
	return atomic_load_explicit(&capture->lost, memory_order_relaxed);
}

static void unlink_from_port(struct capture_tap *tap)
{
	struct capture_tap **at = &tap->port->taps;

	while (*at != tap)
		at = &(*at)->next_of_port;
	*at = tap->next_of_port;
}

static void unlink_from_capture(struct capture_tap *tap)
{
	struct capture_tap **at = &tap->capture->taps;

	while (*at != tap)
		at = &(*at)->next_of_capture;
	*at = tap->next_of_capture;
}

void capture_forget_port(struct pydp_port *port)
{
	struct capture_tap *tap;

	while ((tap = port->taps) != NULL) {
		uninstall(tap);
		unlink_from_capture(tap);
		port->taps = tap->next_of_port;
		free(tap);
	}
}

void capture_destroy(struct pydp_capture *capture)
{
	struct capture_tap *tap;

	while ((tap = capture->taps) != NULL) {
		uninstall(tap);
		unlink_from_port(tap);
		capture->taps = tap->next_of_capture;
		free(tap);
	}
	rte_ring_free(capture->waiting);
	rte_mempool_free(capture->entries);
	free(capture);
}
