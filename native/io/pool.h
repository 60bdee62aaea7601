/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of packet buffers whose end waits for the last buffer. */
#ifndef IO_POOL_H
#define IO_POOL_H
#include <stdint.h>
#include <rte_mempool.h>

#define POOL_DATA_ROOM 2048u

/* Octets of a buffer for a frame with an IP packet of mtu octets, two tags and the FCS that some drivers keep, by any driver;
 * POOL_DATA_ROOM at least. */
uint32_t pool_room(uint16_t mtu);
/* data_room: octets for the packet, without headroom; 0: POOL_DATA_ROOM. */
int pool_create(uint32_t mbufs, uint32_t data_room, int numa_node, struct rte_mempool **pool);
/* The same for buffers that one thread takes and another one gives back: the last that came back goes out first, so that those on
 * the way are the same few, which are in a cache, however many the pool has. */
int pool_create_recent(uint32_t mbufs, uint32_t data_room, int numa_node, struct rte_mempool **pool);
/* Frees the pool as soon as every buffer is back: at once, or at a later pool_create or pool_retire. */
void pool_retire(struct rte_mempool *pool);

#endif
