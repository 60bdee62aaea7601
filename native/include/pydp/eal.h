/* SPDX-License-Identifier: Apache-2.0 */
/* DPDK's environment abstraction layer: one initialisation a process, shared by everything in it. */
#ifndef PYDP_EAL_H
#define PYDP_EAL_H

/* Initialise EAL with argv[0] as the program name. The calling thread keeps its CPU affinity.
 * PYDP_E_EXIST when it is initialised already (also after a clean-up: EAL starts once a process). Control thread. */
int pydp_eal_init(int argc, const char *const *argv);
/* 0 not initialised, 1 ready, 2 cleaned up, 3 failed. Any thread. */
int pydp_eal_state(void);
/* 1 when EAL memory is on hugepages, 0 when it is not. Any thread. */
int pydp_eal_has_hugepages(void);
/* Every engine and port must be gone (PYDP_E_BUSY otherwise). Control thread. */
int pydp_eal_cleanup(void);

#endif
