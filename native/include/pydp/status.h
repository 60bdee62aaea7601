/* SPDX-License-Identifier: Apache-2.0 */
/* Results of every call: 0 or a negative status, and one sentence about the last failure in this thread.
 * The public headers hold plain C declarations only (no macros but the guards), so that cffi can parse them. */
#ifndef PYDP_STATUS_H
#define PYDP_STATUS_H
#include <stdint.h>

enum pydp_status {
	PYDP_OK = 0,
	PYDP_E_INVAL = -1,       /* an argument is wrong */
	PYDP_E_NOMEM = -2,       /* memory, mbufs or table space ran out */
	PYDP_E_EXIST = -3,       /* it is there already */
	PYDP_E_NOENT = -4,       /* no such thing */
	PYDP_E_BUSY = -5,        /* in use by something else */
	PYDP_E_STATE = -6,       /* not possible in this state (EAL not initialised, engine running...) */
	PYDP_E_DRIVER = -7,      /* a port did not probe or its driver refused */
	PYDP_E_UNSUPPORTED = -8, /* this build, driver or DPDK cannot do it */
	PYDP_E_SYSTEM = -9,      /* the operating system refused; the sentence says why */
	PYDP_E_TIMEOUT = -10     /* the worker did not acknowledge in time */
};

/* "PYDP_E_INVAL" and so on; never NULL. */
const char *pydp_status_name(int status);
/* What went wrong in the last failed call of this thread and what to do about it, one sentence; "" before any failure.
 * Valid until the next failing call of the same thread. */
const char *pydp_last_error(void);
/* "MAJOR.MINOR.PATCH" of the library, and the DPDK it was built with ("DPDK 22.11.x"). */
const char *pydp_version(void);
const char *pydp_dpdk_version(void);

#endif
