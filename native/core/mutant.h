/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on purpose: in a build with PYDP_MUTANTS, MUTANT(row) is true while the fault that breaks this row of the conformance
 * checklist is switched on. It proves that the checklist notices. In any other build it is false, and costs nothing. */
#ifndef CORE_MUTANT_H
#define CORE_MUTANT_H
#include <stdbool.h>
#include <stdint.h>

#ifdef PYDP_MUTANTS
extern uint32_t mutant_row;
/* For tests, which find it by name: 0 switches the fault off. */
void pydp_mutant_set(uint32_t row);
#define MUTANT(row) (mutant_row == (row))
#else
#define MUTANT(row) false
#endif

#endif
