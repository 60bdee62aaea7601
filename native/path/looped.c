/* SPDX-License-Identifier: Apache-2.0 */
/* Unaffiliated echo (RFC 9747): control packets of ours that a neighbour sent back, who need not know that they are BFD. They
 * drive the session as a peer's would; intervals and multiplier are our own, whatever the packet says. */
#include "path/session.h"

void path_looped_fill(struct bfd_packet *packet)
{
	packet->flags = 0;
	packet->desired_min_tx_us = packet->required_min_rx_us = BFD_SLOW_INTERVAL_US;
	packet->required_min_echo_rx_us = 0;
}

static uint8_t ttl_of(const struct path_packet *packet)
{
	return packet->network[packet->family == 4 ? IP4_TTL_AT : IP6_HOP_LIMIT_AT];
}

void path_looped_receive(struct path_sessions *sessions, struct path_port *port, uint32_t slot,
			 const struct path_packet *packet, uint64_t now_ns)
{
	struct bfd_session *session = &sessions->hot[slot];
	struct bfd_actions actions;
	struct bfd_packet bfd;
	enum bfd_fault fault = bfd_packet_parse(packet->payload, packet->payload_length, &bfd);

	/* One router forwarded it. */
	if (fault == BFD_ACCEPTED && ttl_of(packet) != BFD_TTL - 1)
		fault = BFD_FAULT_TTL;
	if (fault == BFD_ACCEPTED && bfd.your_discriminator != 0 && bfd.your_discriminator != session->local_discriminator)
		fault = BFD_FAULT_YOUR_DISCRIMINATOR;
	if (fault != BFD_ACCEPTED) {
		path_session_refuse(sessions, port, slot, fault);
		return;
	}
	bfd.multiplier = session->multiplier;
	bfd.desired_min_tx_us = bfd_session_desired_min_tx_us(session);
	bfd.required_min_rx_us = 1;
	bfd.required_min_echo_rx_us = 0;
	/* Whom we would poll has answered by what it sent back. */
	bfd.flags = session->poll == BFD_POLL_SENT ? BFD_FLAG_FINAL : 0;
	fault = bfd_session_receive(session, &bfd, now_ns, sessions->rng, &actions);
	if (fault == BFD_ACCEPTED)
		path_count(port, PYDP_CNT_RX_BFD, 1);
	else
		path_session_refuse(sessions, port, slot, fault);
	if (actions.bits != 0)
		sessions->acted(sessions->engine, slot, &actions, now_ns);
}
