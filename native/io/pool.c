/* SPDX-License-Identifier: Apache-2.0 */
/* Creates pools of packet buffers and frees them when nobody can hold a buffer any more. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <rte_errno.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include "io/eal.h"
#include "io/error.h"
#include "io/pool.h"

#define POOL_CACHE   128u
#define POOL_WAITING 256u
/* What the kernel keeps of an af_xdp buffer beside DPDK's headroom (XDP_PACKET_HEADROOM). */
#define XDP_HEADROOM 256u
/* Of DPDK's ways to keep a pool, the one that is last in, first out. */
#define STACK "stack"

/* Retired pools with buffers still out, in a burst that a program holds for one. */
static struct rte_mempool *waiting[POOL_WAITING];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void free_the_finished(void)
{
	for (unsigned int i = 0; i < POOL_WAITING; i++)
		if (waiting[i] != NULL && rte_mempool_full(waiting[i])) {
			rte_mempool_free(waiting[i]);
			waiting[i] = NULL;
		}
}

uint32_t pool_room(uint16_t mtu)
{
	uint32_t frame = RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + (uint32_t)mtu + RTE_ETHER_CRC_LEN;

	return RTE_MAX(frame + XDP_HEADROOM, POOL_DATA_ROOM);
}

/* operations: how the pool is kept, NULL: as the platform likes it best. */
static int create(uint32_t mbufs, uint32_t data_room, int numa_node, const char *operations, struct rte_mempool **pool)
{
	uint32_t room = (data_room ? data_room : POOL_DATA_ROOM) + RTE_PKTMBUF_HEADROOM;
	uint32_t cache = mbufs >= 4 * POOL_CACHE ? POOL_CACHE : 0;
	char name[RTE_MEMPOOL_NAMESIZE];

	pthread_mutex_lock(&lock);
	free_the_finished();
	pthread_mutex_unlock(&lock);
	if (room > UINT16_MAX)
		return error_set(PYDP_E_INVAL, "data_room %u is too large: at most %u", data_room,
				 UINT16_MAX - RTE_PKTMBUF_HEADROOM);
	snprintf(name, sizeof(name), "pydp-pool-%u", eal_unique());
	*pool = rte_pktmbuf_pool_create_by_ops(name, mbufs, cache, 0, (uint16_t)room, numa_node, operations);
	if (*pool == NULL)
		return error_set(PYDP_E_NOMEM,
				 "no memory for %u packet buffers of %u octets (%s): give EAL more with -m MEGABYTES", mbufs,
				 room, rte_strerror(rte_errno));
	return PYDP_OK;
}

int pool_create(uint32_t mbufs, uint32_t data_room, int numa_node, struct rte_mempool **pool)
{
	return create(mbufs, data_room, numa_node, NULL, pool);
}

/* The driver of stacks is a plug-in, which may not be there. */
static bool has_stacks(void)
{
	for (uint32_t i = 0; i < rte_mempool_ops_table.num_ops; i++)
		if (strcmp(rte_mempool_ops_table.ops[i].name, STACK) == 0)
			return true;
	return false;
}

int pool_create_recent(uint32_t mbufs, uint32_t data_room, int numa_node, struct rte_mempool **pool)
{
	return create(mbufs, data_room, numa_node, has_stacks() ? STACK : NULL, pool);
}

void pool_retire(struct rte_mempool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&lock);
	free_the_finished();
	if (rte_mempool_full(pool)) {
		rte_mempool_free(pool);
		pool = NULL;
	}
	for (unsigned int i = 0; pool != NULL && i < POOL_WAITING; i++)
		if (waiting[i] == NULL) {
			waiting[i] = pool;
			pool = NULL;
		}
	pthread_mutex_unlock(&lock);
}
