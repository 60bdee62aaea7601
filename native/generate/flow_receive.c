/* SPDX-License-Identifier: Apache-2.0 */
/* Stamped packets as they arrive: numbers, latency, and those of another start. */
#include "generate/flows.h"

/* Two workers' clocks on one machine are each within a microsecond of CLOCK_MONOTONIC. */
#define CLOCKS_AGREE_NS 2000u

static bool intact(const struct pydp_generator *generator, const struct stamped *packet)
{
	const uint8_t *addresses = packet->network + (packet->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);

	if (generator->config.unchecked)
		return true;
	if (packet->family == 4 && !net_ip4_checksum(packet->network, (uint16_t)(packet->udp - packet->network)))
		return false;
	return net_udp_checksum(packet->udp, packet->udp_length, addresses, packet->family);
}

/* Whether the packet is of the start that is being counted. Who only receives follows the sender to the next start. */
static bool current(struct flow *flow, uint8_t epoch)
{
	if (flow->heard && flow->heard_epoch == epoch)
		return true;
	if (flow->heard && (flow->set || (uint8_t)(epoch - flow->heard_epoch) >= 128)) {
		flow->stale++;
		return false;
	}
	flows_forget(flow);
	flow->heard = true;
	flow->heard_epoch = epoch;
	return true;
}

void flows_take(struct pydp_generator *generator, const struct stamped *packet, uint64_t now_ns)
{
	struct flow *flow = &generator->flows[packet->stamp.flow];

	if (!intact(generator, packet)) {
		generate_count(generator, packet->port, GENERATE_RX_CORRUPT, 1);
		flow->corrupt++;
		return;
	}
	generate_count(generator, packet->port, GENERATE_RX_FLOW, 1);
	if (!current(flow, packet->stamp.epoch))
		return;
	if (flow->first_rx_ns == 0)
		flow->first_rx_ns = now_ns;
	flow->last_rx_ns = now_ns;
	flow->received_bytes += packet->frame_length + FRAME_FCS;
	sequence_add(&flow->sequence, sequence_extend(&flow->sequence, packet->stamp.number));
	if (packet->stamp.time_ns > now_ns + CLOCKS_AGREE_NS)
		flow->ahead++;
	else
		latency_add(&flow->latency, now_ns > packet->stamp.time_ns ? now_ns - packet->stamp.time_ns : 0);
}
