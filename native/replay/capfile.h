/* SPDX-License-Identifier: Apache-2.0 */
/* Packet records of a capture file (pcap in both byte orders and both resolutions, "modified" pcap; pcapng with several
 * sections and interfaces) from octets that come in pieces. Knows nothing of what is in a packet. Allocates only its
 * interfaces. */
#ifndef REPLAY_CAPFILE_H
#define REPLAY_CAPFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CAPFILE_RECORD_MOST = 1048576, /* octets of a record, its own header included; so many at once always bring progress */
	CAPFILE_INTERFACES_MOST = 65536, /* of all sections of a file */
	CAPFILE_NAME_ROOM = 32,
	CAPFILE_TEXT_ROOM = 160
};

enum capfile_result {
	CAPFILE_PACKET, /* *packet is filled */
	CAPFILE_MORE,   /* the record at the front is not whole: come again with more behind it */
	CAPFILE_END,    /* nothing is left, and no more will come */
	CAPFILE_FAULT   /* capfile_fault() says why; it stays so */
};

enum capfile_format { CAPFILE_UNKNOWN = 0, CAPFILE_PCAP = 1, CAPFILE_PCAPNG = 2 };

struct capfile_packet {
	const uint8_t *data; /* in the octets that were handed in */
	uint64_t time_ns;    /* as stamped, since the epoch; may run backwards; INT64_MAX at most. 0 without has_time */
	uint32_t captured;
	uint32_t length;    /* on the wire; at least captured */
	uint32_t interface; /* from 0, through all sections of the file */
	uint16_t link_type; /* LINKTYPE_ number */
	bool has_time;
};

enum capfile_reason {
	CAPFILE_SOUND = 0,
	CAPFILE_EMPTY,        /* no octet at all */
	CAPFILE_NO_CAPTURE,   /* begins like something else */
	CAPFILE_VERSION,      /* of the format, not known */
	CAPFILE_TRUNCATED,    /* ends in the middle of a record */
	CAPFILE_TOO_LONG,     /* a record longer than CAPFILE_RECORD_MOST */
	CAPFILE_BLOCK_LENGTH, /* too small, no multiple of four, or not what the block's end says */
	CAPFILE_CAPTURED,     /* more octets of a packet than its record holds */
	CAPFILE_BYTE_ORDER,   /* a section without a sound byte-order magic */
	CAPFILE_INTERFACE,    /* a packet of an interface that was not described */
	CAPFILE_INTERFACES,   /* too many of them */
	CAPFILE_APPENDED,     /* a second pcap file stands behind the first */
	CAPFILE_MEMORY,
	CAPFILE_REASONS
};

struct capfile_fault {
	uint64_t offset; /* of the record, in octets of the file */
	enum capfile_reason reason;
	char text[CAPFILE_TEXT_ROOM]; /* one sentence for people, without the offset and without a full stop */
};

struct capfile_interface {
	char name
		[CAPFILE_NAME_ROOM]; /* "" where the file does not say; cut between characters; UTF-8 if the file keeps to it */
	uint64_t packets;            /* handed out so far */
	uint64_t dropped;            /* that the capturing machine says it lost */
	uint64_t delivered;          /* that it says it delivered; 0 where it does not say */
	uint32_t snap_length;        /* 0: none */
	uint16_t link_type;
	bool nanosecond; /* stamps are finer than a microsecond */
};

struct capfile;

/* NULL: no memory */
struct capfile *capfile_create(void);
void capfile_destroy(struct capfile *file);

/* Takes records from data (length octets, which follow all that was used before) until a packet is found. *used: how many
 * octets are done with, blocks that carry no packet included; call again with the rest. last: no octets will come behind
 * these. */
enum capfile_result capfile_next(struct capfile *file, const uint8_t *data, size_t length, bool last, size_t *used,
				 struct capfile_packet *packet);

/* Its reason is CAPFILE_SOUND while there is none. Valid as long as the file. */
const struct capfile_fault *capfile_fault(const struct capfile *file);
/* "truncated" and so on; NULL for a number that is none. */
const char *capfile_reason_name(uint32_t reason);
/* CAPFILE_UNKNOWN until the file has begun. */
enum capfile_format capfile_format(const struct capfile *file);
/* Interfaces met so far; a pcap file has one. */
uint32_t capfile_interfaces(const struct capfile *file);
/* NULL for an index that is none; valid until the next capfile_next. */
const struct capfile_interface *capfile_interface(const struct capfile *file, uint32_t index);
/* Octets done with. */
uint64_t capfile_offset(const struct capfile *file);

#endif
