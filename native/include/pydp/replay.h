/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to BFD in a capture file (pcap, pcapng): the file's octets go in as they come, BFD packets, happenings and
 * sessions come out. Opens no file, reads no clock, needs no EAL. One thread at a time per pydp_replay_t. */
#ifndef PYDP_REPLAY_H
#define PYDP_REPLAY_H
#include <stddef.h>
#include <stdint.h>
#include <pydp/session.h>

typedef struct pydp_replay pydp_replay_t;

enum pydp_replay_limit {
	PYDP_REPLAY_RECORD_MOST = 1048576, /* octets of a packet record; a longer one is a fault of the file */
	PYDP_REPLAY_NONE = -1,             /* no session; in a uint32_t it is 4294967295 */
	PYDP_REPLAY_NEVER = -1             /* no packet came before, so there is no gap; 0 is one between equal stamps */
};

struct pydp_replay_config {
	/* Followed; packets of further ones are counted as unfollowed. 0: 262144. Memory grows with the sessions that are found, by
	 * 3 KiB each and 16 MiB in all at most, never with the file. */
	uint32_t max_sessions;
	uint32_t event_capacity;  /* records that may wait. 0: 4096 */
	uint32_t packet_capacity; /* BFD packets handed out one by one that may wait. 0: none are made */
	/* A gap longer than this many thousandths of the sender's negotiated interval, both ends Up, makes a PYDP_REPLAY_GAP.
	 * 0: none are made. */
	uint32_t long_gap_permille;
};

int pydp_replay_create(const struct pydp_replay_config *config, pydp_replay_t **replay);
int pydp_replay_destroy(pydp_replay_t *replay);

/* The octets that follow those consumed so far; last: 1 when no more will come. Takes whole records until the data ends or
 * no room is left for events or packets (then drain and call again with what is left). What it did not consume has to come
 * again at the front of the next call. A buffer of 2 * PYDP_REPLAY_RECORD_MOST always makes progress.
 * PYDP_E_INVAL with pydp_replay_file_fault set when the file cannot be read any further; all before it stands. */
int pydp_replay_feed(pydp_replay_t *replay, const uint8_t *data, size_t length, int last, size_t *consumed);

/* A frame of any kind, as it stands in the file. 40 octets. */
struct pydp_replay_frame {
	uint64_t number;  /* in the file, from 1, as other tools number */
	uint64_t time_ns; /* since the epoch; a stamp that ran backwards is the one before it */
	uint64_t at;      /* where the captured octets begin in the data of the call that made this record */
	uint32_t captured;
	uint32_t length;    /* on the wire */
	uint32_t interface; /* pcapng interface, from 0; pcap: 0 */
	uint16_t link_type; /* LINKTYPE_ number */
	uint16_t reserved;
};
/* Instead of pydp_replay_feed: the file's frames are handed out, at most capacity of them, and nothing is watched. The octets go in
 * as there. */
int pydp_replay_frames(pydp_replay_t *replay, const uint8_t *data, size_t length, int last, size_t *consumed,
		       struct pydp_replay_frame *frames, uint32_t capacity, uint32_t *count);

enum pydp_replay_format { PYDP_REPLAY_UNKNOWN = 0, PYDP_REPLAY_PCAP = 1, PYDP_REPLAY_PCAPNG = 2 };

/* Why the file could not be read to its end. */
struct pydp_replay_file_fault {
	uint64_t offset; /* of the record, in octets of the (uncompressed) file */
	uint64_t packet; /* number of the last packet before it */
	uint32_t reason; /* 0: none; else see pydp_replay_file_reason_name */
	char text[160];  /* one sentence without the offset */
};
int pydp_replay_file_fault(const pydp_replay_t *replay, struct pydp_replay_file_fault *fault);
/* "truncated" and so on; NULL for 0 and for a number that is none. */
const char *pydp_replay_file_reason_name(uint32_t reason);

/* What a packet is, by its ports. */
enum pydp_replay_kind {
	PYDP_REPLAY_OTHER = 0,
	PYDP_REPLAY_SINGLE_HOP = 1,   /* UDP 3784, RFC 5881 */
	PYDP_REPLAY_MULTIHOP = 2,     /* 4784, RFC 5883 */
	PYDP_REPLAY_MICRO = 3,        /* 6784, RFC 7130 */
	PYDP_REPLAY_SBFD_REQUEST = 4, /* to 7784, RFC 7881 */
	PYDP_REPLAY_SBFD_REPLY = 5,   /* from 7784 */
	PYDP_REPLAY_ECHO = 6          /* 3785, RFC 5881 section 4 */
};

/* One BFD packet (control of any kind, or echo), also a malformed one. 160 octets. */
struct pydp_replay_packet {
	uint64_t number;  /* in the file, from 1, as other tools number */
	uint64_t time_ns; /* since the epoch; a stamp that ran backwards is the one before it */
	int64_t gap_ns;   /* since the accepted packet of the same end before, or PYDP_REPLAY_NEVER */
	uint64_t at;      /* where the captured octets begin in the data of the feed that made this record */
	uint32_t captured;
	uint32_t length;    /* on the wire */
	uint32_t session;   /* or PYDP_REPLAY_NONE: malformed or unfollowed */
	uint32_t interface; /* pcapng interface, from 0; pcap: 0 */
	uint32_t my_discriminator;
	uint32_t your_discriminator;
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us;
	uint32_t required_min_echo_rx_us;
	uint32_t auth_sequence; /* types 2 to 5 */
	uint8_t source[16];
	uint8_t destination[16];
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t link_type;  /* LINKTYPE_ number */
	uint16_t vlan;       /* innermost; 0: untagged */
	uint16_t network_at; /* IP header, from the frame's start */
	uint16_t payload_at; /* BFD packet, from the frame's start */
	uint8_t kind;        /* enum pydp_replay_kind */
	uint8_t family;      /* 4 or 6 */
	uint8_t end;         /* which end of the session sent it: 0 or 1 */
	uint8_t fault;       /* 0: accepted; else see pydp_replay_reason_name */
	uint8_t state;       /* enum pydp_bfd_state */
	uint8_t diagnostic;
	uint8_t flags; /* P 0x20, F 0x10, C 0x08, A 0x04, D 0x02, M 0x01 */
	uint8_t multiplier;
	uint8_t ttl;
	uint8_t auth_type; /* RFC 5880 4.1; 0: none */
	uint8_t auth_key_id;
	uint8_t vlans;       /* how many tags */
	uint32_t link_index; /* SLL2's interface index; 0: not known */
	uint8_t reserved[28];
};
int pydp_replay_packets(pydp_replay_t *replay, struct pydp_replay_packet *packets, uint32_t capacity, uint32_t *count);

enum pydp_replay_event_type {
	PYDP_REPLAY_SESSION = 1, /* first packet of a session */
	PYDP_REPLAY_FIRST = 2,   /* first packet of an end; new_state is its state (follows SESSION for the first end) */
	PYDP_REPLAY_STATE = 3,   /* an end's packets say another state than before */
	PYDP_REPLAY_TIMERS = 4,  /* an end's packets say other intervals or another multiplier than before */
	PYDP_REPLAY_RESTART = 5, /* an end uses another discriminator; `value` is the former */
	PYDP_REPLAY_LATE = 6,    /* an end that had been Up was silent for longer than the other end's detection time, or, where
				      * only one end was heard, than its own multiplier and DesiredMinTx say; `value`: that time in
				      * microseconds */
	PYDP_REPLAY_GAP = 7,     /* see long_gap_permille; not made where LATE is */
	PYDP_REPLAY_FAULT = 8,   /* a malformed BFD packet; reason, addresses; the session where only one can be meant */
	PYDP_REPLAY_UNREACHABLE =
		9, /* ICMP port unreachable (reason 1) or other unreachable (reason 0): a packet to `end` did not arrive;
				      * addresses are ICMP's own, ports those of the packet that it quotes */
	PYDP_REPLAY_PAIRED = 10,    /* it turned out that `session` and session `value` had mixed up their ends numbered `end`:
				      * all told of those two ends so far belongs to the other of the two sessions */
	PYDP_REPLAY_DIAGNOSTIC = 11 /* same state, another diagnostic */
};

/* Everything about the packet that made it, and where the session stood. 160 octets. */
struct pydp_replay_event {
	uint64_t number;
	uint64_t time_ns;
	int64_t gap_ns;       /* since this end's packet before, or PYDP_REPLAY_NEVER */
	int64_t other_gap_ns; /* since the other end's last packet, or PYDP_REPLAY_NEVER */
	uint64_t
		detection_ns; /* the other end's detection time for this end's hellos, in force before this packet; 0: unknown */
	uint64_t interval_ns; /* negotiated interval of this end's hellos, in force before this packet; 0: unknown */
	uint32_t session;
	uint32_t value;
	uint32_t my_discriminator;
	uint32_t your_discriminator;
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us;
	uint32_t required_min_echo_rx_us;
	uint32_t interface;
	uint8_t source[16];
	uint8_t destination[16];
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t vlan;
	uint8_t type; /* enum pydp_replay_event_type */
	uint8_t kind; /* enum pydp_replay_kind */
	uint8_t family;
	uint8_t end;
	uint8_t reason; /* FAULT: see pydp_replay_reason_name */
	uint8_t old_state;
	uint8_t new_state;
	uint8_t other_state; /* the other end's last packet */
	uint8_t diagnostic;
	uint8_t flags;
	uint8_t multiplier;
	uint8_t ttl;
	uint8_t auth_type;
	uint8_t reserved[27];
};
int pydp_replay_events(pydp_replay_t *replay, struct pydp_replay_event *events, uint32_t capacity, uint32_t *count);

/* "detect-mult" and so on, with a line for people; NULL for a number that is none. */
const char *pydp_replay_reason_name(uint32_t reason);
const char *pydp_replay_reason_text(uint32_t reason);

/* Gaps between accepted packets of one end that followed each other with the same state. `up` of the two is what people
 * mean; `rest` is for sessions that were never Up. Quantiles are right within 1 %, the rest exact. */
struct pydp_replay_gaps {
	uint64_t count;
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
	uint64_t max_packet; /* that ended the longest */
	uint64_t jitter_ns;  /* mean difference between one gap and the next */
};

struct pydp_replay_end {
	uint8_t address[16];
	uint64_t first_packet; /* 0: never heard */
	uint64_t last_packet;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t packets; /* accepted */
	uint64_t malformed;
	uint64_t polls;
	uint64_t finals;
	uint64_t late;         /* gaps beyond the other end's detection time while Up */
	uint64_t echoes;       /* echo packets that carry this end's address as source */
	uint64_t detection_us; /* of this end: how long it waits for the other's hellos; 0: unknown */
	uint32_t interval_us;  /* negotiated interval of this end's hellos; 0: unknown */
	uint32_t discriminator;
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us;
	uint32_t required_min_echo_rx_us;
	uint16_t port; /* UDP source port */
	uint8_t state; /* of the last packet */
	uint8_t first_state;
	uint8_t diagnostic;
	uint8_t multiplier;
	uint8_t flags;
	uint8_t auth_type;
	uint8_t auth_key_id;
	uint8_t ttl;
	uint8_t reserved[2];
	struct pydp_replay_gaps up;
	struct pydp_replay_gaps rest;
};

/* ends[0] spoke first (multihop and micro: of all sessions of the two addresses); of S-BFD it is the initiator. A session whose
 * ends were both given to others (PAIRED) was heard at neither. */
struct pydp_replay_session {
	uint32_t index; /* from 0, in the order of first packets */
	uint32_t interface;
	uint32_t link_index;
	uint16_t vlan;
	uint8_t kind; /* SINGLE_HOP, MULTIHOP, MICRO or SBFD_REQUEST */
	uint8_t family;
	struct pydp_replay_end ends[2];
};
/* Sessions from `first` on; count is how many were written. */
int pydp_replay_sessions(pydp_replay_t *replay, uint32_t first, struct pydp_replay_session *sessions, uint32_t capacity,
			 uint32_t *count);

/* Echo packets by who sent them. Of 1024 streams at most; packets of further ones are counted as echo_unfollowed. */
struct pydp_replay_echo {
	uint8_t source[16];
	uint8_t destination[16];
	uint32_t interface;
	uint16_t vlan;
	uint8_t family;
	uint8_t reserved;
	uint64_t packets;
	uint64_t first_packet;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t ttl_255;             /* as sent */
	uint64_t ttl_lower;           /* on the way back */
	struct pydp_replay_gaps gaps; /* of those with TTL 255 */
};
int pydp_replay_echoes(pydp_replay_t *replay, uint32_t first, struct pydp_replay_echo *echoes, uint32_t capacity,
		       uint32_t *count);

struct pydp_replay_totals {
	uint64_t consumed; /* octets of the (uncompressed) file */
	uint64_t packets;  /* records of packets, BFD or not */
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t backwards;    /* stamps that ran backwards */
	uint64_t without_time; /* pcapng simple packets: they take the stamp before them */
	/* each BFD packet once: */
	uint64_t single_hop;
	uint64_t multihop;
	uint64_t micro;
	uint64_t sbfd;
	uint64_t echo;
	uint64_t malformed; /* refused by a check; see the FAULT events */
	uint64_t snapped;   /* cut off before all that had to be checked */
	uint64_t
		unfollowed; /* of those under a kind above: accepted, but max_sessions, or 64 of its addresses, were followed already */
	uint64_t echo_unfollowed; /* of those under echo: 1024 streams were followed already */
	/* everything else, once: */
	uint64_t arp;
	uint64_t icmp;
	uint64_t icmp6;
	uint64_t tcp;
	uint64_t udp;
	uint64_t other_ip;
	uint64_t fragments;
	uint64_t malformed_ip;
	uint64_t other_ethertype;
	uint64_t unknown_link;
	uint64_t
		unmeasured; /* gaps that miss in the quantiles: the histograms have all the memory that max_sessions gives them */
	uint64_t dropped;   /* that the capturing machine says it lost (pcapng interface statistics) */
	uint32_t format;    /* enum pydp_replay_format */
	uint32_t interfaces;
	uint32_t sessions;
	uint32_t echo_streams;
	uint16_t link_type;   /* of the first interface */
	uint16_t nanosecond;  /* 1: stamps of the first interface are finer than a microsecond */
	uint32_t snap_length; /* of the first interface; 0: none */
};
int pydp_replay_totals(const pydp_replay_t *replay, struct pydp_replay_totals *totals);

/* Interfaces of the capture in their order. */
struct pydp_replay_interface {
	char name[32]; /* "" where the file does not say */
	uint64_t packets;
	uint64_t dropped;
	uint32_t snap_length;
	uint16_t link_type;
	uint16_t reserved;
};
int pydp_replay_interfaces(const pydp_replay_t *replay, uint32_t first, struct pydp_replay_interface *interfaces,
			   uint32_t capacity, uint32_t *count);

#endif
