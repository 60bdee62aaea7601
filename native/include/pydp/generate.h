/* SPDX-License-Identifier: Apache-2.0 */
/* A far end: BFD peers by the hundred thousand and IP flows, sent and checked by a poll loop of its own, to test a router with
 * (the target, here). It shares the wire formats with the engine and nothing of its state machine.
 *
 * Threads and time are as in engine.h: one control thread at a time calls; the worker is a thread of the library; with no
 * worker the calling thread carries commands out itself, and pydp_generator_step makes time pass. */
#ifndef PYDP_GENERATE_H
#define PYDP_GENERATE_H
#include <stdint.h>
#include <pydp/address.h>
#include <pydp/engine.h>
#include <pydp/port.h>
#include <pydp/session.h>

typedef struct pydp_generator pydp_generator_t;

struct pydp_generator_config {
	const char *name;   /* at most 20 characters; copied */
	uint32_t max_peers; /* 0: 65536; at most 1048576 */
	uint32_t max_flows; /* numbers of flows that are sent or received: 0 to max_flows - 1. 0: 16; at most 256 */
	uint16_t tag;       /* of the flows' packets: those of other tags are not ours */
	uint8_t unchecked;  /* 1: checksums of what is received are not verified */
	uint8_t reserved[5];
	uint64_t seed; /* of jitter and garbage; 0: from the kernel */
};

int pydp_generator_create(const struct pydp_generator_config *config, pydp_generator_t **generator);
/* Stops the worker; the peers fall silent. The ports stay open. */
int pydp_generator_destroy(pydp_generator_t *generator);
/* Ports are attached while no worker runs; index counts from 0 in order; at most 16. */
int pydp_generator_attach(pydp_generator_t *generator, pydp_port_t *port, uint32_t *index);
/* idle PYDP_IDLE_SLEEP: sleeps between what is due, max_sleep_us at most (0: 100), and hears nothing meanwhile. */
int pydp_generator_start(pydp_generator_t *generator, const struct pydp_worker_config *config);
int pydp_generator_stop(pydp_generator_t *generator);
/* One turn at the given time, which never runs backwards. packets: how many were received; may be NULL. */
int pydp_generator_step(pydp_generator_t *generator, uint64_t now_ns, uint32_t *packets);

/* Addresses that answer ARP and neighbour solicitations with the port's MAC address. Peers and the sources of flows do so
 * without being asked to; this is for hosts that only receive. count: addresses from the first on. */
int pydp_generator_hosts_add(pydp_generator_t *generator, uint32_t port, uint16_t vlan, const struct pydp_address *first,
			     uint32_t count);

/* What a peer does against the rules of a well-behaved speaker, until it is told to resume. */
enum pydp_generate_action {
	PYDP_GENERATE_RESUME = 0,
	PYDP_GENERATE_SILENT = 1,     /* neither sends nor hears: the cable is cut */
	PYDP_GENERATE_MUTE = 2,       /* hears and sends nothing */
	PYDP_GENERATE_DEAF = 3,       /* sends and hears nothing, so its detection time expires */
	PYDP_GENERATE_ADMIN_DOWN = 4, /* says AdminDown, diagnostic 7 */
	PYDP_GENERATE_DOWN = 5        /* says Down, diagnostic 5, whatever it hears */
};

/* Peers of one target. Peer i has the address `address + i * address_step` and the discriminator `discriminator + i`, and
 * talks to `target + i * target_step`. Intervals in microseconds; times of the failure pattern in milliseconds. */
struct pydp_generate_peers {
	struct pydp_address address;
	struct pydp_address target;
	struct pydp_mac target_mac; /* zero: asked for by ARP or ND, and learned from what is heard */
	uint16_t vlan;              /* 0: untagged */
	uint32_t vlans;             /* peer i is in VLAN vlan + i % vlans; 0: 1 */
	uint32_t port;
	uint32_t count;
	uint32_t address_step;  /* 0: 1 */
	uint32_t target_step;   /* 0: one address for all */
	uint32_t discriminator; /* 0: one behind the last group's, from 1 on */
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us;
	uint32_t starts_per_second; /* 0: all at once */
	uint8_t multiplier;
	uint8_t role;           /* enum pydp_role: a passive peer waits to be spoken to */
	uint8_t jitter_percent; /* an interval is shortened by at most so much: 25 in RFC 5880 6.8.7; 0: exact */
	uint8_t fail_action;    /* enum pydp_generate_action; with fail_permille 0 nothing fails */
	uint16_t fail_permille; /* of the peers, rounded up: the next ones in turn at each failure */
	uint16_t reserved;
	uint32_t fail_after_ms; /* the first failure, counted from the first turn with the group */
	uint32_t fail_period_ms;
	uint32_t fail_duration_ms; /* less than fail_period_ms */
	uint32_t fail_cycles;      /* failures; 0: without end */
};

/* Misbehaviours have numbers from 1 to pydp_generate_misbehaviour_count() - 1 and stable kebab-case names; 0 is none. */
uint32_t pydp_generate_misbehaviour_count(void);
const char *pydp_generate_misbehaviour_name(uint32_t misbehaviour);
const char *pydp_generate_misbehaviour_text(uint32_t misbehaviour);

/* group counts from 0; at most 64 of them. Peers start with the next turn. */
int pydp_generate_peers_add(pydp_generator_t *generator, const struct pydp_generate_peers *config, uint32_t *group);
/* count peers of the group from first on; those that have not started are left alone. Failures by pattern act likewise, so use
 * one or the other. */
int pydp_generate_peers_act(pydp_generator_t *generator, uint32_t group, uint32_t first, uint32_t count, uint32_t action);
/* Every `every`-th packet (1: each) is a bad one; extra 1: and the good one follows it. every 0: behave again. */
int pydp_generate_peers_misbehave(pydp_generator_t *generator, uint32_t group, uint32_t first, uint32_t count,
				  uint32_t misbehaviour, uint32_t every, uint32_t extra);

/* One peer; 112 octets. Times are nanoseconds of the generator's clock, 0: never. */
struct pydp_generate_peer {
	uint64_t last_rx_ns; /* last valid packet */
	uint64_t last_tx_ns; /* last good one */
	uint64_t up_ns;      /* when it last came Up */
	uint64_t down_ns;    /* when it last left Up */
	uint64_t fail_ns;    /* when it last was told to fail */
	uint64_t tx_packets; /* good ones */
	uint64_t rx_packets; /* valid ones */
	uint32_t remote_discriminator;
	uint32_t interval_us;       /* at which it sends, before jitter */
	uint32_t detection_time_us; /* 0: not running */
	uint32_t ups;
	uint32_t downs;        /* times it left Up, for whatever reason */
	uint32_t silences;     /* of those, because the target fell silent */
	uint32_t remote_downs; /* of those, because the target said Down or AdminDown */
	uint32_t failures;     /* times it was told to fail */
	uint32_t late;         /* hellos of the target later than its interval by more than a tenth, both ends Up */
	uint32_t max_gap_us;   /* longest gap before one of those */
	uint8_t state;         /* enum pydp_bfd_state */
	uint8_t remote_state;
	uint8_t diagnostic;
	uint8_t remote_diagnostic;
	uint8_t remote_multiplier;
	uint8_t started;
	uint8_t action;       /* enum pydp_generate_action in force */
	uint8_t misbehaviour; /* in force; 0: none */
	uint8_t reserved[8];
};
/* Copies peers from first on, capacity at most. Each is consistent in itself. */
int pydp_generate_peers_read(pydp_generator_t *generator, uint32_t group, uint32_t first, struct pydp_generate_peer *peers,
			     uint32_t capacity, uint32_t *count);

/* A group in all. */
struct pydp_generate_summary {
	uint32_t peers;
	uint32_t started;
	uint32_t states[4]; /* started peers by enum pydp_bfd_state */
	uint32_t failing;   /* told to fail and not to resume */
	uint32_t resolved;  /* 1: the target's MAC address is known */
	struct pydp_mac target_mac;
	uint16_t reserved;
	uint32_t cycles; /* failures by pattern that began */
	uint64_t begin_ns;
	uint64_t all_up_ns; /* when all peers were Up for the first time; 0: never */
	uint64_t tx_packets;
	uint64_t rx_packets;
	uint64_t ups, downs, silences, remote_downs, failures;
	uint64_t tx_polls, rx_finals, rx_polls, tx_finals;
	uint64_t rx_late;     /* the target's hellos later than its interval by more than a tenth, both ends Up */
	uint64_t rx_early;    /* sooner than 70 % of it (75 in RFC 5880 6.8.7, less 5 for our own lateness), with nothing new */
	uint64_t rx_unwanted; /* for peers that do not hear: not started, silent or deaf */
	uint64_t rx_bad_port; /* valid ones from a port outside 49152 to 65535, or another than before (RFC 5881 4) */
	uint64_t rx_poll_and_final;   /* valid ones with both bits (RFC 5880 6.5) */
	uint64_t tx_unresolved;       /* not sent: the target's MAC address is not known */
	uint64_t tx_lost;             /* not sent: no packet buffer or no room in the port */
	uint64_t tx_bad[32];          /* by misbehaviour */
	uint64_t rx_faults[64];       /* refused, by pydp_generate_fault_name */
	uint64_t rx_late_us_log2[24]; /* how late, from 1 ns on; buckets as in pydp_worker_stats */
	uint64_t tx_late_us_log2[24]; /* how late our own hellos went out */
};
int pydp_generate_peers_summary(pydp_generator_t *generator, uint32_t group, struct pydp_generate_summary *summary);
/* NULL for a number that is no fault. */
const char *pydp_generate_fault_name(uint32_t fault);
const char *pydp_generate_fault_text(uint32_t fault);

/* A flow: UDP with a number and the time of sending in each packet. Sizes are those of RFC 2544: the whole frame with its
 * checksum (FCS), without a VLAN tag; 64 (IPv6: 84) to 9018. */
struct pydp_generate_flow {
	uint32_t number; /* of the flow; the receiving side knows it by this */
	uint32_t port;
	uint16_t vlan;
	uint16_t source_port;
	uint16_t source_ports; /* packet i comes from source_port + i % source_ports; 0: 1 */
	uint16_t destination_port;
	struct pydp_address source;
	uint32_t sources;            /* packet i comes from source + i % sources; 0: 1 */
	struct pydp_address gateway; /* whose MAC address is asked for; family 0: mac is it */
	struct pydp_mac mac;
	uint8_t ttl; /* 0: 64 */
	uint8_t dscp;
	uint32_t size_count;                     /* 1 to 64 */
	uint32_t destination_count;              /* at least 1 */
	const uint16_t *sizes;                   /* packet i has size sizes[i % size_count]; copied */
	const struct pydp_address *destinations; /* packet i goes to destinations[i % destination_count]; copied */
};
int pydp_generate_flow_set(pydp_generator_t *generator, const struct pydp_generate_flow *config);
/* Send packets (0: without end), from number 0 on. millirate: thousandths of a packet a second; 0: as fast as the port takes
 * them. What was counted of the flow before is forgotten, and packets of before that still come count as stale.
 * PYDP_E_STATE while it is being sent. */
int pydp_generate_flow_start(pydp_generator_t *generator, uint32_t number, uint64_t millirate, uint64_t packets);
int pydp_generate_flow_stop(pydp_generator_t *generator, uint32_t number);

struct pydp_generate_flow_state {
	/* the sending side, zero where it is elsewhere */
	uint64_t sent;
	uint64_t sent_bytes; /* as sizes are counted */
	uint64_t due;        /* should have been sent by now, or by the end */
	uint64_t skipped;    /* of those, given up because we were too late by more than a burst */
	uint64_t start_ns;
	uint64_t last_tx_ns;
	uint64_t unresolved; /* turns that sent nothing because the gateway's MAC address is not known */
	uint64_t full;       /* turns in which the port or the buffers were full */
	uint32_t sending;    /* 1: it goes on */
	uint32_t resolved;
	/* the receiving side, zero where it is elsewhere */
	uint64_t received; /* copies included */
	uint64_t received_bytes;
	uint64_t unique;
	uint64_t expected;                              /* the greatest number so far and one */
	uint64_t duplicated, reordered, beyond, extent; /* core/sequence.h says what each is */
	uint64_t stale;                                 /* of a start before this one */
	uint64_t corrupt;                               /* checksum or payload wrong; not in received */
	uint64_t ahead; /* received more than 2 us before they were sent: the clocks differ, and these have no latency */
	uint64_t first_rx_ns;
	uint64_t last_rx_ns;
	uint64_t latency_count, latency_sum_ns, latency_min_ns, latency_max_ns;
	uint64_t latency[544]; /* buckets: below 16 ns one for each, then 16 for each doubling */
};
int pydp_generate_flow_read(pydp_generator_t *generator, uint32_t number, struct pydp_generate_flow_state *state);

/* Per-port counters: numbers from 0 to pydp_generate_counter_count() - 1, with stable kebab-case names. */
uint32_t pydp_generate_counter_count(void);
const char *pydp_generate_counter_name(uint32_t counter);
const char *pydp_generate_counter_text(uint32_t counter);
int pydp_generator_counters(pydp_generator_t *generator, uint32_t port, uint64_t *values, uint32_t capacity);

/* The worker's own lateness. A poll gap is the time from one look at the ports to the next. */
struct pydp_generate_worker {
	uint64_t turns;
	uint64_t busy_turns;
	uint64_t poll_gap_max_ns;
	uint64_t poll_gap_us_log2[24];
	uint64_t running;
};
int pydp_generator_worker(pydp_generator_t *generator, struct pydp_generate_worker *stats);
int pydp_generator_worker_reset(pydp_generator_t *generator);

#endif
