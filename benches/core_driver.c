/* SPDX-License-Identifier: Apache-2.0 */
/* Loops over native/core for the benches: many sessions that are Up, hellos for them, timers that fire. It measures nothing
 * itself; the caller times the calls. Packets are plain memory, so no port's cost is in these figures. */
#include "core_driver.h"
#include <stdlib.h>
#include <string.h>
#include "bfd_packet.h"
#include "bfd_session.h"
#include "discriminator.h"
#include "rng.h"
#include "wheel.h"

enum { BURST = 32, STRIDE = 64 };

struct bench {
	uint32_t sessions;
	uint32_t hellos; /* a power of two */
	uint32_t next_hello;
	uint64_t now_ns;
	struct rng rng;
	struct bfd_session *table;
	struct wheel_node *nodes;
	struct wheel wheel;
	uint8_t *payloads; /* one hello a STRIDE, for sessions in shuffled order */
	uint64_t sent;
	uint8_t out[BFD_PACKET_LENGTH];
};

static const struct bfd_session_config config = {
	.desired_min_tx_us = 50000,
	.required_min_rx_us = 50000,
	.multiplier = 3,
};

static void hear(struct bench *bench, uint32_t slot, uint8_t state, uint8_t flags)
{
	struct bfd_session *session = &bench->table[slot];
	struct bfd_packet packet = {
		.state = state,
		.flags = flags,
		.multiplier = 3,
		.length = BFD_PACKET_LENGTH,
		.my_discriminator = 0x10000000u + slot,
		.your_discriminator = session->local_discriminator,
		.desired_min_tx_us = 50000,
		.required_min_rx_us = 50000,
	};
	struct bfd_actions actions;

	bfd_session_receive(session, &packet, bench->now_ns, &bench->rng, &actions);
}

/* Down -> Init -> Up, and the Poll Sequence that the fast timers need answered. */
static void bring_up(struct bench *bench, uint32_t slot)
{
	struct bfd_session *session = &bench->table[slot];
	struct bfd_actions actions;

	bfd_session_init(session, &config, discriminator_make(slot, 0, &bench->rng), bench->now_ns);
	bfd_session_timer(session, bench->now_ns, &bench->rng, &actions);
	hear(bench, slot, PYDP_BFD_DOWN, 0);
	hear(bench, slot, PYDP_BFD_INIT, 0);
	bfd_session_timer(session, bfd_session_deadline(session), &bench->rng, &actions);
	hear(bench, slot, PYDP_BFD_UP, BFD_FLAG_FINAL);
	hear(bench, slot, PYDP_BFD_UP, 0);
	hear(bench, slot, PYDP_BFD_UP, 0);
}

struct bench *bench_create(uint32_t sessions, uint32_t hellos)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	uint32_t i, slot;

	if (!bench)
		return NULL;
	bench->sessions = sessions;
	bench->hellos = hellos;
	bench->now_ns = 1000000000;
	rng_seed(&bench->rng, 1);
	bench->table = aligned_alloc(64, (size_t)sessions * sizeof(*bench->table));
	bench->nodes = aligned_alloc(64, ((size_t)sessions * sizeof(*bench->nodes) + 63) / 64 * 64);
	bench->payloads = aligned_alloc(64, (size_t)hellos * STRIDE);
	if (!bench->table || !bench->nodes || !bench->payloads) {
		bench_destroy(bench);
		return NULL;
	}
	memset(bench->table, 0, (size_t)sessions * sizeof(*bench->table));
	wheel_init(&bench->wheel, bench->nodes, sessions, bench->now_ns);
	for (slot = 0; slot < sessions; slot++)
		bring_up(bench, slot);
	for (i = 0; i < hellos; i++) {
		struct bfd_packet packet = {
			.state = PYDP_BFD_UP,
			.multiplier = 3,
			.length = BFD_PACKET_LENGTH,
			.desired_min_tx_us = 50000,
			.required_min_rx_us = 50000,
		};

		slot = rng_below(&bench->rng, sessions);
		packet.my_discriminator = 0x10000000u + slot;
		packet.your_discriminator = bench->table[slot].local_discriminator;
		bfd_packet_build(&packet, bench->payloads + (size_t)i * STRIDE);
	}
	return bench;
}

void bench_destroy(struct bench *bench)
{
	if (!bench)
		return;
	free(bench->payloads);
	free(bench->nodes);
	free(bench->table);
	free(bench);
}

uint32_t bench_up(const struct bench *bench)
{
	uint32_t slot, up = 0;

	for (slot = 0; slot < bench->sessions; slot++)
		up += bench->table[slot].state == PYDP_BFD_UP;
	return up;
}

static uint32_t receive_one(struct bench *bench, const uint8_t *payload, uint32_t slot)
{
	struct bfd_session *session = &bench->table[slot];
	struct bfd_packet packet;
	struct bfd_actions actions;

	if (bfd_session_hello(session, payload, bench->now_ns))
		return 1;
	if (bfd_packet_parse(payload, BFD_PACKET_LENGTH, &packet) != BFD_ACCEPTED ||
	    packet.your_discriminator != session->local_discriminator)
		return 0;
	return bfd_session_receive(session, &packet, bench->now_ns, &bench->rng, &actions) == BFD_ACCEPTED;
}

uint32_t bench_receive(struct bench *bench, uint32_t count)
{
	uint32_t accepted = 0, done, i, slots[BURST];

	for (done = 0; done < count; done += BURST) {
		const uint8_t *burst = bench->payloads + (size_t)bench->next_hello * STRIDE;

		bench->next_hello = (bench->next_hello + BURST) & (bench->hellos - 1);
		bench->now_ns += 1000;
		for (i = 0; i < BURST; i++) {
			slots[i] = discriminator_slot(bfd_packet_your_discriminator(burst + i * STRIDE));
			if (slots[i] >= bench->sessions)
				slots[i] = 0;
			__builtin_prefetch(&bench->table[slots[i]], 1);
		}
		for (i = 0; i < BURST; i++)
			accepted += receive_one(bench, burst + i * STRIDE, slots[i]);
	}
	return accepted;
}

/* The limit: what it costs to find the session by index and stamp a time, and nothing else. */
uint32_t bench_index_only(struct bench *bench, uint32_t count)
{
	struct bfd_session *table = bench->table;
	uint32_t done, i, slots[BURST];
	uint64_t now_ns;

	for (done = 0; done < count; done += BURST) {
		const uint8_t *burst = bench->payloads + (size_t)bench->next_hello * STRIDE;

		bench->next_hello = (bench->next_hello + BURST) & (bench->hellos - 1);
		now_ns = bench->now_ns += 1000;
		for (i = 0; i < BURST; i++) {
			slots[i] = discriminator_slot(bfd_packet_your_discriminator(burst + i * STRIDE));
			__builtin_prefetch(&table[slots[i]], 1);
		}
		for (i = 0; i < BURST; i++)
			table[slots[i]].last_rx_ns = now_ns;
	}
	return done;
}

void bench_wheel_fill(struct bench *bench)
{
	uint32_t slot;

	wheel_init(&bench->wheel, bench->nodes, bench->sessions, bench->now_ns);
	for (slot = 0; slot < bench->sessions; slot++)
		wheel_arm(&bench->wheel, slot, bench->now_ns + 1 + rng_below(&bench->rng, 50000000));
}

/* Empty turns are not what is measured. */
static void skip_to_next(struct bench *bench)
{
	uint64_t next = wheel_next(&bench->wheel);

	bench->now_ns = next > bench->now_ns ? next : bench->now_ns + 20000;
}

uint64_t bench_wheel_turn(struct bench *bench, uint64_t count)
{
	uint32_t due[BURST], n, i;
	uint64_t fired = 0;

	while (fired < count) {
		n = wheel_expire(&bench->wheel, bench->now_ns, due, BURST);
		for (i = 0; i < n; i++)
			wheel_arm(&bench->wheel, due[i], bench->now_ns + 37500000 + rng_below(&bench->rng, 12500000));
		fired += n;
		if (n < BURST)
			skip_to_next(bench);
	}
	return fired;
}

uint64_t bench_transmit(struct bench *bench, uint64_t count)
{
	uint32_t due[BURST], n, i;
	uint64_t until = bench->sent + count;
	struct bfd_packet packet;
	struct bfd_actions actions;

	while (bench->sent < until) {
		n = wheel_expire(&bench->wheel, bench->now_ns, due, BURST);
		for (i = 0; i < n; i++)
			__builtin_prefetch((uint8_t *)&bench->table[due[i]] + 64, 1);
		for (i = 0; i < n; i++) {
			struct bfd_session *session = &bench->table[due[i]];

			/* The far end is alive: its hello came just before. */
			session->last_rx_ns = bench->now_ns;
			bfd_session_timer(session, bench->now_ns, &bench->rng, &actions);
			if (actions.bits & BFD_ACT_SEND) {
				bfd_session_fill(session, false, &packet);
				bfd_packet_build(&packet, bench->out);
				session->tx_packets++;
				bench->sent++;
			}
			wheel_arm(&bench->wheel, due[i], bfd_session_deadline(session));
		}
		if (n < BURST)
			skip_to_next(bench);
	}
	return bench->sent;
}
