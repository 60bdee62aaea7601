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
/* Frees the pool as soon as every buffer is back: at once, or at a later pool_create or pool_retire. */
void pool_retire(struct rte_mempool *pool);

#endif
