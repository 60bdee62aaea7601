/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of flows at their rate. Late packets follow in a burst, but no more than FLOW_DEBT of them: a burst that no steady
 * sender would send says nothing about the router that loses part of it. What is given up is counted. */
#include "generate/flows.h"

enum { FLOW_DEBT = 512, FLOW_A_TURN = 256 };

/* A sum of 16-bit words, at most 2^16 of them, folded. */
static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static uint16_t next_size(struct flow *flow)
{
	uint16_t size = flow->sizes[flow->at_size];

	if (++flow->at_size == flow->config.size_count)
		flow->at_size = 0;
	return size;
}

static void write_addresses(uint8_t *frame, struct flow *flow)
{
	const struct frame_shape *shape = &flow->template.shape;
	uint8_t *out = frame_source(frame, shape);
	struct frame_address source = flow->source;

	source.low += flow->at_source;
	frame_address_store(out, source, shape->family);
	frame_address_store(out + (shape->family == 4 ? 4 : 16), flow->destinations[flow->at_destination], shape->family);
	if (++flow->at_source == flow->config.sources)
		flow->at_source = 0;
	if (++flow->at_destination == flow->config.destination_count)
		flow->at_destination = 0;
}

static void write_checksums(uint8_t *frame, const struct flow *flow, uint16_t udp_length)
{
	const struct frame_shape *shape = &flow->template.shape;
	uint8_t *network = frame + shape->network_at, *udp = frame + shape->udp_at;
	uint32_t addresses = checksum_sum(frame_source(frame, shape), shape->family == 4 ? 8 : 32);
	uint16_t port, checksum;

	if (shape->family == 4) {
		store16(network + IP4_TOTAL_AT, IP4_LENGTH + udp_length);
		checksum = (uint16_t)~fold(flow->ip_sum + addresses + checksum_word(IP4_LENGTH + udp_length));
		memcpy(network + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	} else {
		store16(network + IP6_PAYLOAD_AT, udp_length);
	}
	store16(udp + UDP_LENGTH_AT, udp_length);
	memcpy(&port, udp, sizeof(port));
	/* The length counts twice: in the pseudo-header and in UDP's own. */
	checksum = checksum_finish(fold(flow->udp_sum + addresses + port + 2u * checksum_word(udp_length) +
					checksum_sum(udp + UDP_LENGTH, STAMP_LENGTH)));
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
}

static uint16_t write_packet(struct pydp_generator *generator, uint8_t *frame, struct flow *flow, uint64_t time_ns)
{
	const struct frame_shape *shape = &flow->template.shape;
	uint16_t tag = flow->config.vlan != 0 ? VLAN_LENGTH : 0;
	uint16_t length = (uint16_t)(next_size(flow) - FRAME_FCS + tag);
	uint8_t *payload = frame + shape->payload_at;
	const struct stamp stamp = {.tag = generator->config.tag,
				    .flow = (uint8_t)flow->config.number,
				    .epoch = flow->epoch,
				    .number = (uint32_t)flow->sent,
				    .time_ns = time_ns};

	memcpy(frame, flow->template.octets, sizeof(flow->template.octets));
	if (flow->target_index != GENERATE_NONE)
		memcpy(frame, generator->targets[flow->target_index].mac.octets, 6);
	write_addresses(frame, flow);
	store16(frame + shape->udp_at, (uint16_t)(flow->config.source_port + flow->at_port));
	if (++flow->at_port == flow->config.source_ports)
		flow->at_port = 0;
	stamp_write(payload, &stamp);
	memset(payload + STAMP_LENGTH, 0, (size_t)(length - shape->payload_at - STAMP_LENGTH));
	write_checksums(frame, flow, (uint16_t)(length - shape->udp_at));
	flow->sent++;
	flow->sent_bytes += length + FRAME_FCS - tag;
	return length;
}

static uint64_t moment(struct pydp_generator *generator, uint64_t now_ns)
{
	return generator->ticking ? clock_now(&generator->clock) : now_ns;
}

/* At most so many as wanted, and as the port has room for. */
static uint32_t stage(struct pydp_generator *generator, struct flow *flow, uint32_t wanted, uint64_t now_ns)
{
	uint32_t port = flow->config.port, staged = 0;

	while (staged < wanted) {
		uint32_t room = ports_room(generator, port);
		uint64_t time_ns = moment(generator, now_ns);

		if (room > wanted - staged)
			room = wanted - staged;
		for (uint32_t i = 0; i < room; i++) {
			struct rte_mbuf *mbuf = ports_buffer(generator, port);

			if (mbuf == NULL) {
				flow->full++;
				return staged;
			}
			ports_send(generator, port, mbuf,
				   write_packet(generator, rte_pktmbuf_mtod(mbuf, uint8_t *), flow, time_ns));
			staged++;
		}
		if (room == 0) {
			flow->full++;
			return staged;
		}
		flow->last_tx_ns = time_ns;
	}
	return staged;
}

static uint32_t wanted_now(struct flow *flow, uint64_t now_ns)
{
	uint64_t due = UINT64_MAX, gone = flow->sent + flow->given_up, wanted;

	if (flow->millirate != 0)
		due = pace_due(&flow->pace, now_ns);
	if (flow->packets != 0 && due > flow->packets)
		due = flow->packets;
	if (due <= gone)
		return 0;
	wanted = due - gone;
	if (flow->millirate != 0 && wanted > FLOW_DEBT) {
		flow->given_up += wanted - FLOW_DEBT;
		wanted = FLOW_DEBT;
	}
	return wanted < FLOW_A_TURN ? (uint32_t)wanted : FLOW_A_TURN;
}

static uint32_t send_flow(struct pydp_generator *generator, struct flow *flow, uint64_t now_ns)
{
	uint32_t staged, wanted;

	if (flow->target_index != GENERATE_NONE && !generator->targets[flow->target_index].known) {
		flow->unresolved++;
		return 0;
	}
	if (flow->start_ns == 0) {
		flow->start_ns = now_ns;
		if (flow->millirate != 0)
			pace_start(&flow->pace, flow->millirate, now_ns);
	}
	wanted = wanted_now(flow, now_ns);
	staged = stage(generator, flow, wanted, now_ns);
	if (staged > 0)
		generate_count(generator, flow->config.port, GENERATE_TX_FLOW, staged);
	if (flow->packets != 0 && flow->sent + flow->given_up >= flow->packets)
		flow->sending = false;
	return staged;
}

uint32_t flows_send(struct pydp_generator *generator, uint64_t now_ns)
{
	uint32_t staged = 0;

	for (uint32_t i = 0; i < generator->max_flows; i++)
		if (generator->flows[i].sending)
			staged += send_flow(generator, &generator->flows[i], now_ns);
	return staged;
}

uint64_t flows_next(const struct pydp_generator *generator)
{
	uint64_t next_ns = UINT64_MAX;

	for (uint32_t i = 0; i < generator->max_flows; i++) {
		const struct flow *flow = &generator->flows[i];
		uint64_t due_ns;

		if (!flow->sending)
			continue;
		if (flow->millirate == 0 || flow->start_ns == 0)
			return generator->now_ns;
		due_ns = pace_time(&flow->pace, flow->sent + flow->given_up);
		if (due_ns < next_ns)
			next_ns = due_ns;
	}
	return next_ns;
}
