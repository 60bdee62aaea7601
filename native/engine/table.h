/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for large tables: zeroed, page aligned, and paid for only as far as it is touched. */
#ifndef ENGINE_TABLE_H
#define ENGINE_TABLE_H
#include <stddef.h>

/* NULL with a sentence when the kernel refuses. */
void *table_map(size_t size, const char *what);
/* The same in small pages, for what few of the table's users touch. */
void *table_map_sparse(size_t size, const char *what);
void table_unmap(void *table, size_t size);

#endif
