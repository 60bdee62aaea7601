/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of the BFD packet check and of what its kind asks of it: each verdict is the one that RFC 5880 6.8.6 reads
 * as, written out here once more, and of an accepted packet every octet is understood. An input is two ports, a TTL and a payload. */
#include <string.h>
#include "claim.h"
#include "core/bfd_kind.h"

enum { PORTS_AND_TTL = 5, REPLIES = 7784 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t word(const uint8_t *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | at[i];
	return value;
}

/* The steps of 6.8.6 that need no session, one after the other; an octet that is missing ends them. */
static enum bfd_fault by_the_book(const uint8_t *data, size_t length)
{
	uint8_t state;

	if (length == 0)
		return BFD_FAULT_TRUNCATED;
	if ((data[0] & 0xe0) != 0x20)
		return BFD_FAULT_VERSION;
	if (length < 4)
		return BFD_FAULT_TRUNCATED;
	if (data[3] < ((data[1] & 4) ? 26 : 24))
		return BFD_FAULT_LENGTH;
	if (data[3] > length)
		return BFD_FAULT_TRUNCATED;
	if (data[2] == 0)
		return BFD_FAULT_MULTIPLIER;
	if (data[1] & 1)
		return BFD_FAULT_MULTIPOINT;
	if (word(data + 4) == 0)
		return BFD_FAULT_MY_DISCRIMINATOR;
	state = data[1] >> 6;
	if (word(data + 8) == 0 && state >= 2)
		return BFD_FAULT_ZERO_YOUR_STATE;
	return BFD_ACCEPTED;
}

static void is_what_stands_there(const struct bfd_packet *packet, const uint8_t *data)
{
	uint8_t again[BFD_PACKET_LENGTH];

	bfd_packet_build(packet, again);
	CLAIM(memcmp(again, data, sizeof(again)) == 0);
	CLAIM(packet->your_discriminator == bfd_packet_your_discriminator(data));
	CLAIM(packet->state <= PYDP_BFD_UP && packet->diagnostic <= 31 && packet->multiplier != 0);
}

/* RFC 5881 section 5, RFC 7880 section 7, RFC 7881 sections 2 and 6. */
static enum bfd_fault kind_by_the_book(const struct bfd_packet *packet, uint16_t from, uint16_t to, uint8_t ttl)
{
	if (to == 3784 || to == 6784)
		return ttl == 255 || packet->flags & 4 ? BFD_ACCEPTED : BFD_FAULT_TTL;
	if (to == 3785 || to == 4784 || (to != REPLIES && from != REPLIES))
		return BFD_ACCEPTED;
	if (to == REPLIES && from == REPLIES)
		return BFD_FAULT_SBFD_PORTS;
	if (((packet->flags & 2) != 0) != (to == REPLIES))
		return BFD_FAULT_SBFD_DEMAND;
	if (packet->your_discriminator == 0)
		return BFD_FAULT_SBFD_YOUR_DISCRIMINATOR;
	if (to != REPLIES && (packet->state == PYDP_BFD_DOWN || packet->state == PYDP_BFD_INIT))
		return BFD_FAULT_SBFD_STATE;
	return BFD_ACCEPTED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_packet packet, snapped;
	size_t length = size - PORTS_AND_TTL, read;
	uint16_t from, to;
	enum bfd_fault fault;
	uint8_t *octets;

	if (size < PORTS_AND_TTL)
		return 0;
	from = (uint16_t)(data[0] << 8 | data[1]);
	to = (uint16_t)(data[2] << 8 | data[3]);
	/* Of exactly the octets that may be read, so that a sanitizer sees one too many. */
	read = length < BFD_PACKET_LENGTH ? length : BFD_PACKET_LENGTH;
	octets = malloc(read == 0 ? 1 : read);
	CLAIM(octets != NULL);
	memcpy(octets, data + PORTS_AND_TTL, read);
	memset(&packet, 0x5a, sizeof(packet));
	memset(&snapped, 0x5a, sizeof(snapped));
	fault = bfd_packet_parse(octets, length, &packet);
	CLAIM(fault == by_the_book(octets, length));
	CLAIM((fault == BFD_ACCEPTED) == (bfd_fault_name(fault) == NULL));
	if (fault == BFD_ACCEPTED) {
		is_what_stands_there(&packet, octets);
		CLAIM(bfd_kind_check(bfd_kind_of(from, to), &packet, from, data[4]) ==
		      kind_by_the_book(&packet, from, to, data[4]));
	} else {
		CLAIM(memcmp(&packet, &snapped, sizeof(packet)) == 0);
	}
	free(octets);
	return 0;
}
