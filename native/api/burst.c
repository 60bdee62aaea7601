/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts of packets that a program owns. */
#include <stdlib.h>
#include <string.h>
#include "api/burst.h"
#include "api/check.h"
#include "engine/clock.h"
#include "io/eal.h"
#include "io/port.h"

int pydp_burst_create(uint32_t capacity, pydp_burst_t **created)
{
	struct pydp_burst *burst;
	int result = eal_require();

	CHECK_POINTER(created);
	if (result != PYDP_OK)
		return result;
	CHECK(capacity >= 1 && capacity <= BURST_MOST, "capacity %u of a burst is not from 1 to %u", capacity, BURST_MOST);
	burst = calloc(1, sizeof(*burst) + capacity * sizeof(burst->mbufs[0]));
	if (burst == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a burst");
	burst->capacity = capacity;
	eal_object_born();
	*created = burst;
	return PYDP_OK;
}

int pydp_burst_clear(pydp_burst_t *burst)
{
	CHECK_POINTER(burst);
	rte_pktmbuf_free_bulk(burst->mbufs, burst->length);
	burst->length = 0;
	return PYDP_OK;
}

int pydp_burst_destroy(pydp_burst_t *burst)
{
	int result = pydp_burst_clear(burst);

	if (result != PYDP_OK)
		return result;
	free(burst);
	eal_object_gone();
	return PYDP_OK;
}

uint32_t pydp_burst_length(const pydp_burst_t *burst)
{
	return burst != NULL ? burst->length : 0;
}

uint32_t pydp_burst_capacity(const pydp_burst_t *burst)
{
	return burst != NULL ? burst->capacity : 0;
}

static int refuse_owned(const struct pydp_port *port)
{
	if (atomic_load(&port->attached))
		return error_set(PYDP_E_BUSY, "port %s belongs to an engine, which alone may poll it", port->name);
	return PYDP_OK;
}

int pydp_burst_receive(pydp_burst_t *burst, pydp_port_t *port, uint32_t *count)
{
	int result;

	CHECK_POINTER(burst);
	CHECK_POINTER(port);
	if (count != NULL)
		*count = 0;
	if (burst->length != 0)
		return error_set(PYDP_E_STATE, "the burst holds %u packets: clear it before receiving", burst->length);
	result = refuse_owned(port);
	if (result != PYDP_OK)
		return result;
	burst->length = port_receive_any(port, burst->mbufs, (uint16_t)burst->capacity);
	burst->received_ns = clock_monotonic_ns();
	if (count != NULL)
		*count = burst->length;
	return PYDP_OK;
}

static void leave_front(struct pydp_burst *burst, uint32_t count)
{
	burst->length -= count;
	memmove(burst->mbufs, burst->mbufs + count, burst->length * sizeof(burst->mbufs[0]));
}

int pydp_burst_transmit(pydp_burst_t *burst, pydp_port_t *port, uint32_t *sent)
{
	uint16_t count;
	int result;

	CHECK_POINTER(burst);
	CHECK_POINTER(port);
	if (sent != NULL)
		*sent = 0;
	result = refuse_owned(port);
	if (result != PYDP_OK)
		return result;
	count = port_transmit(port, 0, burst->mbufs, (uint16_t)burst->length);
	leave_front(burst, count);
	if (sent != NULL)
		*sent = count;
	return PYDP_OK;
}

int pydp_burst_append(pydp_burst_t *burst, pydp_mempool_t *pool, const uint8_t *data, uint32_t length)
{
	struct rte_mbuf *mbuf;
	void *room;

	CHECK_POINTER(burst);
	CHECK_POINTER(pool);
	CHECK_POINTER(data);
	if (burst->length == burst->capacity)
		return error_set(PYDP_E_NOMEM, "the burst is full: %u packets", burst->capacity);
	mbuf = rte_pktmbuf_alloc(pool->pool);
	if (mbuf == NULL)
		return error_set(PYDP_E_NOMEM, "the pool has no buffer left: clear bursts, or make it larger");
	room = length <= UINT16_MAX ? rte_pktmbuf_append(mbuf, (uint16_t)length) : NULL;
	if (room == NULL) {
		rte_pktmbuf_free(mbuf);
		return error_set(PYDP_E_INVAL, "a packet of %u octets does not fit into the pool's buffers", length);
	}
	memcpy(room, data, length);
	burst->mbufs[burst->length++] = mbuf;
	return PYDP_OK;
}

int pydp_burst_data(pydp_burst_t *burst, uint32_t i, uint8_t **data, uint32_t *length)
{
	CHECK_POINTER(burst);
	CHECK_POINTER(data);
	CHECK_POINTER(length);
	if (i >= burst->length)
		return error_set(PYDP_E_NOENT, "the burst holds %u packets, and none with index %u", burst->length, i);
	*data = rte_pktmbuf_mtod(burst->mbufs[i], uint8_t *);
	*length = rte_pktmbuf_data_len(burst->mbufs[i]);
	return PYDP_OK;
}
