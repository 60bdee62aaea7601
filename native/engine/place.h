/* SPDX-License-Identifier: Apache-2.0 */
/* Where a wanted session belongs: which BFD it hears, the key it is found by, the address it sends from, and the neighbour it
 * sends through. Makes and changes nothing. */
#ifndef ENGINE_PLACE_H
#define ENGINE_PLACE_H
#include "engine/engine.h"

struct place {
	struct path_session_key key;
	struct path_local *local;
	const uint8_t *neighbour; /* address, in the configuration */
};

/* The kind that sessions of a path type hear. */
enum bfd_kind place_kind(uint8_t path_type);
uint8_t place_path_type(enum bfd_kind heard);
/* PYDP_E_INVAL with a sentence where the engine has no such place. */
int place_find(struct pydp_engine *engine, const struct pydp_session_config *config, struct place *place);
/* The key of a session that is there. */
void place_key(const struct pydp_engine *engine, uint32_t slot, struct path_session_key *key);

#endif
