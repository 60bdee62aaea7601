/* SPDX-License-Identifier: Apache-2.0 */
/* The table of key chains, by the number their user gave them, and which sessions use which. */
#ifndef ENGINE_KEY_CHAINS_H
#define ENGINE_KEY_CHAINS_H
#include <stdint.h>
#include <pydp/key_chain.h>
#include <pydp/session.h>
#include "core/bfd_key_chain.h"

struct pydp_engine;

struct key_chains {
	struct bfd_key_chain *chains; /* by number; 0 is none */
	uint32_t *users;              /* sessions, by number */
};

int key_chains_create(struct pydp_engine *engine);
void key_chains_destroy(struct pydp_engine *engine);
int key_chains_set(struct pydp_engine *engine, const struct pydp_key_chain *wanted);
int key_chains_remove(struct pydp_engine *engine, uint16_t id);
/* Whether a session may use it (0 it may); PYDP_E_NOENT with a sentence. */
int key_chains_check(const struct pydp_engine *engine, uint16_t id);
/* A session uses this chain, meticulous or not, from now on; 0: none. */
void key_chains_use(struct pydp_engine *engine, uint32_t slot, uint16_t id, bool meticulous);
/* The session is gone. */
void key_chains_forget(struct pydp_engine *engine, uint32_t slot);

#endif
