/* SPDX-License-Identifier: Apache-2.0 */
/* Discriminators that another system made and a session of ours goes on with: a table beside the sessions, since such a
 * number says nothing of the slot. It is made with the first of them, so that an engine without pays nothing. */
#include <stdio.h>
#include <rte_errno.h>
#include <rte_jhash.h>
#include "core/discriminator.h"
#include "engine/engine.h"
#include "io/eal.h"
#include "io/error.h"

int given_create(struct pydp_engine *engine)
{
	struct rte_hash_parameters parameters = {0};
	char name[RTE_HASH_NAMESIZE];

	if (engine->given != NULL)
		return PYDP_OK;
	snprintf(name, sizeof(name), "pydp-given-%u", eal_unique());
	parameters.name = name;
	parameters.entries = RTE_MAX(engine->max_sessions, 64u);
	parameters.key_len = sizeof(uint32_t);
	parameters.hash_func = rte_jhash;
	parameters.hash_func_init_val = engine->hash_seed;
	parameters.socket_id = SOCKET_ID_ANY;
	parameters.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE;
	engine->given = rte_hash_create(&parameters);
	if (engine->given == NULL)
		return error_set(PYDP_E_NOMEM,
				 "no memory for the discriminators of %u sessions (%s): give EAL more with -m MEGABYTES or "
				 "lower max_sessions",
				 engine->max_sessions, rte_strerror(rte_errno));
	return PYDP_OK;
}

void given_destroy(struct pydp_engine *engine)
{
	rte_hash_free(engine->given);
}

static bool is_given(const struct pydp_engine *engine, uint32_t discriminator)
{
	return engine->sessions.given != NULL && rte_hash_lookup(engine->sessions.given, &discriminator) >= 0;
}

uint32_t given_avoid(struct pydp_engine *engine, uint32_t slot, uint32_t previous)
{
	uint32_t made;

	do {
		made = discriminator_make(slot, previous, &engine->rng);
	} while (is_given(engine, made) || path_reflector_has(&engine->sessions.sbfd_reflector, made));
	return made;
}

bool given_is_taken(const struct pydp_engine *engine, uint32_t discriminator)
{
	uint32_t named = discriminator_slot(discriminator);
	const struct path_sessions *sessions = &engine->sessions;

	return (named < sessions->slots && sessions->hot[named].local_discriminator == discriminator) ||
	       is_given(engine, discriminator);
}

int given_take(struct pydp_engine *engine, uint32_t discriminator, uint32_t slot)
{
	engine->sessions.given = engine->given;
	if (given_is_taken(engine, discriminator) || path_reflector_has(&engine->sessions.sbfd_reflector, discriminator))
		return error_set(PYDP_E_EXIST,
				 "discriminator 0x%08x is another session's: remove that one first, or create an engine with "
				 "another seed",
				 discriminator);
	if (rte_hash_add_key_data(engine->given, &discriminator, (void *)(uintptr_t)slot) != 0)
		return error_set(PYDP_E_NOMEM,
				 "the table of given discriminators is full: create the engine with a larger max_sessions");
	return PYDP_OK;
}

void given_release(struct pydp_engine *engine, uint32_t discriminator)
{
	if (engine->sessions.given != NULL)
		rte_hash_del_key(engine->sessions.given, &discriminator);
}
