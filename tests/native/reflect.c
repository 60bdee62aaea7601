/* SPDX-License-Identifier: Apache-2.0 */
/* Echoes of a peer, sent back; and what is not (RFC 5881 section 4). */
#include "play.h"

static void is_reflected(uint8_t family, bool to_us)
{
	struct play play = begin(family, ECHO_US, 0);
	uint8_t frame[128], expected[128];
	uint32_t length = peers_echo(&play, frame, to_us, 255), back;
	uint8_t *ip = expected + IP4_AT, *udp = ip + (family == 4 ? 20 : 40);
	uint8_t kept[16];
	size_t octets = family == 4 ? 4 : 16;
	uint8_t *source = family == 4 ? ip + 12 : ip + 8;

	collect(&play.wire);
	inject(&play.wire, frame, length);
	CHECK(collect(&play.wire) >= 1, "nothing came back");
	memcpy(expected, frame, length);
	memcpy(expected, far_mac, 6);
	memcpy(expected + 6, play.wire.mac.octets, 6);
	if (to_us) {
		memcpy(kept, source, octets);
		memcpy(source, source + octets, octets);
		memcpy(source + octets, kept, octets);
		put16(udp, 3785);
		put16(udp + 2, 50001);
	}
	if (family == 4) {
		ip[8] = 254;
		sum_ip4(ip);
	} else {
		ip[7] = 254;
	}
	CHECK(memcmp(sent(&play.wire, 0, &back), expected, length) == 0 && back == length, "not the same frame");
	CHECK(look(&play).echo_reflected_packets == 1, "%lu", look(&play).echo_reflected_packets);
	end(&play);
}

static void a_peers_ipv4_echo_is_forwarded_back(void)
{
	is_reflected(4, false);
}

static void a_peers_ipv6_echo_is_forwarded_back(void)
{
	is_reflected(6, false);
}

static void an_ipv4_echo_to_us_is_answered(void)
{
	is_reflected(4, true);
}

static void an_ipv6_echo_to_us_is_answered(void)
{
	is_reflected(6, true);
}

/* Frames back in the burst after one was injected, hellos of the engine left out. */
static uint32_t answers(struct play *play, const uint8_t *frame, uint32_t length, const char *name)
{
	uint64_t before = count(&play->wire, "tx-bfd-echo-reflected");

	counts_as(&play->wire, frame, length, name);
	return (uint32_t)(count(&play->wire, "tx-bfd-echo-reflected") - before);
}

static void nothing_but_a_peers_echo_is_sent_back(uint8_t family)
{
	struct play play = begin(family, ECHO_US, 0);
	uint8_t frame[128], last = family == 4 ? 33 : 53;
	uint8_t *udp = frame + IP4_AT + (family == 4 ? 20 : 40);
	uint32_t length = peers_echo(&play, frame, false, 1);

	CHECK(answers(&play, frame, length, "drop-bfd-echo-ttl") == 0, "TTL 1");
	peers_echo(&play, frame, false, 0);
	CHECK(answers(&play, frame, length, "drop-bfd-echo-ttl") == 0, "TTL 0");
	peers_echo(&play, frame, true, 254);
	CHECK(answers(&play, frame, length, "drop-bfd-echo-ttl") == 0, "one that was reflected already");
	/* to another host, from another host */
	peers_echo(&play, frame, false, 255);
	frame[last] = 77;
	if (family == 4)
		sum_ip4(frame + IP4_AT);
	CHECK(answers(&play, frame, length, "drop-bfd-echo-unwanted") == 0, "to a stranger");
	peers_echo(&play, frame, true, 255);
	frame[family == 4 ? 29 : 37] = 77;
	put16(udp + 6, 0);
	if (family == 4)
		sum_ip4(frame + IP4_AT);
	else
		put16(udp + 6, (uint16_t)~fold(udp, 32, fold(frame + IP4_AT + 8, 32, 17 + 32)));
	CHECK(answers(&play, frame, length, "drop-bfd-echo-unwanted") == 0, "from a stranger");
	/* a group as the sender */
	peers_echo(&play, frame, false, 255);
	frame[6] = 1;
	CHECK(answers(&play, frame, length, "drop-bfd-echo-unwanted") == 0, "to a group");
	/* another port, another protocol, broken lengths */
	peers_echo(&play, frame, false, 255);
	put16(udp + 2, 3784);
	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "port 3784");
	peers_echo(&play, frame, false, 255);
	put16(udp + 4, 7);
	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "UDP length 7");
	put16(udp + 4, 200);
	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "UDP length beyond the packet");
	peers_echo(&play, frame, false, 255);
	frame[family == 4 ? 23 : 20] = 6;
	if (family == 4)
		sum_ip4(frame + IP4_AT);
	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "TCP");
	/* not to our MAC address */
	peers_echo(&play, frame, false, 255);
	memset(frame, 0xff, 6);
	CHECK(answers(&play, frame, length, "drop-mac") == 0, "broadcast");
	end(&play);
}

static void nothing_but_a_peers_ipv4_echo_is_sent_back(void)
{
	nothing_but_a_peers_echo_is_sent_back(4);
}

static void nothing_but_a_peers_ipv6_echo_is_sent_back(void)
{
	nothing_but_a_peers_echo_is_sent_back(6);
}

static void who_advertises_nothing_reflects_nothing(void)
{
	struct play play = begin(4, 0, ECHO_US);
	uint8_t frame[128];
	uint32_t length = peers_echo(&play, frame, false, 255);

	CHECK(answers(&play, frame, length, "drop-bfd-echo-unwanted") == 0, "reflected");
	end(&play);
}

static void a_port_without_echoes_does_not_listen_for_any(void)
{
	struct play play = begin(6, 0, 0);
	uint8_t frame[128];
	uint32_t length = peers_echo(&play, frame, false, 255);

	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "reflected");
	peers_echo(&play, frame, true, 255);
	CHECK(answers(&play, frame, length, "drop-other-udp") == 0, "reflected");
	end(&play);
}

static void a_flood_is_reflected_as_fast_as_we_advertise(void)
{
	struct play play = begin(4, ECHO_US, 0);
	uint8_t frame[128];
	uint32_t length = peers_echo(&play, frame, false, 255);
	uint64_t reflected;

	for (int ms = 0; ms < 1000; ms++)
		inject(&play.wire, frame, length);
	reflected = look(&play).echo_reflected_packets;
	/* one every 37.5 ms, and two more in the first lump */
	CHECK(reflected >= 26 && reflected <= 30, "%lu", reflected);
	CHECK(count(&play.wire, "drop-bfd-echo-rate") == 1000 - reflected, "%lu", count(&play.wire, "drop-bfd-echo-rate"));
	CHECK(look(&play).rx_invalid == 1000 - reflected, "%lu", look(&play).rx_invalid);
	end(&play);
}

static void a_removed_session_leaves_no_echo_behind(void)
{
	struct play play = begin(4, ECHO_US, ECHO_US);
	struct pydp_session_config config = look(&play).config;
	uint8_t frame[128];
	uint32_t length = peers_echo(&play, frame, false, 255);

	OK(pydp_session_remove(play.wire.engine, play.id, 1));
	CHECK(answers(&play, frame, length, "drop-not-for-us") == 0, "reflected for nobody");
	config.required_min_echo_rx_us = config.desired_min_echo_tx_us = 0;
	OK(pydp_session_upsert(play.wire.engine, &config, &play.id));
	CHECK(look(&play).echo_tx_packets == 0 && look(&play).remote_required_min_echo_rx_us == 0, "of its predecessor");
	end(&play);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"a_peers_ipv4_echo_is_forwarded_back", a_peers_ipv4_echo_is_forwarded_back},
		{"a_peers_ipv6_echo_is_forwarded_back", a_peers_ipv6_echo_is_forwarded_back},
		{"an_ipv4_echo_to_us_is_answered", an_ipv4_echo_to_us_is_answered},
		{"an_ipv6_echo_to_us_is_answered", an_ipv6_echo_to_us_is_answered},
		{"nothing_but_a_peers_ipv4_echo_is_sent_back", nothing_but_a_peers_ipv4_echo_is_sent_back},
		{"nothing_but_a_peers_ipv6_echo_is_sent_back", nothing_but_a_peers_ipv6_echo_is_sent_back},
		{"who_advertises_nothing_reflects_nothing", who_advertises_nothing_reflects_nothing},
		{"a_port_without_echoes_does_not_listen_for_any", a_port_without_echoes_does_not_listen_for_any},
		{"a_flood_is_reflected_as_fast_as_we_advertise", a_flood_is_reflected_as_fast_as_we_advertise},
		{"a_removed_session_leaves_no_echo_behind", a_removed_session_leaves_no_echo_behind},
	};

	return RUN_CASES(argc, argv, cases);
}
