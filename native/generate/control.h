/* SPDX-License-Identifier: Apache-2.0 */
/* A generator as api/ sees it: its life, and commands that run between two turns. */
#ifndef GENERATE_CONTROL_H
#define GENERATE_CONTROL_H
#include "generate/generator.h"

int generator_create(const struct pydp_generator_config *config, struct pydp_generator **generator);
void generator_destroy(struct pydp_generator *generator);
int generator_attach(struct pydp_generator *generator, struct pydp_port *port, uint32_t *index);
int generator_start(struct pydp_generator *generator, const struct pydp_worker_config *config);
int generator_stop(struct pydp_generator *generator);
int generator_step(struct pydp_generator *generator, uint64_t now_ns, uint32_t *packets);

/* Runs it in the worker between two turns, or here when there is none; its result, with its sentence. */
int generator_ask(struct pydp_generator *generator, int (*run)(struct pydp_generator *, void *), void *argument);
/* The worker: carry out what was asked, if anything. */
void generate_serve(struct pydp_generator *generator);

#endif
