/* SPDX-License-Identifier: Apache-2.0 */
/* BFD peers: a far end's own, small reading of RFC 5880. It answers, holds and fails as it is told; the engine's state machine
 * is another one, so that one can be held against the other. */
#ifndef GENERATE_PEERS_H
#define GENERATE_PEERS_H
#include "core/bfd_kind.h"
#include "core/bfd_packet.h"
#include "generate/generator.h"

/* A datagram to the BFD port, its shape checked. */
struct hello {
	const uint8_t *ether, *network, *udp;
	uint32_t port;
	uint32_t guess; /* the peer by Your Discriminator, or GENERATE_NONE */
	uint16_t udp_length;
	uint16_t vlan;
	uint8_t family;
	uint8_t ttl;
};

/* generate/peers.c */
int peers_create(struct pydp_generator *generator);
void peers_destroy(struct pydp_generator *generator);
int peers_add(struct pydp_generator *generator, const struct pydp_generate_peers *config, uint32_t *group);
uint32_t peers_by_discriminator(const struct pydp_generator *generator, uint32_t discriminator);

/* generate/peer_hear.c */
void peers_hear(struct pydp_generator *generator, const struct hello *hello, uint64_t now_ns);

/* generate/peer_send.c: a good packet, or a bad one when the peer misbehaves. bits: 0 or BFD_FLAG_FINAL. */
void peer_say(struct pydp_generator *generator, uint32_t index, uint8_t bits, uint64_t now_ns);
/* The hello whose time has come. */
void peer_say_periodic(struct pydp_generator *generator, uint32_t index, uint64_t now_ns);

/* generate/peer_state.c */
/* What follows from the intervals of both ends and the state. */
void peer_reckon(struct pydp_generator *generator, uint32_t index, uint64_t now_ns);
void peer_enter(struct pydp_generator *generator, uint32_t index, uint8_t state, uint8_t diagnostic, uint64_t now_ns);
void peer_expired(struct pydp_generator *generator, uint32_t index, uint64_t now_ns);
void peer_arm(struct pydp_generator *generator, uint32_t index);
void peer_start(struct pydp_generator *generator, uint32_t index, uint64_t now_ns);
void peer_act(struct pydp_generator *generator, uint32_t index, uint32_t action, uint64_t now_ns);

/* generate/pattern.c: who starts and who fails in this turn. */
void pattern_run(struct pydp_generator *generator, uint64_t now_ns);
void pattern_begin(struct group *group);

/* generate/peer_read.c */
void peer_read(const struct pydp_generator *generator, uint32_t index, struct pydp_generate_peer *out);
void group_read(const struct pydp_generator *generator, const struct group *group, struct pydp_generate_summary *out);

static inline struct group *peer_group(struct pydp_generator *generator, uint32_t index)
{
	return &generator->groups[generator->peers[index].group];
}

static inline struct frame_address peer_address(const struct group *group, uint32_t i)
{
	return (struct frame_address){group->address.high, group->address.low + (uint64_t)i * group->config.address_step};
}

static inline struct frame_address peer_target(const struct group *group, uint32_t i)
{
	return (struct frame_address){group->target.high, group->target.low + (uint64_t)i * group->config.target_step};
}

static inline uint16_t peer_vlan(const struct group *group, uint32_t i)
{
	return (uint16_t)(group->config.vlan + i % group->config.vlans);
}

/* A number per peer within the range of RFC 5881 section 4. */
static inline uint16_t peer_source_port(uint32_t index)
{
	return (uint16_t)(49152 + index % 16384);
}

/* Between the target's hellos, at most; 0: none are expected. */
static inline uint32_t peer_expected_us(const struct group *group, const struct peer *peer)
{
	uint32_t required = group->config.required_min_rx_us;

	if (required == 0)
		return 0;
	return peer->remote_min_tx_us > required ? peer->remote_min_tx_us : required;
}

/* The detection time (RFC 5880 6.8.4); 0: the target has not been heard, and is not watched. */
static inline uint64_t peer_detection_us(const struct group *group, const struct peer *peer)
{
	return (uint64_t)peer->remote_multiplier * peer_expected_us(group, peer);
}

/* When the target is silent; UINT64_MAX: never. */
static inline uint64_t peer_deadline(const struct group *group, const struct peer *peer)
{
	uint64_t detection_us = peer_detection_us(group, peer);

	return detection_us != 0 ? peer->last_rx_ns + detection_us * 1000 : UINT64_MAX;
}

#endif
