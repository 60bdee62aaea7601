/* SPDX-License-Identifier: Apache-2.0 */
/* What RFC 5880 (6.8.4 to 6.8.6), RFC 5881 and RFC 5883 say of a packet that was taken, and of a session that expired. */
#include "sign.h"
#include "watch.h"

/* 6.8.6, as it is written. */
uint8_t book_next_state(const struct bfd_session *before, uint8_t received)
{
	uint8_t state = before->state;

	/* RFC 7880 7.3.1: a reflector says no more than this. */
	if (before->features & BFD_FEATURE_INITIATOR)
		return received == PYDP_BFD_UP ? PYDP_BFD_UP : PYDP_BFD_DOWN;
	if (received == PYDP_BFD_ADMIN_DOWN) {
		if (state != PYDP_BFD_DOWN)
			state = PYDP_BFD_DOWN;
	} else if (state == PYDP_BFD_DOWN) {
		if (received == PYDP_BFD_DOWN)
			state = PYDP_BFD_INIT;
		else if (received == PYDP_BFD_INIT)
			state = PYDP_BFD_UP;
	} else if (state == PYDP_BFD_INIT) {
		if (received == PYDP_BFD_INIT || received == PYDP_BFD_UP)
			state = PYDP_BFD_UP;
	} else if (received == PYDP_BFD_DOWN) {
		state = PYDP_BFD_DOWN;
	}
	return state;
}

/* The edges of 6.2's picture, with those that we make ourselves (6.8.16). */
bool book_may_follow(uint8_t old_state, uint8_t new_state)
{
	switch (old_state) {
	case PYDP_BFD_ADMIN_DOWN:
		return new_state == PYDP_BFD_DOWN;
	case PYDP_BFD_DOWN:
		return new_state != PYDP_BFD_DOWN;
	case PYDP_BFD_INIT:
		return new_state != PYDP_BFD_INIT;
	default:
		return new_state == PYDP_BFD_DOWN || new_state == PYDP_BFD_ADMIN_DOWN;
	}
}

bool book_may_expire(const struct snapshot *before, uint32_t slot, uint64_t now_ns)
{
	const struct bfd_session *session = &before->hot[slot];
	const struct bfd_echo *echo = &before->extra[slot].echo;
	uint64_t mine_us = RTE_MAX(session->rx_in_force_us, session->remote_desired_min_tx_us);
	uint64_t silent_ns = now_ns - session->last_rx_ns;

	if (session->state != PYDP_BFD_INIT && session->state != PYDP_BFD_UP)
		return false;
	/* With Demand mode it is the answer to a Poll that is missing (6.8.4). */
	if (session->features & BFD_FEATURE_DEMAND_TOLD)
		return true;
	if (session->features & BFD_FEATURE_ECHO && echo->interval_us != 0 && echo->unanswered + 1 >= echo->multiplier)
		return true;
	return silent_ns >= session->remote_multiplier * mine_us * 1000;
}

/* Where the IP header is. */
static const uint8_t *network_of(const struct frame *frame)
{
	bool tagged = load16(frame->octets + ETHER_TYPE_AT) == TYPE_VLAN;

	return frame->octets + ETHER_LENGTH + (tagged ? VLAN_LENGTH : 0);
}

static bool addresses_match(const struct path_session *cold, const struct frame *frame)
{
	const uint8_t *ip = network_of(frame), *from = cold->kind == BFD_KIND_ECHO ? cold->local : cold->remote;

	if (cold->family == 4)
		return memcmp(ip + IP4_SOURCE_AT, from, 4) == 0 && memcmp(ip + IP4_DESTINATION_AT, cold->local, 4) == 0;
	return memcmp(ip + IP6_SOURCE_AT, from, 16) == 0 && memcmp(ip + IP6_DESTINATION_AT, cold->local, 16) == 0;
}

/* 6.7.3, 6.7.4: genuine, and not one that was heard before. */
static void book_authenticates(const struct world *world, uint32_t slot, const struct snapshot *before, const uint8_t *packet,
			       uint32_t length)
{
	const struct bfd_auth_state *was = &before->extra[slot].auth, *is = &world->engine->sessions.extra[slot].auth;
	const struct bfd_key_chain *chain = &world->engine->sessions.chains[was->chain];
	const struct pydp_key *key = world_key(world, slot, packet, length);
	const struct bfd_session *session = &before->hot[slot];
	uint64_t detection_ns = session->remote_multiplier *
				(uint64_t)RTE_MAX(session->rx_in_force_us, session->remote_desired_min_tx_us) * 1000;
	uint32_t ahead;

	CLAIM(packet[1] & BFD_FLAG_AUTHENTICATION && key != NULL && sign_is_genuine(key, was->meticulous, packet, length));
	CLAIM(bfd_key_chain_find(chain, key->key_id) < chain->count);
	if (packet[24] == PYDP_AUTH_SIMPLE_PASSWORD)
		return;
	ahead = bfd_load32(packet + 28) - was->receive_sequence;
	CLAIM(is->sequence_known && is->receive_sequence == bfd_load32(packet + 28));
	if (was->sequence_known && world->now_ns - session->last_rx_ns < 2 * detection_ns)
		CLAIM(ahead <= 3u * packet[2] && (ahead != 0 || !was->meticulous));
}

void book_admits(const struct world *world, uint32_t slot, const struct snapshot *before, const struct frame *frame,
		 const uint8_t *packet, uint32_t length)
{
	const struct path_session *cold = &before->cold[slot];
	uint8_t ttl = network_of(frame)[cold->family == 4 ? (uint32_t)IP4_TTL_AT : (uint32_t)IP6_HOP_LIMIT_AT];
	uint32_t mine = before->hot[slot].local_discriminator, yours = bfd_load32(packet + 8);

	CLAIM(cold->id != 0 && addresses_match(cold, frame));
	CLAIM(bfd_kind_routed((enum bfd_kind)cold->kind) || frame->port == cold->port);
	CLAIM(packet[0] >> 5 == 1 && packet[2] != 0 && packet[3] >= BFD_PACKET_LENGTH && packet[3] <= length);
	CLAIM((packet[1] & BFD_FLAG_MULTIPOINT) == 0 && bfd_load32(packet + 4) != 0);
	CLAIM(yours == mine || (yours == 0 && packet[1] >> 6 <= PYDP_BFD_DOWN));
	CLAIM(before->hot[slot].state != PYDP_BFD_ADMIN_DOWN);
	/* RFC 9747: our own, and one router has forwarded it. */
	if (cold->kind == BFD_KIND_ECHO) {
		CLAIM(bfd_load32(packet + 4) == mine && ttl == BFD_TTL - 1);
		return;
	}
	CLAIM(ttl == BFD_TTL || (bfd_kind_routed((enum bfd_kind)cold->kind) && ttl >= cold->rx_ttl));
	if (before->hot[slot].features & BFD_FEATURE_AUTHENTICATION)
		book_authenticates(world, slot, before, packet, length);
	else
		CLAIM((packet[1] & BFD_FLAG_AUTHENTICATION) == 0);
	if (cold->kind == BFD_KIND_SBFD_REPLY)
		CLAIM(bfd_load32(packet + 4) == before->hot[slot].remote_discriminator && !(packet[1] & BFD_FLAG_DEMAND) &&
		      (packet[1] >> 6 == PYDP_BFD_UP || packet[1] >> 6 == PYDP_BFD_ADMIN_DOWN));
}
