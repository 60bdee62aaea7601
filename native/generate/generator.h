/* SPDX-License-Identifier: Apache-2.0 */
/* What a generator consists of. Private to generate/; api/ sees control.h.
 *
 * Everything is the worker's (or, with no worker running, the calling thread's) unless its comment says otherwise. */
#ifndef GENERATE_GENERATOR_H
#define GENERATE_GENERATOR_H
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_mbuf.h>
#include <pydp/generate.h>
#include "core/agenda.h"
#include "core/histogram.h"
#include "core/latency.h"
#include "core/pace.h"
#include "core/rng.h"
#include "core/sequence.h"
#include "engine/clock.h"
#include "generate/counter.h"
#include "generate/frame.h"
#include "io/port.h"

enum {
	GENERATE_PORTS = 16,
	GENERATE_GROUPS = 64,
	GENERATE_HOSTS = 256,
	GENERATE_TARGETS = 128,
	GENERATE_STAGE = 64,
	GENERATE_SPARE = 64,
	GENERATE_DEFAULT_PEERS = 65536,
	GENERATE_DEFAULT_FLOWS = 16,
	GENERATE_DEFAULT_SLEEP_US = 100
};

#define GENERATE_NONE UINT32_MAX

struct generate_port {
	struct pydp_port *port;
	uint32_t staged, spares;
	struct rte_mbuf *stage[GENERATE_STAGE];                   /* to be sent */
	struct rte_mbuf *spare[GENERATE_SPARE];                   /* taken from the pool in advance */
	alignas(64) _Atomic uint64_t counters[GENERATE_COUNTERS]; /* read by any thread */
};

/* A router that peers or flows talk to. */
struct generate_target {
	uint8_t address[16];
	uint8_t asker[16]; /* an address of ours that asks for it */
	struct pydp_mac mac;
	uint32_t port;
	uint16_t vlan;
	uint8_t family;
	bool known;
	bool pinned; /* told by the user: nothing that is heard changes it */
	uint64_t ask_ns;
};

/* Addresses of ours. */
struct generate_hosts {
	struct frame_address first;
	uint32_t count, step;
	uint32_t port;
	uint16_t vlan;
	uint32_t vlans; /* address i is in VLAN vlan + i % vlans */
	uint8_t family;
};

enum peer_flag {
	PEER_STARTED = 1,
	PEER_MUTE = 2,
	PEER_DEAF = 4,
	PEER_HELD = 8,      /* its state does not follow what it hears */
	PEER_POLLING = 16,  /* P in each packet until F comes */
	PEER_SPOILS = 32,   /* misbehaves: see the cold half */
	PEER_FAILING = 64,  /* told to fail, and not to resume */
	PEER_DEMANDED = 128 /* the target asked for silence (RFC 5880 6.6) */
};

/* What each hello touches. */
struct peer {
	uint64_t last_rx_ns;
	uint64_t last_tx_ns;
	uint64_t next_tx_ns; /* UINT64_MAX: does not send */
	uint32_t remote_discriminator;
	uint32_t interval_us; /* between our hellos, before jitter */
	uint32_t remote_min_tx_us;
	uint32_t remote_min_rx_us;
	uint32_t rx_count;
	uint32_t tx_count;
	uint16_t ip_sum;  /* of the IPv4 addresses */
	uint16_t udp_sum; /* of addresses and source port */
	uint8_t state;    /* enum pydp_bfd_state */
	uint8_t remote_state;
	uint8_t diagnostic;
	uint8_t remote_multiplier;
	uint8_t flags; /* enum peer_flag */
	uint8_t group;
	uint8_t remote_diagnostic;
	uint8_t off_beat;     /* 1: the last hello came by itself, not when the target's schedule had one */
	uint16_t remote_port; /* UDP; 0: nothing heard */
};
static_assert(sizeof(struct peer) == 64, "one cache line");

struct peer_cold {
	uint64_t up_ns, down_ns, fail_ns;
	uint32_t ups, downs, silences, remote_downs, failures, late, max_gap_us;
	uint32_t every, left; /* misbehaviour: each how manieth packet, and how many until then */
	uint8_t misbehaviour;
	bool extra;
	uint8_t action; /* enum pydp_generate_action in force */
};

struct group {
	struct pydp_generate_peers config;
	struct pydp_generate_summary sum;
	struct frame_template template;
	struct frame_address address, target;
	uint32_t base; /* index of its first peer among all */
	uint32_t target_index;
	uint16_t ip_sum;   /* of the IPv4 header without addresses */
	uint16_t udp_sum;  /* of the pseudo-header and UDP without addresses, source port and payload */
	uint32_t up_count; /* peers that are Up */
	struct pace starts;
	/* failures by pattern */
	uint32_t fail_size;  /* peers of one failure */
	uint32_t fail_first; /* of the current failure */
	uint32_t fail_done;  /* of it, acted upon in this phase */
	uint32_t cycle;
	bool failed; /* the current cycle's peers are failing, or about to */
};

struct flow {
	struct pydp_generate_flow config;
	bool set; /* by us to be sent; else only received */
	bool sending;
	uint8_t epoch;
	struct frame_template template;
	struct frame_address source;
	uint32_t target_index; /* GENERATE_NONE: the MAC address was given */
	uint16_t *sizes;
	struct frame_address *destinations;
	uint32_t at_size, at_destination, at_source, at_port; /* of the next packet */
	uint16_t ip_sum, udp_sum;                             /* without addresses, lengths, source port and payload */
	struct pace pace;
	uint64_t millirate; /* 0: as fast as possible */
	uint64_t packets;   /* 0: without end */
	uint64_t given_up;  /* numbers of the pace that are not sent any more */
	uint64_t sent, sent_bytes, start_ns, last_tx_ns, unresolved, full;
	/* reception */
	bool heard;
	uint8_t heard_epoch;
	uint64_t received_bytes, stale, corrupt, ahead, first_rx_ns, last_rx_ns;
	struct latency latency;
	struct sequence sequence;
};

struct generate_command {
	int (*run)(struct pydp_generator *generator, void *argument);
	void *argument;
	int result;
	char reason[256];
};

struct pydp_generator {
	char name[24];
	struct pydp_generator_config config;
	uint64_t now_ns; /* of the current or last turn; 0: none yet */
	uint64_t look_ns;
	struct clock clock;
	struct rng rng;
	bool ticking;            /* a worker runs */
	uint32_t received, sent; /* in this turn */

	struct generate_port *ports; /* GENERATE_PORTS of them; added by the control thread while no worker runs */
	uint32_t port_count;
	struct generate_target targets[GENERATE_TARGETS];
	uint32_t target_count;
	struct generate_hosts hosts[GENERATE_HOSTS];
	uint32_t host_count;

	struct peer *peers;
	struct peer_cold *cold;
	uint32_t peer_count, max_peers;
	struct agenda agenda;
	void *timers;         /* the agenda's memory */
	struct group *groups; /* GENERATE_GROUPS of them */
	uint32_t group_count;

	struct flow *flows;
	uint32_t max_flows;

	/* written by the worker, read by any thread */
	_Atomic uint64_t turns, busy_turns, gap_max_ns;
	_Atomic uint64_t gaps[HISTOGRAM_BUCKETS];

	/* between the control thread and the worker */
	pthread_mutex_t control_lock;
	_Atomic(struct generate_command *) pending;
	sem_t answered;

	/* the worker */
	pthread_t thread;
	struct pydp_worker_config worker_config;
	sem_t started;
	int start_status;
	char start_reason[256];
	atomic_uint running, stopping;
};

static inline void generate_add(_Atomic uint64_t *value, uint64_t count)
{
	atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + count, memory_order_relaxed);
}

static inline void generate_count(struct pydp_generator *generator, uint32_t port, enum generate_counter counter,
				  uint64_t count)
{
	generate_add(&generator->ports[port].counters[counter], count);
}

/* generate/ports.c */
/* A buffer for a frame on that port, or NULL, counted. Its length is set by who fills it. */
struct rte_mbuf *ports_buffer(struct pydp_generator *generator, uint32_t port);
/* Room for so many more in the stage, after an attempt to send it. */
uint32_t ports_room(struct pydp_generator *generator, uint32_t port);
/* Stage a frame; false: no room, and it is freed and counted. */
bool ports_send(struct pydp_generator *generator, uint32_t port, struct rte_mbuf *mbuf, uint16_t length);
void ports_flush(struct pydp_generator *generator, uint32_t port);
void ports_give_back(struct pydp_generator *generator);

/* generate/hosts.c */
int hosts_add(struct pydp_generator *generator, const struct generate_hosts *hosts);
bool hosts_have(const struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *octets, uint8_t family);

/* generate/targets.c */
/* The same target again is the same number. mac zero: to be found. */
int targets_add(struct pydp_generator *generator, const struct generate_target *target, uint32_t *index);
void targets_learn(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *octets, uint8_t family,
		   const uint8_t *mac);
/* Ask for those that are not known; once a second each. */
void targets_ask(struct pydp_generator *generator);

/* generate/arp.c, generate/nd.c: network is the header behind Ethernet; the mbuf remains the caller's. */
void generate_arp_receive(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *network,
			  uint32_t available);
void generate_arp_ask(struct pydp_generator *generator, const struct generate_target *target);
/* False: it was no neighbour solicitation or advertisement, or a malformed one. */
bool generate_nd_receive(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *ether,
			 const uint8_t *network, uint16_t length);
void generate_nd_ask(struct pydp_generator *generator, const struct generate_target *target);

/* generate/receive.c */
void generate_receive(struct pydp_generator *generator, uint32_t port, struct rte_mbuf **mbufs, uint16_t count,
		      uint64_t now_ns);

/* generate/turn.c: it is now_ns, or later if it was already; how much there was to do. */
uint32_t generate_turn(struct pydp_generator *generator, uint64_t now_ns);

/* generate/worker.c */
int generate_worker_start(struct pydp_generator *generator, const struct pydp_worker_config *config);
int generate_worker_stop(struct pydp_generator *generator);

#endif
