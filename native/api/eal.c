/* SPDX-License-Identifier: Apache-2.0 */
/* EAL at the border. */
#include <rte_eal.h>
#include <pydp/eal.h>
#include "api/check.h"
#include "io/eal.h"

int pydp_eal_init(int argc, const char *const *argv)
{
	CHECK_POINTER(argv);
	CHECK(argc >= 1, "argc is %d: argv[0] is the program's name", argc);
	for (int i = 0; i < argc; i++)
		CHECK(argv[i] != NULL, "argv[%d] is NULL", i);
	return eal_start(argc, argv);
}

int pydp_eal_state(void)
{
	return (int)eal_state();
}

int pydp_eal_has_hugepages(void)
{
	return eal_state() == EAL_READY && rte_eal_has_hugepages() ? 1 : 0;
}

int pydp_eal_cleanup(void)
{
	return eal_stop();
}
