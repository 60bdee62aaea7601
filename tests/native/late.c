/* SPDX-License-Identifier: Apache-2.0 */
/* Late is not down: an engine that was not run for a while loses no session whose peer went on talking. */
#include "rig.h"

/* Only the right engine runs, for so long. */
static void run_right(struct rig *rig, uint64_t duration_ns)
{
	uint64_t end = rig->now + duration_ns;

	while (rig->now < end) {
		rig->now += MS;
		OK(pydp_engine_step(rig->right.engine, rig->now, NULL));
	}
}

static struct pydp_worker_stats worker(struct side *side)
{
	struct pydp_worker_stats stats;

	OK(pydp_engine_worker_stats(side->engine, 0, &stats));
	return stats;
}

static void a_stall_with_hellos_in_the_queue_is_not_down(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_state left;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	/* left's silence would make right go Down, which is true and not this test's matter: right expects little of it */
	rig.left.session.local_multiplier = 255;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_run(&rig, SECOND);
	run_right(&rig, 2 * SECOND);
	rig_run(&rig, 2 * SECOND);
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_UP && left.down_count == 0, "state %u, %u downs", left.local_state, left.down_count);
	CHECK(left.stall_count == 0 && worker(&rig.left).stalls == 0, "nothing was lost, so nothing was deferred");
	CHECK(worker(&rig.left).poll_gap_max_ns >= 2 * SECOND, "%lu", worker(&rig.left).poll_gap_max_ns);
	rig_break(&rig);
}

/* Left's queue holds 16 packets, and right is about to send twenty that are not for left's session: the hellos behind them
 * will be lost while left does not run. */
static struct rig about_to_overflow(void)
{
	struct rig rig = rig_make((struct rig_options){.capacity = 16});
	struct pydp_session_config other;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	rig.left.session.local_multiplier = 255;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_run(&rig, SECOND);
	other = rig.right.session;
	other.source = address4(192, 0, 2, 3);
	OK(pydp_engine_address_add(rig.right.engine, 0, 0, &other.source, 24));
	for (uint8_t i = 0; i < 20; i++) {
		other.destination = address4(192, 0, 2, (uint8_t)(100 + i));
		OK(pydp_neighbour_set(rig.right.engine, 0, 0, &other.destination, &(struct pydp_mac){{2, 0, 0, 0, 0, 9}}));
		OK(pydp_session_upsert(rig.right.engine, &other, NULL));
	}
	return rig;
}

static void a_stall_that_overflowed_the_queue_is_not_down(void)
{
	struct rig rig = about_to_overflow();
	struct pydp_session_state left;

	/* longer than the detection time of 150 ms */
	run_right(&rig, 200 * MS);
	rig_run(&rig, 2 * SECOND);
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_UP && left.down_count == 0, "state %u, %u downs", left.local_state, left.down_count);
	CHECK(left.stall_count == 1, "deferred %u times", left.stall_count);
	CHECK(worker(&rig.left).stalls == 1 && worker(&rig.left).stalled_sessions == 1, "%lu", worker(&rig.left).stalls);
	rig_break(&rig);
}

/* A flood on one port of an engine that was late says nothing about another port's queue. */
static void an_overflow_elsewhere_defers_nothing(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	static const uint8_t frame[60];
	struct pydp_session_state left;
	pydp_port_t *flooded, *flooder;
	pydp_mempool_t *pool;
	pydp_burst_t *burst;
	uint32_t index;

	OK(pydp_link_create(&(struct pydp_link_config){.name = "flooded", .capacity = 16}, &flooded, &flooder));
	OK(pydp_engine_attach(rig.left.engine, flooded, &index));
	OK(pydp_mempool_create("flood", 63, 0, &pool));
	OK(pydp_burst_create(32, &burst));
	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	OK(pydp_port_cut(rig.right.port, 1));
	for (int i = 0; i < 32; i++)
		OK(pydp_burst_append(burst, pool, frame, sizeof(frame)));
	OK(pydp_burst_transmit(burst, flooder, NULL));
	rig.now += 200 * MS;
	OK(pydp_engine_step(rig.left.engine, rig.now, NULL));
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_DOWN && left.stall_count == 0, "state %u, deferred %u times", left.local_state,
	      left.stall_count);
	CHECK(worker(&rig.left).stalls == 0, "%lu stalls", worker(&rig.left).stalls);
	rig_break(&rig);
	OK(pydp_port_close(flooded));
	OK(pydp_port_close(flooder));
	OK(pydp_burst_destroy(burst));
	OK(pydp_mempool_destroy(pool));
}

static void silence_behind_an_overflow_is_down_a_detection_time_later(void)
{
	struct rig rig = about_to_overflow();
	struct pydp_session_state left;
	uint64_t last_hello;

	run_right(&rig, 200 * MS);
	last_hello = rig_read(&rig.left).last_rx_ns;
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, MS);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_UP, "Down at once");
	rig_run(&rig, SECOND);
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_DOWN && left.stall_count == 1, "state %u, deferred %u times", left.local_state,
	      left.stall_count);
	CHECK(left.last_down_ns - last_hello >= 300 * MS && left.last_down_ns - last_hello <= 302 * MS,
	      "%lu ms after the last hello", (left.last_down_ns - last_hello) / MS);
	rig_break(&rig);
}

static void a_stall_without_hellos_is_down(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	OK(pydp_port_cut(rig.right.port, 1));
	rig.now += SECOND;
	OK(pydp_engine_step(rig.left.engine, rig.now, NULL));
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_DOWN, "silence is silence");
	CHECK(rig_read(&rig.left).poll_gap_us >= 900000, "own gap of %u us", rig_read(&rig.left).poll_gap_us);
	rig_break(&rig);
}

/* Down is late by as much as the last hello waited. */
static void the_gap_that_the_last_hello_waited_in_is_told(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	run_right(&rig, 150 * MS);
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_DOWN, "silence is silence");
	CHECK(rig_read(&rig.left).poll_gap_us >= 145000, "own gap of %u us", rig_read(&rig.left).poll_gap_us);
	rig_break(&rig);
}

static void gaps_are_counted_by_length(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_worker_stats stats;

	rig_run(&rig, 10 * MS);
	stats = worker(&rig.left);
	CHECK(stats.poll_gap_us_log2[9] == 9 && stats.poll_gap_max_ns == MS, "%lu gaps of a millisecond",
	      stats.poll_gap_us_log2[9]);
	OK(pydp_engine_worker_stats_reset_gap(rig.left.engine));
	stats = worker(&rig.left);
	CHECK(stats.poll_gap_us_log2[9] == 0 && stats.poll_gap_max_ns == 0, "not reset");
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"a_stall_with_hellos_in_the_queue_is_not_down", a_stall_with_hellos_in_the_queue_is_not_down},
		{"a_stall_that_overflowed_the_queue_is_not_down", a_stall_that_overflowed_the_queue_is_not_down},
		{"silence_behind_an_overflow_is_down_a_detection_time_later",
		 silence_behind_an_overflow_is_down_a_detection_time_later},
		{"an_overflow_elsewhere_defers_nothing", an_overflow_elsewhere_defers_nothing},
		{"a_stall_without_hellos_is_down", a_stall_without_hellos_is_down},
		{"the_gap_that_the_last_hello_waited_in_is_told", the_gap_that_the_last_hello_waited_in_is_told},
		{"gaps_are_counted_by_length", gaps_are_counted_by_length},
	};

	return RUN_CASES(argc, argv, cases);
}
