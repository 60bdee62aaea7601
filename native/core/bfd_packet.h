/* SPDX-License-Identifier: Apache-2.0 */
/* The mandatory section of a BFD control packet (RFC 5880 4.1), in host order. Sessions are not
 * known here; authentication sections are seen (A bit) but not read.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
 * |                       My Discriminator                        |
 * |                      Your Discriminator                       |
 * |                    Desired Min TX Interval                    |
 * |                   Required Min RX Interval                    |
 * |                 Required Min Echo RX Interval                 |
 */
#ifndef CORE_BFD_PACKET_H
#define CORE_BFD_PACKET_H
#include <stddef.h>
#include <stdint.h>
#include <pydp/session.h>
#include "bfd_fault.h"
#include "checksum.h"

enum { BFD_VERSION = 1, BFD_PACKET_LENGTH = 24 };

/* The second octet, below the state. */
enum bfd_flag {
	BFD_FLAG_POLL = 0x20,
	BFD_FLAG_FINAL = 0x10,
	BFD_FLAG_CONTROL_PLANE_INDEPENDENT = 0x08,
	BFD_FLAG_AUTHENTICATION = 0x04,
	BFD_FLAG_DEMAND = 0x02,
	BFD_FLAG_MULTIPOINT = 0x01
};

struct bfd_packet {
	uint8_t diagnostic; /* 0..31 */
	uint8_t state;      /* enum pydp_bfd_state */
	uint8_t flags;      /* enum bfd_flag bits */
	uint8_t multiplier;
	uint8_t length; /* the Length field */
	uint32_t my_discriminator;
	uint32_t your_discriminator;
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us;
	uint32_t required_min_echo_rx_us;
};

/* data: the UDP payload, length octets of it by the UDP header. Octets behind the 24th are not read: of a snapped packet it is
 * enough that the lesser of length and 24 are there. The packet is filled only when BFD_ACCEPTED is returned. */
enum bfd_fault bfd_packet_parse(const uint8_t *data, size_t length, struct bfd_packet *packet);

static inline void bfd_store32(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

static inline uint32_t bfd_load32(const uint8_t *in)
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

/* Your Discriminator of a payload of at least 12 octets, before anything in it was checked: to prefetch the session. */
static inline uint32_t bfd_packet_your_discriminator(const uint8_t *data)
{
	return bfd_load32(data + 8);
}

/* Writes the 24 octets; packet->length is what stands in the Length field. */
static inline void bfd_packet_build(const struct bfd_packet *packet, uint8_t out[BFD_PACKET_LENGTH])
{
	out[0] = (uint8_t)(BFD_VERSION << 5 | (packet->diagnostic & 0x1f));
	out[1] = (uint8_t)(packet->state << 6 | (packet->flags & 0x3f));
	out[2] = packet->multiplier;
	out[3] = packet->length;
	bfd_store32(out + 4, packet->my_discriminator);
	bfd_store32(out + 8, packet->your_discriminator);
	bfd_store32(out + 12, packet->desired_min_tx_us);
	bfd_store32(out + 16, packet->required_min_rx_us);
	bfd_store32(out + 20, packet->required_min_echo_rx_us);
}

/* The sum of those 24 octets for a checksum, from the values: reading back what was written a moment ago stalls the processor. */
static inline uint16_t bfd_packet_sum(const struct bfd_packet *packet)
{
	uint64_t sum = (uint64_t)BFD_VERSION << 13 | (packet->diagnostic & 0x1fu) << 8 | (packet->state << 6 & 0xc0u) |
		       (packet->flags & 0x3fu);

	sum += (uint64_t)packet->multiplier << 8 | packet->length;
	sum += packet->my_discriminator;
	sum += packet->your_discriminator;
	sum += packet->desired_min_tx_us;
	sum += packet->required_min_rx_us;
	sum += packet->required_min_echo_rx_us;
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return checksum_word((uint16_t)((sum & 0xffff) + (sum >> 16)));
}

#endif
