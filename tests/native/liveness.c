/* SPDX-License-Identifier: Apache-2.0 */
/* BFD between two stepped engines: coming up, failing, coming back, changing and leaving. */
#include "rig.h"

static void up_and_stays(struct rig_options options)
{
	struct rig rig = rig_make(options);
	struct pydp_session_state left;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, 5 * SECOND);
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_UP && left.remote_state == PYDP_BFD_UP, "%u, %u", left.local_state,
	      left.remote_state);
	CHECK(left.down_count == 0 && left.up_count == 1, "%u ups, %u downs", left.up_count, left.down_count);
	CHECK(left.nexthop_state == PYDP_NEXTHOP_LIVE, "next hop is %u", left.nexthop_state);
	CHECK(left.neighbour_state == PYDP_NEIGHBOUR_REACHABLE, "neighbour is %u", left.neighbour_state);
	CHECK(left.detection_time_us == 150000 && left.negotiated_tx_us == 50000, "%lu us", left.detection_time_us);
	CHECK(left.remote_discriminator == rig_read(&rig.right).local_discriminator, "%u", left.remote_discriminator);
	CHECK(left.source_port >= 49152 && left.dest_port == 3784, "%u", left.source_port);
	/* 50 ms less a quarter at most: 100 to 134 hellos in five seconds */
	CHECK(left.tx_packets > 95 && left.tx_packets < 145, "%lu packets", left.tx_packets);
	CHECK(counter(rig.left.engine, 0, "rx-bfd") == left.rx_packets, "%lu", left.rx_packets);
	rig_break(&rig);
}

static void comes_up_over_ipv4(void)
{
	up_and_stays((struct rig_options){.family = 4});
}

static void comes_up_over_ipv6(void)
{
	up_and_stays((struct rig_options){.family = 6});
}

static void comes_up_in_a_vlan(void)
{
	up_and_stays((struct rig_options){.family = 4, .vlan = 100});
}

static void comes_up_over_ipv6_in_a_vlan(void)
{
	up_and_stays((struct rig_options){.family = 6, .vlan = 4094});
}

static void comes_up_over_ethdevs(void)
{
	up_and_stays((struct rig_options){.family = 4, .ethdev = 1});
}

static void a_cut(struct rig_options options)
{
	struct rig rig = rig_make(options);
	struct pydp_session_state before, after;
	struct pydp_event event;
	uint64_t deadline;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	while (pydp_event_drain(rig.left.engine, &event, 1, &(uint32_t){0}) == PYDP_OK && event.sequence != 0)
		event.sequence = 0;
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, MS);
	before = rig_read(&rig.left);
	deadline = before.last_rx_ns + 150 * MS;
	rig_run(&rig, deadline - 1 - rig.now);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_UP, "Down before the detection time");
	rig_run(&rig, 17000); /* a tick of the timer wheel */
	after = rig_read(&rig.left);
	CHECK(after.local_state == PYDP_BFD_DOWN && after.local_diagnostic == PYDP_DIAG_CONTROL_EXPIRY,
	      "state %u, diagnostic %u", after.local_state, after.local_diagnostic);
	CHECK(after.nexthop_state == PYDP_NEXTHOP_DEAD && after.down_count == 1, "%u", after.nexthop_state);
	CHECK(after.last_down_ns - deadline < 17000, "%lu ns late", after.last_down_ns - deadline);
	event = rig_event(&rig.left, PYDP_EVENT_STATE);
	while (event.new_state != PYDP_BFD_DOWN)
		event = rig_event(&rig.left, PYDP_EVENT_STATE);
	CHECK(event.deadline_ns == deadline && event.last_rx_ns == before.last_rx_ns, "deadline %lu", event.deadline_ns);
	CHECK(event.old_nexthop_state == PYDP_NEXTHOP_LIVE && event.nexthop_state == PYDP_NEXTHOP_DEAD, "%u",
	      event.nexthop_state);
	CHECK(event.detection_time_us == 150000 || event.detection_time_us == 0, "%lu", event.detection_time_us);
	/* the other direction is whole: right hears Down */
	rig_run(&rig, 5 * MS);
	CHECK(rig_read(&rig.right).local_diagnostic == PYDP_DIAG_NEIGHBOR_DOWN, "%u", rig_read(&rig.right).local_diagnostic);
	OK(pydp_port_cut(rig.right.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	CHECK(rig_read(&rig.left).nexthop_state == PYDP_NEXTHOP_LIVE, "%u", rig_read(&rig.left).nexthop_state);
	rig_break(&rig);
}

static void a_cut_is_detected_when_the_detection_time_ends(void)
{
	a_cut((struct rig_options){.family = 4});
}

static void a_cut_of_an_ethdev_is_detected(void)
{
	a_cut((struct rig_options){.family = 6, .ethdev = 1});
}

static void a_cut_counts_what_vanished(void)
{
	struct rig rig = rig_make((struct rig_options){.ethdev = 1});
	struct pydp_port_stats stats;
	uint64_t before;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	before = rig_read(&rig.left).tx_packets;
	OK(pydp_port_cut(rig.left.port, 1));
	rig_run(&rig, 100 * MS);
	OK(pydp_port_stats(rig.left.port, &stats));
	CHECK(stats.tx_cut > 0 && stats.tx_cut == rig_read(&rig.left).tx_packets - before, "%lu", stats.tx_cut);
	CHECK(counter(rig.left.engine, 0, "drop-tx-full") == 0, "cut is not full");
	rig_break(&rig);
}

static void removal_says_admin_down_for_a_detection_time(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_state state;
	struct pydp_event event;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	OK(pydp_session_remove(rig.left.engine, rig.left.id, 0));
	CHECK(rig_read(&rig.left).removing == 1, "not removing");
	rig_run(&rig, 2 * MS);
	state = rig_read(&rig.right);
	CHECK(state.local_state == PYDP_BFD_DOWN && state.remote_state == PYDP_BFD_ADMIN_DOWN, "%u, %u", state.local_state,
	      state.remote_state);
	CHECK(state.nexthop_state == PYDP_NEXTHOP_UNKNOWN, "an AdminDown is no failure: next hop is %u", state.nexthop_state);
	rig_run(&rig, 2900 * MS);
	CHECK(rig_read(&rig.left).removing == 1, "gone before the detection time");
	rig_run(&rig, 200 * MS);
	CHECK(pydp_session_read(rig.left.engine, rig.left.id, &state) == PYDP_E_NOENT, "still there");
	event = rig_event(&rig.left, PYDP_EVENT_REMOVED);
	CHECK(event.session == rig.left.id, "%u", event.session);
	rig_break(&rig);
}

static void removal_at_once_says_nothing(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_state state;
	uint32_t again;

	rig_until(&rig, PYDP_BFD_UP);
	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	CHECK(pydp_session_read(rig.left.engine, rig.left.id, &state) == PYDP_E_NOENT, "still there");
	rig_run(&rig, 140 * MS);
	CHECK(rig_read(&rig.right).local_state == PYDP_BFD_UP, "right heard something");
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &again));
	CHECK(again != rig.left.id, "the id is used again at once");
	rig.left.id = again;
	rig_until(&rig, PYDP_BFD_DOWN);
	rig_until(&rig, PYDP_BFD_UP);
	rig_break(&rig);
}

static void repeating_an_upsert_changes_nothing(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_state before, after;
	uint32_t id;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	before = rig_read(&rig.left);
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &id));
	after = rig_read(&rig.left);
	CHECK(id == rig.left.id && memcmp(&before, &after, sizeof(before)) == 0, "the session changed");
	CHECK(memcmp(&after.config, &rig.left.session, sizeof(after.config)) == 0, "the configuration is not what was wanted");
	rig_break(&rig);
}

static void new_timers_are_polled_for_without_a_flap(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_state left;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	rig.left.session.desired_min_tx_us = rig.left.session.required_min_rx_us = 200000;
	left = rig_read(&rig.left);
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	CHECK(rig_read(&rig.left).poll_count == left.poll_count + 1, "no Poll Sequence");
	rig_run(&rig, 2 * SECOND);
	left = rig_read(&rig.left);
	CHECK(left.local_state == PYDP_BFD_UP && left.down_count == 0, "flapped");
	CHECK(left.negotiated_tx_us == 200000 && left.polling == 0, "%u us, polling %u", left.negotiated_tx_us, left.polling);
	CHECK(rig_read(&rig.right).detection_time_us == 600000, "%lu us", rig_read(&rig.right).detection_time_us);
	rig_break(&rig);
}

static void admin_down_and_up_again(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	rig_until(&rig, PYDP_BFD_UP);
	rig.left.session.admin_down = 1;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_run(&rig, 10 * SECOND);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_ADMIN_DOWN && rig_read(&rig.left).admin_down_count == 1, "%u",
	      rig_read(&rig.left).local_state);
	CHECK(rig_read(&rig.left).config.admin_down == 1, "the configuration says up");
	CHECK(rig_read(&rig.right).nexthop_state == PYDP_NEXTHOP_UNKNOWN, "%u", rig_read(&rig.right).nexthop_state);
	rig.left.session.admin_down = 0;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_until(&rig, PYDP_BFD_UP);
	rig_break(&rig);
}

static void a_passive_session_waits_to_be_spoken_to(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	rig.left.session.role = PYDP_ROLE_PASSIVE;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &rig.left.id));
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, 5 * SECOND);
	CHECK(rig_read(&rig.left).tx_packets + rig_read(&rig.left).tx_failed == 0, "it spoke first");
	OK(pydp_port_cut(rig.right.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	rig_break(&rig);
}

static void clearing_makes_the_next_hop_unknown(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_event event;

	rig_until(&rig, PYDP_BFD_UP);
	OK(pydp_port_cut(rig.right.port, 1));
	OK(pydp_port_cut(rig.left.port, 1));
	rig_until(&rig, PYDP_BFD_DOWN);
	CHECK(rig_read(&rig.left).nexthop_state == PYDP_NEXTHOP_DEAD, "%u", rig_read(&rig.left).nexthop_state);
	OK(pydp_nexthop_clear(rig.left.engine, rig.left.id));
	event = rig_event(&rig.left, PYDP_EVENT_NEXTHOP);
	CHECK(event.old_nexthop_state == PYDP_NEXTHOP_DEAD && event.nexthop_state == PYDP_NEXTHOP_UNKNOWN, "%u",
	      event.nexthop_state);
	CHECK(pydp_nexthop_clear(rig.left.engine, 77) == PYDP_E_NOENT, "cleared what is not there");
	rig_break(&rig);
}

static void events_tell_the_story_in_order(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_event events[32];
	uint32_t count;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	OK(pydp_event_drain(rig.left.engine, events, 32, &count));
	CHECK(count >= 3 && events[0].type == PYDP_EVENT_NEIGHBOUR, "%u events, first of type %u", count, events[0].type);
	for (uint32_t i = 0; i < count; i++)
		CHECK(events[i].sequence == i + 1 && events[i].session == rig.left.id, "event %u has number %u", i,
		      events[i].sequence);
	rig_break(&rig);
}

enum { MANY = 10000 };

static void ten_thousand_sessions_come_up(void)
{
	struct rig rig = rig_make((struct rig_options){.max_sessions = MANY + 1, .capacity = 4096});
	static uint32_t ids[MANY + 1];
	uint32_t count, up = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		struct pydp_session_config left = rig.left.session, right = rig.right.session;

		/* 100 addresses on the left and 100 on the right, a session for each pair, behind the rig's own */
		left.destination = right.source = address4(10, 0, 0, (uint8_t)(i % 100 + 1));
		left.source = right.destination = address4(10, 1, 0, (uint8_t)(i / 100 + 1));
		OK(pydp_engine_address_add(rig.right.engine, 0, 0, &right.source, 8));
		OK(pydp_engine_address_add(rig.left.engine, 0, 0, &left.source, 8));
		OK(pydp_session_upsert(rig.right.engine, &right, NULL));
		OK(pydp_session_upsert(rig.left.engine, &left, NULL));
	}
	for (int second = 0; second < 20 && up < MANY + 1; second++) {
		rig_run(&rig, SECOND);
		OK(pydp_session_list(rig.left.engine, 0, ids, MANY + 1, &count));
		CHECK(count == MANY + 1, "%u ids", count);
		up = 0;
		for (uint32_t i = 0; i < count; i++) {
			struct pydp_session_state state;

			OK(pydp_session_read(rig.left.engine, ids[i], &state));
			up += state.local_state == PYDP_BFD_UP;
			CHECK(i == 0 || ids[i] > ids[i - 1], "ids are not in order");
		}
	}
	CHECK(up == MANY + 1, "%u are Up", up);
	CHECK(pydp_session_upsert(rig.left.engine,
				  &(struct pydp_session_config){.source = rig.left.session.source,
								.destination = address4(10, 9, 9, 9),
								.local_multiplier = 3,
								.desired_min_tx_us = 1},
				  NULL) == PYDP_E_NOMEM,
	      "the table has no end");
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"comes_up_over_ipv4", comes_up_over_ipv4},
		{"comes_up_over_ipv6", comes_up_over_ipv6},
		{"comes_up_in_a_vlan", comes_up_in_a_vlan},
		{"comes_up_over_ipv6_in_a_vlan", comes_up_over_ipv6_in_a_vlan},
		{"comes_up_over_ethdevs", comes_up_over_ethdevs},
		{"a_cut_is_detected_when_the_detection_time_ends", a_cut_is_detected_when_the_detection_time_ends},
		{"a_cut_of_an_ethdev_is_detected", a_cut_of_an_ethdev_is_detected},
		{"a_cut_counts_what_vanished", a_cut_counts_what_vanished},
		{"removal_says_admin_down_for_a_detection_time", removal_says_admin_down_for_a_detection_time},
		{"removal_at_once_says_nothing", removal_at_once_says_nothing},
		{"repeating_an_upsert_changes_nothing", repeating_an_upsert_changes_nothing},
		{"new_timers_are_polled_for_without_a_flap", new_timers_are_polled_for_without_a_flap},
		{"admin_down_and_up_again", admin_down_and_up_again},
		{"a_passive_session_waits_to_be_spoken_to", a_passive_session_waits_to_be_spoken_to},
		{"clearing_makes_the_next_hop_unknown", clearing_makes_the_next_hop_unknown},
		{"events_tell_the_story_in_order", events_tell_the_story_in_order},
		{"ten_thousand_sessions_come_up", ten_thousand_sessions_come_up},
	};

	return RUN_CASES(argc, argv, cases);
}
