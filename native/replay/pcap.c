/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a pcap file (draft-ietf-opsawg-pcap). */
#include "framing.h"

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	MODIFIED_HEADER = 24,   /* behind the four words: interface, protocol, packet type, padding */
	LINK_TYPE_MASK = 0xffff /* above it: the length of a frame check sequence */
};

/* The magic said so much. The header is not done with until pcap_header has seen all of it, so the format stays unknown. */
void pcap_begin(struct capfile *file, uint32_t fraction_ns, bool modified, bool big)
{
	file->big = big;
	file->pcap.fraction_ns = fraction_ns;
	file->pcap.header = modified ? MODIFIED_HEADER : RECORD_HEADER;
}

enum capfile_result pcap_header(struct capfile *file, struct piece *piece)
{
	const uint8_t *header = piece->data;
	struct interface *interface;
	uint16_t major, minor;
	uint32_t index;

	if (piece->length < FILE_HEADER)
		return capfile_short(file, piece, FILE_HEADER, "the pcap header");
	major = load16(header + 4, file->big);
	minor = load16(header + 6, file->big);
	if (major != 2 && major != 543)
		return capfile_fail(file, 0, CAPFILE_VERSION, "pcap of version %u.%u is not known; 2.4 is", major, minor);
	index = capfile_add_interface(file, 0);
	if (index == CAPFILE_INTERFACES_MOST)
		return CAPFILE_FAULT;
	interface = &file->interfaces[index];
	interface->said.snap_length = load32(header + 16, file->big);
	interface->said.link_type = load32(header + 20, file->big) & LINK_TYPE_MASK;
	interface->said.nanosecond = file->pcap.fraction_ns == 1;
	file->pcap.magic = load32(header, file->big);
	file->pcap.version = load32(header + 4, file->big);
	/* Before version 2.3 the length on the wire came first; 2.3 was written both ways, and DG/UX's 543.0 the old way. */
	file->pcap.swapped = major == 543 || minor < 3;
	file->pcap.perhaps_swapped = major == 2 && minor == 3;
	file->format = CAPFILE_PCAP;
	piece->at = FILE_HEADER;
	return CAPFILE_PACKET;
}

static void swap(uint32_t *one, uint32_t *other)
{
	uint32_t kept = *one;

	*one = *other;
	*other = kept;
}

enum capfile_result pcap_next(struct capfile *file, struct piece *piece, struct capfile_packet *packet)
{
	const uint8_t *record = piece->data + piece->at;
	const size_t left = piece_left(piece);
	const uint32_t header = file->pcap.header;
	uint32_t seconds, fraction, captured, length;
	struct interface *interface = &file->interfaces[0];

	if (left < header)
		return capfile_short(file, piece, header, "a packet record's header");
	seconds = load32(record, file->big);
	fraction = load32(record + 4, file->big);
	captured = load32(record + 8, file->big);
	length = load32(record + 12, file->big);
	if (seconds == file->pcap.magic && fraction == file->pcap.version)
		return capfile_fail(file, file->offset + piece->at, CAPFILE_APPENDED,
				    "another pcap file begins here: cut the file in two, or join captures with mergecap");
	if (file->pcap.swapped || (file->pcap.perhaps_swapped && captured > length))
		swap(&captured, &length);
	if (captured > CAPFILE_RECORD_MOST - header)
		return capfile_fail(file, file->offset + piece->at, CAPFILE_TOO_LONG,
				    "a packet record says it holds %u octets, and %u is the most that is read", captured,
				    CAPFILE_RECORD_MOST - header);
	if (left - header < captured)
		return capfile_short(file, piece, (uint64_t)header + captured, "a packet record");
	packet->data = record + header;
	packet->time_ns = (uint64_t)seconds * 1000000000 + (uint64_t)fraction * file->pcap.fraction_ns;
	packet->captured = captured;
	packet->length = length > captured ? length : captured;
	packet->interface = 0;
	packet->link_type = interface->said.link_type;
	packet->has_time = true;
	interface->said.packets++;
	piece->at += header + captured;
	return CAPFILE_PACKET;
}
