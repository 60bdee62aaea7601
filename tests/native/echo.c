/* SPDX-License-Identifier: Apache-2.0 */
/* Echoes of ours: between two stepped engines, and to a far end that plays every trick (RFC 5880 6.8.8, 6.8.9). */
#include "play.h"

/* Two engines. */

static void want_echo(struct side *side, uint32_t rx_us, uint32_t tx_us)
{
	side->session.required_min_echo_rx_us = rx_us;
	side->session.desired_min_echo_tx_us = tx_us;
	OK(pydp_session_upsert(side->engine, &side->session, NULL));
}

static struct rig echoing(struct rig_options options)
{
	struct rig rig = rig_make(options);

	want_echo(&rig.left, ECHO_US, ECHO_US);
	want_echo(&rig.right, ECHO_US, ECHO_US);
	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, 5 * SECOND);
	return rig;
}

static void check_side(struct side *side, const struct side *other)
{
	struct pydp_session_state state = rig_read(side), theirs = rig_read(other);

	CHECK(state.local_state == PYDP_BFD_UP && state.down_count == 0, "%u, %u downs", state.local_state, state.down_count);
	CHECK(state.echo_tx_interval_us == ECHO_US && state.remote_required_min_echo_rx_us == ECHO_US, "%u, %u",
	      state.echo_tx_interval_us, state.remote_required_min_echo_rx_us);
	CHECK(state.echo_tx_packets > 95 && state.echo_tx_packets < 145, "%lu echoes", state.echo_tx_packets);
	CHECK(state.echo_tx_packets - state.echo_rx_packets <= 1, "%lu of %lu", state.echo_rx_packets, state.echo_tx_packets);
	CHECK(theirs.echo_reflected_packets == state.echo_tx_packets, "%lu reflected", theirs.echo_reflected_packets);
	CHECK(state.echo_rtt_ns <= 2 * MS, "%lu ns", state.echo_rtt_ns);
	CHECK(theirs.remote_required_min_rx_us == 1000000, "%u us of hellos", theirs.remote_required_min_rx_us);
	CHECK(state.config.required_min_rx_us == side->session.required_min_rx_us, "%u us are not what was wanted",
	      state.config.required_min_rx_us);
	CHECK(state.config.required_min_echo_rx_us == ECHO_US && state.config.desired_min_echo_tx_us == ECHO_US &&
		      state.config.echo_source.family == 0,
	      "echoes are not as they were wanted");
	CHECK(counter(side->engine, 0, "rx-bfd-echo") == state.echo_rx_packets &&
		      counter(side->engine, 0, "tx-bfd-echo") == state.echo_tx_packets &&
		      counter(side->engine, 0, "tx-bfd-echo-reflected") == state.echo_reflected_packets,
	      "counters differ");
	CHECK(counter(side->engine, 0, "drop-not-for-us") == 0, "%lu", counter(side->engine, 0, "drop-not-for-us"));
}

static void go_both_ways(struct rig_options options)
{
	struct rig rig = echoing(options);

	check_side(&rig.left, &rig.right);
	check_side(&rig.right, &rig.left);
	rig_break(&rig);
}

static void echoes_go_both_ways_over_ipv4(void)
{
	go_both_ways((struct rig_options){.family = 4});
}

static void echoes_go_both_ways_over_ipv6(void)
{
	go_both_ways((struct rig_options){.family = 6});
}

static void echoes_go_both_ways_in_a_vlan(void)
{
	go_both_ways((struct rig_options){.family = 4, .vlan = 100});
}

static void echoes_go_both_ways_over_ipv6_in_a_vlan(void)
{
	go_both_ways((struct rig_options){.family = 6, .vlan = 100, .ethdev = 1});
}

static void a_cut_is_down_by_echo_long_before_hellos_are_missed(void)
{
	struct rig rig = echoing((struct rig_options){0});
	struct pydp_session_state state;
	struct pydp_event event;

	while (pydp_event_drain(rig.left.engine, &event, 1, &(uint32_t){0}) == PYDP_OK && event.sequence != 0)
		event.sequence = 0;
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, 201 * MS);
	state = rig_read(&rig.left);
	CHECK(state.local_state == PYDP_BFD_DOWN && state.local_diagnostic == PYDP_DIAG_ECHO_FAILED, "%u, diagnostic %u",
	      state.local_state, state.local_diagnostic);
	CHECK(state.nexthop_state == PYDP_NEXTHOP_DEAD && state.echo_tx_interval_us == 0, "%u", state.nexthop_state);
	CHECK(rig_read(&rig.right).local_diagnostic == PYDP_DIAG_NEIGHBOR_DOWN ||
		      rig_read(&rig.right).local_diagnostic == PYDP_DIAG_ECHO_FAILED,
	      "%u", rig_read(&rig.right).local_diagnostic);
	do
		event = rig_event(&rig.left, PYDP_EVENT_STATE);
	while (event.new_state != PYDP_BFD_DOWN);
	CHECK(event.local_diagnostic == PYDP_DIAG_ECHO_FAILED && event.deadline_ns != 0 && event.deadline_ns <= event.time_ns,
	      "deadline %lu", event.deadline_ns);
	OK(pydp_port_cut(rig.right.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).echo_tx_interval_us == ECHO_US, "no echoes after coming back");
	rig_break(&rig);
}

static void switching_echo_on_and_off_flaps_nothing(void)
{
	struct rig rig = rig_make((struct rig_options){0});

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	for (int i = 0; i < 3; i++) {
		want_echo(&rig.right, ECHO_US, 0);
		want_echo(&rig.left, 0, ECHO_US);
		rig_run(&rig, 2 * SECOND);
		CHECK(rig_read(&rig.left).echo_tx_interval_us == ECHO_US, "off");
		CHECK(rig_read(&rig.right).echo_tx_interval_us == 0, "right sends");
		CHECK(rig_read(&rig.right).remote_required_min_rx_us == 1000000, "hellos stay fast");
		want_echo(&rig.right, 0, 0);
		rig_run(&rig, 2 * SECOND);
		CHECK(rig_read(&rig.left).echo_tx_interval_us == 0, "on though the peer wants none");
		CHECK(rig_read(&rig.left).remote_required_min_echo_rx_us == 0, "not heard");
		want_echo(&rig.left, 0, 0);
		rig_run(&rig, SECOND);
		CHECK(rig_read(&rig.right).remote_required_min_rx_us == 50000, "hellos stay slow");
	}
	CHECK(rig_read(&rig.left).down_count == 0 && rig_read(&rig.right).down_count == 0, "flapped");
	CHECK(counter(rig.left.engine, 0, "drop-bfd-echo-not-awaited") <= 3, "%lu",
	      counter(rig.left.engine, 0, "drop-bfd-echo-not-awaited"));
	rig_break(&rig);
}

static void an_echo_is_made_as_rfc_5881_says(uint8_t family)
{
	struct play play = begin(family, 0, ECHO_US);
	uint8_t frame[128];
	uint32_t length = catch_echo(&play, frame);
	const uint8_t *ip = frame + IP4_AT;

	CHECK(memcmp(frame, far_mac, 6) == 0 && memcmp(frame + 6, play.wire.mac.octets, 6) == 0, "not to the peer's MAC");
	if (family == 4) {
		CHECK(length == 14 + 20 + 8 + 32 && ip[8] == 255 && ip[9] == 17, "%u octets, TTL %u", length, ip[8]);
		CHECK(fold(ip, 20, 0) == 0xffff, "IPv4 checksum");
		CHECK(memcmp(ip + 12, us, 4) == 0 && memcmp(ip + 16, us, 4) == 0, "not from and to ourselves");
		CHECK(fold(ip + 20, 40, fold(ip + 12, 8, 17 + 40)) == 0xffff, "UDP checksum");
	} else {
		CHECK(length == 14 + 40 + 8 + 32 && ip[7] == 255 && ip[6] == 17, "%u octets, hop limit %u", length, ip[7]);
		CHECK(memcmp(ip + 8, address6(1).octets, 16) == 0 && memcmp(ip + 24, address6(1).octets, 16) == 0,
		      "not from and to ourselves");
		CHECK(fold(ip + 40, 40, fold(ip + 8, 32, 17 + 40)) == 0xffff, "UDP checksum");
	}
	end(&play);
}

static void an_ipv4_echo_is_made_as_rfc_5881_says(void)
{
	an_echo_is_made_as_rfc_5881_says(4);
}

static void an_ipv6_echo_is_made_as_rfc_5881_says(void)
{
	an_echo_is_made_as_rfc_5881_says(6);
}

static void echoes_that_do_not_come_back_are_down(uint8_t family)
{
	struct play play = begin(family, 0, ECHO_US);
	struct pydp_session_state state;

	pass(&play, 3000, true);
	CHECK(look(&play).local_state == PYDP_BFD_UP && look(&play).echo_rx_packets > 55, "%lu came back",
	      look(&play).echo_rx_packets);
	pass(&play, 210, false);
	state = look(&play);
	CHECK(state.local_state == PYDP_BFD_DOWN && state.local_diagnostic == PYDP_DIAG_ECHO_FAILED, "%u, diagnostic %u",
	      state.local_state, state.local_diagnostic);
	CHECK(state.nexthop_state == PYDP_NEXTHOP_DEAD && state.down_count == 1, "%u", state.nexthop_state);
	end(&play);
}

static void ipv4_echoes_alone_cut_off_are_down(void)
{
	echoes_that_do_not_come_back_are_down(4);
}

static void ipv6_echoes_alone_cut_off_are_down(void)
{
	echoes_that_do_not_come_back_are_down(6);
}

static void forged_replayed_and_late_echoes_are_refused_and_help_nobody(void)
{
	struct play play = begin(4, 0, ECHO_US);
	uint8_t genuine[128], forged[128];
	uint32_t length = catch_echo(&play, genuine);
	uint64_t values[256] = {0};
	bool seen = false;

	forward(&play, genuine);
	memcpy(forged, genuine, length);
	forged[length - 1] ^= 1;
	put16(forged + 40, 0);
	counts_as(&play.wire, forged, length, "drop-bfd-echo-forged");
	memcpy(forged, genuine, length);
	forged[PAYLOAD4_AT + 11] += 1;
	put16(forged + 40, 0);
	counts_as(&play.wire, forged, length, "drop-bfd-echo-forged");
	counts_as(&play.wire, genuine, length, "rx-bfd-echo");
	counts_as(&play.wire, genuine, length, "drop-bfd-echo-not-awaited");
	OK(pydp_session_refused(play.wire.engine, play.id, values, 256));
	for (uint32_t i = 0; i < pydp_counter_count(); i++)
		if (strcmp(pydp_counter_name(i), "drop-bfd-echo-forged") == 0)
			seen = values[i] == 2;
	CHECK(seen, "the session does not count its forgeries");
	for (int ms = 0; ms < 220; ms++)
		inject(&play.wire, ms % 2 ? genuine : forged, length);
	CHECK(look(&play).local_diagnostic == PYDP_DIAG_ECHO_FAILED, "%u", look(&play).local_diagnostic);
	counts_as(&play.wire, genuine, length, "drop-bfd-echo-not-awaited");
	end(&play);
}

static void a_peer_that_says_0_ends_echoes_at_once(void)
{
	struct play play = begin(4, 0, ECHO_US);

	pass(&play, 1000, true);
	say(&play, PYDP_BFD_UP, 0);
	CHECK(look(&play).echo_tx_interval_us == 0 && look(&play).local_state == PYDP_BFD_UP, "goes on");
	say(&play, PYDP_BFD_UP, ECHO_US);
	CHECK(look(&play).echo_tx_interval_us == ECHO_US, "does not begin again");
	say(&play, PYDP_BFD_UP, 200000);
	CHECK(look(&play).echo_tx_interval_us == 200000, "%u", look(&play).echo_tx_interval_us);
	end(&play);
}

static void the_source_of_echoes_can_be_chosen(void)
{
	struct play play = begin(4, 0, 0);
	struct pydp_session_config config = look(&play).config, kept;
	uint8_t frame[128], other[128];
	uint32_t length;

	config.desired_min_echo_tx_us = ECHO_US;
	config.echo_source = address4(203, 0, 113, 9);
	OK(pydp_session_upsert(play.wire.engine, &config, NULL));
	kept = look(&play).config;
	CHECK(memcmp(&kept, &config, sizeof(config)) == 0, "not what was wanted");
	say(&play, PYDP_BFD_UP, ECHO_US);
	length = catch_echo(&play, frame);
	CHECK(memcmp(frame + 26, config.echo_source.octets, 4) == 0 && memcmp(frame + 30, us, 4) == 0, "%u.%u.%u.%u", frame[26],
	      frame[27], frame[28], frame[29]);
	forward(&play, frame);
	/* from elsewhere it is not the session's */
	memcpy(other, frame, length);
	memcpy(other + 26, us, 4);
	put16(other + 40, 0);
	sum_ip4(other + IP4_AT);
	counts_as(&play.wire, other, length, "drop-bfd-echo-unwanted");
	counts_as(&play.wire, frame, length, "rx-bfd-echo");
	config.echo_source = address6(9);
	CHECK(pydp_session_upsert(play.wire.engine, &config, NULL) == PYDP_E_INVAL, "an IPv6 source of an IPv4 session");
	end(&play);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"echoes_go_both_ways_over_ipv4", echoes_go_both_ways_over_ipv4},
		{"echoes_go_both_ways_over_ipv6", echoes_go_both_ways_over_ipv6},
		{"echoes_go_both_ways_in_a_vlan", echoes_go_both_ways_in_a_vlan},
		{"echoes_go_both_ways_over_ipv6_in_a_vlan", echoes_go_both_ways_over_ipv6_in_a_vlan},
		{"a_cut_is_down_by_echo_long_before_hellos_are_missed", a_cut_is_down_by_echo_long_before_hellos_are_missed},
		{"switching_echo_on_and_off_flaps_nothing", switching_echo_on_and_off_flaps_nothing},
		{"an_ipv4_echo_is_made_as_rfc_5881_says", an_ipv4_echo_is_made_as_rfc_5881_says},
		{"an_ipv6_echo_is_made_as_rfc_5881_says", an_ipv6_echo_is_made_as_rfc_5881_says},
		{"ipv4_echoes_alone_cut_off_are_down", ipv4_echoes_alone_cut_off_are_down},
		{"ipv6_echoes_alone_cut_off_are_down", ipv6_echoes_alone_cut_off_are_down},
		{"forged_replayed_and_late_echoes_are_refused_and_help_nobody",
		 forged_replayed_and_late_echoes_are_refused_and_help_nobody},
		{"a_peer_that_says_0_ends_echoes_at_once", a_peer_that_says_0_ends_echoes_at_once},
		{"the_source_of_echoes_can_be_chosen", the_source_of_echoes_can_be_chosen},
	};

	return RUN_CASES(argc, argv, cases);
}
