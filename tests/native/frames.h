/* SPDX-License-Identifier: Apache-2.0 */
/* A stepped engine on one end of a cable, and this program on the other, frame by frame. */
#ifndef FRAMES_H
#define FRAMES_H
#include "rig.h"

struct wire {
	pydp_engine_t *engine;
	pydp_port_t *near, *far;
	pydp_mempool_t *pool;
	pydp_burst_t *burst;
	struct pydp_mac mac;
	uint64_t now;
};

extern const uint8_t far_mac[6];
static const uint8_t us[4] = {192, 0, 2, 1}, peer[4] = {192, 0, 2, 2};

/* Engine: 192.0.2.1 and 2001:db8::1, in VLAN 7 198.51.100.1. */
struct wire wire_make(void);
void wire_break(struct wire *wire);
void step(struct wire *wire);
void inject(struct wire *wire, const uint8_t *frame, uint32_t length);
/* How many frames the engine sent; they are in the burst. */
uint32_t collect(struct wire *wire);
const uint8_t *sent(struct wire *wire, uint32_t i, uint32_t *length);
uint64_t count(struct wire *wire, const char *name);
/* The frame must be counted once, under this name and no other. */
void counts_as(struct wire *wire, const uint8_t *frame, uint32_t length, const char *name);
/* A session with 192.0.2.2 or 2001:db8::2, hellos once a second; its id. */
uint32_t session(struct wire *wire, uint8_t family);

/* The sum of RFC 1071, not complemented. */
uint16_t fold(const uint8_t *data, size_t length, uint32_t sum);
void put16(uint8_t *at, uint16_t value);
void sum_ip4(uint8_t *ip);
/* Frames from the far end, right in every way; each returns its length. */
uint32_t bfd4(struct wire *wire, uint8_t *frame);
uint32_t bfd6(struct wire *wire, uint8_t *frame);
uint32_t arp(struct wire *wire, uint8_t *frame, uint8_t operation, const uint8_t *sender, const uint8_t *target);
/* type 135 or 136, with the option of the sender's MAC address */
uint32_t nd(struct wire *wire, uint8_t *frame, uint8_t type, uint8_t flags, uint16_t source, uint16_t target);

#endif
