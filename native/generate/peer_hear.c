/* SPDX-License-Identifier: Apache-2.0 */
/* A hello of the target, checked and taken (RFC 5880 6.8.6). */
#include "core/histogram.h"
#include "generate/misbehaviour.h"
#include "generate/peers.h"

static void refuse(struct group *group, enum bfd_fault fault)
{
	static_assert(sizeof(group->sum.rx_faults) / sizeof(group->sum.rx_faults[0]) >= BFD_FAULTS, "a place for each fault");

	group->sum.rx_faults[fault]++;
}

static bool same(struct frame_address a, struct frame_address b)
{
	return a.low == b.low && a.high == b.high;
}

/* Whether the hello goes from the target to this very peer. */
static bool meant(struct pydp_generator *generator, uint32_t index, const struct hello *hello, struct frame_address from,
		  struct frame_address to)
{
	const struct group *group = peer_group(generator, index);
	uint32_t i = index - group->base;

	return group->config.port == hello->port && group->config.address.family == hello->family &&
	       same(peer_address(group, i), to) && same(peer_target(group, i), from) &&
	       (group->config.vlan == 0 ? hello->vlan == 0 : peer_vlan(group, i) == hello->vlan);
}

static uint32_t by_addresses(struct pydp_generator *generator, const struct hello *hello, struct frame_address from,
			     struct frame_address to)
{
	for (uint32_t g = 0; g < generator->group_count; g++) {
		const struct group *group = &generator->groups[g];
		uint64_t distance = to.low - group->address.low;
		uint64_t i = distance / group->config.address_step;

		if (i < group->config.count && meant(generator, group->base + (uint32_t)i, hello, from, to))
			return group->base + (uint32_t)i;
	}
	return GENERATE_NONE;
}

static enum bfd_fault check(const struct pydp_generator *generator, const struct hello *hello, struct bfd_packet *packet)
{
	const uint8_t *addresses = hello->network + (hello->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
	enum bfd_fault fault;

	if (!generator->config.unchecked) {
		if (hello->family == 4 && !net_ip4_checksum(hello->network, (uint16_t)(hello->udp - hello->network)))
			return BFD_FAULT_CHECKSUM_IP4;
		if (!net_udp_checksum(hello->udp, hello->udp_length, addresses, hello->family))
			return BFD_FAULT_CHECKSUM_UDP;
	}
	fault = bfd_packet_parse(hello->udp + UDP_LENGTH, hello->udp_length - UDP_LENGTH, packet);
	if (fault != BFD_ACCEPTED)
		return fault;
	if (packet->flags & BFD_FLAG_AUTHENTICATION)
		return BFD_FAULT_AUTHENTICATION;
	return bfd_kind_check(BFD_KIND_SINGLE_HOP, packet, load16(hello->udp), hello->ttl);
}

/* The target's own punctuality, while both ends are Up and it says what it said before. */
static void judge_time(struct group *group, struct peer *peer, struct peer_cold *cold, const struct bfd_packet *packet,
		       uint64_t now_ns)
{
	uint64_t expected_ns = peer_expected_us(group, peer) * UINT64_C(1000), gap_ns = now_ns - peer->last_rx_ns;
	bool news = packet->flags & (BFD_FLAG_POLL | BFD_FLAG_FINAL) || packet->diagnostic != peer->remote_diagnostic;

	if (peer->state != PYDP_BFD_UP || peer->remote_state != PYDP_BFD_UP || packet->state != PYDP_BFD_UP || expected_ns == 0)
		return;
	if (gap_ns > expected_ns) {
		group->sum.rx_late_us_log2[histogram_bucket(gap_ns - expected_ns)]++;
		if (gap_ns <= expected_ns + expected_ns / 10)
			return;
		group->sum.rx_late++;
		cold->late++;
		if (gap_ns / 1000 > cold->max_gap_us)
			cold->max_gap_us = (uint32_t)(gap_ns / 1000);
	} else if (!news && !peer->off_beat && gap_ns * 10 < expected_ns * 7) {
		group->sum.rx_early++;
	}
}

/* Answers to a Poll and changes are told at once; how soon the next hello follows says nothing. */
static bool off_beat(const struct peer *peer, const struct bfd_packet *packet)
{
	return packet->flags & BFD_FLAG_FINAL || packet->diagnostic != peer->remote_diagnostic ||
	       packet->state != peer->remote_state;
}

/* RFC 5880 6.8.6's rules for the state, as far as a far end needs them. */
static uint8_t next_state(uint8_t state, uint8_t heard)
{
	switch (heard) {
	case PYDP_BFD_ADMIN_DOWN:
		return PYDP_BFD_DOWN;
	case PYDP_BFD_DOWN:
		return state == PYDP_BFD_UP ? PYDP_BFD_DOWN : PYDP_BFD_INIT;
	case PYDP_BFD_INIT:
		return PYDP_BFD_UP;
	default:
		return state == PYDP_BFD_DOWN ? PYDP_BFD_DOWN : PYDP_BFD_UP;
	}
}

/* Whether the state changed: that is told at once. */
static bool follow(struct pydp_generator *generator, uint32_t index, const struct bfd_packet *packet, uint64_t now_ns)
{
	struct peer *peer = &generator->peers[index];
	uint8_t state = next_state(peer->state, packet->state), before = peer->state;

	if (peer->flags & PEER_HELD || state == before)
		return false;
	if (before == PYDP_BFD_UP) {
		generator->cold[index].remote_downs++;
		peer_group(generator, index)->sum.remote_downs++;
	}
	peer_enter(generator, index, state, before == PYDP_BFD_UP ? PYDP_DIAG_NEIGHBOR_DOWN : PYDP_DIAG_NONE, now_ns);
	return true;
}

/* Values of the target's that change rarely; true when they did. */
static bool take_timers(struct peer *peer, const struct bfd_packet *packet)
{
	uint8_t demanded = packet->flags & BFD_FLAG_DEMAND ? PEER_DEMANDED : 0;
	bool changed = peer->remote_multiplier != packet->multiplier || peer->remote_min_tx_us != packet->desired_min_tx_us ||
		       peer->remote_min_rx_us != packet->required_min_rx_us || (peer->flags & PEER_DEMANDED) != demanded ||
		       peer->remote_state != packet->state;

	peer->remote_multiplier = packet->multiplier;
	peer->remote_min_tx_us = packet->desired_min_tx_us;
	peer->remote_min_rx_us = packet->required_min_rx_us;
	peer->flags = (uint8_t)((peer->flags & ~PEER_DEMANDED) | demanded);
	peer->remote_state = packet->state;
	return changed;
}

static void note_oddities(struct group *group, struct peer *peer, const struct hello *hello, const struct bfd_packet *packet)
{
	uint16_t source_port = load16(hello->udp);
	uint8_t both = BFD_FLAG_POLL | BFD_FLAG_FINAL;

	if (source_port < 49152 || (peer->remote_port != 0 && peer->remote_port != source_port))
		group->sum.rx_bad_port++;
	peer->remote_port = source_port;
	if ((packet->flags & both) == both)
		group->sum.rx_poll_and_final++;
}

static void take(struct pydp_generator *generator, uint32_t index, const struct hello *hello, const struct bfd_packet *packet,
		 uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];
	struct peer_cold *cold = &generator->cold[index];
	bool followed, changed, told = false;

	group->sum.rx_packets++;
	peer->rx_count++;
	note_oddities(group, peer, hello, packet);
	if (peer->rx_count > 1)
		judge_time(group, peer, cold, packet, now_ns);
	peer->off_beat = off_beat(peer, packet);
	if (packet->flags & BFD_FLAG_FINAL && peer->flags & PEER_POLLING) {
		peer->flags &= (uint8_t)~PEER_POLLING;
		group->sum.rx_finals++;
	}
	peer->last_rx_ns = now_ns;
	peer->remote_discriminator = packet->my_discriminator;
	peer->remote_diagnostic = packet->diagnostic;
	changed = take_timers(peer, packet);
	followed = follow(generator, index, packet, now_ns);
	if (changed && !followed)
		peer_reckon(generator, index, now_ns);
	if (packet->flags & BFD_FLAG_POLL) {
		group->sum.rx_polls++;
		if (!(peer->flags & PEER_SPOILS && cold->misbehaviour == MISBEHAVIOUR_NEVER_FINAL)) {
			group->sum.tx_finals++;
			peer_say(generator, index, BFD_FLAG_FINAL, now_ns);
			told = true;
		}
	}
	if (followed && !told)
		peer_say(generator, index, 0, now_ns);
	if (followed || changed)
		peer_arm(generator, index);
}

void peers_hear(struct pydp_generator *generator, const struct hello *hello, uint64_t now_ns)
{
	const uint8_t *source = hello->network + (hello->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
	struct frame_address from = frame_address_load(source, hello->family);
	struct frame_address to = frame_address_load(source + (hello->family == 4 ? 4 : 16), hello->family);
	uint32_t index = hello->guess;
	const struct generate_target *target;
	struct bfd_packet packet;
	struct group *group;
	enum bfd_fault fault;
	bool mistaken = false;

	if (index == GENERATE_NONE || !meant(generator, index, hello, from, to)) {
		index = by_addresses(generator, hello, from, to);
		mistaken = true;
	}
	if (index == GENERATE_NONE) {
		generate_count(generator, hello->port, GENERATE_RX_STRAY, 1);
		return;
	}
	generate_count(generator, hello->port, GENERATE_RX_BFD, 1);
	group = peer_group(generator, index);
	if (!(generator->peers[index].flags & PEER_STARTED) || generator->peers[index].flags & PEER_DEAF) {
		group->sum.rx_unwanted++;
		return;
	}
	fault = check(generator, hello, &packet);
	if (fault == BFD_ACCEPTED && mistaken && packet.your_discriminator != 0)
		fault = BFD_FAULT_YOUR_DISCRIMINATOR;
	if (fault != BFD_ACCEPTED) {
		refuse(group, fault);
		return;
	}
	target = &generator->targets[group->target_index];
	if (memcmp(target->mac.octets, hello->ether + 6, 6) != 0)
		targets_learn(generator, target->port, target->vlan, target->address, target->family, hello->ether + 6);
	take(generator, index, hello, &packet, now_ns);
}
