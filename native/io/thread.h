/* SPDX-License-Identifier: Apache-2.0 */
/* A thread of ours that polls ports: pinned, woken on time, and known to EAL, whose number of lcores is not frozen at init. */
#ifndef IO_THREAD_H
#define IO_THREAD_H

/* The calling thread becomes one. cpu -1: wherever the scheduler likes. who: "worker", for the sentence when it may not.
 * rte_thread_unregister() ends it. */
int thread_enter(int cpu, const char *who);

#endif
