/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of packets between a program's threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_errno.h>
#include "api/burst.h"
#include "api/check.h"
#include "io/eal.h"

int pydp_ring_create(const char *name, uint32_t capacity, pydp_ring_t **created)
{
	char unique[RTE_RING_NAMESIZE];
	struct pydp_ring *ring;
	int result = eal_require();

	CHECK_POINTER(created);
	if (result == PYDP_OK)
		result = check_name(name, "a ring");
	if (result != PYDP_OK)
		return result;
	CHECK(capacity >= 2 && (capacity & (capacity - 1)) == 0 && capacity <= 1u << 24,
	      "ring %s: capacity %u is not a power of two from 2 to 16777216", name, capacity);
	ring = calloc(1, sizeof(*ring));
	if (ring == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for ring %s", name);
	snprintf(unique, sizeof(unique), "pydp-ring-%u", eal_unique());
	ring->ring = rte_ring_create(unique, capacity, SOCKET_ID_ANY, RING_F_EXACT_SZ);
	if (ring->ring == NULL) {
		free(ring);
		return error_set(PYDP_E_NOMEM, "no memory for ring %s of %u packets (%s)", name, capacity,
				 rte_strerror(rte_errno));
	}
	eal_object_born();
	*created = ring;
	return PYDP_OK;
}

int pydp_ring_destroy(pydp_ring_t *ring)
{
	void *mbuf;

	CHECK_POINTER(ring);
	while (rte_ring_dequeue(ring->ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(ring->ring);
	free(ring);
	eal_object_gone();
	return PYDP_OK;
}

uint32_t pydp_ring_count(const pydp_ring_t *ring)
{
	return ring != NULL ? rte_ring_count(ring->ring) : 0;
}

int pydp_ring_enqueue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved)
{
	uint32_t count;

	CHECK_POINTER(ring);
	CHECK_POINTER(burst);
	count = rte_ring_enqueue_burst(ring->ring, (void *const *)burst->mbufs, burst->length, NULL);
	burst->length -= count;
	memmove(burst->mbufs, burst->mbufs + count, burst->length * sizeof(burst->mbufs[0]));
	if (moved != NULL)
		*moved = count;
	return PYDP_OK;
}

int pydp_ring_dequeue(pydp_ring_t *ring, pydp_burst_t *burst, uint32_t *moved)
{
	uint32_t count;

	CHECK_POINTER(ring);
	CHECK_POINTER(burst);
	count = rte_ring_dequeue_burst(ring->ring, (void **)(burst->mbufs + burst->length), burst->capacity - burst->length,
				       NULL);
	burst->length += count;
	if (moved != NULL)
		*moved = count;
	return PYDP_OK;
}
