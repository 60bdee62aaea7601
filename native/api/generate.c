/* SPDX-License-Identifier: Apache-2.0 */
/* Generators at the border: life, ports, peers. */
#include <string.h>
#include <pydp/generate.h>
#include "api/check.h"
#include "core/bfd_fault.h"
#include "generate/control.h"
#include "generate/misbehaviour.h"
#include "generate/peers.h"
#include "io/eal.h"

enum { PEERS_MOST = 1 << 20, FLOWS_MOST = 256, SLEEP_MOST_US = 1000000, READ_AT_ONCE = 1024 };

int pydp_generator_create(const struct pydp_generator_config *config, pydp_generator_t **generator)
{
	int result = eal_require();

	CHECK_POINTER(config);
	CHECK_POINTER(generator);
	if (result == PYDP_OK)
		result = check_name(config->name, "a generator");
	if (result != PYDP_OK)
		return result;
	CHECK(config->max_peers <= PEERS_MOST, "max_peers %u exceeds %u", config->max_peers, PEERS_MOST);
	CHECK(config->max_flows <= FLOWS_MOST, "max_flows %u exceeds %u", config->max_flows, FLOWS_MOST);
	return generator_create(config, generator);
}

int pydp_generator_destroy(pydp_generator_t *generator)
{
	CHECK_POINTER(generator);
	generator_destroy(generator);
	return PYDP_OK;
}

int pydp_generator_attach(pydp_generator_t *generator, pydp_port_t *port, uint32_t *index)
{
	CHECK_POINTER(generator);
	CHECK_POINTER(port);
	CHECK_POINTER(index);
	return generator_attach(generator, port, index);
}

int pydp_generator_start(pydp_generator_t *generator, const struct pydp_worker_config *config)
{
	CHECK_POINTER(generator);
	CHECK_POINTER(config);
	CHECK(config->idle == PYDP_IDLE_SLEEP || config->idle == PYDP_IDLE_POLL, "idle %u is neither sleep nor poll",
	      config->idle);
	CHECK(config->max_sleep_us < SLEEP_MOST_US, "max_sleep_us %u is a second or more", config->max_sleep_us);
	return generator_start(generator, config);
}

int pydp_generator_stop(pydp_generator_t *generator)
{
	CHECK_POINTER(generator);
	return generator_stop(generator);
}

int pydp_generator_step(pydp_generator_t *generator, uint64_t now_ns, uint32_t *packets)
{
	CHECK_POINTER(generator);
	CHECK(now_ns > 0, "time begins at 1 ns");
	return generator_step(generator, now_ns, packets);
}

static int check_port(const struct pydp_generator *generator, uint32_t port)
{
	CHECK(port < generator->port_count, "port %u is not attached: the generator has %u", port, generator->port_count);
	return PYDP_OK;
}

static int run_hosts_add(struct pydp_generator *generator, void *argument)
{
	return hosts_add(generator, argument);
}

int pydp_generator_hosts_add(pydp_generator_t *generator, uint32_t port, uint16_t vlan, const struct pydp_address *first,
			     uint32_t count)
{
	struct generate_hosts hosts;
	int result;

	CHECK_POINTER(generator);
	CHECK_POINTER(first);
	CHECK(count > 0, "a range of no addresses");
	result = check_port(generator, port);
	if (result == PYDP_OK)
		result = check_address(first, "first");
	if (result == PYDP_OK)
		result = check_vlan(vlan);
	if (result != PYDP_OK)
		return result;
	memset(&hosts, 0, sizeof(hosts));
	hosts.first = frame_address_load(first->octets, first->family);
	hosts.count = count;
	hosts.step = hosts.vlans = 1;
	hosts.port = port;
	hosts.vlan = vlan;
	hosts.family = first->family;
	return generator_ask(generator, run_hosts_add, &hosts);
}

/* The last address of so many, each a step behind the other, must exist. */
static int check_range(const struct pydp_address *address, uint32_t count, uint32_t step, const char *what)
{
	uint64_t first = frame_address_load(address->octets, address->family).low, length = (uint64_t)(count - 1) * step;
	uint64_t last = address->family == 4 ? UINT32_MAX : UINT64_MAX;

	CHECK(length <= last - first, "%s: %u addresses a step of %u apart reach past the last address", what, count, step);
	return PYDP_OK;
}

static int check_pattern(const struct pydp_generate_peers *config)
{
	if (config->fail_permille == 0)
		return PYDP_OK;
	CHECK(config->fail_permille <= 1000, "fail_permille %u is more than all", config->fail_permille);
	CHECK(config->fail_action > PYDP_GENERATE_RESUME && config->fail_action <= PYDP_GENERATE_DOWN,
	      "fail_action %u is no way to fail", config->fail_action);
	CHECK(config->fail_duration_ms > 0 && config->fail_duration_ms < config->fail_period_ms,
	      "a failure of %u ms every %u ms: it must last at least 1 ms and end before the next", config->fail_duration_ms,
	      config->fail_period_ms);
	return PYDP_OK;
}

static int check_peers(const struct pydp_generator *generator, const struct pydp_generate_peers *config)
{
	int result = check_port(generator, config->port);

	if (result == PYDP_OK)
		result = check_address(&config->address, "address");
	if (result == PYDP_OK)
		result = check_address(&config->target, "target");
	if (result == PYDP_OK)
		result = check_vlan(config->vlan);
	if (result != PYDP_OK)
		return result;
	CHECK(config->address.family == config->target.family, "address is IPv%u and target is IPv%u", config->address.family,
	      config->target.family);
	CHECK(config->count > 0, "a group of no peers");
	CHECK(config->vlans <= 1 || (config->vlan > 0 && config->vlan + config->vlans - 1 <= 4094),
	      "%u VLANs from %u on do not exist: 1 to 4094", config->vlans, config->vlan);
	CHECK(config->multiplier >= 1, "multiplier is 0: 1 to 255");
	CHECK(config->desired_min_tx_us > 0, "desired_min_tx_us is 0, which RFC 5880 reserves");
	CHECK(config->jitter_percent <= 25, "jitter_percent is %u: 0 to 25 (RFC 5880 6.8.7)", config->jitter_percent);
	CHECK(config->role == PYDP_ROLE_ACTIVE || config->role == PYDP_ROLE_PASSIVE, "role %u is neither active nor passive",
	      config->role);
	result = check_range(&config->address, config->count, config->address_step ? config->address_step : 1, "address");
	if (result == PYDP_OK)
		result = check_range(&config->target, config->count, config->target_step, "target");
	return result == PYDP_OK ? check_pattern(config) : result;
}

struct peers_request {
	const struct pydp_generate_peers *config;
	struct pydp_generate_peer *peers;
	struct pydp_generate_summary *summary;
	uint32_t group, first, count;
	uint32_t action, every, extra;
};

static int run_peers_add(struct pydp_generator *generator, void *argument)
{
	struct peers_request *request = argument;

	return peers_add(generator, request->config, &request->group);
}

int pydp_generate_peers_add(pydp_generator_t *generator, const struct pydp_generate_peers *config, uint32_t *group)
{
	struct peers_request request = {.config = config};
	int result;

	CHECK_POINTER(generator);
	CHECK_POINTER(config);
	CHECK_POINTER(group);
	result = check_peers(generator, config);
	if (result == PYDP_OK)
		result = generator_ask(generator, run_peers_add, &request);
	if (result == PYDP_OK)
		*group = request.group;
	return result;
}

static int find_group(struct pydp_generator *generator, const struct peers_request *request, struct group **group)
{
	if (request->group >= generator->group_count)
		return error_set(PYDP_E_NOENT, "group %u does not exist: the generator has %u", request->group,
				 generator->group_count);
	*group = &generator->groups[request->group];
	if (request->first > (*group)->config.count || request->count > (*group)->config.count - request->first)
		return error_set(PYDP_E_INVAL, "peers %u to %llu of group %u, which has %u", request->first,
				 (unsigned long long)request->first + request->count, request->group, (*group)->config.count);
	return PYDP_OK;
}

static int run_peers_act(struct pydp_generator *generator, void *argument)
{
	struct peers_request *request = argument;
	struct group *group = NULL;
	int result = find_group(generator, request, &group);

	for (uint32_t i = 0; result == PYDP_OK && i < request->count; i++)
		peer_act(generator, group->base + request->first + i, request->action, generator->now_ns);
	return result;
}

int pydp_generate_peers_act(pydp_generator_t *generator, uint32_t group, uint32_t first, uint32_t count, uint32_t action)
{
	struct peers_request request = {.group = group, .first = first, .count = count, .action = action};

	CHECK_POINTER(generator);
	CHECK(action <= PYDP_GENERATE_DOWN, "action %u does not exist", action);
	return generator_ask(generator, run_peers_act, &request);
}

static int run_peers_misbehave(struct pydp_generator *generator, void *argument)
{
	struct peers_request *request = argument;
	struct group *group = NULL;
	int result = find_group(generator, request, &group);

	for (uint32_t i = 0; result == PYDP_OK && i < request->count; i++) {
		uint32_t index = group->base + request->first + i;
		struct peer_cold *cold = &generator->cold[index];

		generator->peers[index].flags &= (uint8_t)~PEER_SPOILS;
		cold->misbehaviour = request->every != 0 ? (uint8_t)request->action : MISBEHAVIOUR_NONE;
		cold->every = cold->left = request->every;
		cold->extra = request->extra != 0;
		if (cold->misbehaviour != MISBEHAVIOUR_NONE)
			generator->peers[index].flags |= PEER_SPOILS;
	}
	return result;
}

int pydp_generate_peers_misbehave(pydp_generator_t *generator, uint32_t group, uint32_t first, uint32_t count,
				  uint32_t misbehaviour, uint32_t every, uint32_t extra)
{
	struct peers_request request = {
		.group = group, .first = first, .count = count, .action = misbehaviour, .every = every, .extra = extra};

	CHECK_POINTER(generator);
	CHECK(misbehaviour < MISBEHAVIOURS && (misbehaviour != MISBEHAVIOUR_NONE || every == 0),
	      "misbehaviour %u does not exist", misbehaviour);
	return generator_ask(generator, run_peers_misbehave, &request);
}

static int run_peers_read(struct pydp_generator *generator, void *argument)
{
	struct peers_request *request = argument;
	struct group *group = NULL;
	int result = find_group(generator, request, &group);

	for (uint32_t i = 0; result == PYDP_OK && i < request->count; i++)
		peer_read(generator, group->base + request->first + i, &request->peers[i]);
	return result;
}

static int run_summary(struct pydp_generator *generator, void *argument)
{
	struct peers_request *request = argument;
	struct group *group = NULL;
	int result = find_group(generator, request, &group);

	if (result == PYDP_OK)
		group_read(generator, group, request->summary);
	return result;
}

int pydp_generate_peers_summary(pydp_generator_t *generator, uint32_t group, struct pydp_generate_summary *summary)
{
	struct peers_request request = {.group = group, .summary = summary};

	CHECK_POINTER(generator);
	CHECK_POINTER(summary);
	return generator_ask(generator, run_summary, &request);
}

/* In pieces, so that the worker is not held up. */
int pydp_generate_peers_read(pydp_generator_t *generator, uint32_t group, uint32_t first, struct pydp_generate_peer *peers,
			     uint32_t capacity, uint32_t *count)
{
	struct pydp_generate_summary summary;
	int result;

	CHECK_POINTER(generator);
	CHECK_POINTER(peers);
	CHECK_POINTER(count);
	*count = 0;
	result = pydp_generate_peers_summary(generator, group, &summary);
	if (result != PYDP_OK)
		return result;
	while (*count < capacity && first + *count < summary.peers) {
		struct peers_request request = {.group = group, .peers = peers + *count, .first = first + *count};

		request.count = RTE_MIN((uint32_t)READ_AT_ONCE, RTE_MIN(capacity - *count, summary.peers - request.first));
		result = generator_ask(generator, run_peers_read, &request);
		if (result != PYDP_OK)
			return result;
		*count += request.count;
	}
	return PYDP_OK;
}

uint32_t pydp_generate_misbehaviour_count(void)
{
	return MISBEHAVIOURS;
}

const char *pydp_generate_misbehaviour_name(uint32_t misbehaviour)
{
	return misbehaviour_name(misbehaviour);
}

const char *pydp_generate_misbehaviour_text(uint32_t misbehaviour)
{
	return misbehaviour_text(misbehaviour);
}

const char *pydp_generate_fault_name(uint32_t fault)
{
	return bfd_fault_name(fault);
}

const char *pydp_generate_fault_text(uint32_t fault)
{
	return bfd_fault_text(fault);
}
