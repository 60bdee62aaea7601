/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <sys/mman.h>
#include "fib/map.h"

void *map_memory(size_t size, enum map_pages pages)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	if (pages == MAP_LARGE_PAGES)
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

void map_end(void *memory, size_t size)
{
	if (memory != NULL)
		munmap(memory, size);
}
