/* SPDX-License-Identifier: Apache-2.0 */
/* Anonymous memory: zeroed, page aligned, paid for as far as it is touched, and no part of EAL's heap, which has a fixed size
 * where there are no hugepages. */
#ifndef FIB_MAP_H
#define FIB_MAP_H
#include <stddef.h>

/* Large pages spare the TLB of who looks things up at random; they are only a wish. */
enum map_pages { MAP_SMALL_PAGES, MAP_LARGE_PAGES };

/* NULL where the kernel refuses. */
void *map_memory(size_t size, enum map_pages pages);
/* Nothing happens with NULL. */
void map_end(void *memory, size_t size);

#endif
