/* SPDX-License-Identifier: Apache-2.0 */
/* Affinity, timer slack and EAL's registration of the calling thread. */
#include "io/thread.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <pydp/status.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include "io/error.h"

int thread_enter(int cpu, const char *who)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (cpu >= 0) {
		CPU_SET((unsigned int)cpu, &cpus);
		if (pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus) != 0)
			return error_set(PYDP_E_INVAL, "the %s may not run on CPU %d", who, cpu);
	}
	/* Sleeps end when they should, not 50 us later. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
	if (rte_thread_register() != 0)
		return error_set(
			rte_errno == ENOMEM ? PYDP_E_NOMEM : PYDP_E_UNSUPPORTED,
			"EAL does not take another thread (%s): start EAL with --in-memory or --no-shconf; at most %u threads",
			rte_strerror(rte_errno), RTE_MAX_LCORE);
	return PYDP_OK;
}
