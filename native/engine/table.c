/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as anonymous mappings: a table for a million sessions costs nothing until sessions come. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "engine/table.h"
#include "io/error.h"

void *table_map_sparse(size_t size, const char *what)
{
	void *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (table == MAP_FAILED) {
		error_set(PYDP_E_NOMEM, "no address space for %s (%zu octets): %s", what, size, strerror(errno));
		return NULL;
	}
	return table;
}

void *table_map(size_t size, const char *what)
{
	void *table = table_map_sparse(size, what);

	/* Large tables are looked up at random: spare the TLB. Only a wish. */
	if (table != NULL && size >= (size_t)4 << 20)
		madvise(table, size, MADV_HUGEPAGE);
	return table;
}

void table_unmap(void *table, size_t size)
{
	if (table != NULL)
		munmap(table, size);
}
