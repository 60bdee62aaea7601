/* SPDX-License-Identifier: Apache-2.0 */
/* Several workers in threads of their own: packets sent while tables change reach whom they are for or nobody, never a neighbour whose
 * place, or a next hop whose id, another one has taken over since. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include "rig.h"

enum { FLOWS = 32, FRAME = 60, OURS = 1, PORTS = 2, WORKERS = 2, SESSIONS = 24 };

/* A router, port 0 towards a sender, port 1 towards neighbours whose MAC address ends as their IP address does. */
struct bench {
	pydp_engine_t *engine;
	pydp_port_t *near[PORTS], *far[PORTS];
	pydp_mempool_t *pool;
	pydp_burst_t *burst;
	uint8_t mac[6];
	atomic_bool stop;
	atomic_uint sent, received;
	uint8_t of_ten, of_eleven; /* last octet of the MAC address of whom routes to 10/8 and 11/8 lead to */
};

static struct pydp_mac mac_of(uint8_t last)
{
	return (struct pydp_mac){{2, 0, 0, 0, 0, last}};
}

static struct bench bench_make(void)
{
	struct bench bench = {.of_ten = 10, .of_eleven = 11};
	struct pydp_forward_config forward = {.enabled = 1};
	struct pydp_engine_config config = {.name = "bench", .max_neighbours = 16, .workers = WORKERS};
	struct pydp_port_info info;
	struct pydp_address address;
	uint32_t index;

	OK(pydp_engine_create(&config, &bench.engine));
	for (uint8_t i = 0; i < PORTS; i++) {
		struct pydp_link_config link = {.name = i == 0 ? "in" : "out", .queues = WORKERS};

		OK(pydp_link_create(&link, &bench.near[i], &bench.far[i]));
		OK(pydp_engine_attach(bench.engine, bench.near[i], &index));
		address = address4(192, 0, 2 + i, OURS);
		OK(pydp_engine_address_add(bench.engine, i, 0, &address, 24));
	}
	OK(pydp_forward_set(bench.engine, &forward));
	OK(pydp_port_info(bench.near[0], &info));
	memcpy(bench.mac, info.mac.octets, sizeof(bench.mac));
	OK(pydp_mempool_create("bench", 8191, 0, &bench.pool));
	OK(pydp_burst_create(256, &bench.burst));
	return bench;
}

static void bench_break(struct bench *bench)
{
	OK(pydp_engine_destroy(bench->engine));
	OK(pydp_burst_destroy(bench->burst));
	for (int i = 0; i < PORTS; i++) {
		OK(pydp_port_close(bench->near[i]));
		OK(pydp_port_close(bench->far[i]));
	}
	OK(pydp_mempool_destroy(bench->pool));
}

static uint16_t sum_of(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}

static void put(struct bench *bench, uint8_t first, uint8_t second, uint8_t third, uint8_t last, uint8_t flow)
{
	uint8_t frame[FRAME] = {[12] = 8,  [14] = 0x45, [17] = FRAME - 14, [22] = 64,
				[23] = 17, [35] = flow, [37] = 9,          [39] = FRAME - 34};
	uint16_t sum;

	memcpy(frame, bench->mac, 6);
	memcpy(frame + 26, (uint8_t[]){192, 0, 2, 9, first, second, third, last}, 8);
	sum = sum_of(frame + 14);
	frame[24] = (uint8_t)(sum >> 8);
	frame[25] = (uint8_t)sum;
	OK(pydp_burst_append(bench->burst, bench->pool, frame, sizeof(frame)));
}

/* What came out, and whether it went to whom it was for. */
static void look(struct bench *bench)
{
	uint32_t count, length;
	uint8_t *frame;

	for (;;) {
		OK(pydp_burst_receive(bench->burst, bench->far[1], &count));
		if (count == 0)
			return;
		for (uint32_t i = 0; i < count; i++) {
			OK(pydp_burst_data(bench->burst, i, &frame, &length));
			if (frame[12] != 8 || frame[13] != 0)
				continue; /* they ask for neighbours */
			CHECK(frame[0] == 2 && frame[1] == 0, "a MAC address that nobody has");
			if (frame[30] == 10)
				CHECK(frame[5] == bench->of_ten, "a packet for 10/8 went to %u", frame[5]);
			else if (frame[30] == 11)
				CHECK(frame[5] == bench->of_eleven, "a packet for 11/8 went to %u", frame[5]);
			else
				CHECK(frame[5] == frame[33], "a packet for %u went to %u", frame[33], frame[5]);
			atomic_fetch_add(&bench->received, 1);
		}
		OK(pydp_burst_clear(bench->burst));
	}
}

static void *send_on(void *argument)
{
	struct bench *bench = argument;
	uint32_t sent;

	while (!atomic_load(&bench->stop)) {
		for (uint8_t flow = 0; flow < FLOWS; flow++) {
			put(bench, 10, 0, 0, 1, flow);
			put(bench, 11, 0, 0, 1, flow);
			put(bench, 192, 0, 3, 100 + flow % 8, flow);
		}
		OK(pydp_burst_transmit(bench->burst, bench->far[0], &sent));
		OK(pydp_burst_clear(bench->burst));
		atomic_fetch_add(&bench->sent, sent);
		look(bench);
	}
	return NULL;
}

static struct pydp_route route_to(uint8_t first, uint32_t next_hop)
{
	return (struct pydp_route){.prefix = {.address = address4(first, 0, 0, 0), .length = 8}, .next_hop = next_hop};
}

static void lead(struct bench *bench, uint8_t first, uint8_t neighbour)
{
	struct pydp_nexthop_config hop = {.kind = PYDP_NEXTHOP_ADJACENT, .port = 1, .address = address4(192, 0, 3, neighbour)};
	struct pydp_mac mac = mac_of(neighbour);
	struct pydp_route route = route_to(first, 1);
	uint32_t done;

	OK(pydp_neighbour_set(bench->engine, 1, 0, &hop.address, &mac));
	OK(pydp_nexthop_set(bench->engine, 1, &hop));
	OK(pydp_route_set(bench->engine, &route, 1, &done));
}

static void lead_no_more(struct bench *bench, uint8_t first, uint8_t neighbour)
{
	struct pydp_address address = address4(192, 0, 3, neighbour);
	struct pydp_route route = route_to(first, 1);
	struct pydp_mac none = {{0}};
	uint32_t done;

	OK(pydp_route_remove(bench->engine, &route.prefix, 1, &done));
	CHECK(done == 1, "%u routes removed", done);
	OK(pydp_nexthop_remove(bench->engine, 1));
	OK(pydp_neighbour_set(bench->engine, 1, 0, &address, &none));
}

/* Neighbours of the connected prefix come and go, so that their places are used again. */
static void shuffle(struct bench *bench, uint32_t round)
{
	uint8_t comes = 100 + (uint8_t)(round % 8), goes = 100 + (uint8_t)((round + 4) % 8);
	struct pydp_address address = address4(192, 0, 3, comes);
	struct pydp_mac mac = mac_of(comes), none = {{0}};

	OK(pydp_neighbour_set(bench->engine, 1, 0, &address, &mac));
	address = address4(192, 0, 3, goes);
	OK(pydp_neighbour_set(bench->engine, 1, 0, &address, &none));
}

static void change_address(struct bench *bench, uint32_t round)
{
	struct pydp_address address = address4(203, 0, 113, (uint8_t)(1 + round % 4));

	if (round & 4)
		OK(pydp_engine_address_remove(bench->engine, 0, 0, &address));
	else
		OK(pydp_engine_address_add(bench->engine, 0, 0, &address, 24));
}

static void tables_change_under_load(void)
{
	struct bench bench = bench_make();
	struct pydp_nexthop_config connected = {.kind = PYDP_NEXTHOP_CONNECTED, .port = 1};
	struct pydp_route route = {.prefix = {.address = address4(192, 0, 3, 0), .length = 24}, .next_hop = 2};
	struct pydp_worker_stats stats[WORKERS];
	uint64_t end = pydp_clock_ns() + 60 * SECOND;
	pthread_t sender;
	uint32_t done;

	OK(pydp_nexthop_set(bench.engine, 2, &connected));
	OK(pydp_route_set(bench.engine, &route, 1, &done));
	OK(pydp_engine_start(bench.engine, &(struct pydp_worker_config){.cpu = -1}));
	CHECK(pthread_create(&sender, NULL, send_on, &bench) == 0, "no thread");
	for (uint32_t round = 0; pydp_clock_ns() < end; round++) {
		uint8_t first = round % 2 ? 11 : 10;

		lead(&bench, first, first);
		shuffle(&bench, round);
		change_address(&bench, round);
		lead_no_more(&bench, first, first);
		for (int i = 0; i < WORKERS; i++)
			OK(pydp_engine_worker_stats(bench.engine, (uint32_t)i, &stats[i]));
		if (round >= 300 && stats[0].forwarded > 1000 && stats[1].forwarded > 1000)
			break;
	}
	atomic_store(&bench.stop, true);
	pthread_join(sender, NULL);
	OK(pydp_engine_stop(bench.engine));
	CHECK(stats[0].forwarded > 1000 && stats[1].forwarded > 1000, "%lu and %lu forwarded", stats[0].forwarded,
	      stats[1].forwarded);
	CHECK(atomic_load(&bench.received) > 0, "nothing came out");
	bench_break(&bench);
}

/* Until so many packets came out. */
static void await_received(struct bench *bench, uint32_t wanted)
{
	uint64_t end = pydp_clock_ns() + 20 * SECOND;

	while (atomic_load(&bench->received) < wanted) {
		CHECK(pydp_clock_ns() < end, "%u of %u came out", atomic_load(&bench->received), wanted);
		look(bench);
	}
}

static void forward_some(uint32_t idle)
{
	struct bench bench = bench_make();
	struct pydp_worker_stats stats;

	lead(&bench, 10, 10);
	for (int again = 1; again <= 3; again++) {
		OK(pydp_engine_start(bench.engine, &(struct pydp_worker_config){.cpu = -1, .idle = idle}));
		/* They have gone to sleep. */
		poll(NULL, 0, 20);
		for (uint8_t flow = 0; flow < FLOWS; flow++)
			put(&bench, 10, 0, 0, 1, flow);
		OK(pydp_burst_transmit(bench.burst, bench.far[0], NULL));
		await_received(&bench, (uint32_t)again * FLOWS);
		OK(pydp_engine_stop(bench.engine));
	}
	for (uint32_t i = 0; i < WORKERS; i++) {
		OK(pydp_engine_worker_stats(bench.engine, i, &stats));
		CHECK(stats.forwarded > 0 && stats.handed_over == 0, "worker %u: %lu", i, stats.forwarded);
	}
	bench_break(&bench);
}

static void sleeping_workers_are_woken(void)
{
	forward_some(PYDP_IDLE_SLEEP);
}

static void polling_workers_forward(void)
{
	forward_some(PYDP_IDLE_POLL);
}

static void cpus_are_asked_for_each(void)
{
	struct bench bench = bench_make();
	struct pydp_worker_config config = {.cpu = -1, .cpus = (int32_t[]){1023, 0}, .cpu_count = 2};

	CHECK(pydp_engine_start(bench.engine, &config) == PYDP_E_INVAL, "two more CPUs than one more worker");
	config.cpu_count = 1;
	CHECK(pydp_engine_start(bench.engine, &config) == PYDP_E_INVAL, "CPU 1023");
	CHECK(strstr(pydp_last_error(), "1023") != NULL, "%s", pydp_last_error());
	/* Nothing of it is left running. */
	config.cpu_count = 0;
	OK(pydp_engine_start(bench.engine, &config));
	bench_break(&bench);
}

/* Two engines of two workers, and sessions whose hellos are spread over both. */
struct pair {
	pydp_engine_t *engine[2];
	pydp_port_t *port[2];
	uint32_t ids[2][SESSIONS];
};

static void pair_sessions(struct pair *pair, int side)
{
	struct pydp_session_config session = {
		.path_type = PYDP_PATH_IP_SH, .desired_min_tx_us = 20000, .required_min_rx_us = 20000, .local_multiplier = 50};

	for (uint8_t i = 0; i < SESSIONS; i++) {
		struct pydp_address ours = address4(198, 51, (uint8_t)(100 + side), (uint8_t)(1 + i));

		session.source = ours;
		session.destination = address4(198, 51, (uint8_t)(101 - side), (uint8_t)(1 + i));
		OK(pydp_engine_address_add(pair->engine[side], 0, 0, &ours, 16));
		OK(pydp_session_upsert(pair->engine[side], &session, &pair->ids[side][i]));
	}
}

static uint32_t count_in(struct pair *pair, uint8_t state)
{
	struct pydp_session_state read;
	uint32_t found = 0;

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < SESSIONS; i++) {
			OK(pydp_session_read(pair->engine[side], pair->ids[side][i], &read));
			found += read.local_state == state;
		}
	return found;
}

static void await_all(struct pair *pair, uint8_t state)
{
	uint64_t end = pydp_clock_ns() + 60 * SECOND;

	while (count_in(pair, state) < 2 * SESSIONS) {
		CHECK(pydp_clock_ns() < end, "%u of %u in state %u", count_in(pair, state), 2 * SESSIONS, state);
		poll(NULL, 0, 10);
	}
}

static void sessions_live_and_die_on_any_queue(void)
{
	struct pydp_link_config link = {.name = "pair", .queues = 2};
	struct pydp_worker_stats stats;
	struct pair pair;
	uint32_t index;

	OK(pydp_link_create(&link, &pair.port[0], &pair.port[1]));
	for (int side = 0; side < 2; side++) {
		struct pydp_engine_config config = {.name = side == 0 ? "left" : "right", .workers = WORKERS};

		OK(pydp_engine_create(&config, &pair.engine[side]));
		OK(pydp_engine_attach(pair.engine[side], pair.port[side], &index));
		pair_sessions(&pair, side);
		OK(pydp_engine_start(pair.engine[side], &(struct pydp_worker_config){.cpu = -1}));
	}
	await_all(&pair, PYDP_BFD_UP);
	for (int side = 0; side < 2; side++)
		OK(pydp_port_cut(pair.port[side], 1));
	await_all(&pair, PYDP_BFD_DOWN);
	for (int side = 0; side < 2; side++)
		OK(pydp_port_cut(pair.port[side], 0));
	await_all(&pair, PYDP_BFD_UP);
	for (int side = 0; side < 2; side++) {
		OK(pydp_engine_worker_stats(pair.engine[side], 1, &stats));
		CHECK(stats.handed_over > 0 && stats.handed_over == stats.received, "%lu of %lu handed over", stats.handed_over,
		      stats.received);
		OK(pydp_engine_destroy(pair.engine[side]));
		OK(pydp_port_close(pair.port[side]));
	}
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"tables_change_under_load", tables_change_under_load},
		{"sleeping_workers_are_woken", sleeping_workers_are_woken},
		{"polling_workers_forward", polling_workers_forward},
		{"cpus_are_asked_for_each", cpus_are_asked_for_each},
		{"sessions_live_and_die_on_any_queue", sessions_live_and_die_on_any_queue},
	};

	return RUN_CASES(argc, argv, cases);
}
