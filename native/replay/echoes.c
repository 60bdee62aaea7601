/* SPDX-License-Identifier: Apache-2.0 */
/* A small hash table of echo streams. */
#include <stdlib.h>
#include "core/bfd_kind.h"
#include "replay/echoes.h"

void echoes_free(struct echoes *echoes)
{
	free(echoes->streams);
	free(echoes->slots);
}

static int begin(struct echoes *echoes)
{
	if (echoes->streams == NULL)
		echoes->streams = calloc(ECHOES_STREAMS, sizeof(*echoes->streams));
	if (echoes->slots == NULL)
		echoes->slots = calloc(ECHOES_SLOTS, sizeof(*echoes->slots));
	return echoes->streams == NULL || echoes->slots == NULL ? -1 : 0;
}

/* Where the stream of this key is, or would be. */
static uint32_t slot_of(const struct echoes *echoes, const struct conversation_key *key, uint64_t hash)
{
	uint32_t at = hash % ECHOES_SLOTS;

	while (echoes->slots[at] != 0 && memcmp(&echoes->streams[echoes->slots[at] - 1].key, key, sizeof(*key)) != 0)
		at = (at + 1) % ECHOES_SLOTS;
	return at;
}

static struct echo_stream *find_or_add(struct echoes *echoes, const struct conversation_key *key, uint64_t hash)
{
	uint32_t at = slot_of(echoes, key, hash);

	if (echoes->slots[at] != 0)
		return &echoes->streams[echoes->slots[at] - 1];
	if (echoes->count == ECHOES_STREAMS)
		return NULL;
	echoes->slots[at] = (uint16_t)(echoes->count + 1);
	echoes->streams[echoes->count].key = *key;
	gaps_init(&echoes->streams[echoes->count].gaps);
	return &echoes->streams[echoes->count++];
}

static void key_of(const struct sight *sight, struct conversation_key *key)
{
	const struct net_datagram *datagram = &sight->datagram;
	uint32_t size = datagram->family == 4 ? 4 : 16;

	memset(key, 0, sizeof(*key));
	memcpy(key->low, datagram->source, size);
	memcpy(key->high, datagram->destination, size);
	key->kind = PYDP_REPLAY_ECHO;
	key->family = datagram->family;
	key->interface = sight->packet.interface;
	key->link_index = sight->frame.link_index;
	key->vlan = sight->frame.vlan;
}

void echoes_hear(struct echoes *echoes, struct gaps_pool *pool, const uint64_t seed[4], const struct sight *sight,
		 uint64_t number, uint64_t now_ns)
{
	struct conversation_key key;
	struct echo_stream *stream = NULL;

	if (begin(echoes) == 0) {
		key_of(sight, &key);
		stream = find_or_add(echoes, &key, conversations_hash(seed, &key));
	}
	if (stream == NULL) {
		echoes->unfollowed++;
		return;
	}
	if (stream->packets++ == 0) {
		stream->first_packet = number;
		stream->first_ns = now_ns;
	}
	stream->last_ns = now_ns;
	if (sight->datagram.ttl != BFD_TTL)
		return;
	if (stream->sent++ != 0)
		gaps_add(pool, &stream->gaps, now_ns - stream->sent_last_ns, number);
	stream->sent_last_ns = now_ns;
}

static uint64_t packets_between(const struct echoes *echoes, const uint64_t seed[4], const struct conversation *conversation,
				const uint8_t *source, const uint8_t *destination)
{
	struct conversation_key key = conversation->key;
	uint32_t at;

	key.kind = PYDP_REPLAY_ECHO;
	memcpy(key.low, source, sizeof(key.low));
	memcpy(key.high, destination, sizeof(key.high));
	at = slot_of(echoes, &key, conversations_hash(seed, &key));
	return echoes->slots[at] == 0 ? 0 : echoes->streams[echoes->slots[at] - 1].packets;
}

uint64_t echoes_of(const struct echoes *echoes, const uint64_t seed[4], const struct conversation *conversation, uint8_t end)
{
	const uint8_t *own = conversation_address(conversation, end), *other = conversation_address(conversation, !end);
	uint64_t packets;

	if (conversation->key.kind != PYDP_REPLAY_SINGLE_HOP || echoes->count == 0)
		return 0;
	packets = packets_between(echoes, seed, conversation, own, own);
	if (memcmp(own, other, sizeof(conversation->key.low)) != 0)
		packets += packets_between(echoes, seed, conversation, own, other);
	return packets;
}

void echoes_fill(const struct echoes *echoes, const struct gaps_pool *pool, uint32_t index, struct pydp_replay_echo *out)
{
	const struct echo_stream *stream = &echoes->streams[index];

	memset(out, 0, sizeof(*out));
	memcpy(out->source, stream->key.low, 16);
	memcpy(out->destination, stream->key.high, 16);
	out->interface = stream->key.interface;
	out->vlan = stream->key.vlan;
	out->family = stream->key.family;
	out->packets = stream->packets;
	out->first_packet = stream->first_packet;
	out->first_ns = stream->first_ns;
	out->last_ns = stream->last_ns;
	out->ttl_255 = stream->sent;
	out->ttl_lower = stream->packets - stream->sent;
	gaps_fill(pool, &stream->gaps, &out->gaps);
}
