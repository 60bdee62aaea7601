/* SPDX-License-Identifier: Apache-2.0 */
/* The process's one EAL, and how many things of ours live on it. */
#ifndef IO_EAL_H
#define IO_EAL_H
#include <stdint.h>

enum eal_state { EAL_ABSENT = 0, EAL_READY = 1, EAL_CLEANED = 2, EAL_FAILED = 3 };

int eal_start(int argc, const char *const *argv);
int eal_stop(void);
enum eal_state eal_state(void);
/* 0, or PYDP_E_STATE with a sentence when EAL is not ready. */
int eal_require(void);
/* Objects that stand on EAL memory; EAL is not cleaned up under them. */
void eal_object_born(void);
void eal_object_gone(void);
/* A number that no object of this process had before, for DPDK's global names. */
uint32_t eal_unique(void);

#endif
