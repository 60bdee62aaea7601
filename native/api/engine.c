/* SPDX-License-Identifier: Apache-2.0 */
/* Engines at the border: their life, ports, addresses and time. */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <pydp/engine.h>
#include "api/check.h"
#include "core/discriminator.h"
#include "engine/control.h"
#include "io/eal.h"

/* A table of neighbours is a hash of buckets of eight. */
enum {
	NEIGHBOURS_LEAST = 8,
	NEIGHBOURS_MOST = 1 << 20,
	NEXTHOPS_MOST = 1 << 20,
	EVENTS_MOST = 1 << 24,
	SLEEP_MOST_US = 1000000
};

/* Engines of this process, so that names are unique. */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct named {
	struct pydp_engine *engine;
} names[256];

static struct named *find_name(const char *name)
{
	struct named *free_place = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].engine == NULL)
			free_place = &names[i];
		else if (name != NULL && strcmp(names[i].engine->name, name) == 0)
			return NULL;
	}
	return free_place;
}

int pydp_engine_create(const struct pydp_engine_config *config, pydp_engine_t **engine)
{
	struct named *place;
	int result = eal_require();

	CHECK_POINTER(config);
	CHECK_POINTER(engine);
	if (result == PYDP_OK)
		result = check_name(config->name, "an engine");
	if (result != PYDP_OK)
		return result;
	CHECK(config->max_sessions <= DISCRIMINATOR_SLOTS, "max_sessions %u exceeds %u", config->max_sessions,
	      DISCRIMINATOR_SLOTS);
	CHECK(config->max_neighbours <= NEIGHBOURS_MOST, "max_neighbours %u exceeds %u", config->max_neighbours,
	      NEIGHBOURS_MOST);
	CHECK(config->max_neighbours == 0 || config->max_neighbours >= NEIGHBOURS_LEAST,
	      "max_neighbours %u is less than %u, the smallest table; 0 stands for 4096", config->max_neighbours,
	      NEIGHBOURS_LEAST);
	CHECK(config->max_nexthops <= NEXTHOPS_MOST, "max_nexthops %u exceeds %u", config->max_nexthops, NEXTHOPS_MOST);
	CHECK(config->workers <= ENGINE_WORKERS, "%u workers exceed %u", config->workers, ENGINE_WORKERS);
	CHECK(config->event_capacity <= EVENTS_MOST, "event_capacity %u exceeds %u", config->event_capacity, EVENTS_MOST);
	pthread_mutex_lock(&names_lock);
	place = find_name(config->name);
	if (place == NULL)
		result = error_set(PYDP_E_EXIST, "an engine named \"%s\" exists in this process already, or too many do",
				   config->name);
	else
		result = engine_create(config, engine);
	if (result == PYDP_OK)
		place->engine = *engine;
	pthread_mutex_unlock(&names_lock);
	return result;
}

int pydp_engine_destroy(pydp_engine_t *engine)
{
	CHECK_POINTER(engine);
	pthread_mutex_lock(&names_lock);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].engine == engine)
			names[i].engine = NULL;
	pthread_mutex_unlock(&names_lock);
	engine_destroy(engine);
	return PYDP_OK;
}

int pydp_engine_attach(pydp_engine_t *engine, pydp_port_t *port, uint32_t *index)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(port);
	CHECK_POINTER(index);
	return engine_attach(engine, port, index);
}

static int change_address(struct pydp_engine *engine, uint32_t kind, uint32_t port, uint16_t vlan,
			  const struct pydp_address *address, uint8_t prefix_length)
{
	struct command command = {.kind = kind};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(address);
	result = check_vlan(vlan);
	if (result == PYDP_OK)
		result = check_address(address, "address");
	if (result != PYDP_OK)
		return result;
	CHECK(prefix_length <= (address->family == 4 ? 32 : 128), "prefix_length %u is too long for IPv%u", prefix_length,
	      address->family);
	command.address =
		(struct command_address){.address = *address, .port = port, .vlan = vlan, .prefix_length = prefix_length};
	return engine_command(engine, &command, &reply);
}

int pydp_engine_address_add(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address,
			    uint8_t prefix_length)
{
	return change_address(engine, COMMAND_ADDRESS_ADD, port, vlan, address, prefix_length);
}

int pydp_engine_address_remove(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address)
{
	return change_address(engine, COMMAND_ADDRESS_REMOVE, port, vlan, address, 0);
}

int pydp_engine_start(pydp_engine_t *engine, const struct pydp_worker_config *config)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	CHECK(config->cpu >= -1 && config->cpu < CPU_SETSIZE, "cpu %d does not exist: -1 for any", config->cpu);
	CHECK(config->cpu_count == 0 || config->cpus != NULL, "cpus is NULL, and cpu_count %u", config->cpu_count);
	CHECK(config->cpu_count <= engine->forwarder_count, "%u cpus for %u workers beyond the first one", config->cpu_count,
	      engine->forwarder_count);
	for (uint32_t i = 0; i < config->cpu_count; i++)
		CHECK(config->cpus[i] >= -1 && config->cpus[i] < CPU_SETSIZE, "cpu %d does not exist: -1 for any",
		      config->cpus[i]);
	CHECK(config->idle == PYDP_IDLE_SLEEP || config->idle == PYDP_IDLE_POLL,
	      "idle %u is neither PYDP_IDLE_SLEEP nor PYDP_IDLE_POLL", config->idle);
	CHECK(config->max_sleep_us <= SLEEP_MOST_US, "max_sleep_us %u exceeds a second", config->max_sleep_us);
	return engine_start(engine, config);
}

int pydp_engine_stop(pydp_engine_t *engine)
{
	CHECK_POINTER(engine);
	return engine_stop(engine);
}

static int step(struct pydp_engine *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets)
{
	uint32_t received;
	int result;

	CHECK(now_ns != 0 && now_ns <= INT64_MAX, "now_ns %llu is not a time from 1 to 2^63 - 1", (unsigned long long)now_ns);
	result = engine_step(engine, worker, now_ns, &received);
	if (result == PYDP_OK && packets != NULL)
		*packets = received;
	return result;
}

int pydp_engine_step(pydp_engine_t *engine, uint64_t now_ns, uint32_t *packets)
{
	CHECK_POINTER(engine);
	return step(engine, ENGINE_EVERY_WORKER, now_ns, packets);
}

int pydp_engine_step_worker(pydp_engine_t *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets)
{
	CHECK_POINTER(engine);
	CHECK(worker <= engine->forwarder_count, "there is no worker %u: engine %s has %u", worker, engine->name,
	      1 + engine->forwarder_count);
	return step(engine, worker, now_ns, packets);
}

int pydp_engine_next_deadline(pydp_engine_t *engine, uint64_t *deadline_ns)
{
	struct command command = {.kind = COMMAND_NEXT_DEADLINE};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(deadline_ns);
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK)
		*deadline_ns = reply.deadline_ns;
	return result;
}

uint64_t pydp_clock_ns(void)
{
	return clock_monotonic_ns();
}
