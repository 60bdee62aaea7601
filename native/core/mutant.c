/* SPDX-License-Identifier: Apache-2.0 */
/* Which fault is switched on. The one global of the library, and only of a build that is made to be wrong. */
#include "mutant.h"

#ifdef PYDP_MUTANTS
uint32_t mutant_row;

void pydp_mutant_set(uint32_t row)
{
	mutant_row = row;
}
#endif
