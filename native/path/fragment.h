/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments of an IPv4 packet that is larger than the MTU and may be fragmented (RFC 791 3.2), one after the other. */
#ifndef PATH_FRAGMENT_H
#define PATH_FRAGMENT_H
#include <stdint.h>
#include <rte_mbuf.h>

struct path_fragments {
	const uint8_t *packet; /* the whole one; its header is taken as it is, but for what tells fragments apart */
	uint32_t mtu;          /* at least 68 */
	uint32_t done;         /* octets of its payload */
};

/* The next fragment, its data beginning with the IP header; NULL after the last, or without a buffer that is large enough, when
 * done is less than the payload. */
struct rte_mbuf *path_fragment_next(struct path_fragments *fragments, struct rte_mempool *pool);

#endif
