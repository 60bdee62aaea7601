/* SPDX-License-Identifier: Apache-2.0 */
/* The far end from C: two generators that are each other's target, every misbehaviour and failure, and flows through a port
 * that loses some; most of all for the sanitizers. */
#include <pydp/generate.h>
#include "rig.h"

struct mirror {
	pydp_generator_t *sides[2];
	pydp_port_t *ends[2];
	uint32_t groups[2];
	uint64_t now;
};

static struct pydp_address host(uint8_t family, uint8_t number)
{
	return family == 4 ? address4(192, 0, 2, number) : address6(number);
}

static struct mirror mirror_make(uint8_t family, uint32_t peers)
{
	const struct pydp_link_config link = {.name = "mirror", .capacity = 1024};
	struct mirror mirror = {.now = START};

	OK(pydp_link_create(&link, &mirror.ends[0], &mirror.ends[1]));
	for (int i = 0; i < 2; i++) {
		const struct pydp_generator_config config = {
			.name = i == 0 ? "near" : "far", .max_peers = 64, .seed = 1 + (uint64_t)i};
		struct pydp_generate_peers wanted = {
			.address = host(family, i == 0 ? 16 : 128),
			.target = host(family, i == 0 ? 128 : 16),
			.count = peers,
			.target_step = 1,
			.discriminator = 77,
			.desired_min_tx_us = 20000,
			.required_min_rx_us = 20000,
			.multiplier = 3,
			.jitter_percent = 25,
			.vlan = 5,
		};
		struct pydp_port_info info;
		uint32_t index;

		OK(pydp_port_info(mirror.ends[1 - i], &info));
		wanted.target_mac = info.mac;
		OK(pydp_generator_create(&config, &mirror.sides[i]));
		OK(pydp_generator_attach(mirror.sides[i], mirror.ends[i], &index));
		OK(pydp_generate_peers_add(mirror.sides[i], &wanted, &mirror.groups[i]));
	}
	return mirror;
}

static void mirror_run(struct mirror *mirror, uint64_t duration_ns)
{
	for (uint64_t end = mirror->now + duration_ns; mirror->now < end; mirror->now += MS)
		for (int i = 0; i < 2; i++)
			OK(pydp_generator_step(mirror->sides[i], mirror->now, NULL));
}

static void mirror_break(struct mirror *mirror)
{
	for (int i = 0; i < 2; i++) {
		OK(pydp_generator_destroy(mirror->sides[i]));
		OK(pydp_port_close(mirror->ends[i]));
	}
}

static struct pydp_generate_summary summary(struct mirror *mirror, int side)
{
	struct pydp_generate_summary told;

	OK(pydp_generate_peers_summary(mirror->sides[side], mirror->groups[side], &told));
	return told;
}

static void misbehave_in_every_way(uint8_t family)
{
	struct mirror mirror = mirror_make(family, 64);
	struct pydp_generate_summary told;

	mirror_run(&mirror, SECOND);
	CHECK(summary(&mirror, 0).states[PYDP_BFD_UP] == 64, "%u are Up", summary(&mirror, 0).states[PYDP_BFD_UP]);
	for (uint32_t kind = 1; kind < pydp_generate_misbehaviour_count(); kind++) {
		OK(pydp_generate_peers_misbehave(mirror.sides[0], mirror.groups[0], 0, 64, kind, 1, kind % 2));
		mirror_run(&mirror, 1500 * MS);
	}
	OK(pydp_generate_peers_misbehave(mirror.sides[0], mirror.groups[0], 0, 64, 0, 0, 0));
	mirror_run(&mirror, 3 * SECOND);
	told = summary(&mirror, 0);
	for (uint32_t kind = 1; kind < pydp_generate_misbehaviour_count(); kind++)
		CHECK(told.tx_bad[kind] > 0 || strcmp(pydp_generate_misbehaviour_name(kind), "never-final") == 0,
		      "%s: none sent", pydp_generate_misbehaviour_name(kind));
	CHECK(summary(&mirror, 1).states[PYDP_BFD_UP] == 64, "%u are Up again", summary(&mirror, 1).states[PYDP_BFD_UP]);
	mirror_break(&mirror);
}

static void every_misbehaviour_over_ip4(void)
{
	misbehave_in_every_way(4);
}

static void every_misbehaviour_over_ip6(void)
{
	misbehave_in_every_way(6);
}

static void every_failure_and_its_end(void)
{
	struct mirror mirror = mirror_make(6, 33);
	struct pydp_generate_peer peers[40];
	uint32_t count;

	mirror_run(&mirror, SECOND);
	for (uint32_t action = PYDP_GENERATE_SILENT; action <= PYDP_GENERATE_DOWN; action++) {
		OK(pydp_generate_peers_act(mirror.sides[0], mirror.groups[0], action, 3, action));
		mirror_run(&mirror, 500 * MS);
		CHECK(summary(&mirror, 1).states[PYDP_BFD_UP] == 30, "action %u leaves %u Up", action,
		      summary(&mirror, 1).states[PYDP_BFD_UP]);
		OK(pydp_generate_peers_act(mirror.sides[0], mirror.groups[0], 0, 33, PYDP_GENERATE_RESUME));
		mirror_run(&mirror, 3 * SECOND);
		CHECK(summary(&mirror, 1).states[PYDP_BFD_UP] == 33, "action %u ends", action);
	}
	OK(pydp_generate_peers_read(mirror.sides[0], mirror.groups[0], 0, peers, 40, &count));
	CHECK(count == 33, "%u peers", count);
	CHECK(peers[PYDP_GENERATE_DOWN].failures == 3 && peers[0].failures == 0, "failures of the fifth and the first");
	mirror_break(&mirror);
}

static void flows_of_every_size_are_counted(void)
{
	static const uint16_t sizes[] = {84, 85, 86, 87, 600, 1518};
	const struct pydp_address destinations[] = {address6(300), address6(301), address6(302)};
	struct mirror mirror = mirror_make(6, 1);
	const struct pydp_generate_flow flow = {.number = 15,
						.source = address6(400),
						.sources = 7,
						.source_port = 65000,
						.source_ports = 3,
						.destination_port = 9,
						.gateway = address6(128),
						.vlan = 5,
						.size_count = 6,
						.sizes = sizes,
						.destination_count = 3,
						.destinations = destinations};
	struct pydp_generate_flow_state *state = malloc(sizeof(*state)), *heard = malloc(sizeof(*heard));

	OK(pydp_generate_flow_set(mirror.sides[0], &flow));
	OK(pydp_generate_flow_set(mirror.sides[0], &flow));
	OK(pydp_generate_flow_start(mirror.sides[0], 15, 50000000, 5000));
	mirror_run(&mirror, 50 * MS);
	OK(pydp_port_cut(mirror.ends[0], 1));
	mirror_run(&mirror, 10 * MS);
	OK(pydp_port_cut(mirror.ends[0], 0));
	mirror_run(&mirror, SECOND);
	OK(pydp_generate_flow_read(mirror.sides[0], 15, state));
	OK(pydp_generate_flow_read(mirror.sides[1], 15, heard));
	CHECK(state->sent == 5000 && !state->sending, "%llu sent", (unsigned long long)state->sent);
	CHECK(heard->expected == 5000 && heard->unique == 4500, "%llu of %llu came", (unsigned long long)heard->unique,
	      (unsigned long long)heard->expected);
	CHECK(heard->corrupt == 0 && heard->reordered == 0, "and came whole");
	free(state);
	free(heard);
	mirror_break(&mirror);
}

static void a_worker_takes_commands_and_leaves(void)
{
	const struct pydp_worker_config worker = {.cpu = -1, .idle = PYDP_IDLE_SLEEP};
	struct mirror mirror = mirror_make(4, 64);
	struct pydp_generate_worker lateness;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2; i++)
			OK(pydp_generator_start(mirror.sides[i], &worker));
		for (int i = 0; i < 1000; i++)
			summary(&mirror, i % 2);
		OK(pydp_generate_peers_act(mirror.sides[0], mirror.groups[0], 0, 64, PYDP_GENERATE_ADMIN_DOWN));
		CHECK(pydp_generator_step(mirror.sides[0], START, NULL) == PYDP_E_STATE, "a worker runs");
		for (int i = 0; i < 2; i++)
			OK(pydp_generator_stop(mirror.sides[i]));
		OK(pydp_generate_peers_act(mirror.sides[0], mirror.groups[0], 0, 64, PYDP_GENERATE_RESUME));
	}
	OK(pydp_generator_worker(mirror.sides[0], &lateness));
	CHECK(lateness.turns > 0 && !lateness.running, "%llu turns", (unsigned long long)lateness.turns);
	mirror_break(&mirror);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"every_misbehaviour_over_ip4", every_misbehaviour_over_ip4},
		{"every_misbehaviour_over_ip6", every_misbehaviour_over_ip6},
		{"every_failure_and_its_end", every_failure_and_its_end},
		{"flows_of_every_size_are_counted", flows_of_every_size_are_counted},
		{"a_worker_takes_commands_and_leaves", a_worker_takes_commands_and_leaves},
	};

	return RUN_CASES(argc, argv, cases);
}
