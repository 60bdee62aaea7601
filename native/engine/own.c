/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/own.h"
#include <stdlib.h>
#include <rte_rcu_qsbr.h>
#include "engine/engine.h"
#include "io/error.h"

int own_prepare(struct pydp_engine *engine, uint32_t more)
{
	uint32_t places = path_own_places(engine->path_ports, engine->port_count, more);
	struct path_own *made;

	if (engine->next_own != NULL && engine->next_own->capacity >= places)
		return PYDP_OK;
	made = calloc(1, sizeof(*made) + places * sizeof(made->addresses[0]));
	if (made == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for %u addresses", places);
	made->capacity = places;
	free(engine->next_own);
	engine->next_own = made;
	return PYDP_OK;
}

/* From the oldest on. */
static void reclaim(struct pydp_engine *engine)
{
	struct path_own *oldest;

	while ((oldest = engine->retired_own) != NULL && rte_rcu_qsbr_check(engine->qsbr, oldest->token, false) == 1) {
		engine->retired_own = oldest->next;
		free(oldest);
	}
}

static void retire(struct pydp_engine *engine, struct path_own *own)
{
	struct path_own **end = &engine->retired_own;

	own->token = rte_rcu_qsbr_start(engine->qsbr);
	while (*end != NULL)
		end = &(*end)->next;
	*end = own;
}

void own_publish(struct pydp_engine *engine)
{
	struct path_own *before = atomic_load_explicit(&engine->own, memory_order_relaxed), *now = engine->next_own;

	path_own_fill(now, engine->path_ports, engine->port_count);
	engine->next_own = NULL;
	atomic_store_explicit(&engine->own, now, memory_order_release);
	for (uint32_t i = 0; i < engine->port_count; i++)
		engine->path_ports[i]->filter = &now->filter;
	if (before != NULL)
		retire(engine, before);
	reclaim(engine);
}

void own_destroy(struct pydp_engine *engine)
{
	struct path_own *next;

	for (struct path_own *own = engine->retired_own; own != NULL; own = next) {
		next = own->next;
		free(own);
	}
	free(engine->next_own);
	free(atomic_load(&engine->own));
}
