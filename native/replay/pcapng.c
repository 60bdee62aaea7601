/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of a pcapng file (draft-ietf-opsawg-pcapng): sections, packets, and what is passed over. */
#include "framing.h"

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
	HEADER = 8,
	TRAILER = 4,
	BLOCK_LEAST = HEADER + TRAILER,
	SECTION_NEED = 16, /* header, byte-order magic, version */
	DROPS_UNKNOWN = 0xffff
};
static const uint32_t BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/* A block whose length is sound. */
struct block {
	const uint8_t *body;
	uint64_t offset;
	uint32_t type;
	uint32_t length; /* of all of it */
};

static const char *block_name(uint32_t type)
{
	switch (type) {
	case BLOCK_SECTION:
		return "a section header";
	case BLOCK_INTERFACE:
		return "an interface description";
	case BLOCK_STATISTICS:
		return "an interface statistics block";
	case BLOCK_PACKET:
	case BLOCK_SIMPLE:
	case BLOCK_ENHANCED:
		return "a packet block";
	default:
		return "a block";
	}
}

/* What a block of this type has at least, its body included. */
static uint32_t block_least(uint32_t type)
{
	switch (type) {
	case BLOCK_SECTION:
		return BLOCK_LEAST + 16;
	case BLOCK_INTERFACE:
		return BLOCK_LEAST + 8;
	case BLOCK_STATISTICS:
		return BLOCK_LEAST + 12;
	case BLOCK_PACKET:
	case BLOCK_ENHANCED:
		return BLOCK_LEAST + 20;
	case BLOCK_SIMPLE:
		return BLOCK_LEAST + 4;
	default:
		return BLOCK_LEAST;
	}
}

/* A block that is read whole, because all of it matters. */
static bool block_whole(uint32_t type)
{
	return type == BLOCK_INTERFACE || type == BLOCK_STATISTICS || type == BLOCK_PACKET || type == BLOCK_SIMPLE ||
	       type == BLOCK_ENHANCED;
}

static enum capfile_result check_end(struct capfile *file, uint64_t offset, uint32_t length, const uint8_t *end)
{
	uint32_t again = load32(end, file->big);

	if (again == length)
		return CAPFILE_PACKET;
	return capfile_fail(file, offset, CAPFILE_BLOCK_LENGTH, "a block's length is %u where it begins and %u where it ends",
			    length, again);
}

/* The rest of a block that needs no reading. CAPFILE_PACKET: it is behind us. */
static enum capfile_result pass(struct capfile *file, struct piece *piece)
{
	size_t left = piece_left(piece);
	uint64_t missing;
	enum capfile_result result;

	if (file->pcapng.passing > left) {
		file->pcapng.passing -= left;
		piece->at += left;
		left = 0;
	} else {
		piece->at += file->pcapng.passing;
		left -= file->pcapng.passing;
		file->pcapng.passing = 0;
	}
	if (file->pcapng.passing > 0 || left < TRAILER) {
		if (!piece->last)
			return CAPFILE_MORE;
		missing = file->pcapng.passing + TRAILER - left;
		return capfile_fail(file, file->pcapng.block_at, CAPFILE_TRUNCATED,
				    "the file ends in the middle of a block: %llu of its %u octets are missing",
				    (unsigned long long)missing, file->pcapng.block_length);
	}
	result = check_end(file, file->pcapng.block_at, file->pcapng.block_length, piece->data + piece->at);
	if (result == CAPFILE_PACKET) {
		piece->at += TRAILER;
		file->pcapng.block_length = 0;
	}
	return result;
}

static enum capfile_result begin_passing(struct capfile *file, struct piece *piece, const struct block *block, uint32_t read)
{
	file->pcapng.block_at = block->offset;
	file->pcapng.block_length = block->length;
	file->pcapng.passing = block->length - read - TRAILER;
	piece->at += read;
	return pass(file, piece);
}

/* A section's byte order has to be known before its block's length can be read. */
static enum capfile_result section_order(struct capfile *file, const struct piece *piece)
{
	const uint8_t *header = piece->data + piece->at;

	if (piece_left(piece) < SECTION_NEED)
		return capfile_short(file, piece, SECTION_NEED, "a section header");
	if (load32(header + HEADER, false) == BYTE_ORDER_MAGIC)
		file->big = false;
	else if (load32(header + HEADER, true) == BYTE_ORDER_MAGIC)
		file->big = true;
	else
		return capfile_fail(file, file->offset + piece->at, CAPFILE_BYTE_ORDER,
				    "a section header does not say its byte order: %02x %02x %02x %02x is no byte-order magic",
				    header[8], header[9], header[10], header[11]);
	return CAPFILE_PACKET;
}

static enum capfile_result section(struct capfile *file, struct piece *piece, const struct block *block)
{
	uint16_t major = load16(block->body + 4, file->big), minor = load16(block->body + 6, file->big);

	if (major != 1)
		return capfile_fail(file, block->offset, CAPFILE_VERSION, "pcapng of version %u.%u is not known; 1.0 is", major,
				    minor);
	pcapng_section(file);
	return begin_passing(file, piece, block, SECTION_NEED);
}

static enum capfile_result hand_out(struct capfile *file, const struct block *block, uint32_t number, uint32_t before,
				    struct capfile_packet *packet)
{
	struct interface *interface;

	if (number >= file->pcapng.count)
		return capfile_fail(file, block->offset, CAPFILE_INTERFACE, "a packet is from interface %u, and %s", number,
				    file->pcapng.count == 0 ? "no interface was described before it"
							    : "no interface of that number was described before it");
	/* before: octets of the block that stand before the packet's. */
	if (packet->captured > block->length - before - TRAILER)
		return capfile_fail(file, block->offset, CAPFILE_CAPTURED,
				    "a packet block of %u octets says it holds %u octets of a packet", block->length,
				    packet->captured);
	packet->data = block->body + before - HEADER;
	packet->interface = file->pcapng.numbers[number];
	interface = &file->interfaces[packet->interface];
	packet->link_type = interface->said.link_type;
	if (packet->length < packet->captured)
		packet->length = packet->captured;
	interface->said.packets++;
	return CAPFILE_PACKET;
}

/* The enhanced block, and the obsolete one, which has a shorter interface number and a count of drops beside it. */
static enum capfile_result packet_block(struct capfile *file, const struct block *block, struct capfile_packet *packet)
{
	const uint8_t *body = block->body;
	const bool enhanced = block->type == BLOCK_ENHANCED;
	const uint32_t number = enhanced ? load32(body, file->big) : load16(body, file->big);
	uint64_t ticks = (uint64_t)load32(body + 4, file->big) << 32 | load32(body + 8, file->big);
	struct interface *interface;
	enum capfile_result result;
	uint32_t options, drops;

	packet->captured = load32(body + 12, file->big);
	packet->length = load32(body + 16, file->big);
	result = hand_out(file, block, number, HEADER + 20, packet);
	if (result != CAPFILE_PACKET)
		return result;
	interface = &file->interfaces[packet->interface];
	packet->has_time = true;
	packet->time_ns = tick_time_ns(&interface->tick, ticks);
	options = HEADER + 20 + ((packet->captured + 3) & ~UINT32_C(3));
	if (enhanced && block->length > options + TRAILER) {
		pcapng_dropped(interface,
			       pcapng_drop_option(body + options - HEADER, block->length - options - TRAILER, file->big));
	} else if (!enhanced) {
		drops = load16(body + 2, file->big);
		pcapng_dropped(interface, drops == DROPS_UNKNOWN ? 0 : drops);
	}
	return CAPFILE_PACKET;
}

/* Always of interface 0, without a stamp; how much was captured follows from the snap length. */
static enum capfile_result simple_block(struct capfile *file, const struct block *block, struct capfile_packet *packet)
{
	uint32_t snap = 0;

	packet->length = load32(block->body, file->big);
	packet->captured = packet->length;
	if (file->pcapng.count > 0)
		snap = file->interfaces[file->pcapng.numbers[0]].said.snap_length;
	if (snap != 0 && packet->captured > snap)
		packet->captured = snap;
	packet->has_time = false;
	packet->time_ns = 0;
	return hand_out(file, block, 0, HEADER + 4, packet);
}

/* The block at the piece's front, from its header. CAPFILE_PACKET: its length is sound. */
static enum capfile_result look(struct capfile *file, const struct piece *piece, struct block *block)
{
	const uint8_t *header = piece->data + piece->at;
	enum capfile_result result;
	uint32_t least;

	if (piece_left(piece) < HEADER)
		return capfile_short(file, piece, HEADER, "a block's header");
	block->offset = file->offset + piece->at;
	block->body = header + HEADER;
	block->type = load32(header, file->big);
	if (block->type == BLOCK_SECTION) {
		result = section_order(file, piece);
		if (result != CAPFILE_PACKET)
			return result;
	}
	block->length = load32(header + 4, file->big);
	least = block_least(block->type);
	if (block->length < least)
		return capfile_fail(file, block->offset, CAPFILE_BLOCK_LENGTH, "the length of %s is %u, and %u is the least",
				    block_name(block->type), block->length, least);
	if (block->length % 4 != 0)
		return capfile_fail(file, block->offset, CAPFILE_BLOCK_LENGTH, "the length of %s is %u, no multiple of four",
				    block_name(block->type), block->length);
	if (block_whole(block->type) && block->length > CAPFILE_RECORD_MOST)
		return capfile_fail(file, block->offset, CAPFILE_TOO_LONG,
				    "%s says it holds %u octets, and %u is the most that is read", block_name(block->type),
				    block->length, CAPFILE_RECORD_MOST);
	return CAPFILE_PACKET;
}

/* A whole block that carries no packet, or one that is passed over. CAPFILE_PACKET: it is behind us. */
static enum capfile_result other_block(struct capfile *file, struct piece *piece, const struct block *block)
{
	enum capfile_result result = CAPFILE_PACKET;

	if (block->type == BLOCK_SECTION)
		return section(file, piece, block);
	if (!block_whole(block->type))
		return begin_passing(file, piece, block, HEADER);
	if (block->type == BLOCK_INTERFACE)
		result = pcapng_describe(file, block->body, block->length - BLOCK_LEAST, block->offset);
	else
		pcapng_statistics(file, block->body, block->length - BLOCK_LEAST);
	if (result == CAPFILE_PACKET)
		piece->at += block->length;
	return result;
}

enum capfile_result pcapng_next(struct capfile *file, struct piece *piece, struct capfile_packet *packet)
{
	enum capfile_result result;
	struct block block;

	if (file->pcapng.block_length != 0) {
		result = pass(file, piece);
		if (result != CAPFILE_PACKET)
			return result;
	}
	for (;;) {
		result = look(file, piece, &block);
		if (result != CAPFILE_PACKET)
			return result;
		if (block_whole(block.type)) {
			if (piece_left(piece) < block.length)
				return capfile_short(file, piece, block.length, block_name(block.type));
			result = check_end(file, block.offset, block.length, piece->data + piece->at + block.length - TRAILER);
			if (result != CAPFILE_PACKET)
				return result;
		}
		if (block.type == BLOCK_ENHANCED || block.type == BLOCK_PACKET || block.type == BLOCK_SIMPLE) {
			result = block.type == BLOCK_SIMPLE ? simple_block(file, &block, packet)
							    : packet_block(file, &block, packet);
			if (result == CAPFILE_PACKET)
				piece->at += block.length;
			return result;
		}
		result = other_block(file, piece, &block);
		if (result != CAPFILE_PACKET)
			return result;
	}
}
