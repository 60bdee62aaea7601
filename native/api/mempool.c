/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of packet buffers for programs. */
#include <stdlib.h>
#include "api/burst.h"
#include "api/check.h"
#include "io/eal.h"
#include "io/pool.h"

int pydp_mempool_create(const char *name, uint32_t mbufs, uint32_t data_room, pydp_mempool_t **created)
{
	struct pydp_mempool *mempool;
	int result = eal_require();

	CHECK_POINTER(created);
	if (result == PYDP_OK)
		result = check_name(name, "a mempool");
	if (result != PYDP_OK)
		return result;
	CHECK(mbufs > 0, "mempool %s: mbufs is 0", name);
	mempool = calloc(1, sizeof(*mempool));
	if (mempool == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for mempool %s", name);
	result = pool_create(mbufs, data_room, SOCKET_ID_ANY, &mempool->pool);
	if (result != PYDP_OK) {
		free(mempool);
		return result;
	}
	eal_object_born();
	*created = mempool;
	return PYDP_OK;
}

int pydp_mempool_destroy(pydp_mempool_t *mempool)
{
	CHECK_POINTER(mempool);
	if (!rte_mempool_full(mempool->pool))
		return error_set(PYDP_E_BUSY, "%u buffers of the pool are out: clear the bursts and rings that hold them",
				 rte_mempool_in_use_count(mempool->pool));
	pool_retire(mempool->pool);
	free(mempool);
	eal_object_gone();
	return PYDP_OK;
}

int pydp_mempool_usage(const pydp_mempool_t *mempool, uint32_t *available, uint32_t *in_use)
{
	CHECK_POINTER(mempool);
	CHECK_POINTER(available);
	CHECK_POINTER(in_use);
	*available = rte_mempool_avail_count(mempool->pool);
	*in_use = rte_mempool_in_use_count(mempool->pool);
	return PYDP_OK;
}
