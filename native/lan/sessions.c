/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of all members: found by who sent a frame and who got it, moved by core, and what follows from that. */
#include "lan/lan.h"
#include <string.h>
#include "core/bfd_packet.h"
#include "core/discriminator.h"

struct bfd_session *lan_session_of(const struct lan *lan, uint32_t id)
{
	uint32_t pairs = lan->config.members * lan->config.members;

	if (id == 0 || id > pairs || !lan->sessions[id - 1].caller[LAN_PRESENT])
		return NULL;
	return &lan->sessions[id - 1];
}

static void arm(struct lan *lan, uint32_t slot)
{
	agenda_arm(&lan->agenda, slot, bfd_session_deadline(&lan->sessions[slot]));
}

static void send(struct lan *lan, uint32_t slot, bool final)
{
	struct bfd_session *session = &lan->sessions[slot];
	struct lan_frame frame = {.due_ns = lan->now_ns + lan->config.delay_ns,
				  .from = (uint16_t)(slot / lan->config.members),
				  .to = (uint16_t)(slot % lan->config.members)};
	struct bfd_packet packet;

	session->tx_packets++;
	lan->totals.sent++;
	if (!lan_carries(lan, frame.from, frame.to)) {
		lan->totals.lost++;
		return;
	}
	bfd_session_fill(session, final, &packet);
	bfd_packet_build(&packet, frame.payload);
	if (!lan_frames_put(&lan->frames, &frame))
		lan->failed = true;
}

void lan_session_end(struct lan *lan, uint32_t slot)
{
	struct bfd_session *session = &lan->sessions[slot];

	if (session->state == PYDP_BFD_UP)
		lan->totals.up--;
	lan->totals.sessions--;
	agenda_cancel(&lan->agenda, slot);
	session->caller[LAN_PRESENT] = 0;
	/* The discriminator stays: the next session has another one. */
}

void lan_session_acted(struct lan *lan, uint32_t slot, const struct bfd_actions *actions)
{
	if (actions->bits & BFD_ACT_STATE) {
		lan->totals.up += lan->sessions[slot].state == PYDP_BFD_UP;
		lan->totals.up -= actions->old_state == PYDP_BFD_UP;
		if (actions->old_state == PYDP_BFD_UP && lan->sessions[slot].state == PYDP_BFD_DOWN)
			lan->down_ns[slot] = lan->now_ns;
	}
	if (actions->bits & BFD_ACT_SEND)
		send(lan, slot, false);
	if (actions->bits & BFD_ACT_SEND_FINAL)
		send(lan, slot, true);
	lan_tell(lan, slot, actions);
	if (actions->bits & BFD_ACT_DONE) {
		lan_tell_removed(lan, slot);
		lan_session_end(lan, slot);
	} else if (actions->bits & BFD_ACT_REARM) {
		arm(lan, slot);
	}
}

void lan_session_want(struct lan *lan, uint32_t slot, const struct bfd_session_config *config)
{
	struct bfd_session *session = &lan->sessions[slot];
	struct bfd_actions actions;

	if (session->caller[LAN_PRESENT]) {
		bfd_session_configure(session, config, lan->now_ns, &lan->rng, &actions);
		lan_session_acted(lan, slot, &actions);
	} else {
		/* A member finds its sessions by the low bits, as the engine does. */
		uint32_t discriminator = discriminator_make(slot % lan->config.members, session->local_discriminator,
							    &lan->rng);

		bfd_session_init(session, config, discriminator, lan->now_ns);
		session->caller[LAN_PRESENT] = 1;
		session->caller[LAN_EVENTS] = 0;
		lan->totals.sessions++;
	}
	arm(lan, slot);
}

/* Of several between the same two, which there are not here, Your Discriminator tells; a packet for a session that is gone is
 * nobody's (RFC 5880 6.8.6). */
static bool is_for(const struct bfd_session *session, const struct bfd_packet *packet)
{
	if (packet->your_discriminator != 0)
		return packet->your_discriminator == session->local_discriminator;
	return packet->state == PYDP_BFD_DOWN || packet->state == PYDP_BFD_ADMIN_DOWN;
}

void lan_session_hear(struct lan *lan, const struct lan_frame *frame)
{
	uint32_t slot = lan_slot(lan, frame->to, frame->from);
	struct bfd_session *session = &lan->sessions[slot];
	struct bfd_actions actions;
	struct bfd_packet packet;

	if (!session->caller[LAN_PRESENT]) {
		lan->totals.refused++;
		return;
	}
	if (bfd_session_hello(session, frame->payload, lan->now_ns)) {
		lan->totals.heard++;
		return;
	}
	if (bfd_packet_parse(frame->payload, sizeof(frame->payload), &packet) != BFD_ACCEPTED || !is_for(session, &packet)) {
		lan->totals.refused++;
		return;
	}
	if (bfd_session_receive(session, &packet, lan->now_ns, &lan->rng, &actions) == BFD_ACCEPTED)
		lan->totals.heard++;
	else
		lan->totals.refused++;
	lan_session_acted(lan, slot, &actions);
}

void lan_session_expired(struct lan *lan, uint32_t slot)
{
	struct bfd_session *session = &lan->sessions[slot];
	struct bfd_actions actions;

	if (!session->caller[LAN_PRESENT])
		return;
	if (bfd_session_deadline(session) <= lan->now_ns) {
		bfd_session_timer(session, lan->now_ns, &lan->rng, &actions);
		lan_session_acted(lan, slot, &actions);
		if (actions.bits & BFD_ACT_DONE)
			return;
	}
	arm(lan, slot);
}
