/* SPDX-License-Identifier: Apache-2.0 */
/* What api/ may do with an engine. Arguments are checked there; what depends on the engine's tables is checked here. */
#ifndef ENGINE_CONTROL_H
#define ENGINE_CONTROL_H
#include <stdbool.h>
#include "engine/engine.h"

int engine_create(const struct pydp_engine_config *config, struct pydp_engine **engine);
void engine_destroy(struct pydp_engine *engine);
int engine_attach(struct pydp_engine *engine, struct pydp_port *port, uint32_t *index);
int engine_host(struct pydp_engine *engine, uint32_t index, struct pydp_port *host);
#define ENGINE_EVERY_WORKER UINT32_MAX
/* One worker's turn, or everybody's. */
int engine_step(struct pydp_engine *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets);
int engine_start(struct pydp_engine *engine, const struct pydp_worker_config *config);
int engine_stop(struct pydp_engine *engine);
/* One command under the control lock. */
int engine_command(struct pydp_engine *engine, struct command *command, struct reply *reply);
uint32_t engine_drain(struct pydp_engine *engine, struct pydp_event *events, uint32_t capacity);
bool engine_arm(struct pydp_engine *engine);

#endif
