/* SPDX-License-Identifier: Apache-2.0 */
/* An engine: ports, addresses, neighbours, BFD sessions and the worker that runs them. Several may live in one process.
 *
 * Threads: one control thread at a time calls into an engine (calls are serialised by the library); the worker is a thread
 * of the library, registered with EAL. A command returns when the owning worker has carried it out; with no worker running,
 * the calling thread carries it out itself, so an engine can be stepped by hand at any time the caller chooses.
 * Times are nanoseconds of CLOCK_MONOTONIC in a running engine, and whatever the caller passes in a stepped one. */
#ifndef PYDP_ENGINE_H
#define PYDP_ENGINE_H
#include <stdint.h>
#include <pydp/address.h>
#include <pydp/port.h>

typedef struct pydp_engine pydp_engine_t;

struct pydp_engine_config {
	const char *name;        /* at most 20 characters, unique in the process; copied */
	uint32_t max_sessions;   /* 0: 4096; at most 1048576 */
	uint32_t max_neighbours; /* 0: 4096; 8 to 1048576 */
	uint32_t max_nexthops;   /* ids of next hops, 0 among them, which is none; 0: 4096; at most 1048576 */
	uint32_t event_capacity; /* records in the event ring, rounded up to a power of two; 0: 8192 */
	uint32_t workers;        /* that share the forwarding; the first one has all the rest; 0: 1; at most 16 */
	uint32_t reserved;
	uint64_t seed; /* of jitter, discriminators and the key of echoes, for runs that repeat; 0: from the kernel */
};

enum pydp_idle {
	PYDP_IDLE_SLEEP = 0, /* sleep until the next deadline, packet or max_sleep_us */
	PYDP_IDLE_POLL = 1   /* spin */
};

struct pydp_worker_config {
	int32_t cpu;           /* of the first worker; -1: wherever the scheduler likes */
	uint32_t idle;         /* enum pydp_idle */
	uint32_t max_sleep_us; /* longest sleep while some port has no receive interrupt; 0: 500 */
	uint32_t cpu_count;
	const int32_t *cpus; /* of the other workers, as far as there are so many; copied; -1 as above, as for those beyond */
};

int pydp_engine_create(const struct pydp_engine_config *config, pydp_engine_t **engine);
/* Stops the worker, drops the sessions without a word to their peers, detaches the ports (which stay open). */
int pydp_engine_destroy(pydp_engine_t *engine);

/* Ports are attached while no worker runs; index counts from 0 in order. A port has at most as many queues as the engine has
 * workers: each looks at the queue of its number and sends by it. What a port has no queue for goes by the first worker. */
int pydp_engine_attach(pydp_engine_t *engine, pydp_port_t *port, uint32_t *index);
/* Every address that a session sends from must be here; ARP and neighbour solicitations for it are answered.
 * vlan 0: untagged. Repeating a call changes nothing. */
int pydp_engine_address_add(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address,
			    uint8_t prefix_length);
int pydp_engine_address_remove(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address);

int pydp_engine_start(pydp_engine_t *engine, const struct pydp_worker_config *config);
int pydp_engine_stop(pydp_engine_t *engine);
/* One turn of the worker loop at the given time, which never runs backwards (a smaller one is taken as the last).
 * PYDP_E_STATE while a worker runs. packets: how many were received in this turn; may be NULL. */
int pydp_engine_step(pydp_engine_t *engine, uint64_t now_ns, uint32_t *packets);
/* The same of one worker alone; of an engine with several, pydp_engine_step is all of them, the first one last. */
int pydp_engine_step_worker(pydp_engine_t *engine, uint32_t worker, uint64_t now_ns, uint32_t *packets);
/* The earliest time at which a timer of this (not running) engine is due, or an earlier one; UINT64_MAX: none. */
int pydp_engine_next_deadline(pydp_engine_t *engine, uint64_t *deadline_ns);
/* The clock of running engines: CLOCK_MONOTONIC in nanoseconds. */
uint64_t pydp_clock_ns(void);

enum pydp_neighbour_state {
	PYDP_NEIGHBOUR_INCOMPLETE = 0, /* asked, no answer yet */
	PYDP_NEIGHBOUR_REACHABLE = 1,
	PYDP_NEIGHBOUR_STALE = 2,  /* in use, being asked again */
	PYDP_NEIGHBOUR_STATIC = 3, /* set by pydp_neighbour_set */
	PYDP_NEIGHBOUR_FAILED = 4  /* asked long enough; asked again once a second while a session wants it */
};

struct pydp_neighbour {
	struct pydp_address address;
	uint32_t port;
	uint16_t vlan;
	struct pydp_mac mac;
	uint8_t state; /* enum pydp_neighbour_state */
	uint8_t reserved[7];
	uint64_t confirmed_ns; /* when the MAC address was last confirmed; 0: never */
};
/* Pin a MAC address (all zero: forget it and resolve by ARP or ND again). */
int pydp_neighbour_set(pydp_engine_t *engine, uint32_t port, uint16_t vlan, const struct pydp_address *address,
		       const struct pydp_mac *mac);
/* Copies at most capacity entries; count is how many there are. */
int pydp_neighbour_list(pydp_engine_t *engine, struct pydp_neighbour *entries, uint32_t capacity, uint32_t *count);

#endif
