/* SPDX-License-Identifier: Apache-2.0 */
/* Start and end of EAL. It is DPDK's process-wide state, so the few variables here are of the process too. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include "io/eal.h"
#include "io/error.h"
#include "io/log.h"

static atomic_int state = EAL_ABSENT;
static atomic_uint objects;
static atomic_uint numbers;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum eal_state eal_state(void)
{
	return (enum eal_state)atomic_load(&state);
}

int eal_require(void)
{
	switch (eal_state()) {
	case EAL_READY:
		return PYDP_OK;
	case EAL_ABSENT:
		return error_set(PYDP_E_STATE, "EAL is not initialised: call pydp_eal_init first");
	case EAL_CLEANED:
		return error_set(PYDP_E_STATE, "EAL was cleaned up and starts once a process: start a new process");
	default:
		return error_set(PYDP_E_STATE, "EAL failed to initialise and starts once a process: start a new process");
	}
}

void eal_object_born(void)
{
	atomic_fetch_add(&objects, 1);
}

void eal_object_gone(void)
{
	atomic_fetch_sub(&objects, 1);
}

uint32_t eal_unique(void)
{
	return atomic_fetch_add(&numbers, 1);
}

/* rte_eal_init permutes and may keep its arguments, so it gets copies that live as long as the process. */
static char **copy_arguments(int argc, const char *const *argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; copy != NULL && i < argc; i++) {
		copy[i] = strdup(argv[i]);
		if (copy[i] == NULL)
			return NULL;
	}
	return copy;
}

static bool wants_log(int argc, const char *const *argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "--log-level", 11) == 0)
			return true;
	return false;
}

static int start(int argc, const char *const *argv)
{
	char reason[320];
	cpu_set_t affinity;
	bool have_affinity = pthread_getaffinity_np(pthread_self(), sizeof(affinity), &affinity) == 0;
	char **copy = copy_arguments(argc, argv);
	int result;

	if (copy == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for EAL's arguments");
	log_install();
	log_record_begin();
	result = rte_eal_init(argc, copy);
	log_record_end(reason, sizeof(reason), result >= 0 && wants_log(argc, argv));
	/* EAL pins the calling thread to the main lcore. */
	if (have_affinity)
		pthread_setaffinity_np(pthread_self(), sizeof(affinity), &affinity);
	if (result >= 0) {
		atomic_store(&state, EAL_READY);
		return PYDP_OK;
	}
	if (rte_errno == EALREADY) {
		atomic_store(&state, EAL_READY);
		return error_set(PYDP_E_EXIST, "the program has initialised EAL itself: that one is used");
	}
	atomic_store(&state, EAL_FAILED);
	return error_set(
		rte_errno == ENOMEM ? PYDP_E_NOMEM : PYDP_E_SYSTEM,
		"EAL did not initialise (%s): %s; without hugepages use --no-huge --no-shconf --no-pci -m 1024, in a new process",
		rte_strerror(rte_errno), reason[0] ? reason : "DPDK gave no reason");
}

int eal_start(int argc, const char *const *argv)
{
	int result;

	pthread_mutex_lock(&lock);
	if (eal_state() == EAL_ABSENT)
		result = start(argc, argv);
	else
		result = error_set(PYDP_E_EXIST, "EAL was started before in this process, and it starts once a process");
	pthread_mutex_unlock(&lock);
	return result;
}

int eal_stop(void)
{
	int result = eal_require();

	pthread_mutex_lock(&lock);
	if (result == PYDP_OK && atomic_load(&objects) != 0)
		result = error_set(PYDP_E_BUSY, "%u engines, ports, pools, rings or captures still exist: destroy them first",
				   atomic_load(&objects));
	if (result == PYDP_OK) {
		atomic_store(&state, EAL_CLEANED);
		rte_eal_cleanup();
	}
	pthread_mutex_unlock(&lock);
	return result;
}
