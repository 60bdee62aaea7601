/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that are stopped where it hurts, as a scheduler or a hypervisor does: late is not down. */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "rig.h"

static _Atomic uint64_t stop_until;
static atomic_uint stops;

static void stop(void)
{
	uint64_t until = atomic_exchange(&stop_until, 0);
	struct timespec end = {.tv_sec = (time_t)(until / SECOND), .tv_nsec = (long)(until % SECOND)};

	if (until == 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) != 0)
		;
	atomic_fetch_add(&stops, 1);
}

static void stop_by_signal(int number)
{
	(void)number;
	stop();
}

static uint16_t stop_while_receiving(uint16_t port, uint16_t queue, void *mbufs, uint16_t count, uint16_t most, void *argument)
{
	(void)port, (void)queue, (void)mbufs, (void)most, (void)argument;
	stop();
	return count;
}

static void wait_until(uint64_t end)
{
	while (pydp_clock_ns() < end)
		poll(NULL, 0, 1);
}

/* Hellos of right's only; left says nothing unless asked. */
static struct rig quiet_left(uint32_t interval_us, uint32_t capacity)
{
	struct rig rig = rig_make((struct rig_options){.interval_us = interval_us, .capacity = capacity});

	rig.right.session.required_min_rx_us = 0;
	OK(pydp_session_upsert(rig.right.engine, &rig.right.session, NULL));
	rig.left.session.local_multiplier = 255;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	return rig;
}

static void go(struct rig *rig, uint64_t settle_ns)
{
	struct pydp_worker_config worker = {.cpu = -1};
	uint64_t end = pydp_clock_ns() + 10 * SECOND;

	OK(pydp_engine_start(rig->left.engine, &worker));
	OK(pydp_engine_start(rig->right.engine, &worker));
	while (rig_read(&rig->left).local_state != PYDP_BFD_UP || rig_read(&rig->right).local_state != PYDP_BFD_UP) {
		CHECK(pydp_clock_ns() < end, "not Up");
		poll(NULL, 0, 5);
	}
	wait_until(pydp_clock_ns() + settle_ns);
}

/* Left polls a second port first; in there it is stopped, after it looked at the clock and before it looks at the queue. */
static void a_worker_stopped_on_its_way_to_the_queue_is_not_down(void)
{
	const void *(*hook)(uint16_t, uint16_t, void *, void *) = NULL;
	struct pydp_session_config session;
	pydp_port_t *near[2], *far[2];
	struct pydp_worker_stats stats;
	struct pydp_port_info info;
	struct rig rig = {0};

	*(void **)&hook = dlsym(RTLD_DEFAULT, "rte_eth_add_rx_callback");
	CHECK(hook != NULL, "DPDK is not there");
	OK(pydp_link_create(&(struct pydp_link_config){.name = "first", .ethdev = 1}, &near[0], &far[0]));
	OK(pydp_link_create(&(struct pydp_link_config){.name = "second"}, &near[1], &far[1]));
	OK(pydp_engine_create(&(struct pydp_engine_config){.name = "left"}, &rig.left.engine));
	OK(pydp_engine_create(&(struct pydp_engine_config){.name = "right"}, &rig.right.engine));
	OK(pydp_engine_attach(rig.left.engine, near[0], &rig.left.index));
	OK(pydp_engine_attach(rig.left.engine, near[1], &rig.left.index));
	OK(pydp_engine_attach(rig.right.engine, far[1], &rig.right.index));
	session = (struct pydp_session_config){.source = address4(192, 0, 2, 1),
					       .destination = address4(192, 0, 2, 2),
					       .port = 1,
					       .local_multiplier = 255,
					       .desired_min_tx_us = 50000,
					       .required_min_rx_us = 50000};
	OK(pydp_engine_address_add(rig.left.engine, 1, 0, &session.source, 24));
	OK(pydp_session_upsert(rig.left.engine, &session, &rig.left.id));
	session.destination = session.source;
	session.source = address4(192, 0, 2, 2);
	session.port = 0;
	session.local_multiplier = 3;
	OK(pydp_engine_address_add(rig.right.engine, 0, 0, &session.source, 24));
	OK(pydp_session_upsert(rig.right.engine, &session, &rig.right.id));
	OK(pydp_port_info(near[0], &info));
	CHECK(hook(info.ethdev_id, 0, (void *)stop_while_receiving, NULL) != NULL, "no callback");
	go(&rig, SECOND);
	/* longer than left's detection time of 150 ms, again and again */
	for (unsigned int i = 0; i < 5; i++) {
		OK(pydp_engine_worker_stats_reset_gap(rig.right.engine));
		atomic_store(&stop_until, pydp_clock_ns() + 400 * MS);
		wait_until(pydp_clock_ns() + 700 * MS);
		CHECK(atomic_load(&stops) == i + 1, "stopped %u times", atomic_load(&stops));
		OK(pydp_engine_worker_stats(rig.right.engine, 0, &stats));
		if (stats.poll_gap_max_ns < 80 * MS)
			CHECK(rig_read(&rig.left).down_count == 0, "Down after stop %u", i);
	}
	OK(pydp_engine_worker_stats(rig.left.engine, 0, &stats));
	CHECK(stats.poll_gap_max_ns >= 390 * MS, "own gap of %lu ns", stats.poll_gap_max_ns);
	OK(pydp_engine_destroy(rig.left.engine));
	OK(pydp_engine_destroy(rig.right.engine));
	for (int i = 0; i < 2; i++) {
		OK(pydp_port_close(near[i]));
		OK(pydp_port_close(far[i]));
	}
}

static pid_t thread_named(const char *name)
{
	char path[64], line[32];

	for (pid_t thread = getpid(); thread < getpid() + 4096; thread++) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%d/comm", thread);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		line[0] = '\0';
		if (fgets(line, sizeof(line), file) != NULL)
			line[strcspn(line, "\n")] = '\0';
		fclose(file);
		if (strcmp(line, name) == 0)
			return thread;
	}
	return -1;
}

/* A hello has just come, and left sleeps till shortly before the detection time of 600 ms behind it ends. */
static uint64_t moment_after_a_hello(struct rig *rig)
{
	uint64_t end = pydp_clock_ns() + 20 * SECOND;

	for (;;) {
		uint64_t deadline, heard;

		/* arms the timer anew, and changes nothing */
		OK(pydp_session_upsert(rig->left.engine, &rig->left.session, NULL));
		OK(pydp_engine_next_deadline(rig->left.engine, &deadline));
		heard = rig_read(&rig->left).last_rx_ns;
		if (deadline > heard + 520 * MS && pydp_clock_ns() < heard + 60 * MS)
			return heard;
		CHECK(pydp_clock_ns() < end, "no such moment");
		poll(NULL, 0, 5);
	}
}

static void a_worker_stopped_in_its_sleep_over_a_full_queue_is_not_down(void)
{
	struct rig rig = quiet_left(200000, 16);
	struct pydp_session_config other = rig.right.session;
	struct pydp_session_state left;
	struct pydp_worker_stats stats;
	uint64_t heard;
	pid_t thread;

	CHECK(signal(SIGUSR1, stop_by_signal) != SIG_ERR, "no handler");
	go(&rig, 2 * SECOND);
	thread = thread_named("pydp-left");
	CHECK(thread > 0, "the worker has no name");
	other.source = address4(192, 0, 2, 3);
	OK(pydp_engine_address_add(rig.right.engine, 0, 0, &other.source, 24));
	heard = moment_after_a_hello(&rig);
	atomic_store(&stop_until, heard + 500 * MS);
	CHECK(syscall(SYS_tgkill, getpid(), thread, SIGUSR1) == 0, "not stopped");
	/* twenty packets for nobody fill the queue of sixteen, and the hellos behind them are lost */
	for (uint8_t i = 0; i < 20; i++) {
		other.destination = address4(192, 0, 2, (uint8_t)(100 + i));
		OK(pydp_neighbour_set(rig.right.engine, 0, 0, &other.destination, &(struct pydp_mac){{2, 0, 0, 0, 0, 9}}));
		OK(pydp_session_upsert(rig.right.engine, &other, NULL));
	}
	wait_until(heard + 450 * MS);
	OK(pydp_port_cut(rig.right.port, 1));
	wait_until(heard + 650 * MS);
	OK(pydp_port_cut(rig.right.port, 0));
	wait_until(heard + 2 * SECOND);
	left = rig_read(&rig.left);
	CHECK(atomic_load(&stops) == 1, "stopped %u times", atomic_load(&stops));
	CHECK(left.down_count == 0 && left.stall_count == 1, "%u downs, deferred %u times", left.down_count, left.stall_count);
	OK(pydp_engine_worker_stats(rig.left.engine, 0, &stats));
	CHECK(stats.stalls == 1 && stats.poll_gap_max_ns >= 400 * MS, "own gap of %lu ns", stats.poll_gap_max_ns);
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"a_worker_stopped_on_its_way_to_the_queue_is_not_down", a_worker_stopped_on_its_way_to_the_queue_is_not_down},
		{"a_worker_stopped_in_its_sleep_over_a_full_queue_is_not_down",
		 a_worker_stopped_in_its_sleep_over_a_full_queue_is_not_down},
	};

	return RUN_CASES(argc, argv, cases);
}
