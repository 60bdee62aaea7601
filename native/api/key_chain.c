/* SPDX-License-Identifier: Apache-2.0 */
/* Key chains at the border. No sentence and no answer says anything of a secret but its length. */
#include <string.h>
#include <pydp/key_chain.h>
#include "api/check.h"
#include "core/bfd_key_chain.h"
#include "engine/control.h"

static_assert(sizeof(struct pydp_key) == 24, "keys cross the boundary");
static_assert(sizeof(struct pydp_key_chain) == 4 + PYDP_KEYS_A_CHAIN * sizeof(struct pydp_key), "no padding");

static int check_key(const struct pydp_key_chain *chain, uint8_t at)
{
	const struct pydp_key *key = &chain->keys[at];
	uint8_t longest = bfd_key_longest(key->crypto_algorithm);

	CHECK(longest != 0, "crypto_algorithm of key %u is %u: see enum pydp_crypto_algorithm", key->key_id,
	      key->crypto_algorithm);
	CHECK(key->length >= 1 && key->length <= longest, "the secret of key %u has %u octets: 1 to %u", key->key_id,
	      key->length, longest);
	for (uint8_t before = 0; before < at; before++)
		CHECK(chain->keys[before].key_id != key->key_id, "two keys of chain %u have key_id %u", chain->id, key->key_id);
	return PYDP_OK;
}

static int check_id(uint16_t id)
{
	CHECK(id >= 1 && id <= PYDP_KEY_CHAINS, "key chain %u: its id must be 1 to %u", id, PYDP_KEY_CHAINS);
	return PYDP_OK;
}

int pydp_key_chain_set(pydp_engine_t *engine, const struct pydp_key_chain *chain)
{
	struct command command = {.kind = COMMAND_KEY_CHAIN_SET};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(chain);
	result = check_id(chain->id);
	if (result != PYDP_OK)
		return result;
	CHECK(chain->key_count >= 1 && chain->key_count <= PYDP_KEYS_A_CHAIN, "key chain %u has %u keys: 1 to %u", chain->id,
	      chain->key_count, PYDP_KEYS_A_CHAIN);
	for (uint8_t at = 0; result == PYDP_OK && at < chain->key_count; at++)
		result = check_key(chain, at);
	if (result != PYDP_OK)
		return result;
	command.key_chain = *chain;
	result = engine_command(engine, &command, &reply);
	explicit_bzero(&command, sizeof(command));
	return result;
}

int pydp_key_chain_remove(pydp_engine_t *engine, uint16_t id)
{
	struct command command = {.kind = COMMAND_KEY_CHAIN_REMOVE, .one = {.id = id}};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	result = check_id(id);
	return result == PYDP_OK ? engine_command(engine, &command, &reply) : result;
}
