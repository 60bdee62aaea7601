/* SPDX-License-Identifier: Apache-2.0 */
/* Key chains of an engine. Secrets are overwritten when they are replaced, and a core dump leaves the table out. */
#include <string.h>
#include <sys/mman.h>
#include "core/bfd_auth_session.h"
#include "engine/engine.h"
#include "engine/table.h"
#include "io/error.h"

static_assert(sizeof(struct pydp_key) == sizeof(struct bfd_key), "a key is taken over as it is");
static_assert(offsetof(struct pydp_key, secret) == offsetof(struct bfd_key, secret), "a key is taken over as it is");

enum { CHAINS = PYDP_KEY_CHAINS + 1 };

int key_chains_create(struct pydp_engine *engine)
{
	struct key_chains *table = &engine->key_chains;

	table->chains = table_map_sparse(CHAINS * sizeof(*table->chains), "the key chains");
	table->users = table_map_sparse(CHAINS * sizeof(*table->users), "the key chains");
	if (table->chains == NULL || table->users == NULL)
		return PYDP_E_NOMEM;
	madvise(table->chains, CHAINS * sizeof(*table->chains), MADV_DONTDUMP); /* only a wish */
	engine->sessions.chains = table->chains;
	return PYDP_OK;
}

void key_chains_destroy(struct pydp_engine *engine)
{
	struct key_chains *table = &engine->key_chains;

	for (uint32_t id = 1; table->chains != NULL && id < CHAINS; id++)
		if (table->chains[id].count > 0)
			bfd_key_chain_wipe(&table->chains[id]);
	table_unmap(table->chains, CHAINS * sizeof(*table->chains));
	table_unmap(table->users, CHAINS * sizeof(*table->users));
}

int key_chains_set(struct pydp_engine *engine, const struct pydp_key_chain *wanted)
{
	struct bfd_key keys[BFD_KEYS];

	memset(keys, 0, sizeof(keys));
	for (uint8_t i = 0; i < wanted->key_count; i++) {
		keys[i].id = wanted->keys[i].key_id;
		keys[i].algorithm = wanted->keys[i].crypto_algorithm;
		keys[i].length = wanted->keys[i].length;
		memcpy(keys[i].secret, wanted->keys[i].secret, wanted->keys[i].length);
	}
	bfd_key_chain_replace(&engine->key_chains.chains[wanted->id], keys, wanted->key_count);
	explicit_bzero(keys, sizeof(keys));
	return PYDP_OK;
}

int key_chains_remove(struct pydp_engine *engine, uint16_t id)
{
	if (engine->key_chains.users[id] > 0)
		return error_set(PYDP_E_BUSY, "%u sessions use key chain %u: give them another one, or none, first",
				 engine->key_chains.users[id], id);
	bfd_key_chain_wipe(&engine->key_chains.chains[id]);
	return PYDP_OK;
}

int key_chains_check(const struct pydp_engine *engine, uint16_t id)
{
	if (id != 0 && engine->key_chains.chains[id].count == 0)
		return error_set(PYDP_E_NOENT, "there is no key chain %u: make it with pydp_key_chain_set first", id);
	return PYDP_OK;
}

void key_chains_use(struct pydp_engine *engine, uint32_t slot, uint16_t id, bool meticulous)
{
	struct bfd_auth_state *auth = &engine->sessions.extra[slot].auth;

	/* Reading a page that was never touched costs none. */
	if (auth->chain != 0 && auth->chain != id)
		engine->key_chains.users[auth->chain]--;
	if (id == 0) {
		if (auth->chain != 0)
			bfd_auth_end(auth);
		return;
	}
	if (auth->chain != id)
		engine->key_chains.users[id]++;
	bfd_auth_begin(auth, id, meticulous, &engine->rng);
}

void key_chains_forget(struct pydp_engine *engine, uint32_t slot)
{
	struct bfd_auth_state *auth = &engine->sessions.extra[slot].auth;

	if (!auth->started)
		return;
	if (auth->chain != 0)
		engine->key_chains.users[auth->chain]--;
	memset(auth, 0, sizeof(*auth));
}
