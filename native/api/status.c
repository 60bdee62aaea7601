/* SPDX-License-Identifier: Apache-2.0 */
/* Names of results, the last error, and versions. */
#include <rte_version.h>
#include <pydp/status.h>
#include "io/error.h"

#ifndef PYDP_VERSION
#error "the build defines PYDP_VERSION"
#endif

const char *pydp_status_name(int status)
{
	static const char *const names[] = {
		[-PYDP_OK] = "PYDP_OK",
		[-PYDP_E_INVAL] = "PYDP_E_INVAL",
		[-PYDP_E_NOMEM] = "PYDP_E_NOMEM",
		[-PYDP_E_EXIST] = "PYDP_E_EXIST",
		[-PYDP_E_NOENT] = "PYDP_E_NOENT",
		[-PYDP_E_BUSY] = "PYDP_E_BUSY",
		[-PYDP_E_STATE] = "PYDP_E_STATE",
		[-PYDP_E_DRIVER] = "PYDP_E_DRIVER",
		[-PYDP_E_UNSUPPORTED] = "PYDP_E_UNSUPPORTED",
		[-PYDP_E_SYSTEM] = "PYDP_E_SYSTEM",
		[-PYDP_E_TIMEOUT] = "PYDP_E_TIMEOUT",
	};

	if (status > 0 || status < PYDP_E_TIMEOUT)
		return "PYDP_E_UNKNOWN";
	return names[-status];
}

const char *pydp_last_error(void)
{
	return error_last();
}

const char *pydp_version(void)
{
	return PYDP_VERSION;
}

const char *pydp_dpdk_version(void)
{
	return rte_version();
}
