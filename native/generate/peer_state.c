/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer is: its state, its timers, and what it was told to do. */
#include "generate/peers.h"

#define SLOW_US 1000000u /* RFC 5880 6.8.3: the least interval while a session is not Up */

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void peer_reckon(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	const struct pydp_generate_peers *config = &peer_group(generator, index)->config;
	struct peer *peer = &generator->peers[index];
	uint32_t before = peer->interval_us;

	peer->interval_us = larger(peer->state == PYDP_BFD_UP ? config->desired_min_tx_us
							      : larger(config->desired_min_tx_us, SLOW_US),
				   peer->remote_min_rx_us);
	if (peer->remote_min_rx_us == 0 ||
	    (peer->flags & PEER_DEMANDED && peer->state == PYDP_BFD_UP && peer->remote_state == PYDP_BFD_UP))
		peer->interval_us = 0;
	if (peer->interval_us == 0)
		peer->next_tx_ns = UINT64_MAX;
	/* A shorter interval counts at once (RFC 5880 6.8.3). */
	else if (peer->last_tx_ns != 0 && (peer->next_tx_ns == UINT64_MAX || peer->interval_us < before))
		peer->next_tx_ns = peer->last_tx_ns + peer->interval_us * UINT64_C(1000);
	if (peer->next_tx_ns < now_ns)
		peer->next_tx_ns = now_ns;
}

void peer_arm(struct pydp_generator *generator, uint32_t index)
{
	const struct peer *peer = &generator->peers[index];
	uint64_t deadline_ns = peer_deadline(peer_group(generator, index), peer);

	agenda_arm(&generator->agenda, index, peer->next_tx_ns < deadline_ns ? peer->next_tx_ns : deadline_ns);
}

void peer_enter(struct pydp_generator *generator, uint32_t index, uint8_t state, uint8_t diagnostic, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];
	struct peer_cold *cold = &generator->cold[index];

	if (peer->state == state)
		return;
	if (peer->state == PYDP_BFD_UP) {
		cold->downs++;
		cold->down_ns = now_ns;
		group->sum.downs++;
		group->up_count--;
	}
	group->sum.states[peer->state]--;
	group->sum.states[state]++;
	peer->state = state;
	if (diagnostic != PYDP_DIAG_NONE)
		peer->diagnostic = diagnostic;
	peer->flags &= (uint8_t)~PEER_POLLING;
	if (state == PYDP_BFD_UP) {
		cold->ups++;
		cold->up_ns = now_ns;
		group->sum.ups++;
		if (++group->up_count == group->config.count && group->sum.all_up_ns == 0)
			group->sum.all_up_ns = now_ns;
		/* The wanted interval changes from slow to its own: by a Poll Sequence (RFC 5880 6.8.3). */
		if (group->config.desired_min_tx_us < SLOW_US)
			peer->flags |= PEER_POLLING;
	}
	peer_reckon(generator, index, now_ns);
}

/* Nothing valid came for a detection time (RFC 5880 6.8.4). A peer that is deaf has itself to blame. */
static void notice_silence(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];
	bool was_up = peer->state == PYDP_BFD_UP, alive = peer->state == PYDP_BFD_UP || peer->state == PYDP_BFD_INIT;

	peer->remote_discriminator = 0; /* 6.8.1 */
	peer->remote_state = PYDP_BFD_DOWN;
	peer->remote_multiplier = 0;
	peer->flags &= (uint8_t)~PEER_DEMANDED;
	if (was_up && !(peer->flags & PEER_DEAF)) {
		generator->cold[index].silences++;
		group->sum.silences++;
	}
	if (alive && !(peer->flags & PEER_HELD)) {
		peer_enter(generator, index, PYDP_BFD_DOWN, PYDP_DIAG_CONTROL_EXPIRY, now_ns);
		peer_say(generator, index, 0, now_ns);
	} else {
		peer_reckon(generator, index, now_ns);
	}
}

void peer_expired(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	struct peer *peer = &generator->peers[index];

	if (now_ns >= peer_deadline(peer_group(generator, index), peer))
		notice_silence(generator, index, now_ns);
	if (now_ns >= peer->next_tx_ns)
		peer_say_periodic(generator, index, now_ns);
	peer_arm(generator, index);
}

void peer_start(struct pydp_generator *generator, uint32_t index, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];

	peer->flags |= PEER_STARTED;
	group->sum.started++;
	group->sum.states[peer->state]++;
	peer_reckon(generator, index, now_ns);
	peer->next_tx_ns = group->config.role == PYDP_ROLE_ACTIVE ? now_ns : UINT64_MAX;
	peer_arm(generator, index);
}

void peer_act(struct pydp_generator *generator, uint32_t index, uint32_t action, uint64_t now_ns)
{
	struct group *group = peer_group(generator, index);
	struct peer *peer = &generator->peers[index];
	bool held = peer->flags & PEER_HELD;

	if (!(peer->flags & PEER_STARTED))
		return;
	group->sum.failing -= (peer->flags & PEER_FAILING) != 0;
	peer->flags &= (uint8_t)~(PEER_MUTE | PEER_DEAF | PEER_HELD | PEER_FAILING);
	generator->cold[index].action = (uint8_t)action;
	if (action == PYDP_GENERATE_RESUME) {
		if (held) {
			peer_enter(generator, index, PYDP_BFD_DOWN, PYDP_DIAG_NONE, now_ns);
			peer_say(generator, index, 0, now_ns);
		}
		peer_arm(generator, index);
		return;
	}
	peer->flags |= PEER_FAILING;
	group->sum.failing++;
	generator->cold[index].failures++;
	generator->cold[index].fail_ns = now_ns;
	group->sum.failures++;
	if (action == PYDP_GENERATE_SILENT || action == PYDP_GENERATE_MUTE)
		peer->flags |= PEER_MUTE;
	if (action == PYDP_GENERATE_SILENT || action == PYDP_GENERATE_DEAF)
		peer->flags |= PEER_DEAF;
	if (action == PYDP_GENERATE_ADMIN_DOWN || action == PYDP_GENERATE_DOWN) {
		bool admin = action == PYDP_GENERATE_ADMIN_DOWN;

		peer->flags |= PEER_HELD;
		peer_enter(generator, index, admin ? PYDP_BFD_ADMIN_DOWN : PYDP_BFD_DOWN,
			   admin ? PYDP_DIAG_ADMIN_DOWN : PYDP_DIAG_PATH_DOWN, now_ns);
		peer_say(generator, index, 0, now_ns);
	}
	peer_arm(generator, index);
}
