/* SPDX-License-Identifier: Apache-2.0 */
/* The core without Python, for the sanitizers: sessions in pairs over lossy links, timed by one agenda, and the parser fed
 * with noise. Exits 0 when every pair is Up at the end. Argument: seed. */
#include <stdio.h>
#include <stdlib.h>
#include "agenda.h"
#include "bfd_session.h"
#include "counter.h"
#include "discriminator.h"
#include "histogram.h"

enum { SESSIONS = 512, BATCH = 32 };
#define SECOND UINT64_C(1000000000)

struct world {
	struct bfd_session *sessions;
	void *timers;
	struct agenda agenda;
	struct rng rng;
	struct histogram late;
	uint64_t armed_ns[SESSIONS]; /* when each timer was last armed: some are due already then (RFC 5880 6.8.3) */
	uint64_t now_ns;
	uint32_t loss_percent;
	uint64_t packets;
};

static void act(struct world *world, uint32_t index, const struct bfd_actions *actions);

static void deliver(struct world *world, uint32_t from, const struct bfd_packet *packet)
{
	struct bfd_session *to = &world->sessions[from ^ 1];
	struct bfd_actions actions;
	struct bfd_packet parsed;
	uint8_t *octets;

	world->packets++;
	if (rng_below(&world->rng, 100) < world->loss_percent)
		return;
	/* In memory of exactly its size, so that reading past it is seen. */
	octets = malloc(BFD_PACKET_LENGTH);
	if (octets == NULL)
		abort();
	bfd_packet_build(packet, octets);
	if (!bfd_session_hello(to, octets, world->now_ns)) {
		if (bfd_packet_parse(octets, BFD_PACKET_LENGTH, &parsed) != BFD_ACCEPTED)
			abort();
		(void)bfd_session_receive(to, &parsed, world->now_ns, &world->rng, &actions);
		act(world, from ^ 1, &actions);
	}
	free(octets);
}

static void act(struct world *world, uint32_t index, const struct bfd_actions *actions)
{
	struct bfd_session *session = &world->sessions[index];
	struct bfd_packet packet;

	agenda_arm(&world->agenda, index, bfd_session_deadline(session));
	world->armed_ns[index] = world->now_ns;
	for (int final = 1; final >= 0; final--) {
		if (!(actions->bits & (final ? BFD_ACT_SEND_FINAL : BFD_ACT_SEND)))
			continue;
		bfd_session_fill(session, final, &packet);
		deliver(world, index, &packet);
	}
}

static void command(struct world *world, uint32_t index)
{
	struct bfd_session_config config = {
		.desired_min_tx_us = 10000 + rng_below(&world->rng, 500000),
		.required_min_rx_us = 10000 + rng_below(&world->rng, 500000),
		.multiplier = (uint8_t)(3 + rng_below(&world->rng, 3)),
	};
	struct bfd_session *session = &world->sessions[index];
	struct bfd_actions actions = {0};

	switch (rng_below(&world->rng, 5)) {
	case 0:
		bfd_session_admin_down(session, PYDP_DIAG_ADMIN_DOWN, world->now_ns, &world->rng, &actions);
		break;
	case 1:
		bfd_session_remove(session, world->now_ns, &world->rng, &actions);
		break;
	case 2:
		(void)bfd_session_defer(session, rng_next(&world->rng) >> rng_below(&world->rng, 60));
		break;
	case 3:
		bfd_session_clear(session, &actions);
		break;
	default:
		bfd_session_configure(session, &config, world->now_ns, &world->rng, &actions);
	}
	act(world, index, &actions);
}

static void run(struct world *world, uint64_t until_ns, bool commands)
{
	uint32_t due[BATCH];

	while (world->now_ns < until_ns) {
		uint64_t next = agenda_next(&world->agenda);
		uint32_t count;

		world->now_ns = next < until_ns ? (next > world->now_ns ? next : world->now_ns) : until_ns;
		while ((count = agenda_expire(&world->agenda, world->now_ns, due, BATCH)) > 0) {
			for (uint32_t i = 0; i < count; i++) {
				struct bfd_session *session = &world->sessions[due[i]];
				uint64_t deadline = bfd_session_deadline(session);
				struct bfd_actions actions;

				if (deadline < world->armed_ns[due[i]])
					deadline = world->armed_ns[due[i]];
				if (deadline <= world->now_ns)
					histogram_add(&world->late, world->now_ns - deadline);
				bfd_session_timer(session, world->now_ns, &world->rng, &actions);
				act(world, due[i], &actions);
			}
		}
		if (commands && rng_below(&world->rng, 100) == 0)
			command(world, rng_below(&world->rng, SESSIONS));
	}
}

static void feed_noise(struct world *world)
{
	for (uint32_t round = 0; round < 200000; round++) {
		uint32_t length = rng_below(&world->rng, 40);
		uint8_t *octets = malloc(length ? length : 1);
		struct bfd_packet packet;
		enum bfd_fault fault;

		if (octets == NULL)
			abort();
		for (uint32_t i = 0; i < length; i++)
			octets[i] = (uint8_t)rng_next(&world->rng);
		if (length > 3 && round % 2) {
			octets[0] = 0x20;
			octets[1] &= 0xfe;
			octets[3] = (uint8_t)(24 + rng_below(&world->rng, 8));
		}
		fault = bfd_packet_parse(octets, length, &packet);
		if (fault != BFD_ACCEPTED && counter_name(counter_of_fault(fault)) == NULL)
			abort();
		free(octets);
	}
}

int main(int argc, char **argv)
{
	struct bfd_session_config config = {.desired_min_tx_us = 50000, .required_min_rx_us = 50000, .multiplier = 3};
	struct world *world = calloc(1, sizeof(*world));
	uint32_t up = 0;

	if (world == NULL)
		return 2;
	rng_seed(&world->rng, argc > 1 ? strtoull(argv[1], NULL, 0) : 1);
	world->sessions = aligned_alloc(64, SESSIONS * sizeof(*world->sessions));
	world->timers = aligned_alloc(64, (agenda_size(SESSIONS) + 63) / 64 * 64);
	if (world->sessions == NULL || world->timers == NULL)
		return 2;
	memset(world->sessions, 0, SESSIONS * sizeof(*world->sessions));
	agenda_init(&world->agenda, world->timers, SESSIONS, 0);
	for (uint32_t i = 0; i < SESSIONS; i++) {
		bfd_session_init(&world->sessions[i], &config, discriminator_make(i, 0, &world->rng), 0);
		agenda_arm(&world->agenda, i, bfd_session_deadline(&world->sessions[i]));
	}
	feed_noise(world);
	world->loss_percent = 30;
	run(world, 20 * SECOND, true);
	world->loss_percent = 0;
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct bfd_actions actions;

		bfd_session_configure(&world->sessions[i], &config, world->now_ns, &world->rng, &actions);
		act(world, i, &actions);
	}
	run(world, 40 * SECOND, false);
	for (uint32_t i = 0; i < SESSIONS; i++)
		up += world->sessions[i].state == PYDP_BFD_UP;
	printf("%u of %u sessions Up, %llu packets, latest timer %llu ns\n", up, SESSIONS, (unsigned long long)world->packets,
	       (unsigned long long)world->late.max_ns);
	free(world->timers);
	free(world->sessions);
	free(world);
	return up == SESSIONS ? 0 : 1;
}
