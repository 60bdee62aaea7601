/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a capture file has, its faults and its interfaces. The records are pcap.c's and pcapng.c's. */
#include "framing.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAGIC_PCAPNG = 0x0a0d0d0a, NEED_MAGIC = 4 };
static const uint32_t MAGIC_MICROSECOND = 0xa1b2c3d4, MAGIC_NANOSECOND = 0xa1b23c4d, MAGIC_MODIFIED = 0xa1b2cd34;

static const uint8_t nothing;

static const char *const reasons[CAPFILE_REASONS] = {
	[CAPFILE_EMPTY] = "empty",
	[CAPFILE_NO_CAPTURE] = "not-a-capture",
	[CAPFILE_VERSION] = "version",
	[CAPFILE_TRUNCATED] = "truncated",
	[CAPFILE_TOO_LONG] = "too-long",
	[CAPFILE_BLOCK_LENGTH] = "block-length",
	[CAPFILE_CAPTURED] = "captured-length",
	[CAPFILE_BYTE_ORDER] = "byte-order",
	[CAPFILE_INTERFACE] = "no-interface",
	[CAPFILE_INTERFACES] = "too-many-interfaces",
	[CAPFILE_APPENDED] = "appended-file",
	[CAPFILE_MEMORY] = "no-memory",
};

const char *capfile_reason_name(uint32_t reason)
{
	return reason < CAPFILE_REASONS ? reasons[reason] : NULL;
}

struct capfile *capfile_create(void)
{
	return calloc(1, sizeof(struct capfile));
}

void capfile_destroy(struct capfile *file)
{
	if (file == NULL)
		return;
	free(file->interfaces);
	free(file->pcapng.numbers);
	free(file->pcapng.former);
	free(file);
}

enum capfile_result capfile_fail(struct capfile *file, uint64_t offset, enum capfile_reason reason, const char *format, ...)
{
	va_list words;

	file->fault.offset = offset;
	file->fault.reason = reason;
	va_start(words, format);
	vsnprintf(file->fault.text, sizeof(file->fault.text), format, words);
	va_end(words);
	return CAPFILE_FAULT;
}

enum capfile_result capfile_short(struct capfile *file, const struct piece *piece, uint64_t wanted, const char *what)
{
	size_t left = piece_left(piece);

	if (!piece->last)
		return CAPFILE_MORE;
	if (left == 0)
		return CAPFILE_END;
	return capfile_fail(file, file->offset + piece->at, CAPFILE_TRUNCATED,
			    "the file ends in the middle of %s: %llu of its %llu octets are missing", what,
			    (unsigned long long)(wanted - left), (unsigned long long)wanted);
}

bool capfile_grow(struct capfile *file, void **array, uint32_t count, uint32_t *room, size_t size, uint64_t offset)
{
	uint32_t more = *room == 0 ? 4 : *room * 2;
	void *grown;

	if (count < *room)
		return true;
	if (count >= CAPFILE_INTERFACES_MOST) {
		capfile_fail(file, offset, CAPFILE_INTERFACES, "the file describes more than %d interfaces",
			     CAPFILE_INTERFACES_MOST);
		return false;
	}
	grown = realloc(*array, more * size);
	if (grown == NULL) {
		capfile_fail(file, offset, CAPFILE_MEMORY, "no memory for another interface of the capture");
		return false;
	}
	*array = grown;
	*room = more;
	return true;
}

uint32_t capfile_add_interface(struct capfile *file, uint64_t offset)
{
	void *interfaces = file->interfaces;

	if (!capfile_grow(file, &interfaces, file->interface_count, &file->interface_room, sizeof(struct interface), offset))
		return CAPFILE_INTERFACES_MOST;
	file->interfaces = interfaces;
	file->interfaces[file->interface_count] = (struct interface){0};
	return file->interface_count++;
}

static enum capfile_result no_capture(struct capfile *file, const struct piece *piece)
{
	const char *name = stranger_name(piece->data, piece->length);
	char begins[3 * NEED_MAGIC + 1] = "";
	size_t i;

	for (i = 0; i < NEED_MAGIC && i < piece->length; i++)
		snprintf(begins + 3 * i, 4, "%02x ", piece->data[i]);
	begins[3 * i - 1] = '\0';
	return capfile_fail(file, 0, CAPFILE_NO_CAPTURE, "it is no pcap or pcapng file: it begins with %s%s%s", begins,
			    name[0] == '\0' ? "" : ", ", name);
}

/* Decides by the first four octets. CAPFILE_PACKET: it is decided. */
static enum capfile_result begin(struct capfile *file, struct piece *piece)
{
	if (piece->length < STRANGER_OCTETS && !piece->last)
		return CAPFILE_MORE;
	if (piece->length == 0)
		return capfile_fail(file, 0, CAPFILE_EMPTY, "the file is empty");
	if (piece->length < NEED_MAGIC)
		return no_capture(file, piece);
	for (int big = 0; big < 2; big++) {
		uint32_t magic = load32(piece->data, big);

		if (magic == MAGIC_PCAPNG) {
			file->format = CAPFILE_PCAPNG;
			return CAPFILE_PACKET;
		}
		if (magic == MAGIC_MICROSECOND || magic == MAGIC_NANOSECOND || magic == MAGIC_MODIFIED) {
			pcap_begin(file, magic == MAGIC_NANOSECOND ? 1 : 1000, magic == MAGIC_MODIFIED, big);
			return pcap_header(file, piece);
		}
	}
	return no_capture(file, piece);
}

enum capfile_result capfile_next(struct capfile *file, const uint8_t *data, size_t length, bool last, size_t *used,
				 struct capfile_packet *packet)
{
	struct piece piece = {.data = length == 0 ? &nothing : data, .length = length, .last = last};
	enum capfile_result result = CAPFILE_PACKET;

	/* data may be NULL when there is none of it. */
	*used = 0;
	if (file->fault.reason != CAPFILE_SOUND)
		return CAPFILE_FAULT;
	if (file->format == CAPFILE_UNKNOWN)
		result = begin(file, &piece);
	if (result == CAPFILE_PACKET)
		result = file->format == CAPFILE_PCAP ? pcap_next(file, &piece, packet) : pcapng_next(file, &piece, packet);
	*used = piece.at;
	file->offset += piece.at;
	return result;
}

const struct capfile_fault *capfile_fault(const struct capfile *file)
{
	return &file->fault;
}

enum capfile_format capfile_format(const struct capfile *file)
{
	return file->format;
}

uint32_t capfile_interfaces(const struct capfile *file)
{
	return file->interface_count;
}

const struct capfile_interface *capfile_interface(const struct capfile *file, uint32_t index)
{
	return index < file->interface_count ? &file->interfaces[index].said : NULL;
}

uint64_t capfile_offset(const struct capfile *file)
{
	return file->offset;
}
