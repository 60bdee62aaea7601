/* SPDX-License-Identifier: Apache-2.0 */
/* Engines with workers of their own: they live, sleep, answer and stop. Waiting is polling with a bound. */
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include "frames.h"

static void start(struct rig *rig, uint32_t idle)
{
	struct pydp_worker_config worker = {.cpu = -1, .idle = idle};

	OK(pydp_engine_start(rig->left.engine, &worker));
	OK(pydp_engine_start(rig->right.engine, &worker));
}

/* Blocks on the event descriptor, ten seconds at most. */
static void await(struct side *side, uint8_t state)
{
	uint64_t end = pydp_clock_ns() + 10 * SECOND;
	struct pydp_event events[16];
	uint32_t count;
	int fd;

	OK(pydp_event_fd(side->engine, &fd));
	while (rig_read(side).local_state != state) {
		CHECK(pydp_clock_ns() < end, "not %u in time", state);
		if (pydp_event_arm(side->engine) == 0)
			poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 200);
		OK(pydp_event_drain(side->engine, events, 16, &count));
	}
}

static void live_and_die(uint32_t idle, uint8_t ethdev)
{
	struct rig rig = rig_make((struct rig_options){.interval_us = 20000, .multiplier = 50, .ethdev = ethdev});

	start(&rig, idle);
	await(&rig.left, PYDP_BFD_UP);
	await(&rig.right, PYDP_BFD_UP);
	OK(pydp_port_cut(rig.right.port, 1));
	await(&rig.left, PYDP_BFD_DOWN);
	OK(pydp_port_cut(rig.right.port, 0));
	await(&rig.left, PYDP_BFD_UP);
	OK(pydp_engine_stop(rig.left.engine));
	OK(pydp_engine_stop(rig.left.engine));
	OK(pydp_engine_stop(rig.right.engine));
	rig_break(&rig);
}

static void workers_that_sleep_live(void)
{
	live_and_die(PYDP_IDLE_SLEEP, 0);
}

static void workers_that_poll_live(void)
{
	live_and_die(PYDP_IDLE_POLL, 0);
}

static void workers_that_sleep_live_on_ethdevs(void)
{
	live_and_die(PYDP_IDLE_SLEEP, 1);
}

static uint64_t turns(struct side *side)
{
	struct pydp_worker_stats stats;

	OK(pydp_engine_worker_stats(side->engine, 0, &stats));
	CHECK(stats.running == 1, "not running");
	return stats.turns;
}

static void a_sleeping_worker_costs_little(void)
{
	struct rig rig = rig_make((struct rig_options){.interval_us = 1000000});
	uint64_t before, end;
	struct rusage from, to;
	double cpu;

	start(&rig, PYDP_IDLE_SLEEP);
	await(&rig.left, PYDP_BFD_UP);
	await(&rig.right, PYDP_BFD_UP);
	before = turns(&rig.left);
	getrusage(RUSAGE_SELF, &from);
	for (end = pydp_clock_ns() + 2 * SECOND; pydp_clock_ns() < end;)
		poll(NULL, 0, 100);
	getrusage(RUSAGE_SELF, &to);
	cpu = (double)(to.ru_utime.tv_sec - from.ru_utime.tv_sec + to.ru_stime.tv_sec - from.ru_stime.tv_sec) +
	      (double)(to.ru_utime.tv_usec - from.ru_utime.tv_usec + to.ru_stime.tv_usec - from.ru_stime.tv_usec) / 1e6;
	/* 3 % of a core each */
	CHECK(cpu < 0.12, "%.3f s of processor time in two seconds", cpu);
	CHECK(turns(&rig.left) - before < 2000, "%lu turns", turns(&rig.left) - before);
	CHECK(turns(&rig.left) > before, "it sleeps for ever");
	rig_break(&rig);
}

/* With no timer at all it would sleep for ever. */
static void a_packet_wakes_a_sleeping_worker(void)
{
	struct wire wire = wire_make();
	uint64_t end;
	uint8_t frame[128];

	OK(pydp_engine_start(wire.engine, &(struct pydp_worker_config){.cpu = -1}));
	poll(NULL, 0, 200);
	OK(pydp_burst_append(wire.burst, wire.pool, frame, arp(&wire, frame, 1, peer, us)));
	OK(pydp_burst_transmit(wire.burst, wire.far, NULL));
	for (end = pydp_clock_ns() + 2 * SECOND; collect(&wire) == 0; poll(NULL, 0, 1))
		CHECK(pydp_clock_ns() < end, "no answer");
	wire_break(&wire);
}

static void commands_reach_a_running_worker(void)
{
	struct rig rig = rig_make((struct rig_options){.max_sessions = 1000});
	struct pydp_session_state one, other;
	static uint32_t ids[1000];
	uint32_t count;

	start(&rig, PYDP_IDLE_SLEEP);
	for (uint32_t i = 0; i < 999; i++) {
		struct pydp_session_config session = rig.left.session;

		session.destination = address4(192, 0, (uint8_t)(3 + i / 250), (uint8_t)(1 + i % 250));
		OK(pydp_session_upsert(rig.left.engine, &session, &ids[i]));
	}
	OK(pydp_session_list(rig.left.engine, 0, ids, 1000, &count));
	CHECK(count == 1000, "%u ids", count);
	OK(pydp_session_read(rig.left.engine, ids[1], &one));
	OK(pydp_session_read(rig.left.engine, ids[2], &other));
	CHECK(one.source_port != other.source_port && other.source_port >= 49152, "RFC 5881 4: a source port each, not %u",
	      other.source_port);
	OK(pydp_session_list(rig.left.engine, ids[500], ids, 1000, &count));
	CHECK(count == 499, "%u ids behind the 501st", count);
	CHECK(pydp_session_upsert(rig.left.engine, &(struct pydp_session_config){0}, NULL) == PYDP_E_INVAL, "took nonsense");
	rig.left.session.source = address4(192, 0, 2, 99);
	CHECK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL) == PYDP_E_INVAL, "took a foreign source");
	CHECK(strstr(pydp_last_error(), "pydp_engine_address_add") != NULL, "the worker's reason is lost: %s",
	      pydp_last_error());
	CHECK(pydp_engine_step(rig.left.engine, 1, NULL) == PYDP_E_STATE, "stepped beside a worker");
	CHECK(pydp_engine_start(rig.left.engine, &(struct pydp_worker_config){.cpu = -1}) == PYDP_E_STATE, "two workers");
	CHECK(pydp_engine_attach(rig.left.engine, rig.right.port, &count) == PYDP_E_STATE, "attached beside a worker");
	rig_break(&rig);
}

static void *write_and_read(void *argument)
{
	struct side *side = argument;
	struct pydp_session_state state;

	for (int i = 0; i < 2000; i++) {
		OK(pydp_session_upsert(side->engine, &side->session, NULL));
		OK(pydp_session_read(side->engine, side->id, &state));
		CHECK(state.id == side->id, "another session's answer");
	}
	return NULL;
}

static void threads_share_an_engine_in_turn(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	pthread_t threads[3];

	start(&rig, PYDP_IDLE_SLEEP);
	for (int i = 0; i < 3; i++)
		CHECK(pthread_create(&threads[i], NULL, write_and_read, &rig.left) == 0, "no thread");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	rig_break(&rig);
}

static void an_engine_can_be_stopped_and_started_again(void)
{
	struct rig rig = rig_make((struct rig_options){.interval_us = 20000, .multiplier = 50});

	for (int i = 0; i < 3; i++) {
		start(&rig, PYDP_IDLE_SLEEP);
		await(&rig.left, PYDP_BFD_UP);
		await(&rig.right, PYDP_BFD_UP);
		OK(pydp_engine_stop(rig.left.engine));
		OK(pydp_engine_stop(rig.right.engine));
		CHECK(rig_read(&rig.left).local_state == PYDP_BFD_UP, "a stopped engine says %u",
		      rig_read(&rig.left).local_state);
	}
	rig_break(&rig);
}

static void a_worker_on_a_cpu_that_is_not_there_is_refused(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	CHECK(pydp_engine_start(rig.left.engine, &(struct pydp_worker_config){.cpu = 1000}) == PYDP_E_INVAL, "no such CPU");
	CHECK(strstr(pydp_last_error(), "1000") != NULL, "%s", pydp_last_error());
	OK(pydp_engine_step(rig.left.engine, START, NULL));
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"workers_that_sleep_live", workers_that_sleep_live},
		{"workers_that_poll_live", workers_that_poll_live},
		{"workers_that_sleep_live_on_ethdevs", workers_that_sleep_live_on_ethdevs},
		{"a_sleeping_worker_costs_little", a_sleeping_worker_costs_little},
		{"a_packet_wakes_a_sleeping_worker", a_packet_wakes_a_sleeping_worker},
		{"commands_reach_a_running_worker", commands_reach_a_running_worker},
		{"threads_share_an_engine_in_turn", threads_share_an_engine_in_turn},
		{"an_engine_can_be_stopped_and_started_again", an_engine_can_be_stopped_and_started_again},
		{"a_worker_on_a_cpu_that_is_not_there_is_refused", a_worker_on_a_cpu_that_is_not_there_is_refused},
	};

	return RUN_CASES(argc, argv, cases);
}
