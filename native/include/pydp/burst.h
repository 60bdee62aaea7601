/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for programs: pools of buffers, bursts of them, and rings between threads. */
#ifndef PYDP_BURST_H
#define PYDP_BURST_H
#include <stdint.h>
#include <pydp/port.h>

typedef struct pydp_mempool pydp_mempool_t;
typedef struct pydp_burst pydp_burst_t;
typedef struct pydp_ring pydp_ring_t;

int pydp_mempool_create(const char *name, uint32_t mbufs, uint32_t data_room, pydp_mempool_t **pool);
int pydp_mempool_destroy(pydp_mempool_t *pool); /* PYDP_E_BUSY while buffers are out */
int pydp_mempool_usage(const pydp_mempool_t *pool, uint32_t *available, uint32_t *in_use);

/* A burst owns up to capacity packets (at most 512). One thread at a time. */
int pydp_burst_create(uint32_t capacity, pydp_burst_t **burst);
int pydp_burst_destroy(pydp_burst_t *burst); /* frees its packets */
uint32_t pydp_burst_length(const pydp_burst_t *burst);
uint32_t pydp_burst_capacity(const pydp_burst_t *burst);
/* Frees the packets; every view of them is void. */
int pydp_burst_clear(pydp_burst_t *burst);
/* Receive into an empty burst from a port that no engine owns; count may be NULL. PYDP_E_STATE when it is not empty. */
int pydp_burst_receive(pydp_burst_t *burst, pydp_port_t *port, uint32_t *count);
/* Send from the front; what was sent leaves the burst, what was not stays. */
int pydp_burst_transmit(pydp_burst_t *burst, pydp_port_t *port, uint32_t *sent);
/* Add a packet with these octets. */
int pydp_burst_append(pydp_burst_t *burst, pydp_mempool_t *pool, const uint8_t *data, uint32_t length);
/* First segment of packet i: valid until the burst is cleared, transmitted, enqueued or destroyed. */
int pydp_burst_data(pydp_burst_t *burst, uint32_t i, uint8_t **data, uint32_t *length);

/* Columns to fill, each either NULL or an array of at least pydp_burst_length() elements. Numbers are in host order.
 * Fields that a packet does not have are 0. Addresses are 16 octets each, IPv4 in the first four. */
struct pydp_columns {
	uint32_t *length;     /* octets in the packet */
	uint16_t *port;       /* DPDK port number it came from */
	uint16_t *ether_type; /* behind VLAN tags */
	uint16_t *vlan;
	uint8_t *ip_version; /* 4, 6 or 0 */
	uint8_t *ip_protocol;
	uint8_t *ttl;
	uint8_t (*source)[16];
	uint8_t (*destination)[16];
	uint16_t *source_port;
	uint16_t *destination_port;
	uint64_t *timestamp_ns; /* of the receive call */
};
int pydp_burst_gather(const pydp_burst_t *burst, const struct pydp_columns *columns);

/* A lock-free ring of packets between threads. capacity: a power of two. */
int pydp_ring_create(const char *name, uint32_t capacity, pydp_ring_t **ring);
int pydp_ring_destroy(pydp_ring_t *ring); /* frees what is in it */
uint32_t pydp_ring_count(const pydp_ring_t *ring);
int pydp_ring_enqueue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved);
int pydp_ring_dequeue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved);

#endif
