/* SPDX-License-Identifier: Apache-2.0 */
/* The names and texts of the faults. */
#include "bfd_fault.h"
#include <stddef.h>

static const struct {
	const char *name;
	const char *text;
} faults[BFD_FAULTS] = {
#define BFD_FAULT_ROW(id, kebab, words) [BFD_FAULT_##id] = {kebab, words},
	BFD_FAULT_LIST(BFD_FAULT_ROW)
#undef BFD_FAULT_ROW
};

const char *bfd_fault_name(uint32_t fault)
{
	return fault < BFD_FAULTS ? faults[fault].name : NULL;
}

const char *bfd_fault_text(uint32_t fault)
{
	return fault < BFD_FAULTS ? faults[fault].text : NULL;
}
