/* SPDX-License-Identifier: Apache-2.0 */
/* Reception checks of a BFD control packet that need no session (RFC 5880 6.8.6), in the order given there. */
#include "bfd_packet.h"
#include "mutant.h"

enum bfd_fault bfd_packet_parse(const uint8_t *data, size_t length, struct bfd_packet *packet)
{
	uint8_t state, flags, least;
	uint32_t mine, yours;

	if (length < 1)
		return BFD_FAULT_TRUNCATED;
	/* 1. version */
	if (data[0] >> 5 != BFD_VERSION && !MUTANT(96) && !MUTANT(97))
		return BFD_FAULT_VERSION;
	/* 2. Length against the format. */
	if (length < 4)
		return BFD_FAULT_TRUNCATED;
	state = data[1] >> 6;
	flags = data[1] & 0x3f;
	least = flags & BFD_FLAG_AUTHENTICATION ? BFD_PACKET_LENGTH + 2 : BFD_PACKET_LENGTH;
	if (data[3] < least && !MUTANT(98))
		return BFD_FAULT_LENGTH;
	/* 3. Length against the payload; a longer payload is fine. */
	if (data[3] > length && !MUTANT(99))
		return BFD_FAULT_TRUNCATED;
	/* 4. Detect Mult */
	if (data[2] == 0 && !MUTANT(100))
		return BFD_FAULT_MULTIPLIER;
	/* 5. Multipoint */
	if (flags & BFD_FLAG_MULTIPOINT && !MUTANT(101))
		return BFD_FAULT_MULTIPOINT;
	/* 6. My Discriminator */
	mine = bfd_load32(data + 4);
	if (mine == 0 && !MUTANT(102))
		return BFD_FAULT_MY_DISCRIMINATOR;
	/* 7. Your Discriminator: a nonzero one is the session table's to find. */
	yours = bfd_load32(data + 8);
	if (yours == 0 && state != PYDP_BFD_DOWN && state != PYDP_BFD_ADMIN_DOWN && !MUTANT(105))
		return BFD_FAULT_ZERO_YOUR_STATE;

	packet->diagnostic = data[0] & 0x1f;
	packet->state = state;
	packet->flags = flags;
	packet->multiplier = data[2];
	packet->length = data[3];
	packet->my_discriminator = mine;
	packet->your_discriminator = yours;
	packet->desired_min_tx_us = bfd_load32(data + 12);
	packet->required_min_rx_us = bfd_load32(data + 16);
	packet->required_min_echo_rx_us = bfd_load32(data + 20);
	return BFD_ACCEPTED;
}
