/* SPDX-License-Identifier: Apache-2.0 */
/* Hellos of the peers: the group's template, patched with what is the peer's own. */
#include "core/histogram.h"
#include "generate/misbehaviour.h"
#include "generate/peers.h"

#define SLOW_US 1000000u

static void write_addresses(uint8_t *frame, const struct group *group, const struct peer *peer, uint32_t i)
{
	const struct frame_shape *shape = &group->template.shape;
	uint8_t *source = frame_source(frame, shape);
	uint16_t checksum;

	if (shape->family == 4) {
		store32(source, (uint32_t)(group->address.low + (uint64_t)i * group->config.address_step));
		store32(source + 4, (uint32_t)(group->target.low + (uint64_t)i * group->config.target_step));
		checksum = (uint16_t)~peer->ip_sum;
		memcpy(frame + shape->network_at + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	} else {
		frame_address_store(source, peer_address(group, i), 6);
		frame_address_store(source + 16, peer_target(group, i), 6);
	}
}

/* The sum of its octets. */
static uint16_t write_bfd(uint8_t *bfd, const struct group *group, const struct peer *peer, uint32_t i, uint8_t bits)
{
	const struct pydp_generate_peers *config = &group->config;
	uint32_t desired = config->desired_min_tx_us;
	struct bfd_packet packet = {.diagnostic = peer->diagnostic,
				    .state = peer->state,
				    .flags = bits,
				    .multiplier = config->multiplier,
				    .length = BFD_PACKET_LENGTH,
				    .my_discriminator = config->discriminator + i,
				    .your_discriminator = peer->remote_discriminator,
				    .desired_min_tx_us = desired,
				    .required_min_rx_us = config->required_min_rx_us};

	if (peer->state != PYDP_BFD_UP && desired < SLOW_US)
		packet.desired_min_tx_us = SLOW_US;
	bfd_packet_build(&packet, bfd);
	return bfd_packet_sum(&packet);
}

/* The whole frame; its length. */
static uint16_t write_hello(struct pydp_generator *generator, uint8_t *frame, uint32_t index, uint8_t bits)
{
	const struct group *group = peer_group(generator, index);
	const struct peer *peer = &generator->peers[index];
	const struct frame_shape *shape = &group->template.shape;
	uint8_t *udp = frame + shape->udp_at, *bfd = frame + shape->payload_at;
	uint32_t i = index - group->base;
	uint16_t checksum;

	memcpy(frame, group->template.octets, sizeof(group->template.octets));
	memcpy(frame, generator->targets[group->target_index].mac.octets, 6);
	if (group->config.vlan != 0)
		store16(frame + ETHER_TYPE_AT + 2, peer_vlan(group, i));
	write_addresses(frame, group, peer, i);
	store16(udp, peer_source_port(index));
	checksum = checksum_finish(checksum_add(peer->udp_sum, write_bfd(bfd, group, peer, i, bits)));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
	return (uint16_t)(shape->payload_at + BFD_PACKET_LENGTH);
}

/* A buffer for a packet of the peer, unless it must not or cannot speak. */
static struct rte_mbuf *open_mouth(struct pydp_generator *generator, uint32_t index)
{
	struct group *group = peer_group(generator, index);
	struct rte_mbuf *mbuf;

	if (generator->peers[index].flags & PEER_MUTE)
		return NULL;
	/* RFC 5880 6.8.7 */
	if (group->config.role == PYDP_ROLE_PASSIVE && generator->peers[index].remote_discriminator == 0)
		return NULL;
	if (!generator->targets[group->target_index].known) {
		group->sum.tx_unresolved++;
		return NULL;
	}
	mbuf = ports_buffer(generator, group->config.port);
	if (mbuf == NULL)
		group->sum.tx_lost++;
	return mbuf;
}

static bool hand_over(struct pydp_generator *generator, uint32_t index, struct rte_mbuf *mbuf, uint16_t length)
{
	struct group *group = peer_group(generator, index);

	if (!ports_send(generator, group->config.port, mbuf, length)) {
		group->sum.tx_lost++;
		return false;
	}
	generate_count(generator, group->config.port, GENERATE_TX_BFD, 1);
	return true;
}

static void schedule(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	const struct pydp_generate_peers *config = &peer_group(generator, index)->config;
	struct peer *peer = &generator->peers[index];
	uint64_t interval_ns = peer->interval_us * UINT64_C(1000);
	uint32_t jitter = config->jitter_percent;

	if (interval_ns == 0) {
		peer->next_tx_ns = UINT64_MAX;
		return;
	}
	/* In thousandths. With a multiplier of 1 the interval is at most 90 % (RFC 5880 6.8.7). */
	if (jitter != 0) {
		uint32_t less = rng_below(&generator->rng, jitter * 10 + 1);

		if (config->multiplier == 1 && less < 100)
			less = jitter < 10 ? jitter * 10 : 100 + rng_below(&generator->rng, (jitter - 10) * 10 + 1);
		interval_ns -= interval_ns / 1000 * less;
	}
	peer->next_tx_ns = now_ns + interval_ns;
}

static_assert(sizeof(((struct pydp_generate_summary *)0)->tx_bad) / sizeof(uint64_t) >= MISBEHAVIOURS,
	      "a place for each misbehaviour");

static void say_badly(struct pydp_generator *generator, uint32_t index)
{
	struct group *group = peer_group(generator, index);
	enum misbehaviour kind = (enum misbehaviour)generator->cold[index].misbehaviour;
	uint32_t times = kind == MISBEHAVIOUR_POLL_STORM ? MISBEHAVIOUR_STORM : 1;

	while (times-- > 0) {
		struct rte_mbuf *mbuf = open_mouth(generator, index);
		uint8_t *frame;

		if (mbuf == NULL)
			return;
		frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
		write_hello(generator, frame, index, 0);
		if (hand_over(generator, index, mbuf, misbehaviour_spoil(kind, frame, &group->template.shape, &generator->rng)))
			group->sum.tx_bad[kind]++;
	}
}

/* Whether the peer misbehaves in place of its good packet. */
static bool spoil(struct pydp_generator *generator, uint32_t index)
{
	struct peer_cold *cold = &generator->cold[index];

	if (cold->misbehaviour == MISBEHAVIOUR_NEVER_FINAL || --cold->left > 0)
		return false;
	cold->left = cold->every;
	say_badly(generator, index);
	return !cold->extra;
}

void peer_say(struct pydp_generator *generator, uint32_t index, uint8_t bits, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];
	struct rte_mbuf *mbuf;

	/* Never P and F together (RFC 5880 6.5). */
	if (!(bits & BFD_FLAG_FINAL) && peer->flags & PEER_POLLING)
		bits |= BFD_FLAG_POLL;
	if (!(bits & BFD_FLAG_FINAL))
		schedule(generator, index, now_ns);
	if (peer->flags & PEER_SPOILS && spoil(generator, index))
		return;
	mbuf = open_mouth(generator, index);
	if (mbuf == NULL ||
	    !hand_over(generator, index, mbuf, write_hello(generator, rte_pktmbuf_mtod(mbuf, uint8_t *), index, bits)))
		return;
	peer->last_tx_ns = now_ns;
	peer->tx_count++;
	group->sum.tx_packets++;
	group->sum.tx_polls += (bits & BFD_FLAG_POLL) != 0;
}

void peer_say_periodic(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);

	group->sum.tx_late_us_log2[histogram_bucket(now_ns - generator->peers[index].next_tx_ns)]++;
	peer_say(generator, index, 0, now_ns);
}
