/* SPDX-License-Identifier: Apache-2.0 */
/* A generator's life, and the control thread's side of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "engine/table.h"
#include "generate/control.h"
#include "generate/flows.h"
#include "generate/peers.h"
#include "io/eal.h"
#include "io/error.h"

static uint64_t kernel_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = clock_monotonic_ns();
	return seed;
}

static void give_back(struct pydp_generator *generator)
{
	ports_give_back(generator);
	for (uint32_t i = 0; i < generator->port_count; i++)
		atomic_store(&generator->ports[i].port->attached, 0);
	peers_destroy(generator);
	flows_destroy(generator);
	table_unmap(generator->ports, GENERATE_PORTS * sizeof(struct generate_port));
	pthread_mutex_destroy(&generator->control_lock);
	sem_destroy(&generator->started);
	sem_destroy(&generator->answered);
	table_unmap(generator, sizeof(*generator));
}

int generator_create(const struct pydp_generator_config *config, struct pydp_generator **created)
{
	struct pydp_generator *generator = table_map(sizeof(*generator), "the generator");
	int result;

	if (generator == NULL)
		return PYDP_E_NOMEM;
	snprintf(generator->name, sizeof(generator->name), "%s", config->name);
	generator->config = *config;
	generator->config.name = NULL;
	generator->max_peers = config->max_peers ? config->max_peers : GENERATE_DEFAULT_PEERS;
	generator->max_flows = config->max_flows ? config->max_flows : GENERATE_DEFAULT_FLOWS;
	pthread_mutex_init(&generator->control_lock, NULL);
	sem_init(&generator->started, 0, 0);
	sem_init(&generator->answered, 0, 0);
	rng_seed(&generator->rng, config->seed ? config->seed : kernel_seed());
	generator->ports = table_map(GENERATE_PORTS * sizeof(struct generate_port), "the ports");
	result = generator->ports != NULL ? peers_create(generator) : PYDP_E_NOMEM;
	if (result == PYDP_OK)
		result = flows_create(generator);
	if (result != PYDP_OK) {
		give_back(generator);
		return result;
	}
	eal_object_born();
	*created = generator;
	return PYDP_OK;
}

void generator_destroy(struct pydp_generator *generator)
{
	generator_stop(generator);
	give_back(generator);
	eal_object_gone();
}

static int attach(struct pydp_generator *generator, struct pydp_port *port, uint32_t *index)
{
	if (atomic_load(&generator->running))
		return error_set(PYDP_E_STATE, "ports are attached while no worker runs: stop generator %s first",
				 generator->name);
	if (generator->port_count == GENERATE_PORTS)
		return error_set(PYDP_E_NOMEM, "generator %s has %u ports already, and no room for more", generator->name,
				 GENERATE_PORTS);
	if (atomic_exchange(&port->attached, 1) != 0)
		return error_set(PYDP_E_BUSY, "port %s is attached to an engine or a generator already", port->name);
	generator->ports[generator->port_count].port = port;
	*index = generator->port_count++;
	return PYDP_OK;
}

int generator_attach(struct pydp_generator *generator, struct pydp_port *port, uint32_t *index)
{
	int result;

	pthread_mutex_lock(&generator->control_lock);
	result = attach(generator, port, index);
	pthread_mutex_unlock(&generator->control_lock);
	return result;
}

int generator_start(struct pydp_generator *generator, const struct pydp_worker_config *config)
{
	int result;

	pthread_mutex_lock(&generator->control_lock);
	if (atomic_load(&generator->running))
		result = error_set(PYDP_E_STATE, "generator %s has a worker already", generator->name);
	else
		result = generate_worker_start(generator, config);
	pthread_mutex_unlock(&generator->control_lock);
	return result;
}

int generator_stop(struct pydp_generator *generator)
{
	pthread_mutex_lock(&generator->control_lock);
	if (atomic_load(&generator->running))
		generate_worker_stop(generator);
	pthread_mutex_unlock(&generator->control_lock);
	return PYDP_OK;
}

int generator_step(struct pydp_generator *generator, uint64_t now_ns, uint32_t *packets)
{
	int result = PYDP_OK;

	pthread_mutex_lock(&generator->control_lock);
	if (atomic_load(&generator->running)) {
		result = error_set(PYDP_E_STATE, "generator %s has a worker: stop it before stepping by hand", generator->name);
	} else {
		generate_turn(generator, now_ns);
		if (packets != NULL)
			*packets = generator->received;
	}
	pthread_mutex_unlock(&generator->control_lock);
	return result;
}

int generator_ask(struct pydp_generator *generator, int (*run)(struct pydp_generator *, void *), void *argument)
{
	struct generate_command command = {.run = run, .argument = argument};

	pthread_mutex_lock(&generator->control_lock);
	if (atomic_load(&generator->running)) {
		atomic_store_explicit(&generator->pending, &command, memory_order_release);
		while (sem_wait(&generator->answered) != 0 && errno == EINTR)
			;
		if (command.result < 0)
			error_set(command.result, "%s", command.reason);
	} else {
		command.result = run(generator, argument);
	}
	pthread_mutex_unlock(&generator->control_lock);
	return command.result;
}

void generate_serve(struct pydp_generator *generator)
{
	struct generate_command *command = atomic_load_explicit(&generator->pending, memory_order_acquire);

	if (command == NULL)
		return;
	command->result = command->run(generator, command->argument);
	if (command->result < 0)
		snprintf(command->reason, sizeof(command->reason), "%s", error_last());
	atomic_store_explicit(&generator->pending, NULL, memory_order_relaxed);
	sem_post(&generator->answered);
}
