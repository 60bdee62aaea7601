/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers: instructions that read eight words, which lie apart in memory, at once. */
#ifndef FIB_GATHER_H
#define FIB_GATHER_H
#include <stdbool.h>

/* AVX-512 with vectors of 256 bits, unless EAL's --force-max-simd-bitwidth forbids it, and a gather is no slower than its loads one by
 * one. */
bool gather_is_quick(void);

#endif
