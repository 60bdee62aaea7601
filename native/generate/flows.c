/* SPDX-License-Identifier: Apache-2.0 */
/* The table of flows: set up, started, stopped and read. */
#include <stdlib.h>
#include "engine/table.h"
#include "generate/flows.h"
#include "io/error.h"

enum { DEFAULT_TTL = 64 };

int flows_create(struct pydp_generator *generator)
{
	generator->flows = table_map(generator->max_flows * sizeof(struct flow), "the flows");
	return generator->flows != NULL ? PYDP_OK : PYDP_E_NOMEM;
}

static void forget_lists(struct flow *flow)
{
	free(flow->sizes);
	free(flow->destinations);
	flow->sizes = NULL;
	flow->destinations = NULL;
}

void flows_destroy(struct pydp_generator *generator)
{
	for (uint32_t i = 0; generator->flows != NULL && i < generator->max_flows; i++)
		forget_lists(&generator->flows[i]);
	table_unmap(generator->flows, generator->max_flows * sizeof(struct flow));
}

static int copy_lists(struct flow *flow, const struct pydp_generate_flow *config)
{
	uint16_t *sizes = malloc(config->size_count * sizeof(*sizes));
	struct frame_address *destinations = malloc(config->destination_count * sizeof(*destinations));

	if (sizes == NULL || destinations == NULL) {
		free(sizes);
		free(destinations);
		return error_set(PYDP_E_NOMEM, "no memory for %u destinations of flow %u", config->destination_count,
				 config->number);
	}
	memcpy(sizes, config->sizes, config->size_count * sizeof(*sizes));
	for (uint32_t i = 0; i < config->destination_count; i++)
		destinations[i] = frame_address_load(config->destinations[i].octets, config->source.family);
	forget_lists(flow);
	flow->sizes = sizes;
	flow->destinations = destinations;
	return PYDP_OK;
}

static int find_gateway(struct pydp_generator *generator, const struct pydp_generate_flow *config, uint32_t *index)
{
	struct generate_target target;

	*index = GENERATE_NONE;
	if (config->gateway.family == 0)
		return PYDP_OK;
	memset(&target, 0, sizeof(target));
	memcpy(target.address, config->gateway.octets, 16);
	memcpy(target.asker, config->source.octets, 16);
	target.mac = config->mac;
	target.port = config->port;
	target.vlan = config->vlan;
	target.family = config->gateway.family;
	return targets_add(generator, &target, index);
}

static int own_sources(struct pydp_generator *generator, const struct pydp_generate_flow *config, struct frame_address first)
{
	struct generate_hosts hosts;

	memset(&hosts, 0, sizeof(hosts));
	hosts.first = first;
	hosts.count = config->sources;
	hosts.step = 1;
	hosts.port = config->port;
	hosts.vlan = config->vlan;
	hosts.vlans = 1;
	hosts.family = config->source.family;
	return hosts_add(generator, &hosts);
}

/* Lengths, addresses, source port and payload are added for each packet. */
static void write_template(struct pydp_generator *generator, struct flow *flow)
{
	const struct pydp_generate_flow *config = &flow->config;
	const struct frame_fields fields = {.source_mac = generator->ports[config->port].port->mac.octets,
					    .destination_mac = config->mac.octets,
					    .vlan = config->vlan,
					    .family = config->source.family,
					    .ttl = config->ttl != 0 ? config->ttl : DEFAULT_TTL,
					    .dscp = config->dscp,
					    .destination_port = config->destination_port};
	uint8_t *octets = flow->template.octets;
	const struct frame_shape *shape = &flow->template.shape;

	frame_write(&flow->template, &fields);
	store16(octets + shape->udp_at + UDP_LENGTH_AT, 0);
	if (shape->family == 4)
		store16(octets + shape->network_at + IP4_TOTAL_AT, 0);
	flow->ip_sum = checksum_sum(octets + shape->network_at, IP4_LENGTH);
	flow->udp_sum = checksum_add(checksum_word(PROTOCOL_UDP), checksum_sum(octets + shape->udp_at, UDP_LENGTH));
}

int flows_set(struct pydp_generator *generator, const struct pydp_generate_flow *config)
{
	struct flow *flow = &generator->flows[config->number];
	struct frame_address source = frame_address_load(config->source.octets, config->source.family);
	uint32_t target_index;
	int result;

	if (flow->sending)
		return error_set(PYDP_E_STATE, "flow %u is being sent: stop it first", config->number);
	result = find_gateway(generator, config, &target_index);
	if (result == PYDP_OK)
		result = own_sources(generator, config, source);
	if (result == PYDP_OK)
		result = copy_lists(flow, config);
	if (result != PYDP_OK)
		return result;
	flow->config = *config;
	flow->config.sizes = NULL;
	flow->config.destinations = NULL;
	flow->source = source;
	flow->target_index = target_index;
	/* So that a receiver tells this process's first start from another's. */
	if (!flow->set)
		flow->epoch = (uint8_t)rng_next(&generator->rng);
	flow->set = true;
	write_template(generator, flow);
	return PYDP_OK;
}

void flows_forget(struct flow *flow)
{
	flow->heard = false;
	flow->received_bytes = flow->stale = flow->corrupt = flow->ahead = flow->first_rx_ns = flow->last_rx_ns = 0;
	memset(&flow->latency, 0, sizeof(flow->latency));
	memset(&flow->sequence, 0, sizeof(flow->sequence));
}

int flows_start(struct pydp_generator *generator, uint32_t number, uint64_t millirate, uint64_t packets)
{
	struct flow *flow = &generator->flows[number];

	if (!flow->set)
		return error_set(PYDP_E_NOENT, "flow %u is not set: call pydp_generate_flow_set first", number);
	if (flow->sending)
		return error_set(PYDP_E_STATE, "flow %u is being sent already: stop it first", number);
	flows_forget(flow);
	flow->heard = true;
	flow->heard_epoch = ++flow->epoch;
	flow->millirate = millirate;
	flow->packets = packets;
	flow->at_size = flow->at_destination = flow->at_source = flow->at_port = 0;
	flow->given_up = flow->sent = flow->sent_bytes = flow->start_ns = flow->last_tx_ns = 0;
	flow->unresolved = flow->full = 0;
	flow->sending = true;
	return PYDP_OK;
}

int flows_stop(struct pydp_generator *generator, uint32_t number)
{
	generator->flows[number].sending = false;
	return PYDP_OK;
}

/* Until the flow's end, or its last packet. */
static uint64_t due_by_now(const struct pydp_generator *generator, const struct flow *flow)
{
	uint64_t due;

	if (flow->start_ns == 0 || flow->millirate == 0)
		return flow->sent;
	due = flow->sending ? pace_due(&flow->pace, generator->now_ns) : flow->sent + flow->given_up;
	return flow->packets != 0 && due > flow->packets ? flow->packets : due;
}

void flows_read(const struct pydp_generator *generator, uint32_t number, struct pydp_generate_flow_state *state)
{
	const struct flow *flow = &generator->flows[number];
	const struct sequence *sequence = &flow->sequence;
	const struct latency *latency = &flow->latency;

	static_assert(sizeof(state->latency) == sizeof(latency->buckets), "the buckets of core/latency.h");
	*state = (struct pydp_generate_flow_state){
		.sent = flow->sent,
		.sent_bytes = flow->sent_bytes,
		.due = due_by_now(generator, flow),
		.skipped = flow->given_up,
		.start_ns = flow->start_ns,
		.last_tx_ns = flow->last_tx_ns,
		.unresolved = flow->unresolved,
		.full = flow->full,
		.sending = flow->sending,
		.resolved = flow->set && (flow->target_index == GENERATE_NONE || generator->targets[flow->target_index].known),
		.received = sequence->received,
		.received_bytes = flow->received_bytes,
		.unique = sequence_unique(sequence),
		.expected = sequence->next,
		.duplicated = sequence->duplicated,
		.reordered = sequence->reordered,
		.beyond = sequence->beyond,
		.extent = sequence->extent,
		.stale = flow->stale,
		.corrupt = flow->corrupt,
		.ahead = flow->ahead,
		.first_rx_ns = flow->first_rx_ns,
		.last_rx_ns = flow->last_rx_ns,
		.latency_count = latency->count,
		.latency_sum_ns = latency->sum_ns,
		.latency_min_ns = latency->min_ns,
		.latency_max_ns = latency->max_ns,
	};
	memcpy(state->latency, latency->buckets, sizeof(state->latency));
}
