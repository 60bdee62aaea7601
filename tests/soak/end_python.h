/* SPDX-License-Identifier: Apache-2.0 */
/* What Python does for an end that lives there (end_python.c) and for who watches (world_step.h); cffi makes the functions. */
#ifndef SOAK_END_PYTHON_H
#define SOAK_END_PYTHON_H
#include "referee.h"

void soak_open(void *handle, uint64_t now_ns, const struct wanted *wanted);
uint64_t soak_next(void *handle);
/* Each returns how many packets are said; room is PYTHON_MOST. */
enum { PYTHON_MOST = 256 };
uint32_t soak_turn(void *handle, uint64_t now_ns, const struct payload *heard, uint32_t count, struct payload *said);
uint32_t soak_command(void *handle, uint64_t now_ns, const struct command *command, struct payload *said);
void soak_look(void *handle, struct snapshot *snapshot);
uint32_t soak_told(void *handle, struct told *told, uint32_t room);
void soak_restart(void *handle);

#endif
