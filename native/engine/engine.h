/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine consists of. Private to engine/; api/ sees control.h.
 *
 * Everything is the worker's (or, with no worker running, the calling thread's) unless its comment says otherwise. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_hash.h>
#include <rte_ring.h>
#include <pydp/engine.h>
#include <pydp/event.h>
#include <pydp/route.h>
#include <pydp/session.h>
#include <pydp/stats.h>
#include "core/histogram.h"
#include "core/rng.h"
#include "core/agenda.h"
#include "engine/clock.h"
#include "engine/command.h"
#include "engine/forwarding.h"
#include "engine/forwarder.h"
#include "engine/key_chains.h"
#include "engine/neighbours.h"
#include "engine/nexthops.h"
#include "engine/own.h"
#include "engine/poll_gap.h"
#include "engine/worker_counts.h"
#include "io/port.h"
#include "path/host.h"
#include "path/neighbour.h"
#include "path/session.h"
#include "path/stages.h"

enum {
	ID_GENERATION_BITS = 12, /* a session's id: slot, then how many sessions the slot has had */
	ENGINE_PORTS = 64,
	ENGINE_DEFAULT_SESSIONS = 4096,
	ENGINE_DEFAULT_NEIGHBOURS = 4096,
	ENGINE_DEFAULT_NEXTHOPS = 4096,
	ENGINE_DEFAULT_EVENTS = 8192,
	ENGINE_DEFAULT_SLEEP_US = 500,
	ENGINE_DEFAULT_HOST_RATE = 10000,
	ENGINE_WORKERS = PORT_QUEUES,
	ENGINE_PUT_OFF = 64
};

/* A gap of our own from here on asks whether packets were lost in it (law 5). */
#define ENGINE_STALL_NS 1000000u

/* An own gap in which a port lost packets. */
struct engine_overflow {
	uint64_t at_ns; /* when the last such gap ended; 0: never */
	uint64_t gap_ns;
};

struct engine_port {
	struct pydp_port *port;
	struct path_port *path;
	struct pydp_port *host; /* NULL: none */
	uint64_t missed;        /* the driver's count when it was last looked at */
	bool overrun;           /* it lost packets while all that its queue holds was taken, and cannot tell how many wait */
	struct engine_overflow overflow;
	struct path_stages *stages; /* of the worker that sends there */
};

/* Written by the worker, read by any thread. */
struct engine_stats {
	struct worker_counts worker;
	_Atomic uint64_t stalls, stalled_sessions, commands, events;
};

struct engine_events {
	struct rte_ring *ring; /* worker -> control plane */
	int fd;                /* eventfd the control plane sleeps on */
	atomic_uint armed;     /* set by the control plane, taken by the worker */
	atomic_uint unsaid;    /* worker: sessions marked in dirty; read by the control plane */
	_Atomic uint64_t overflows;
	uint64_t *dirty; /* a bit a slot: its events did not fit, it is to be re-read */
	uint32_t cursor; /* word of dirty to go on from */
	bool fresh;      /* something went onto the ring since the last look at armed */
	bool signalled;  /* in this turn: who armed again since is woken in the next */
};

/* What sessions did whose neighbours just died, in that order: packets that wait go another way before it is carried out. */
struct engine_put_off {
	uint32_t count;
	struct put_off {
		uint64_t now_ns;
		struct bfd_actions actions;
		uint32_t slot;
	} acts[ENGINE_PUT_OFF];
};

struct fib;
struct rte_rcu_qsbr;

struct pydp_engine {
	char name[24];
	/* sizes: set at creation */
	uint32_t max_sessions, max_neighbours, max_nexthops;
	uint32_t forwarder_count; /* workers beyond the first one */
	struct forwarder *forwarders;

	/* time */
	uint64_t now_ns;   /* of the current or last turn; 0: no turn yet */
	uint64_t look_ns;  /* of the last look at the receive queues; 0: none */
	uint64_t slept_ns; /* since then, with every port able to wake us */
	struct clock clock;
	struct poll_gap poll_gap;
	uint64_t stall_ns; /* the end of the last gap that was counted as a stall */
	bool ticking;      /* a worker runs: time goes on within a turn */

	/* tables */
	struct path_sessions sessions;
	uint32_t session_count;
	uint32_t free_head, free_tail, free_count;
	struct neighbours neighbours;
	struct nexthops nexthops;
	struct forwarding forwarding;
	struct key_chains key_chains;
	struct agenda agenda; /* slots, then neighbours from max_sessions on */
	void *timers;         /* its memory */
	struct rng rng;
	uint32_t hash_seed; /* set at creation */
	/* What sessions.given becomes with the first session taken over; written by the control thread before it asks for that. */
	struct rte_hash *given;

	/* ports: changed by the control thread while no worker runs */
	struct engine_port ports[ENGINE_PORTS];
	struct path_port *path_ports[ENGINE_PORTS];
	uint32_t port_count;
	uint32_t host_count; /* of them that have a host */

	struct engine_events events;
	struct engine_stats stats;
	uint32_t received, sent;     /* packets in this turn */
	struct path_transit transit; /* of the burst that is looked at */
	struct engine_put_off put_off;
	struct path_stages stages;

	/* addresses of ours; written by the worker, read by all */
	struct path_own *_Atomic own;
	struct path_own *next_own, *retired_own;

	/* routes: changed by the control thread, looked up by workers, which say once a turn that they hold none of them */
	struct fib *_Atomic fib; /* NULL until there is a first route */
	struct rte_rcu_qsbr *qsbr;
	struct pydp_route_limits route_limits; /* control thread's, of a FIB to be made */

	/* between the control thread and the worker */
	struct mailbox mailbox;

	/* the worker: written by the control thread */
	pthread_mutex_t control_lock; /* serialises the control thread's calls */
	pthread_t thread;
	struct pydp_worker_config worker_config;
	bool has_run; /* its time is CLOCK_MONOTONIC from then on */
	sem_t started;
	int start_status; /* written by the worker before it posts started */
	char start_reason[160];
	atomic_uint running, stopping;
};

/* engine/slots.c */
int sessions_create(struct pydp_engine *engine);
void sessions_destroy(struct pydp_engine *engine);

/* engine/sessions.c */
int sessions_upsert(struct pydp_engine *engine, const struct pydp_session_config *config, uint32_t *id);
int sessions_adopt(struct pydp_engine *engine, const struct pydp_session_config *config,
		   const struct pydp_session_takeover *takeover, uint32_t *id);
int sessions_remove(struct pydp_engine *engine, uint32_t id, bool at_once);
/* Forget a session, and say so. */
void session_end(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns);
/* What is asked of one session and changes nothing that is wanted: a Poll, a reset, its next hop cleared or held. */
int sessions_do(struct pydp_engine *engine, uint32_t id, enum command_kind what, bool value);
/* The slot of a live session; PATH_NONE with a sentence when there is none. */
uint32_t sessions_find(struct pydp_engine *engine, uint32_t id);
/* The slot of a session that is gone and has been told of. */
void sessions_release(struct pydp_engine *engine, uint32_t slot);

/* engine/session_wanted.c */
struct bfd_session_config session_timers(const struct pydp_session_config *config);
/* Wanted in AdminDown, for either reason. */
bool session_disabled(const struct pydp_session_config *config);
/* A free slot becomes the session's. source_port 0: one of ours. */
void session_describe(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config,
		      uint16_t source_port);
/* What may change while the session lives, as far as it is not core's. */
void session_note(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config);

/* engine/given.c: discriminators that another system made */
/* Control thread: the table, unless it is there. */
int given_create(struct pydp_engine *engine);
void given_destroy(struct pydp_engine *engine);
/* One of our own making for the slot, that no given one equals. */
uint32_t given_avoid(struct pydp_engine *engine, uint32_t slot, uint32_t previous);
/* Whether a session has it. */
bool given_is_taken(const struct pydp_engine *engine, uint32_t discriminator);
/* PYDP_E_EXIST with a sentence when another session, or the reflector, has it. */
int given_take(struct pydp_engine *engine, uint32_t discriminator, uint32_t slot);
/* Nothing happens when it is one of our own making. */
void given_release(struct pydp_engine *engine, uint32_t discriminator);

/* engine/reflector.c */
/* PYDP_E_EXIST with a sentence when a session has one of the discriminators. */
int reflector_set(struct pydp_engine *engine, const struct pydp_reflector_config *config);

/* engine/session_state.c */
int sessions_read(struct pydp_engine *engine, uint32_t id, struct pydp_session_state *state);
/* refused: PYDP_CNT_COUNT elements, by counter. */
int sessions_refused(struct pydp_engine *engine, uint32_t id, uint32_t *refused);
/* The first slot whose id is greater than the given one (0: the first of all). */
uint32_t sessions_slot_after(uint32_t id);
/* From a slot on; next is where to go on, PATH_NONE at the end. */
uint32_t sessions_list(struct pydp_engine *engine, uint32_t slot, uint32_t *ids, uint32_t capacity, uint32_t *next);

/* engine/hellos.c */
/* Adds to the sum, from the slot asked->cursor on; returns where to go on, PATH_NONE at the end. */
uint32_t sessions_hellos(const struct pydp_engine *engine, const struct command_hellos *asked, struct pydp_hellos *sum);

/* engine/session_acts.c */
void session_acted(void *engine, uint32_t slot, const struct bfd_actions *actions, uint64_t now_ns);
/* Of what was put off, the packets. */
void sessions_say(struct pydp_engine *engine);
/* Carries out what was put off. Whatever may change a session, or tells of one, does this first. */
void sessions_settle(void *engine);
void session_expired(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns);
/* Wake for whatever the session has to do next. */
void session_arm(struct pydp_engine *engine, uint32_t slot);

/* The time at which a detection is judged that ends at detection_ns: now, or, while what came before may wait at another worker that
 * has not looked since, right before its end; for no longer than a detection time. */
uint64_t session_judge(struct pydp_engine *engine, uint32_t slot, uint64_t detection_ns, uint64_t now_ns);

/* A detection, of hellos or echoes, waits because the worker was late. */
void session_count_stall(struct pydp_engine *engine, uint32_t slot, const struct engine_overflow *overflow);

/* engine/echo.c: all but the first two for sessions with BFD_FEATURE_ECHO */
/* One session more, or less, for which echoes come in at its port. */
void echo_listen(struct pydp_engine *engine, uint32_t slot, bool on);
bool echo_is_wanted(const struct pydp_session_config *config);
/* For a session that was just initialised. */
void echo_begin(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config);
/* Before the session itself is configured; the RequiredMinRx of timers becomes what echoes make of it. Also without echoes. */
void echo_change(struct pydp_engine *engine, uint32_t slot, const struct pydp_session_config *config,
		 struct bfd_session_config *timers);
/* The session's state or the peer's RequiredMinEchoRx changed. */
void echo_follow(void *engine, uint32_t slot, uint64_t now_ns);
void echo_expired(struct pydp_engine *engine, uint32_t slot, uint64_t now_ns);
void echo_end(struct pydp_engine *engine, uint32_t slot);

/* engine/quality.c */
/* Counting begins anew where it was off; before and after: enum bfd_feature. */
void quality_switch(struct pydp_engine *engine, uint32_t slot, uint8_t before, uint8_t after);
int sessions_quality(struct pydp_engine *engine, uint32_t id, struct pydp_link_quality *quality);

/* engine/events.c */
int events_create(struct pydp_engine *engine, uint32_t capacity);
void events_destroy(struct pydp_engine *engine);
/* type and what happened; the rest is filled from the session. */
void events_tell(struct pydp_engine *engine, uint32_t slot, const struct pydp_event *what);
/* The longest poll gap before it: of a detection, since the last packet was heard, with the gap that this may have waited in;
 * else within detection_us. */
uint32_t events_poll_gap_us(const struct pydp_engine *engine, const struct pydp_event *event, uint64_t detection_us);
/* Put re-reads for sessions whose events did not fit onto the ring, as far as it has room. */
void events_reread(struct pydp_engine *engine);
/* A first packet from where there is no session: on the ring, or, where that is full, counted as not told. */
void events_stranger(void *engine, struct path_port *port, const struct path_packet *packet, uint32_t my_discriminator,
		     uint64_t now_ns);
/* Wake the reader when there is news and it asked for that. */
void events_signal(struct pydp_engine *engine);

/* engine/host.c */
/* Control thread. */
int host_attach(struct pydp_engine *engine, uint32_t index, struct pydp_port *host);
void host_release(struct engine_port *port);
int host_set_rate(struct pydp_engine *engine, uint32_t index, uint32_t rate);
/* Packets that were moved, both ways. */
uint32_t host_serve(struct pydp_engine *engine);

/* engine/turn.c */
/* It is now_ns, or later if it was already. Then the turn itself; it returns how much there was to do. */
void turn_begin(struct pydp_engine *engine, uint64_t now_ns);
uint32_t turn_run(struct pydp_engine *engine);
void turn_flush(struct pydp_engine *engine);
void turn_flush_port(struct path_port *path);
/* Packets that came by that port. */
void turn_receive(struct pydp_engine *engine, struct path_port *path, struct rte_mbuf **mbufs, uint16_t count,
		  bool control_only);
/* Packets of a port were lost in a gap of a worker's own. */
void turn_overflowed(struct pydp_engine *engine, struct engine_port *port, uint64_t gap_ns);

/* engine/sleep.c */
void sleep_until_needed(struct pydp_engine *engine);

/* engine/worker.c */
int worker_start(struct pydp_engine *engine, const struct pydp_worker_config *config);
int worker_stop(struct pydp_engine *engine);

/* engine/commands.c */
void command_execute(struct pydp_engine *engine, const struct command *command, struct reply *reply);

#endif
