/* SPDX-License-Identifier: Apache-2.0 */
/* The far end's words and frames. */
#include "play.h"

struct pydp_session_state look(struct play *play)
{
	struct pydp_session_state state;

	OK(pydp_session_read(play->wire.engine, play->id, &state));
	return state;
}

static void sum_hello(struct play *play)
{
	uint8_t *ip = play->hello + IP4_AT;

	if (play->family == 4) {
		put16(ip + 26, 0);
	} else {
		put16(ip + 46, 0);
		put16(ip + 46, (uint16_t)~fold(ip + 40, 32, fold(ip + 8, 32, 17 + 32)));
	}
}

static uint8_t *hello(struct play *play)
{
	return play->hello + (play->family == 4 ? PAYLOAD4_AT : PAYLOAD6_AT);
}

void say(struct play *play, uint8_t state, uint32_t echo_rx_us)
{
	uint32_t mine = look(play).local_discriminator;

	hello(play)[1] = (uint8_t)(state << 6);
	put16(hello(play) + 8, (uint16_t)(mine >> 16));
	put16(hello(play) + 10, (uint16_t)mine);
	put16(hello(play) + 20, (uint16_t)(echo_rx_us >> 16));
	put16(hello(play) + 22, (uint16_t)echo_rx_us);
	sum_hello(play);
	inject(&play->wire, play->hello, play->hello_length);
}

struct play begin(uint8_t family, uint32_t rx_us, uint32_t tx_us)
{
	struct play play = {.wire = wire_make(), .family = family};
	struct pydp_session_config config = {
		.source = family == 4 ? address4(192, 0, 2, 1) : address6(1),
		.destination = family == 4 ? address4(192, 0, 2, 2) : address6(2),
		.local_multiplier = 3,
		.desired_min_tx_us = 1000000,
		.required_min_rx_us = 1000000,
		.required_min_echo_rx_us = rx_us,
		.desired_min_echo_tx_us = tx_us,
	};

	OK(pydp_session_upsert(play.wire.engine, &config, &play.id));
	play.hello_length = family == 4 ? bfd4(&play.wire, play.hello) : bfd6(&play.wire, play.hello);
	say(&play, PYDP_BFD_DOWN, ECHO_US);
	say(&play, PYDP_BFD_UP, ECHO_US);
	CHECK(look(&play).local_state == PYDP_BFD_UP, "%u", look(&play).local_state);
	return play;
}

void end(struct play *play)
{
	wire_break(&play->wire);
}

uint32_t catch_echo(struct play *play, uint8_t *frame)
{
	uint32_t length;

	for (int ms = 0; ms < 100; ms++) {
		uint32_t frames = collect(&play->wire);

		for (uint32_t i = 0; i < frames; i++) {
			const uint8_t *data = sent(&play->wire, i, &length);
			const uint8_t *udp = data + IP4_AT + (play->family == 4 ? 20 : 40);

			if (length > 60 && udp[2] == 3785 >> 8 && udp[3] == (3785 & 0xff)) {
				memcpy(frame, data, length);
				return length;
			}
		}
		step(&play->wire);
	}
	CHECK(false, "no echo went out");
	return 0;
}

void forward(struct play *play, uint8_t *frame)
{
	memcpy(frame, play->wire.mac.octets, 6);
	memcpy(frame + 6, far_mac, 6);
	if (play->family == 4) {
		frame[22]--;
		sum_ip4(frame + IP4_AT);
	} else {
		frame[21]--;
	}
}

void pass(struct play *play, uint32_t ms, bool back)
{
	uint8_t frame[128];
	uint32_t length;

	for (uint32_t i = 0; i < ms; i++) {
		uint32_t frames = collect(&play->wire);
		uint8_t kept[64][128];
		uint32_t lengths[64], count = 0;

		for (uint32_t j = 0; j < frames; j++) {
			const uint8_t *data = sent(&play->wire, j, &length);
			const uint8_t *udp = data + IP4_AT + (play->family == 4 ? 20 : 40);

			if (length <= 128 && length > 60 && udp[2] == 3785 >> 8 && udp[3] == (3785 & 0xff)) {
				memcpy(kept[count], data, length);
				lengths[count++] = length;
			}
		}
		for (uint32_t j = 0; back && j < count; j++) {
			memcpy(frame, kept[j], lengths[j]);
			forward(play, frame);
			inject(&play->wire, frame, lengths[j]);
		}
		if (i % HEARD_MS == 0)
			say(play, PYDP_BFD_UP, ECHO_US);
		step(&play->wire);
	}
}

uint32_t peers_echo(struct play *play, uint8_t *frame, bool to_us, uint8_t ttl)
{
	uint8_t *ip = frame + IP4_AT, *udp = ip + (play->family == 4 ? 20 : 40);

	memset(frame, 0, 128);
	memcpy(frame, play->wire.mac.octets, 6);
	memcpy(frame + 6, far_mac, 6);
	put16(frame + 12, play->family == 4 ? 0x0800 : 0x86dd);
	if (play->family == 4) {
		ip[0] = 0x45;
		put16(ip + 2, 20 + 8 + 24);
		ip[8] = ttl;
		ip[9] = 17;
		memcpy(ip + 12, peer, 4);
		memcpy(ip + 16, to_us ? us : peer, 4);
		sum_ip4(ip);
	} else {
		ip[0] = 0x60;
		put16(ip + 4, 8 + 24);
		ip[6] = 17;
		ip[7] = ttl;
		memcpy(ip + 8, address6(2).octets, 16);
		memcpy(ip + 24, address6(to_us ? 1 : 2).octets, 16);
	}
	put16(udp, 50001);
	put16(udp + 2, 3785);
	put16(udp + 4, 8 + 24);
	memset(udp + 8, 0xe0, 24);
	put16(udp + 6,
	      (uint16_t)~fold(udp, 32, fold(play->family == 4 ? ip + 12 : ip + 8, play->family == 4 ? 8 : 32, 17 + 32)));
	return play->family == 4 ? 66 : 86;
}
