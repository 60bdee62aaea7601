/* SPDX-License-Identifier: Apache-2.0 */
/* A scripted far end with an Up session, for the tests of echoes. */
#ifndef PLAY_H
#define PLAY_H
#include "frames.h"

enum { ECHO_US = 50000, IP4_AT = 14, PAYLOAD4_AT = 42, PAYLOAD6_AT = 62, HEARD_MS = 500 };

struct play {
	struct wire wire;
	uint32_t id;
	uint8_t hello[128];
	uint32_t hello_length;
	uint8_t family;
};

struct pydp_session_state look(struct play *play);
/* A control packet of the peer. */
void say(struct play *play, uint8_t state, uint32_t echo_rx_us);
/* An Up session whose peer says hello once a second and wants an echo every 50 ms. */
struct play begin(uint8_t family, uint32_t rx_us, uint32_t tx_us);
void end(struct play *play);
/* The next echo of ours that the engine sends, within 100 ms; its length. */
uint32_t catch_echo(struct play *play, uint8_t *frame);
/* As a router would send it back. */
void forward(struct play *play, uint8_t *frame);
/* So many milliseconds, in which every echo comes back, if back says so, and hellos come. */
void pass(struct play *play, uint32_t ms, bool back);
/* An echo of the peer: to itself, or (to_us) as FRR sends them over IPv6. */
uint32_t peers_echo(struct play *play, uint8_t *frame, bool to_us, uint8_t ttl);

#endif
