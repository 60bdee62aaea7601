/* SPDX-License-Identifier: Apache-2.0 */
/* Unaffiliated echo (RFC 9747): a neighbour that only forwards, and packets that only look like ours. */
#include "frames.h"

enum { IP_AT = 14, BFD4_AT = 42, BFD6_AT = 62 };

struct loop {
	struct wire wire;
	uint32_t id;
	uint8_t family;
	uint8_t last[128]; /* that went out */
	uint32_t length;
};

static struct pydp_session_state look(struct loop *loop)
{
	struct pydp_session_state state;

	OK(pydp_session_read(loop->wire.engine, loop->id, &state));
	return state;
}

static struct loop begin(uint8_t family)
{
	struct loop loop = {.wire = wire_make(), .family = family};
	struct pydp_session_config config = {
		.source = family == 4 ? address4(192, 0, 2, 1) : address6(1),
		.destination = family == 4 ? address4(192, 0, 2, 2) : address6(2),
		.path_type = PYDP_PATH_UNAFFILIATED_ECHO,
		.local_multiplier = 3,
		.desired_min_tx_us = 50000,
	};
	struct pydp_mac mac;

	memcpy(mac.octets, far_mac, 6);
	OK(pydp_neighbour_set(loop.wire.engine, 0, 0, &config.destination, &mac));
	OK(pydp_session_upsert(loop.wire.engine, &config, &loop.id));
	return loop;
}

/* As a router sends it back. */
static void forward(struct loop *loop, uint8_t *frame)
{
	memcpy(frame, loop->wire.mac.octets, 6);
	memcpy(frame + 6, far_mac, 6);
	frame[loop->family == 4 ? 22 : 21]--;
	if (loop->family == 4)
		sum_ip4(frame + IP_AT);
}

/* So many milliseconds; what goes out comes back when back says so. */
static void pass(struct loop *loop, uint32_t ms, bool back)
{
	uint8_t kept[8][128];
	uint32_t lengths[8];

	for (uint32_t i = 0; i < ms; i++) {
		uint32_t frames = collect(&loop->wire), count = 0;

		for (uint32_t j = 0; j < frames && count < 8; j++) {
			const uint8_t *data = sent(&loop->wire, j, &lengths[count]);

			if (lengths[count] != (loop->family == 4 ? 66u : 86u))
				continue;
			memcpy(kept[count], data, lengths[count]);
			memcpy(loop->last, data, loop->length = lengths[count]);
			count++;
		}
		for (uint32_t j = 0; back && j < count; j++) {
			forward(loop, kept[j]);
			inject(&loop->wire, kept[j], lengths[j]);
		}
		step(&loop->wire);
	}
}

static void a_forwarding_neighbour_is_up(uint8_t family)
{
	struct loop loop = begin(family);
	struct pydp_session_state state;
	const uint8_t *ip, *bfd;

	pass(&loop, 3000, true);
	state = look(&loop);
	CHECK(state.local_state == PYDP_BFD_UP && state.remote_state == PYDP_BFD_UP, "%u", state.local_state);
	CHECK(state.remote_discriminator == state.local_discriminator, "%u", state.remote_discriminator);
	CHECK(state.dest_port == 3785 && state.config.path_type == PYDP_PATH_UNAFFILIATED_ECHO, "%u", state.dest_port);
	CHECK(state.detection_time_us == 150000 && state.negotiated_tx_us == 50000, "%lu", state.detection_time_us);
	CHECK(state.polling == 0, "polls nobody");
	ip = loop.last + IP_AT;
	bfd = loop.last + (family == 4 ? BFD4_AT : BFD6_AT);
	CHECK(memcmp(loop.last, far_mac, 6) == 0, "not by way of the neighbour");
	if (family == 4)
		CHECK(ip[8] == 255 && memcmp(ip + 12, us, 4) == 0 && memcmp(ip + 16, us, 4) == 0, "not to ourselves");
	else
		CHECK(ip[7] == 255 && memcmp(ip + 8, ip + 24, 16) == 0, "not to ourselves");
	CHECK(bfd[1] == 0xc0 && bfd[2] == 3 && memcmp(bfd + 4, bfd + 8, 4) == 0, "%02x", bfd[1]);
	CHECK(memcmp(bfd + 12, (uint8_t[]){0, 0x0f, 0x42, 0x40, 0, 0x0f, 0x42, 0x40, 0, 0, 0, 0}, 12) == 0, "intervals leak");
	pass(&loop, 200, false);
	state = look(&loop);
	CHECK(state.local_state == PYDP_BFD_DOWN && state.local_diagnostic == PYDP_DIAG_ECHO_FAILED, "%u, diagnostic %u",
	      state.local_state, state.local_diagnostic);
	CHECK(state.nexthop_state == PYDP_NEXTHOP_DEAD && state.down_count == 1, "%u", state.nexthop_state);
	pass(&loop, 3000, true);
	CHECK(look(&loop).local_state == PYDP_BFD_UP, "%u", look(&loop).local_state);
	OK(pydp_session_remove(loop.wire.engine, loop.id, 1));
	forward(&loop, loop.last);
	counts_as(&loop.wire, loop.last, loop.length, "drop-other-udp");
	wire_break(&loop.wire);
}

static void a_forwarding_ipv4_neighbour_is_up(void)
{
	a_forwarding_neighbour_is_up(4);
}

static void a_forwarding_ipv6_neighbour_is_up(void)
{
	a_forwarding_neighbour_is_up(6);
}

static void while_down_it_sends_once_a_second_at_most(void)
{
	struct loop loop = begin(4);

	pass(&loop, 10000, false);
	CHECK(look(&loop).tx_packets >= 10 && look(&loop).tx_packets <= 15, "%lu", look(&loop).tx_packets);
	CHECK(look(&loop).local_state == PYDP_BFD_DOWN && look(&loop).nexthop_state == PYDP_NEXTHOP_UNKNOWN, "%u",
	      look(&loop).local_state);
	wire_break(&loop.wire);
}

static void what_was_not_forwarded_once_is_refused(void)
{
	struct loop loop = begin(4);
	uint8_t frame[128];

	pass(&loop, 3000, true);
	memcpy(frame, loop.last, loop.length);
	forward(&loop, frame);
	frame[22] = 255;
	sum_ip4(frame + IP_AT);
	counts_as(&loop.wire, frame, loop.length, "drop-ttl");
	frame[22] = 253;
	sum_ip4(frame + IP_AT);
	counts_as(&loop.wire, frame, loop.length, "drop-ttl");
	frame[22] = 254;
	sum_ip4(frame + IP_AT);
	frame[BFD4_AT + 11] ^= 1;
	put16(frame + 40, 0);
	counts_as(&loop.wire, frame, loop.length, "drop-bfd-your-discriminator");
	frame[BFD4_AT + 11] ^= 1;
	frame[BFD4_AT + 2] = 0;
	counts_as(&loop.wire, frame, loop.length, "drop-bfd-detect-mult");
	/* what it says of intervals is not read */
	frame[BFD4_AT + 2] = 200;
	memset(frame + BFD4_AT + 12, 0xff, 12);
	counts_as(&loop.wire, frame, loop.length, "rx-bfd");
	CHECK(look(&loop).detection_time_us == 150000, "%lu", look(&loop).detection_time_us);
	wire_break(&loop.wire);
}

static void a_new_interval_needs_nobody_s_consent(void)
{
	struct loop loop = begin(4);
	struct pydp_session_config config;

	pass(&loop, 3000, true);
	config = look(&loop).config;
	config.desired_min_tx_us = 200000;
	OK(pydp_session_upsert(loop.wire.engine, &config, NULL));
	pass(&loop, 2000, true);
	CHECK(look(&loop).negotiated_tx_us == 200000 && look(&loop).detection_time_us == 600000, "%lu",
	      look(&loop).detection_time_us);
	config.desired_min_tx_us = 20000;
	config.local_multiplier = 5;
	OK(pydp_session_upsert(loop.wire.engine, &config, NULL));
	pass(&loop, 2000, true);
	CHECK(look(&loop).negotiated_tx_us == 20000 && look(&loop).detection_time_us == 100000, "%lu",
	      look(&loop).detection_time_us);
	CHECK(look(&loop).down_count == 0, "flapped");
	config.demand = 1;
	CHECK(pydp_session_upsert(loop.wire.engine, &config, NULL) == PYDP_E_INVAL, "it demands of nobody");
	wire_break(&loop.wire);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"a_forwarding_ipv4_neighbour_is_up", a_forwarding_ipv4_neighbour_is_up},
		{"a_forwarding_ipv6_neighbour_is_up", a_forwarding_ipv6_neighbour_is_up},
		{"while_down_it_sends_once_a_second_at_most", while_down_it_sends_once_a_second_at_most},
		{"what_was_not_forwarded_once_is_refused", what_was_not_forwarded_once_is_refused},
		{"a_new_interval_needs_nobody_s_consent", a_new_interval_needs_nobody_s_consent},
	};

	return RUN_CASES(argc, argv, cases);
}
