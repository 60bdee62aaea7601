/* SPDX-License-Identifier: Apache-2.0 */
/* Between the world's files. */
#ifndef SOAK_WORLD_STEP_H
#define SOAK_WORLD_STEP_H
#include "world.h"

/* Where the world meets Python: who watches an end gets each of its steps. */
void soak_shadow(void *handle, uint32_t side, const struct step *step);

/* One turn of the end at the present time, with all that waits for it. */
bool world_step(struct world *world, uint32_t side);
/* The end did something by command; what it said is in its turn. */
bool world_report(struct world *world, uint32_t side, const struct command *command);
/* When the end has to be stepped next. */
void world_schedule(struct world *world, uint32_t side);
uint64_t world_local(const struct world *world, uint32_t side);

#endif
