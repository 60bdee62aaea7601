/* SPDX-License-Identifier: Apache-2.0 */
/* Flows of a generator at the border, its counters and its worker. */
#include <string.h>
#include <pydp/generate.h>
#include "api/check.h"
#include "generate/control.h"
#include "generate/flows.h"

enum { SIZES_MOST = 64, SIZE_LEAST4 = 64, SIZE_LEAST6 = 84, SIZE_MOST = 9018, DESTINATIONS_MOST = 1 << 22 };

struct flow_request {
	const struct pydp_generate_flow *config;
	struct pydp_generate_flow_state *state;
	uint32_t number;
	uint64_t millirate, packets;
};

static int check_sizes(const struct pydp_generator *generator, const struct pydp_generate_flow *config)
{
	const struct pydp_port *port = generator->ports[config->port].port;
	uint32_t least = config->source.family == 4 ? SIZE_LEAST4 : SIZE_LEAST6;
	uint32_t most = RTE_MIN((uint32_t)SIZE_MOST, port->mtu + ETHER_LENGTH + (uint32_t)FRAME_FCS);
	uint32_t room = rte_pktmbuf_data_room_size(port->pool) - RTE_PKTMBUF_HEADROOM;

	CHECK(config->size_count >= 1 && config->size_count <= SIZES_MOST, "size_count is %u: 1 to %u", config->size_count,
	      SIZES_MOST);
	CHECK_POINTER(config->sizes);
	if (most > room)
		most = room;
	for (uint32_t i = 0; i < config->size_count; i++)
		CHECK(config->sizes[i] >= least && config->sizes[i] <= most,
		      "a frame of %u octets over IPv%u on port %s: %u to %u with its FCS", config->sizes[i],
		      config->source.family, port->name, least, most);
	return PYDP_OK;
}

static int check_destinations(const struct pydp_generate_flow *config)
{
	CHECK(config->destination_count >= 1 && config->destination_count <= DESTINATIONS_MOST,
	      "destination_count is %u: 1 to %u", config->destination_count, DESTINATIONS_MOST);
	CHECK_POINTER(config->destinations);
	for (uint32_t i = 0; i < config->destination_count; i++) {
		int result = check_address(&config->destinations[i], "a destination");

		if (result != PYDP_OK)
			return result;
		CHECK(config->destinations[i].family == config->source.family, "source is IPv%u and a destination is IPv%u",
		      config->source.family, config->destinations[i].family);
	}
	return PYDP_OK;
}

static int check_first_hop(const struct pydp_generate_flow *config)
{
	static const struct pydp_mac nobody;

	if (config->gateway.family == 0) {
		CHECK(memcmp(&config->mac, &nobody, sizeof(nobody)) != 0,
		      "flow %u has neither a gateway nor a MAC address to send to", config->number);
		return PYDP_OK;
	}
	CHECK(config->gateway.family == config->source.family, "source is IPv%u and gateway is IPv%u", config->source.family,
	      config->gateway.family);
	return check_address(&config->gateway, "gateway");
}

static int check_flow(const struct pydp_generator *generator, const struct pydp_generate_flow *config)
{
	int result;

	CHECK(config->number < generator->max_flows, "flow %u: numbers are below max_flows, %u", config->number,
	      generator->max_flows);
	CHECK(config->port < generator->port_count, "port %u is not attached: the generator has %u", config->port,
	      generator->port_count);
	CHECK(config->dscp < 64, "dscp is %u: 0 to 63", config->dscp);
	CHECK(config->destination_port != 3784 && config->destination_port != 0, "destination_port %u is BFD's or none",
	      config->destination_port);
	CHECK((uint32_t)config->source_port + config->source_ports <= UINT16_MAX + 1u,
	      "source_port %u and %u ports from there reach past 65535", config->source_port, config->source_ports);
	result = check_vlan(config->vlan);
	if (result == PYDP_OK)
		result = check_address(&config->source, "source");
	if (result == PYDP_OK)
		result = check_sizes(generator, config);
	if (result == PYDP_OK)
		result = check_destinations(config);
	return result == PYDP_OK ? check_first_hop(config) : result;
}

static int run_set(struct pydp_generator *generator, void *argument)
{
	return flows_set(generator, ((struct flow_request *)argument)->config);
}

int pydp_generate_flow_set(pydp_generator_t *generator, const struct pydp_generate_flow *config)
{
	struct pydp_generate_flow whole;
	struct flow_request request = {.config = &whole};
	int result;

	CHECK_POINTER(generator);
	CHECK_POINTER(config);
	result = check_flow(generator, config);
	if (result != PYDP_OK)
		return result;
	whole = *config;
	whole.sources += whole.sources == 0;
	whole.source_ports += whole.source_ports == 0;
	return generator_ask(generator, run_set, &request);
}

static int run_start(struct pydp_generator *generator, void *argument)
{
	struct flow_request *request = argument;

	return flows_start(generator, request->number, request->millirate, request->packets);
}

static int run_stop(struct pydp_generator *generator, void *argument)
{
	return flows_stop(generator, ((struct flow_request *)argument)->number);
}

static int run_read(struct pydp_generator *generator, void *argument)
{
	struct flow_request *request = argument;

	flows_read(generator, request->number, request->state);
	return PYDP_OK;
}

static int check_number(const struct pydp_generator *generator, uint32_t number)
{
	CHECK(number < generator->max_flows, "flow %u: numbers are below max_flows, %u", number, generator->max_flows);
	return PYDP_OK;
}

int pydp_generate_flow_start(pydp_generator_t *generator, uint32_t number, uint64_t millirate, uint64_t packets)
{
	struct flow_request request = {.number = number, .millirate = millirate, .packets = packets};
	int result;

	CHECK_POINTER(generator);
	CHECK(millirate < PACE_LIMIT, "a rate of %llu thousandths of a packet a second: less than %llu",
	      (unsigned long long)millirate, (unsigned long long)PACE_LIMIT);
	result = check_number(generator, number);
	return result == PYDP_OK ? generator_ask(generator, run_start, &request) : result;
}

int pydp_generate_flow_stop(pydp_generator_t *generator, uint32_t number)
{
	struct flow_request request = {.number = number};
	int result;

	CHECK_POINTER(generator);
	result = check_number(generator, number);
	return result == PYDP_OK ? generator_ask(generator, run_stop, &request) : result;
}

int pydp_generate_flow_read(pydp_generator_t *generator, uint32_t number, struct pydp_generate_flow_state *state)
{
	struct flow_request request = {.number = number, .state = state};
	int result;

	CHECK_POINTER(generator);
	CHECK_POINTER(state);
	result = check_number(generator, number);
	return result == PYDP_OK ? generator_ask(generator, run_read, &request) : result;
}

static const struct {
	const char *name;
	const char *text;
} counters[GENERATE_COUNTERS] = {
#define GENERATE_COUNTER_DESCRIPTION(name, kebab, text) [GENERATE_##name] = {kebab, text},
	GENERATE_COUNTER_LIST(GENERATE_COUNTER_DESCRIPTION)
#undef GENERATE_COUNTER_DESCRIPTION
};

uint32_t pydp_generate_counter_count(void)
{
	return GENERATE_COUNTERS;
}

const char *pydp_generate_counter_name(uint32_t counter)
{
	return counter < GENERATE_COUNTERS ? counters[counter].name : NULL;
}

const char *pydp_generate_counter_text(uint32_t counter)
{
	return counter < GENERATE_COUNTERS ? counters[counter].text : NULL;
}

int pydp_generator_counters(pydp_generator_t *generator, uint32_t port, uint64_t *values, uint32_t capacity)
{
	CHECK_POINTER(generator);
	CHECK_POINTER(values);
	CHECK(capacity >= GENERATE_COUNTERS, "capacity %u is less than pydp_generate_counter_count(), %u", capacity,
	      GENERATE_COUNTERS);
	CHECK(port < generator->port_count, "port %u is not attached: the generator has %u", port, generator->port_count);
	for (uint32_t i = 0; i < GENERATE_COUNTERS; i++)
		values[i] = atomic_load_explicit(&generator->ports[port].counters[i], memory_order_relaxed);
	return PYDP_OK;
}

int pydp_generator_worker(pydp_generator_t *generator, struct pydp_generate_worker *stats)
{
	CHECK_POINTER(generator);
	CHECK_POINTER(stats);
	memset(stats, 0, sizeof(*stats));
	stats->turns = atomic_load_explicit(&generator->turns, memory_order_relaxed);
	stats->busy_turns = atomic_load_explicit(&generator->busy_turns, memory_order_relaxed);
	stats->poll_gap_max_ns = atomic_load_explicit(&generator->gap_max_ns, memory_order_relaxed);
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		stats->poll_gap_us_log2[i] = atomic_load_explicit(&generator->gaps[i], memory_order_relaxed);
	stats->running = atomic_load(&generator->running);
	return PYDP_OK;
}

static int run_reset(struct pydp_generator *generator, void *argument)
{
	(void)argument;
	atomic_store_explicit(&generator->gap_max_ns, 0, memory_order_relaxed);
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		atomic_store_explicit(&generator->gaps[i], 0, memory_order_relaxed);
	return PYDP_OK;
}

int pydp_generator_worker_reset(pydp_generator_t *generator)
{
	CHECK_POINTER(generator);
	return generator_ask(generator, run_reset, NULL);
}
