/* SPDX-License-Identifier: Apache-2.0 */
/* Free slots of the table of sessions. */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H
#include "engine/engine.h"

/* PATH_NONE when none is free. */
uint32_t slots_take(struct pydp_engine *engine);
void slots_give(struct pydp_engine *engine, uint32_t slot);

#endif
