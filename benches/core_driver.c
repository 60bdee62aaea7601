/* SPDX-License-Identifier: Apache-2.0 */
/* Loops over native/core for the benches: sessions that are Up, hellos for them, frames with hellos, timers that fire. It
 * measures nothing itself; the caller times the calls. Packets are plain memory, so no port's cost is in these figures. */
#include "core_driver.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "agenda.h"
#include "bfd_auth.h"
#include "bfd_kind.h"
#include "bfd_packet.h"
#include "bfd_session.h"
#include "discriminator.h"
#include "net.h"
#include "rng.h"

enum { BURST = 32, AHEAD = 8, STRIDE = 64 };

struct bench {
	uint32_t sessions;
	uint32_t hellos; /* a power of two */
	uint32_t next_hello;
	uint64_t now_ns;
	struct rng rng;
	struct bfd_session *table;
	void *timers;
	struct agenda agenda;
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

/* As the engine maps its tables: large ones are looked up at random, so large pages spare the TLB. */
static void *table(size_t size)
{
	const size_t page = (size_t)2 << 20;
	void *made = aligned_alloc(page, (size + page - 1) / page * page);

	if (made)
		madvise(made, size, MADV_HUGEPAGE);
	return made;
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
	bench->table = table((size_t)sessions * sizeof(*bench->table));
	bench->timers = table(agenda_size(sessions));
	bench->payloads = table((size_t)hellos * STRIDE);
	if (!bench->table || !bench->timers || !bench->payloads) {
		bench_destroy(bench);
		return NULL;
	}
	memset(bench->table, 0, (size_t)sessions * sizeof(*bench->table));
	agenda_init(&bench->agenda, bench->timers, sessions, bench->now_ns);
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
	free(bench->timers);
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

	agenda_init(&bench->agenda, bench->timers, bench->sessions, bench->now_ns);
	for (slot = 0; slot < bench->sessions; slot++)
		agenda_arm(&bench->agenda, slot, bench->now_ns + 1 + rng_below(&bench->rng, 50000000));
}

/* Empty turns are not what is measured. */
static void skip_to_next(struct bench *bench)
{
	uint64_t next = agenda_next(&bench->agenda);

	bench->now_ns = next > bench->now_ns ? next : bench->now_ns + 20000;
}

uint64_t bench_wheel_turn(struct bench *bench, uint64_t count)
{
	uint32_t due[BURST], n, i;
	uint64_t fired = 0;

	while (fired < count) {
		n = agenda_expire(&bench->agenda, bench->now_ns, due, BURST);
		for (i = 0; i < n; i++)
			agenda_arm(&bench->agenda, due[i], bench->now_ns + 37500000 + rng_below(&bench->rng, 12500000));
		fired += n;
		if (n < BURST)
			skip_to_next(bench);
	}
	return fired;
}

uint64_t bench_transmit(struct bench *bench, uint64_t count)
{
	uint32_t due[2 * BURST], n, i, ahead;
	uint64_t until = bench->sent + count;
	struct bfd_packet packet;
	struct bfd_actions actions;

	while (bench->sent < until) {
		n = agenda_expire(&bench->agenda, bench->now_ns, due, 2 * BURST);
		ahead = n < AHEAD ? n : AHEAD;
		/* Both lines of a session, a few before the one that sends: as the engine does. */
		for (i = 0; i < n + ahead; i++) {
			struct bfd_session *session;

			if (i < n) {
				__builtin_prefetch(&bench->table[due[i]], 1);
				__builtin_prefetch(&bench->table[due[i]].next_tx_ns, 1);
			}
			if (i < ahead)
				continue;
			session = &bench->table[due[i - ahead]];
			/* The far end is alive: its hello came just before. */
			session->last_rx_ns = bench->now_ns;
			bfd_session_timer(session, bench->now_ns, &bench->rng, &actions);
			if (actions.bits & BFD_ACT_SEND) {
				bfd_session_fill(session, false, &packet);
				bfd_packet_build(&packet, bench->out);
				session->tx_packets++;
				bench->sent++;
			}
			agenda_arm(&bench->agenda, due[i - ahead], bfd_session_deadline(session));
		}
		if (n < 2 * BURST)
			skip_to_next(bench);
	}
	return bench->sent;
}

enum { FRAMES = 64, FRAME = ETHER_LENGTH + VLAN_LENGTH + IP6_LENGTH + UDP_LENGTH + BFD_PACKET_LENGTH };

/* A tagged frame with a hello; returns its length. */
static uint32_t write_frame(uint8_t *frame, uint32_t number, bool six)
{
	const struct bfd_packet packet = {
		.state = PYDP_BFD_UP,
		.multiplier = 3,
		.length = BFD_PACKET_LENGTH,
		.my_discriminator = number + 1,
		.your_discriminator = number + 1000,
	};
	const uint16_t length = UDP_LENGTH + BFD_PACKET_LENGTH;
	uint8_t *ip = frame + ETHER_LENGTH + VLAN_LENGTH, *udp = ip + (six ? IP6_LENGTH : IP4_LENGTH);
	uint8_t *addresses = ip + (six ? IP6_SOURCE_AT : IP4_SOURCE_AT);
	uint16_t checksum;

	memset(frame, 0, FRAME);
	store16(frame + ETHER_TYPE_AT, TYPE_VLAN);
	store16(frame + ETHER_LENGTH, 100);
	store16(frame + ETHER_TYPE_AT + VLAN_LENGTH, six ? TYPE_IP6 : TYPE_IP4);
	ip[0] = six ? 0x60 : 0x45;
	ip[six ? IP6_NEXT_AT : IP4_PROTOCOL_AT] = PROTOCOL_UDP;
	ip[six ? IP6_HOP_LIMIT_AT : IP4_TTL_AT] = BFD_TTL;
	store16(ip + (six ? IP6_PAYLOAD_AT : IP4_TOTAL_AT), six ? length : IP4_LENGTH + length);
	addresses[0] = 10;
	addresses[3] = (uint8_t)number;
	if (!six) {
		checksum = checksum_finish(checksum_sum(ip, IP4_LENGTH));
		memcpy(ip + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	}
	store16(udp, (uint16_t)(49152 + number));
	store16(udp + 2, BFD_UDP_PORT);
	store16(udp + UDP_LENGTH_AT, length);
	bfd_packet_build(&packet, udp + UDP_LENGTH);
	checksum = checksum_add(checksum_pseudo(addresses, six ? 6 : 4, PROTOCOL_UDP, length), checksum_sum(udp, length));
	checksum = checksum_finish(checksum);
	memcpy(udp + UDP_CHECKSUM_AT, &checksum, sizeof(checksum));
	return (uint32_t)(udp + length - frame);
}

static bool walk_one(const uint8_t *frame, uint32_t length)
{
	struct net_datagram datagram;
	struct net_frame link;
	struct bfd_packet packet;
	struct bfd_auth auth;
	enum bfd_kind kind;

	if (net_link(NET_LINK_ETHERNET, frame, length, &link) != NET_OK)
		return false;
	length -= link.network_at;
	if (net_datagram(link.type, frame + link.network_at, length, length, &datagram) != NET_OK)
		return false;
	kind = bfd_kind_of(datagram.source_port, datagram.destination_port);
	return bfd_packet_parse(datagram.payload, datagram.payload_length, &packet) == BFD_ACCEPTED &&
	       bfd_kind_check(kind, &packet, datagram.source_port, datagram.ttl) == BFD_ACCEPTED &&
	       bfd_auth_parse(datagram.payload, &packet, &auth) == BFD_ACCEPTED;
}

uint32_t bench_walk(uint32_t count)
{
	static uint8_t frames[FRAMES][FRAME];
	uint32_t lengths[FRAMES], accepted = 0, i;

	for (i = 0; i < FRAMES; i++)
		lengths[i] = write_frame(frames[i], i, i % 2);
	for (i = 0; i < count; i++)
		accepted += walk_one(frames[i % FRAMES], lengths[i % FRAMES]);
	return accepted;
}
