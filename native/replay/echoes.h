/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of echo packets (RFC 5881 section 4), by source, destination, interface and VLAN. What an echo says is its sender's
 * own; only its headers are read. */
#ifndef REPLAY_ECHOES_H
#define REPLAY_ECHOES_H
#include "replay/conversations.h"
#include "replay/sight.h"

enum { ECHOES_STREAMS = 1024, ECHOES_SLOTS = 4096 };

struct echo_stream {
	struct conversation_key key; /* low: source, high: destination */
	uint64_t packets;
	uint64_t first_packet;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t sent;
	uint64_t sent_last_ns;
	struct gaps gaps; /* of those that were sent */
};

struct echoes {
	struct echo_stream *streams; /* none until the first echo */
	uint16_t *slots;             /* number of a stream plus 1; 0: free */
	uint32_t count;
	uint64_t unfollowed; /* packets of further streams */
};

void echoes_free(struct echoes *echoes);
void echoes_hear(struct echoes *echoes, struct gaps_pool *pool, const uint64_t seed[4], const struct sight *sight,
		 uint64_t number, uint64_t now_ns);
/* Echoes that an end of a conversation sent, looped through the other end or through itself. */
uint64_t echoes_of(const struct echoes *echoes, const uint64_t seed[4], const struct conversation *conversation, uint8_t end);
void echoes_fill(const struct echoes *echoes, const struct gaps_pool *pool, uint32_t index, struct pydp_replay_echo *out);

#endif
