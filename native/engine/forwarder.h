/* SPDX-License-Identifier: Apache-2.0 */
/* Workers beyond the first one. Each has the receive and the transmit queue of its number at every port that has so many, and
 * forwards what needs no more than the tables that all workers read. The rest goes to the first worker, which has the sessions,
 * the neighbours and the timers, by rings of one producer and one consumer: nobody waits for anybody. */
#ifndef ENGINE_FORWARDER_H
#define ENGINE_FORWARDER_H
#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_ring.h>
#include "engine/clock.h"
#include "engine/worker_counts.h"
#include "io/port.h"
#include "path/forward.h"
#include "path/own.h"
#include "path/part.h"
#include "path/stages.h"

struct pydp_engine;
struct forwarder;

enum { FORWARDER_PORTS = 64 };

/* One port as one forwarder sees it. */
struct forwarder_port {
	struct forwarder *forwarder;
	struct pydp_port *port;
	uint64_t missed; /* the driver's count when it was last looked at */
	bool overrun;    /* it lost packets while all that the queue holds was taken, and cannot tell how many wait */
	struct path_port path;
};

struct forwarder {
	/* Set by the control thread while it does not run. */
	struct pydp_engine *engine;
	uint32_t number; /* of the worker, from 1 on; of its queues and of the reader, too */
	uint32_t polls;  /* ports that have a queue for it */
	struct forwarder_port *own_ports[FORWARDER_PORTS];
	struct path_port *ports[FORWARDER_PORTS]; /* the same ones, as the path wants them */
	struct rte_ring *control;                 /* hellos, ARP, neighbour discovery; the mbuf says by which port they came */
	struct rte_ring *other;                   /* what else it cannot do, exceptions among it */
	struct rte_ring *leaving;                 /* ready to be sent by a port that has no queue for it */

	/* Its own. */
	alignas(64) struct path_forward path;
	struct path_transit transit;
	struct path_stages stages;
	struct path_leftover leftover;
	const struct path_own *own; /* of this turn */
	uint64_t now_ns;            /* of this turn; 0: none yet */
	uint64_t look_ns;           /* of the last look at the queues; 0: none */
	uint64_t slept_ns;          /* since then, with every port able to wake it */
	uint32_t received, sent;    /* in this turn */
	struct clock clock;
	bool ticking;

	/* Written by it, read by others. */
	alignas(64) _Atomic uint64_t seen_ns; /* what came before was handed over */
	_Atomic uint64_t
		lost_ns[FORWARDER_PORTS]; /* an own gap in which the port's queue filled up; taken by the first worker */
	struct worker_counts counts;

	/* The first worker's. */
	alignas(64) uint64_t known_ns; /* seen_ns before the rings were emptied last */

	/* its thread */
	int wake_fd;        /* eventfd that it sleeps on */
	atomic_uint asleep; /* set by it, taken by who wakes it */
	int cpu;
	pthread_t thread;
	bool runs;    /* control thread's */
	sem_t *ready; /* posted when it runs, or does not */
	int start_status;
	char start_reason[160];
};

/* engine/forwarders.c */
/* Control thread, while none runs: count of them; a status with a sentence. */
int forwarders_create(struct pydp_engine *engine, uint32_t count);
void forwarders_destroy(struct pydp_engine *engine);
/* The engine's newest port. */
int forwarders_attach(struct pydp_engine *engine, uint32_t index);
/* What all of them counted at a port. */
uint64_t forwarders_counted(const struct pydp_engine *engine, uint32_t port, uint32_t counter);
/* It looks at its queues at once, or ends. Any thread. */
void forwarder_wake(struct forwarder *forwarder);

/* engine/forwarder.c */
/* Returns how many packets were received. */
uint32_t forwarder_turn(struct forwarder *forwarder, uint64_t now_ns);

/* engine/forwarder_thread.c */
int forwarders_start(struct pydp_engine *engine, const struct pydp_worker_config *config);
void forwarders_stop(struct pydp_engine *engine);

/* engine/handover.c */
/* Forwarder: gives packets that came by a port to the first worker; those that find no room are counted and freed. */
void handover_give(struct forwarder *forwarder, struct path_port *path, struct rte_ring *ring, struct rte_mbuf **mbufs,
		   uint16_t count, enum pydp_counter full);
/* Forwarder: what left the path as exceptions, as it came. */
void handover_exceptions(struct forwarder *forwarder);
/* First worker, all of them: control packets, to the last one, then what was lost; and, behind everything else, a few others and
 * what is ready to leave. Packets that were taken. */
uint32_t handover_control(struct pydp_engine *engine);
uint32_t handover_other(struct pydp_engine *engine);
bool handover_waits(const struct pydp_engine *engine);
/* Control packets that found no room, of a port. */
uint64_t handover_missed(const struct pydp_engine *engine, uint32_t port);
/* Everything that came before then was taken. Where not, who sleeps is woken to see to it. */
bool handover_knows(struct pydp_engine *engine, uint64_t time_ns);

#endif
