/* SPDX-License-Identifier: Apache-2.0 */
/* Every frame that is not wanted is dropped for one reason, and counted under it once. */
#include "frames.h"

static void ttl_below_255_is_dropped(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 4);
	session(&wire, 6);
	bfd4(&wire, frame);
	frame[22] = 254;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-ttl");
	bfd6(&wire, frame);
	frame[21] = 254;
	counts_as(&wire, frame, 86, "drop-ttl");
	wire_break(&wire);
}

static void strangers_are_dropped(void)
{
	struct wire wire = wire_make();
	struct pydp_session_state state;
	uint8_t frame[128];
	uint32_t id;

	counts_as(&wire, frame, bfd4(&wire, frame), "drop-bfd-no-session");
	counts_as(&wire, frame, bfd6(&wire, frame), "drop-bfd-no-session");
	id = session(&wire, 4);
	OK(pydp_session_read(wire.engine, id, &state));
	/* our discriminator, from a neighbour of the peer's */
	bfd4(&wire, frame);
	put16(frame + 40, 0);
	frame[50] = (uint8_t)(state.local_discriminator >> 24);
	frame[51] = (uint8_t)(state.local_discriminator >> 16);
	frame[52] = (uint8_t)(state.local_discriminator >> 8);
	frame[53] = (uint8_t)state.local_discriminator;
	frame[29] = 3;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-source");
	/* the peer, with the right slot and another session's random bits */
	frame[29] = 2;
	frame[50] ^= 0x10;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-bfd-your-discriminator");
	frame[50] ^= 0x10;
	counts_as(&wire, frame, 66, "rx-bfd");
	wire_break(&wire);
}

/* An Up packet to the session with this discriminator of ours, without a UDP checksum where there may be none. */
static void say_up(uint8_t *bfd, const struct pydp_session_state *to)
{
	bfd[1] = 0xc0;
	put16(bfd + 8, (uint16_t)(to->local_discriminator >> 16));
	put16(bfd + 10, (uint16_t)to->local_discriminator);
}

static void sum_udp6(uint8_t *ip)
{
	put16(ip + 46, 0);
	put16(ip + 46, (uint16_t)~fold(ip + 40, 32, fold(ip + 8, 32, 17 + 32)));
}

/* A hello that repeats the one before goes a shorter way, which must ask no less who says it. */
static void a_stranger_who_repeats_the_peers_hello_is_dropped(void)
{
	struct wire wire = wire_make();
	struct pydp_session_state state;
	uint8_t frame[128], elsewhere[128];
	uint32_t four = session(&wire, 4), six = session(&wire, 6);

	OK(pydp_session_read(wire.engine, four, &state));
	bfd4(&wire, frame);
	put16(frame + 40, 0);
	counts_as(&wire, frame, 66, "rx-bfd");
	say_up(frame + 42, &state);
	for (int i = 0; i < 3; i++)
		counts_as(&wire, frame, 66, "rx-bfd");
	memcpy(elsewhere, frame, 12);
	put16(elsewhere + 12, 0x8100);
	put16(elsewhere + 14, 7);
	memcpy(elsewhere + 16, frame + 12, 54);
	memcpy(elsewhere + 34, (uint8_t[]){198, 51, 100, 1}, 4);
	sum_ip4(elsewhere + 18);
	counts_as(&wire, elsewhere, 70, "drop-source");
	frame[29] = 3;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-source");

	OK(pydp_session_read(wire.engine, six, &state));
	counts_as(&wire, frame, bfd6(&wire, frame), "rx-bfd");
	say_up(frame + 62, &state);
	sum_udp6(frame + 14);
	for (int i = 0; i < 3; i++)
		counts_as(&wire, frame, 86, "rx-bfd");
	/* the same when its four words are folded into one */
	frame[29] = frame[33] = 1;
	sum_udp6(frame + 14);
	counts_as(&wire, frame, 86, "drop-source");
	wire_break(&wire);
}

static void a_hello_on_another_port_is_dropped(void)
{
	struct pydp_address address = address4(192, 0, 2, 1);
	struct wire wire = wire_make();
	struct pydp_session_state state;
	pydp_port_t *near, *far;
	struct pydp_port_info info;
	uint8_t frame[128];
	uint32_t id = session(&wire, 4), index;

	OK(pydp_link_create(&(struct pydp_link_config){.name = "other"}, &near, &far));
	OK(pydp_engine_attach(wire.engine, near, &index));
	OK(pydp_engine_address_add(wire.engine, index, 0, &address, 24));
	OK(pydp_port_info(near, &info));
	OK(pydp_session_read(wire.engine, id, &state));
	bfd4(&wire, frame);
	put16(frame + 40, 0);
	counts_as(&wire, frame, 66, "rx-bfd");
	say_up(frame + 42, &state);
	for (int i = 0; i < 2; i++)
		counts_as(&wire, frame, 66, "rx-bfd");
	memcpy(frame, info.mac.octets, 6);
	OK(pydp_burst_clear(wire.burst));
	OK(pydp_burst_append(wire.burst, wire.pool, frame, 66));
	OK(pydp_burst_transmit(wire.burst, far, NULL));
	step(&wire);
	CHECK(counter(wire.engine, index, "drop-source") == 1 && counter(wire.engine, index, "rx-bfd") == 0, "taken");
	wire_break(&wire);
	OK(pydp_port_close(near));
	OK(pydp_port_close(far));
}

static void broken_ipv4_is_dropped(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 4);
	bfd4(&wire, frame);
	counts_as(&wire, frame, 33, "drop-malformed-ip4");
	counts_as(&wire, frame, 65, "drop-malformed-ip4");
	frame[14] = 0x55;
	counts_as(&wire, frame, 66, "drop-malformed-ip4");
	bfd4(&wire, frame);
	frame[14] = 0x44;
	counts_as(&wire, frame, 66, "drop-malformed-ip4");
	bfd4(&wire, frame);
	frame[24] ^= 1;
	counts_as(&wire, frame, 66, "drop-checksum-ip4");
	bfd4(&wire, frame);
	frame[20] = 0x20;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-fragment");
	bfd4(&wire, frame);
	frame[33] = 200;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-not-for-us");
	bfd4(&wire, frame);
	frame[23] = 6;
	sum_ip4(frame + 14);
	counts_as(&wire, frame, 66, "drop-other-protocol");
	bfd4(&wire, frame);
	memset(frame, 0xff, 6);
	counts_as(&wire, frame, 66, "drop-mac");
	frame[0] = 2;
	counts_as(&wire, frame, 66, "drop-mac");
	wire_break(&wire);
}

static void broken_udp_is_dropped(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 4);
	session(&wire, 6);
	bfd4(&wire, frame);
	put16(frame + 38, 33);
	counts_as(&wire, frame, 66, "drop-malformed-udp");
	put16(frame + 38, 7);
	counts_as(&wire, frame, 66, "drop-malformed-udp");
	bfd4(&wire, frame);
	frame[40] ^= 1;
	counts_as(&wire, frame, 66, "drop-checksum-udp");
	put16(frame + 40, 0);
	counts_as(&wire, frame, 66, "rx-bfd");
	bfd4(&wire, frame);
	put16(frame + 36, 3785);
	counts_as(&wire, frame, 66, "drop-other-udp");
	bfd6(&wire, frame);
	put16(frame + 60, 0);
	counts_as(&wire, frame, 86, "drop-checksum-udp");
	wire_break(&wire);
}

static void an_unfinished_udp_checksum_is_taken(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 4);
	bfd4(&wire, frame);
	put16(frame + 40, fold(frame + 26, 8, 17 + 32));
	counts_as(&wire, frame, 66, "rx-bfd");
	wire_break(&wire);
}

static void broken_ipv6_is_dropped(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 6);
	bfd6(&wire, frame);
	counts_as(&wire, frame, 53, "drop-malformed-ip6");
	counts_as(&wire, frame, 85, "drop-malformed-ip6");
	frame[14] = 0x50;
	counts_as(&wire, frame, 86, "drop-malformed-ip6");
	bfd6(&wire, frame);
	frame[20] = 44;
	counts_as(&wire, frame, 86, "drop-fragment");
	frame[20] = 0;
	counts_as(&wire, frame, 86, "drop-other-protocol");
	bfd6(&wire, frame);
	frame[53] = 99;
	counts_as(&wire, frame, 86, "drop-not-for-us");
	counts_as(&wire, frame, 13, "drop-malformed-ethernet");
	put16(frame + 12, 0x8100);
	counts_as(&wire, frame, 17, "drop-malformed-ethernet");
	put16(frame + 12, 0x88cc);
	counts_as(&wire, frame, 60, "drop-unknown-ethertype");
	bfd6(&wire, frame);
	counts_as(&wire, frame, 86, "rx-bfd");
	wire_break(&wire);
}

static uint64_t received_in_all(struct wire *wire)
{
	uint64_t values[256], sum = 0;

	OK(pydp_engine_counters(wire->engine, 0, values, 256));
	for (uint32_t i = 0; i < pydp_counter_count(); i++)
		if (strncmp(pydp_counter_name(i), "rx-", 3) == 0 ||
		    (pydp_counter_is_drop(i) && strcmp(pydp_counter_name(i), "drop-neighbour-unresolved") != 0))
			sum += values[i];
	return sum;
}

/* Valid frames with octets changed and ends cut off: each is counted exactly once, and nothing breaks. */
static void any_frame_is_counted_once(void)
{
	enum { FRAMES = 60000 };
	struct wire wire = wire_make();
	uint8_t frame[128];
	uint64_t seed = 88172645463325252;
	struct pydp_mac mac = {{2, 0, 0, 0, 0, 0x99}};
	struct pydp_address four = address4(192, 0, 2, 2), six = address6(2);

	session(&wire, 4);
	session(&wire, 6);
	OK(pydp_neighbour_set(wire.engine, 0, 0, &four, &mac));
	OK(pydp_neighbour_set(wire.engine, 0, 0, &six, &mac));
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint32_t length, changes;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		switch (i % 4) {
		case 0:
			length = bfd4(&wire, frame);
			break;
		case 1:
			length = bfd6(&wire, frame);
			break;
		case 2:
			length = arp(&wire, frame, 1 + (seed & 1), peer, us);
			break;
		default:
			length = nd(&wire, frame, 135 + (seed & 1), 0x60, 2, 1 + (seed >> 1 & 1));
			break;
		}
		changes = (uint32_t)(seed >> 8) % 4;
		for (uint32_t k = 0; k < changes; k++)
			frame[(seed >> (10 + k * 8)) % length] = (uint8_t)(seed >> (20 + k * 9));
		if ((seed >> 60) == 0)
			length = 1 + (uint32_t)(seed >> 32) % length;
		OK(pydp_burst_clear(wire.burst));
		OK(pydp_burst_append(wire.burst, wire.pool, frame, length));
		OK(pydp_burst_transmit(wire.burst, wire.far, NULL));
		if (i % 16 == 15) {
			step(&wire);
			collect(&wire);
		}
	}
	step(&wire);
	CHECK(received_in_all(&wire) == FRAMES, "%lu of %u frames were counted", received_in_all(&wire), FRAMES);
	CHECK(count(&wire, "rx-bfd") > 100 && count(&wire, "rx-arp") > 100 && count(&wire, "rx-nd") > 100,
	      "nothing got through");
	wire_break(&wire);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"ttl_below_255_is_dropped", ttl_below_255_is_dropped},
		{"strangers_are_dropped", strangers_are_dropped},
		{"a_stranger_who_repeats_the_peers_hello_is_dropped", a_stranger_who_repeats_the_peers_hello_is_dropped},
		{"a_hello_on_another_port_is_dropped", a_hello_on_another_port_is_dropped},
		{"broken_ipv4_is_dropped", broken_ipv4_is_dropped},
		{"broken_udp_is_dropped", broken_udp_is_dropped},
		{"an_unfinished_udp_checksum_is_taken", an_unfinished_udp_checksum_is_taken},
		{"broken_ipv6_is_dropped", broken_ipv6_is_dropped},
		{"any_frame_is_counted_once", any_frame_is_counted_once},
	};

	return RUN_CASES(argc, argv, cases);
}
