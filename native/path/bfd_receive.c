/* SPDX-License-Identifier: Apache-2.0 */
/* BFD packets of a burst, to their sessions (RFC 5880 6.8.6, RFC 5881 sections 3 and 5, RFC 5883). A TTL of 255, addresses of
 * ours and UDP are classify's; what a packet means is core's. */
#include <rte_prefetch.h>
#include "core/bfd_initiator.h"
#include "core/discriminator.h"
#include "core/mutant.h"
#include "path/session.h"

static bool from_the_peer(const struct path_sessions *sessions, const struct path_port *port, uint32_t slot,
			  const struct path_packet *packet)
{
	const struct bfd_session *session = &sessions->hot[slot];
	struct bfd_session seen;

	path_session_mark(&seen, (enum bfd_kind)packet->bfd, (uint8_t)port->index, packet->vlan, packet->family,
			  packet_source(packet));
	if (seen.caller[0] != session->caller[0] || seen.caller[1] != session->caller[1])
		return false;
	return packet->family == 4 || memcmp(sessions->cold[slot].remote, packet_source(packet), 16) == 0;
}

/* RFC 5883 section 5: how far a multihop packet may have come is the session's to say. */
static inline bool came_from_too_far(const struct path_sessions *sessions, uint32_t slot, const struct path_packet *packet)
{
	return packet->bfd == BFD_KIND_MULTIHOP && packet->ttl < sessions->cold[slot].rx_ttl;
}

/* The session whose slot Your Discriminator names, or PATH_NONE. */
static uint32_t slot_by_index(const struct path_sessions *sessions, uint32_t your_discriminator)
{
	uint32_t slot = discriminator_slot(your_discriminator);

	if (slot >= sessions->slots || sessions->hot[slot].local_discriminator != your_discriminator ||
	    your_discriminator == 0 || MUTANT(103))
		return PATH_NONE;
	return slot;
}

/* A session taken over from another system answers to a discriminator that says nothing of its slot. */
static uint32_t slot_by_given(const struct path_sessions *sessions, uint32_t your_discriminator)
{
	void *slot;

	if (sessions->given == NULL || rte_hash_lookup_data(sessions->given, &your_discriminator, &slot) < 0)
		return PATH_NONE;
	return (uint32_t)(uintptr_t)slot;
}

static uint32_t slot_by_address(const struct path_sessions *sessions, const struct path_port *port,
				const struct path_packet *packet)
{
	struct path_session_key key;
	void *slot;

	path_session_key(&key, (enum bfd_kind)packet->bfd, port->index, packet->vlan, packet->family,
			 packet_destination(packet), packet_source(packet));
	if (rte_hash_lookup_data(sessions->keys, &key, &slot) < 0)
		return PATH_NONE;
	return (uint32_t)(uintptr_t)slot;
}

uint32_t path_session_by_discriminator(const struct path_sessions *sessions, uint32_t discriminator)
{
	uint32_t slot = slot_by_index(sessions, discriminator);

	return slot != PATH_NONE ? slot : slot_by_given(sessions, discriminator);
}

void path_session_refuse(struct path_sessions *sessions, struct path_port *port, uint32_t slot, enum bfd_fault fault)
{
	path_count(port, counter_of_fault(fault), 1);
	if (slot == PATH_NONE)
		return;
	sessions->cold[slot].rx_invalid++;
	sessions->extra[slot].refused[fault]++;
}

/* Before anything of the session is touched (RFC 5880 6.8.6, 6.7). */
static enum bfd_fault authenticate(struct path_sessions *sessions, uint32_t slot, const struct path_packet *packet,
				   const struct bfd_packet *bfd, uint64_t now_ns)
{
	const struct bfd_session *session = &sessions->hot[slot];
	enum bfd_fault fault = bfd_session_admits(session, bfd);
	struct bfd_auth_state *auth;

	if ((MUTANT(14) || MUTANT(15)) && fault == BFD_FAULT_UNAUTHENTICATED)
		sessions->hot[slot].features ^= BFD_FEATURE_AUTHENTICATION;

	if (fault != BFD_ACCEPTED || !(session->features & BFD_FEATURE_AUTHENTICATION))
		return fault;
	auth = &sessions->extra[slot].auth;
	return bfd_auth_verify(auth, &sessions->chains[auth->chain], session, packet->payload, bfd, now_ns);
}

/* Whether it was a hello that the session in the slot takes the short way. */
static inline bool hello_of(struct path_sessions *sessions, const struct path_port *port, uint32_t slot,
			    const struct path_packet *packet, uint64_t now_ns)
{
	return slot != PATH_NONE && packet->payload_length >= BFD_PACKET_LENGTH &&
	       from_the_peer(sessions, port, slot, packet) && !came_from_too_far(sessions, slot, packet) &&
	       bfd_session_hello(&sessions->hot[slot], packet->payload, now_ns);
}

static void hear_echo_rate(struct path_sessions *sessions, uint32_t slot, uint32_t required_min_rx_us, uint64_t now_ns)
{
	struct bfd_echo *echo = &sessions->extra[slot].echo;

	if (echo->remote_required_min_rx_us == required_min_rx_us && echo->reflect_us == echo->required_min_rx_us)
		return;
	echo->remote_required_min_rx_us = required_min_rx_us;
	sessions->echo(sessions->engine, slot, now_ns);
}

/* An answer to a Poll comes off the peer's schedule and says nothing of it. */
static void judge_link(struct path_sessions *sessions, uint32_t slot, const struct bfd_packet *packet, uint64_t now_ns)
{
	const struct bfd_session *session = &sessions->hot[slot];

	if (session->state != PYDP_BFD_UP || packet->state != PYDP_BFD_UP)
		link_quality_break(&sessions->quality[slot]);
	else if (!(packet->flags & BFD_FLAG_FINAL))
		link_quality_hello(&sessions->quality[slot], bfd_session_negotiated_rx_us(session), now_ns);
}

/* Everything that is not a repeated hello of a session found by index. */
static void receive_slowly(struct path_sessions *sessions, struct path_port *port, const struct path_packet *packet,
			   uint64_t now_ns)
{
	struct bfd_packet bfd;
	struct bfd_actions actions;
	enum bfd_fault fault;
	uint32_t slot = PATH_NONE;

	sessions->settle(sessions->engine);
	/* Whose packet it is matters for the count of a malformed one, too. */
	if (packet->payload_length >= 12) {
		slot = slot_by_index(sessions, bfd_packet_your_discriminator(packet->payload));
		if (slot == PATH_NONE) {
			slot = slot_by_given(sessions, bfd_packet_your_discriminator(packet->payload));
			if (hello_of(sessions, port, slot, packet, now_ns)) {
				path_count(port, PYDP_CNT_RX_BFD, 1);
				return;
			}
		}
	}
	if (slot != PATH_NONE && !from_the_peer(sessions, port, slot, packet)) {
		fault = bfd_packet_parse(packet->payload, packet->payload_length, &bfd);
		path_count(port, fault == BFD_ACCEPTED ? PYDP_CNT_DROP_SOURCE : counter_of_fault(fault), 1);
		return;
	}
	fault = bfd_packet_parse(packet->payload, packet->payload_length, &bfd);
	if (fault == BFD_ACCEPTED && slot == PATH_NONE) {
		if (bfd.your_discriminator != 0 && !MUTANT(104))
			fault = BFD_FAULT_YOUR_DISCRIMINATOR;
		else if (MUTANT(106) || (slot = slot_by_address(sessions, port, packet)) == PATH_NONE)
			fault = BFD_FAULT_NO_SESSION;
		/* A LAG member's session is found by its port, so its peer is looked at here. */
		if (fault == BFD_ACCEPTED && packet->bfd == BFD_KIND_MICRO && !from_the_peer(sessions, port, slot, packet)) {
			path_count(port, PYDP_CNT_DROP_SOURCE, 1);
			return;
		}
	}
	if (fault == BFD_ACCEPTED && came_from_too_far(sessions, slot, packet))
		fault = BFD_FAULT_RX_TTL;
	if (fault == BFD_ACCEPTED && packet->bfd == BFD_KIND_SBFD_REPLY)
		fault = bfd_kind_check(BFD_KIND_SBFD_REPLY, &bfd, BFD_UDP_PORT_SBFD, packet->ttl);
	if (fault == BFD_ACCEPTED)
		fault = authenticate(sessions, slot, packet, &bfd, now_ns);
	if (fault != BFD_ACCEPTED) {
		path_session_refuse(sessions, port, slot, fault);
		if (fault == BFD_FAULT_NO_SESSION && path_stranger(&sessions->strangers, port, packet, &bfd, now_ns))
			sessions->stranger(sessions->engine, port, packet, bfd.my_discriminator, now_ns);
		return;
	}
	if (packet->bfd == BFD_KIND_SBFD_REPLY)
		fault = bfd_initiator_receive(&sessions->hot[slot], &bfd, now_ns, sessions->rng, &actions);
	else
		fault = bfd_session_receive(&sessions->hot[slot], &bfd, now_ns, sessions->rng, &actions);
	if (fault == BFD_ACCEPTED) {
		path_count(port, PYDP_CNT_RX_BFD, 1);
		sessions->heard(sessions->engine, slot, packet->ether + 6, now_ns);
	} else {
		path_session_refuse(sessions, port, slot, fault);
	}
	if (actions.bits != 0)
		sessions->acted(sessions->engine, slot, &actions, now_ns);
	if (fault == BFD_ACCEPTED && sessions->hot[slot].features & BFD_FEATURE_QUALITY)
		judge_link(sessions, slot, &bfd, now_ns);
	if (fault == BFD_ACCEPTED && sessions->hot[slot].features & BFD_FEATURE_ECHO)
		hear_echo_rate(sessions, slot, bfd.required_min_echo_rx_us, now_ns);
}

static bool receive_hello(struct path_sessions *sessions, const struct path_port *port, const struct path_packet *packet,
			  uint64_t now_ns)
{
	uint32_t slot;

	if (packet->payload_length < BFD_PACKET_LENGTH)
		return false;
	slot = slot_by_index(sessions, bfd_packet_your_discriminator(packet->payload));
	return hello_of(sessions, port, slot, packet, now_ns);
}

/* The slot that a packet's Your Discriminator names, of those that there are, or PATH_NONE: it may be anybody's. */
static inline uint32_t slot_named(const struct path_sessions *sessions, const struct path_packet *packet)
{
	uint32_t slot;

	if (packet->kind != PATH_BFD || packet->payload_length < 12)
		return PATH_NONE;
	slot = discriminator_slot(bfd_packet_your_discriminator(packet->payload));
	return slot < sessions->slots ? slot : PATH_NONE;
}

/* Lines of the sessions of a burst, before the first of them is waited for. Those that are not Up need more than the first: where
 * a crowd comes up at a time, these waits would be a quarter of all that is done. */
static void foresee(const struct path_sessions *sessions, const struct path_packet *packets, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		uint32_t slot = slot_named(sessions, &packets[i]);

		if (slot != PATH_NONE)
			__builtin_prefetch(&sessions->hot[slot], 1);
	}
	for (uint16_t i = 0; i < count; i++) {
		uint32_t slot = slot_named(sessions, &packets[i]);

		if (slot != PATH_NONE && sessions->hot[slot].state != PYDP_BFD_UP)
			rte_prefetch0(&sessions->cold[slot]);
	}
}

void path_bfd_receive(struct path_sessions *sessions, struct path_port *port, struct path_packet *packets, uint16_t count,
		      uint64_t now_ns)
{
	struct rte_mbuf *done[PATH_BURST];
	uint32_t hellos = 0;
	uint16_t taken = 0;

	foresee(sessions, packets, count);
	for (uint16_t i = 0; i < count; i++) {
		if (packets[i].kind != PATH_BFD)
			continue;
		if (packets[i].bfd == BFD_KIND_SBFD_REQUEST) {
			path_reflect(&sessions->sbfd_reflector, port, &packets[i], now_ns);
			continue;
		}
		if (receive_hello(sessions, port, &packets[i], now_ns))
			hellos++;
		else
			receive_slowly(sessions, port, &packets[i], now_ns);
		done[taken++] = packets[i].mbuf;
	}
	rte_pktmbuf_free_bulk(done, taken);
	if (hellos > 0)
		path_count(port, PYDP_CNT_RX_BFD, hellos);
}
