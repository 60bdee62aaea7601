/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of ours as all workers read them: written anew for each change, and the old ones kept until nobody reads them. */
#ifndef ENGINE_OWN_H
#define ENGINE_OWN_H
#include <stdint.h>

struct pydp_engine;

/* Memory for the next ones, with more addresses than there are; a status with a sentence, and nothing has changed then. */
int own_prepare(struct pydp_engine *engine, uint32_t more);
/* What own_prepare made ready becomes the engine's ports' addresses of now. */
void own_publish(struct pydp_engine *engine);
void own_destroy(struct pydp_engine *engine);

#endif
