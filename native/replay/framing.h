/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a capture file's reader: what capfile.c and the two formats share. */
#ifndef REPLAY_FRAMING_H
#define REPLAY_FRAMING_H
#include "capfile.h"

enum tick_shape { TICK_MULTIPLY, TICK_DIVIDE, TICK_BINARY };

/* How an interface's stamps become nanoseconds. */
struct tick {
	uint64_t factor; /* nanoseconds a tick, or ticks a nanosecond */
	int64_t offset_s;
	uint8_t shift; /* TICK_BINARY: ticks of 2^-shift seconds */
	uint8_t shape; /* enum tick_shape */
};

struct interface {
	struct capfile_interface said;
	struct tick tick;
	/* Losses are told in two ways: by statistics, which count up through a section, and packet by packet. */
	uint64_t dropped_before; /* in the sections before */
	uint64_t dropped_statistics;
	uint64_t dropped_between;
	uint64_t delivered_before;
	uint64_t delivered_statistics;
};

struct capfile {
	enum capfile_format format;
	bool big; /* the file's or section's byte order */
	uint64_t offset;
	struct interface *interfaces;
	uint32_t interface_count;
	uint32_t interface_room;
	struct capfile_fault fault;
	struct {
		uint32_t magic, version; /* as words of the file: another file's header begins so too */
		uint32_t fraction_ns;    /* a unit of the stamp's second word */
		uint32_t header;         /* octets of a record's */
		bool swapped;            /* the two lengths, always */
		bool perhaps_swapped;    /* where they make sense only so */
	} pcap;
	struct {
		/* A block that is passed over: what is left before the length at its end. */
		uint64_t passing;
		uint64_t block_at;
		uint32_t block_length; /* 0: no block is being passed over */
		/* Index by number in this section, and in the one before it. */
		uint32_t *numbers, *former;
		uint32_t count, room;
		uint32_t former_count, former_room;
	} pcapng;
};

/* The octets of one call. `at` is where the next record begins. */
struct piece {
	const uint8_t *data;
	size_t length;
	size_t at;
	bool last;
};

static inline uint16_t load16(const uint8_t *data, bool big)
{
	return big ? (uint16_t)(data[0] << 8 | data[1]) : (uint16_t)(data[1] << 8 | data[0]);
}

static inline uint32_t load32(const uint8_t *data, bool big)
{
	uint32_t little = (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];

	return big ? __builtin_bswap32(little) : little;
}

static inline uint64_t load64(const uint8_t *data, bool big)
{
	uint64_t first = load32(data, big), second = load32(data + 4, big);

	return big ? first << 32 | second : second << 32 | first;
}

static inline size_t piece_left(const struct piece *piece)
{
	return piece->length - piece->at;
}

/* Notes the fault of the record at `offset` and answers CAPFILE_FAULT. */
enum capfile_result capfile_fail(struct capfile *file, uint64_t offset, enum capfile_reason reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The record at the piece's front needs `wanted` octets and has fewer: MORE, or END before its first octet, or the fault
 * that the file ends in the middle of `what`. */
enum capfile_result capfile_short(struct capfile *file, const struct piece *piece, uint64_t wanted, const char *what);
/* Another interface, with room for it made; its index, or CAPFILE_INTERFACES_MOST with the fault noted. */
uint32_t capfile_add_interface(struct capfile *file, uint64_t offset);
/* Grows an array of `size` octets an element so that it holds one more than `count`; false with the fault noted. */
bool capfile_grow(struct capfile *file, void **array, uint32_t count, uint32_t *room, size_t size, uint64_t offset);

void pcap_begin(struct capfile *file, uint32_t fraction_ns, bool modified, bool big);
enum capfile_result pcap_header(struct capfile *file, struct piece *piece);
enum capfile_result pcap_next(struct capfile *file, struct piece *piece, struct capfile_packet *packet);
enum capfile_result pcapng_next(struct capfile *file, struct piece *piece, struct capfile_packet *packet);

/* body: what stands between a block's first eight octets and the length at its end. */
enum capfile_result pcapng_describe(struct capfile *file, const uint8_t *body, uint32_t length, uint64_t offset);
void pcapng_statistics(struct capfile *file, const uint8_t *body, uint32_t length);
/* A section begins: its interfaces are numbered from 0. */
void pcapng_section(struct capfile *file);
void pcapng_dropped(struct interface *interface, uint64_t packets);
uint64_t pcapng_drop_option(const uint8_t *options, size_t length, bool big);
uint64_t tick_time_ns(const struct tick *tick, uint64_t ticks);

/* What a file that is no capture begins like; "" when that is not known. */
const char *stranger_name(const uint8_t *data, size_t length);
enum { STRANGER_OCTETS = 16 };
#endif
