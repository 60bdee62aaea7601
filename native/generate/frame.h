/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, IP and UDP headers as the generator writes them: once into a template, whose changing fields are patched for each
 * packet. Checksums are kept as sums of what does not change. */
#ifndef GENERATE_FRAME_H
#define GENERATE_FRAME_H
#include <stdint.h>
#include <string.h>
#include <pydp/address.h>
#include "core/checksum.h"
#include "core/net.h"

enum { FRAME_LEAST = 60, FRAME_FCS = 4, FRAME_TEMPLATE = 64 };

/* Where things are in a frame. */
struct frame_shape {
	uint8_t family;
	uint8_t network_at;
	uint8_t udp_at;
	uint8_t payload_at;
};

/* The headers up to UDP's end. */
struct frame_template {
	uint8_t octets[FRAME_TEMPLATE + VLAN_LENGTH];
	struct frame_shape shape;
};

struct frame_fields {
	const uint8_t *source_mac;
	const uint8_t *destination_mac;
	uint16_t vlan; /* 0: untagged */
	uint8_t family;
	uint8_t ttl;
	uint8_t dscp;
	uint16_t destination_port;
	uint16_t payload_length;
};

/* Addresses, source port and checksums stay zero. */
void frame_write(struct frame_template *out, const struct frame_fields *fields);
/* Ethernet alone, behind which the network header begins. */
uint8_t *frame_ether(uint8_t *out, const uint8_t *destination, const uint8_t *source, uint16_t vlan, uint16_t type);

/* An address with a number added to it. IPv4 stands in the last four octets of low. */
struct frame_address {
	uint64_t high;
	uint64_t low;
};

static inline uint64_t load64(const uint8_t *in)
{
	uint64_t value;

	memcpy(&value, in, sizeof(value));
	return __builtin_bswap64(value);
}

static inline void store64(uint8_t *out, uint64_t value)
{
	value = __builtin_bswap64(value);
	memcpy(out, &value, sizeof(value));
}

static inline uint32_t load32(const uint8_t *in)
{
	uint32_t value;

	memcpy(&value, in, sizeof(value));
	return __builtin_bswap32(value);
}

static inline void store32(uint8_t *out, uint32_t value)
{
	value = __builtin_bswap32(value);
	memcpy(out, &value, sizeof(value));
}

static inline struct frame_address frame_address_load(const uint8_t *octets, uint8_t family)
{
	if (family == 4)
		return (struct frame_address){.low = load32(octets)};
	return (struct frame_address){load64(octets), load64(octets + 8)};
}

/* 4 or 16 octets; past the last address it begins again at zero. */
static inline void frame_address_store(uint8_t *out, struct frame_address address, uint8_t family)
{
	if (family == 4) {
		store32(out, (uint32_t)address.low);
		return;
	}
	store64(out, address.high);
	store64(out + 8, address.low);
}

/* The sum of an address's octets for a checksum, in the order of octets in memory. */
static inline uint16_t frame_address_sum(struct frame_address address, uint8_t family)
{
	uint8_t octets[16];

	frame_address_store(octets, address, family);
	return checksum_sum(octets, family == 4 ? 4 : 16);
}

static inline uint8_t *frame_source(uint8_t *frame, const struct frame_shape *shape)
{
	return frame + shape->network_at + (shape->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
}

static inline uint8_t *frame_destination(uint8_t *frame, const struct frame_shape *shape)
{
	return frame + shape->network_at + (shape->family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT);
}

/* Lengths of IP and UDP, and both checksums from scratch. */
void frame_finish(uint8_t *frame, const struct frame_shape *shape, uint16_t payload_length);

#endif
