/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of authentication (RFC 5880 6.7): a chain of keys and the packets of a peer who may know some of them. What is
 * accepted is genuine by a peer's own arithmetic and no replay; what is refused changes nothing; the key in use never goes back;
 * what we sign is genuine, too. */
#include <string.h>
#include "../receive/sign.h"
#include "claim.h"
#include "core/bfd_auth_session.h"

enum { SECTION_AT = 24, KEY_ID_AT = 26, SEQUENCE_AT = 28, KEYS_MOST = 5, PACKETS_MOST = 64, WINDOW = 3 };
enum how { SIGNED = 0x01, COUNTED = 0x02, OURS = 0x04 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static uint8_t take(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

struct scene {
	struct pydp_key keys[KEYS_MOST]; /* what the peer knows of the chain */
	struct bfd_key_chain chain;
	struct bfd_auth_state state;
	struct bfd_session session;
	uint8_t last[BFD_PACKET_LENGTH]; /* what we signed last */
	uint64_t now_ns;
};

static void make_chain(struct scene *scene, struct input *input)
{
	struct bfd_key keys[KEYS_MOST];
	uint8_t count = 1 + take(input) % KEYS_MOST;

	memset(keys, 0, sizeof(keys));
	for (uint8_t i = 0; i < count; i++) {
		struct bfd_key *key = &keys[i];

		/* No two with one id: a step of one, from a start of the input's. */
		key->id = (uint8_t)(take(input) % 8 * KEYS_MOST + i);
		key->algorithm = PYDP_CRYPTO_SIMPLE_PASSWORD + take(input) % 3;
		key->length = 1 + take(input) % bfd_key_longest(key->algorithm);
		for (uint8_t k = 0; k < key->length; k++)
			key->secret[k] = take(input);
		scene->keys[i] =
			(struct pydp_key){.key_id = key->id, .crypto_algorithm = key->algorithm, .length = key->length};
		memcpy(scene->keys[i].secret, key->secret, sizeof(key->secret));
	}
	bfd_key_chain_replace(&scene->chain, keys, count);
}

static const struct pydp_key *named(const struct scene *scene, const uint8_t *packet, uint32_t length)
{
	for (uint8_t i = 0; i < scene->chain.count && length > KEY_ID_AT; i++)
		if (scene->keys[i].key_id == packet[KEY_ID_AT])
			return &scene->keys[i];
	return NULL;
}

static uint8_t place_in_use(const struct scene *scene)
{
	return bfd_key_chain_find(&scene->chain, bfd_auth_key(&scene->state, &scene->chain)->id);
}

/* 6.8.1: AuthSeqKnown is to be forgotten after two Detection Times of silence. */
static bool remembers(const struct scene *scene, const struct bfd_auth_state *was)
{
	uint64_t detection_us = (uint64_t)scene->session.remote_multiplier * scene->session.remote_desired_min_tx_us;

	return was->sequence_known && scene->now_ns - scene->session.last_rx_ns < 2000 * detection_us;
}

static void was_accepted(const struct scene *scene, const struct bfd_auth_state *was, uint8_t place, const uint8_t *octets,
			 const struct bfd_packet *packet)
{
	const struct pydp_key *key = named(scene, octets, packet->length);
	uint8_t named_place;
	uint32_t ahead;

	CLAIM(key != NULL && sign_is_genuine(key, was->meticulous, octets, packet->length));
	named_place = (uint8_t)(key - scene->keys);
	CLAIM(place_in_use(scene) == (named_place > place ? named_place : place));
	CLAIM(scene->state.xmit_sequence == was->xmit_sequence);
	if (key->crypto_algorithm == PYDP_CRYPTO_SIMPLE_PASSWORD)
		return;
	ahead = bfd_load32(octets + SEQUENCE_AT) - was->receive_sequence;
	CLAIM(scene->state.sequence_known && scene->state.receive_sequence == bfd_load32(octets + SEQUENCE_AT));
	CLAIM(!remembers(scene, was) || (ahead >= was->meticulous && ahead <= WINDOW * (uint32_t)packet->multiplier));
}

/* Nothing may be refused that is genuine and in its turn. */
static void was_refused(const struct scene *scene, const struct bfd_auth_state *was, enum bfd_fault fault,
			const uint8_t *octets, const struct bfd_packet *packet)
{
	const struct pydp_key *key = named(scene, octets, packet->length);
	bool genuine = key != NULL && sign_is_genuine(key, was->meticulous, octets, packet->length);

	CLAIM(fault >= BFD_FAULT_AUTH_TYPE && fault <= BFD_FAULT_AUTH_DIGEST);
	CLAIM(memcmp(&scene->state, was, sizeof(*was)) == 0);
	CLAIM(!genuine || fault == BFD_FAULT_AUTH_SEQUENCE);
	CLAIM(fault != BFD_FAULT_AUTH_SEQUENCE || remembers(scene, was));
}

static void hear(struct scene *scene, const uint8_t *octets, const struct bfd_packet *packet)
{
	struct bfd_auth_state was = scene->state;
	uint8_t place = place_in_use(scene);
	enum bfd_fault fault = bfd_auth_verify(&scene->state, &scene->chain, &scene->session, octets, packet, scene->now_ns);

	if (fault != BFD_ACCEPTED) {
		was_refused(scene, &was, fault, octets, packet);
		return;
	}
	was_accepted(scene, &was, place, octets, packet);
	scene->session.last_rx_ns = scene->now_ns;
	scene->session.remote_multiplier = packet->multiplier;
	scene->session.remote_desired_min_tx_us = packet->desired_min_tx_us ? packet->desired_min_tx_us : 1;
}

/* Of exactly its octets, so that a sanitizer sees one too many. */
static void packet_comes(struct scene *scene, struct input *input, uint8_t how)
{
	size_t length = take(input), there = (size_t)(input->end - input->at);
	struct bfd_packet packet;
	uint8_t *octets;

	length = length < there ? length : there;
	octets = malloc(length == 0 ? 1 : length);
	CLAIM(octets != NULL);
	memcpy(octets, input->at, length);
	input->at += length;
	if (how & COUNTED && length >= SEQUENCE_AT + 4)
		bfd_store32(octets + SEQUENCE_AT, scene->state.receive_sequence + bfd_load32(octets + SEQUENCE_AT));
	if (how & SIGNED && named(scene, octets, (uint32_t)length) != NULL)
		sign_packet(named(scene, octets, (uint32_t)length), octets, (uint32_t)length);
	if (bfd_packet_parse(octets, length, &packet) == BFD_ACCEPTED && packet.flags & BFD_FLAG_AUTHENTICATION) {
		octets = realloc(octets, packet.length);
		CLAIM(octets != NULL);
		hear(scene, octets, &packet);
	}
	free(octets);
}

static void packet_goes(struct scene *scene, struct input *input)
{
	struct bfd_packet packet = {.state = PYDP_BFD_UP,
				    .multiplier = 3,
				    .length = BFD_PACKET_LENGTH,
				    .my_discriminator = 1,
				    .your_discriminator = 1u + take(input)};
	uint32_t sequence = scene->state.xmit_sequence;
	uint8_t octets[BFD_PACKET_MOST], length;
	const struct pydp_key *key;

	memset(octets, 0xa5, sizeof(octets));
	bfd_packet_build(&packet, octets);
	length = bfd_auth_sign(&scene->state, &scene->chain, octets);
	key = named(scene, octets, length);
	CLAIM(length <= BFD_PACKET_MOST && octets[3] == length && octets[1] & BFD_FLAG_AUTHENTICATION);
	CLAIM(key != NULL && sign_is_genuine(key, scene->state.meticulous, octets, length));
	CLAIM(bfd_packet_parse(octets, length, &packet) == BFD_ACCEPTED);
	if (key->crypto_algorithm != PYDP_CRYPTO_SIMPLE_PASSWORD) {
		CLAIM(bfd_load32(octets + SEQUENCE_AT) == scene->state.xmit_sequence);
		/* 6.7.3, 6.7.4: every packet counts, or each that says something else. */
		if (scene->state.meticulous || memcmp(scene->last, octets, sizeof(scene->last)) != 0)
			CLAIM(scene->state.xmit_sequence == sequence + 1);
		else
			CLAIM(scene->state.xmit_sequence - sequence <= 1);
	}
	memcpy(scene->last, octets, sizeof(scene->last));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.at = data, .end = data + size};
	struct scene scene;
	struct rng rng;

	memset(&scene, 0, sizeof(scene));
	scene.now_ns = UINT64_C(1000000000);
	scene.session.last_rx_ns = scene.now_ns;
	rng_seed(&rng, take(&input));
	bfd_auth_begin(&scene.state, 1, take(&input) & 1, &rng);
	make_chain(&scene, &input);
	for (int packets = 0; packets < PACKETS_MOST && input.at < input.end; packets++) {
		uint8_t how = take(&input);

		scene.now_ns += (uint64_t)take(&input) * 10000000;
		if (how & OURS)
			packet_goes(&scene, &input);
		else
			packet_comes(&scene, &input, how);
	}
	bfd_key_chain_wipe(&scene.chain);
	CLAIM(scene.chain.count == 0);
	return 0;
}
