/* SPDX-License-Identifier: Apache-2.0 */
/* Peers and groups as they are shown. */
#include "generate/peers.h"

void peer_read(const struct pydp_generator *generator, uint32_t index, struct pydp_generate_peer *out)
{
	const struct peer *peer = &generator->peers[index];
	const struct peer_cold *cold = &generator->cold[index];
	uint64_t detection_us = peer_detection_us(&generator->groups[peer->group], peer);

	*out = (struct pydp_generate_peer){
		.last_rx_ns = peer->last_rx_ns,
		.last_tx_ns = peer->last_tx_ns,
		.up_ns = cold->up_ns,
		.down_ns = cold->down_ns,
		.fail_ns = cold->fail_ns,
		.tx_packets = peer->tx_count,
		.rx_packets = peer->rx_count,
		.remote_discriminator = peer->remote_discriminator,
		.interval_us = peer->interval_us,
		.detection_time_us = detection_us < UINT32_MAX ? (uint32_t)detection_us : UINT32_MAX,
		.ups = cold->ups,
		.downs = cold->downs,
		.silences = cold->silences,
		.remote_downs = cold->remote_downs,
		.failures = cold->failures,
		.late = cold->late,
		.max_gap_us = cold->max_gap_us,
		.state = peer->state,
		.remote_state = peer->remote_state,
		.diagnostic = peer->diagnostic,
		.remote_diagnostic = peer->remote_diagnostic,
		.remote_multiplier = peer->remote_multiplier,
		.started = (peer->flags & PEER_STARTED) != 0,
		.action = cold->action,
		.misbehaviour = cold->misbehaviour,
	};
}

void group_read(const struct pydp_generator *generator, const struct group *group, struct pydp_generate_summary *out)
{
	const struct generate_target *target = &generator->targets[group->target_index];

	*out = group->sum;
	out->peers = group->config.count;
	out->resolved = target->known;
	out->target_mac = target->mac;
}
