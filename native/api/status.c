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
	switch ((enum pydp_status)status) {
	case PYDP_OK: return "PYDP_OK";
	case PYDP_E_INVAL: return "PYDP_E_INVAL";
	case PYDP_E_NOMEM: return "PYDP_E_NOMEM";
	case PYDP_E_EXIST: return "PYDP_E_EXIST";
	case PYDP_E_NOENT: return "PYDP_E_NOENT";
	case PYDP_E_BUSY: return "PYDP_E_BUSY";
	case PYDP_E_STATE: return "PYDP_E_STATE";
	case PYDP_E_DRIVER: return "PYDP_E_DRIVER";
	case PYDP_E_UNSUPPORTED: return "PYDP_E_UNSUPPORTED";
	case PYDP_E_SYSTEM: return "PYDP_E_SYSTEM";
	case PYDP_E_TIMEOUT: return "PYDP_E_TIMEOUT";
	}
	return "PYDP_E_UNKNOWN";
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
