/* SPDX-License-Identifier: Apache-2.0 */
/* What the control thread asks of the worker, and the answer: plain records, no pointers. One question at a time. */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H
#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <rte_ring.h>
#include <pydp/engine.h>
#include <pydp/forward.h>
#include <pydp/key_chain.h>
#include <pydp/reflector.h>
#include <pydp/hellos.h>
#include <pydp/link_quality.h>
#include <pydp/nexthop.h>
#include <pydp/session.h>
#include "core/counter.h"

enum command_kind {
	COMMAND_SESSION_UPSERT,
	COMMAND_SESSION_ADOPT,
	COMMAND_SESSION_REMOVE,
	COMMAND_SESSION_POLL,
	COMMAND_SESSION_RESET,
	COMMAND_SESSION_READ,
	COMMAND_SESSION_REFUSED,
	COMMAND_SESSION_QUALITY,
	COMMAND_SESSION_LIST,
	COMMAND_PORT_HELLOS,
	COMMAND_NEXTHOP_CLEAR,
	COMMAND_NEXTHOP_HOLD,
	COMMAND_KEY_CHAIN_SET,
	COMMAND_KEY_CHAIN_REMOVE,
	COMMAND_ADDRESS_ADD,
	COMMAND_ADDRESS_REMOVE,
	COMMAND_NEIGHBOUR_SET,
	COMMAND_NEIGHBOUR_LIST,
	COMMAND_NEXTHOP_SET,
	COMMAND_NEXTHOP_REMOVE,
	COMMAND_NEXTHOP_READ,
	COMMAND_NEXTHOP_LIST,
	COMMAND_NEXT_DEADLINE,
	COMMAND_RESET_GAP,
	COMMAND_HOST_RATE,
	COMMAND_FORWARD_SET,
	COMMAND_REFLECTOR_SET,
	COMMAND_UNSOLICITED_TELL,
	COMMAND_REREAD_EVENTS
};

enum { REPLY_IDS = 96, REPLY_NEIGHBOURS = 8, REPLY_REASON = 240 };

struct command_address {
	struct pydp_address address;
	uint32_t port;
	uint16_t vlan;
	uint8_t prefix_length;
	uint8_t reserved;
	struct pydp_mac mac;
};

struct command_hellos {
	uint32_t cursor; /* slot to begin with */
	uint32_t port;
	uint64_t within_ns;
};

struct command {
	uint32_t kind; /* enum command_kind */
	uint32_t sequence;
	union {
		struct pydp_session_config session;
		struct {
			struct pydp_session_config session;
			struct pydp_session_takeover takeover;
		} adopt;
		struct pydp_key_chain key_chain; /* overwritten once it was carried out */
		struct command_address address;
		struct pydp_reflector_config reflector;
		struct pydp_forward_config forward;
		struct {
			struct pydp_nexthop_config nexthop;
			uint32_t nexthop_id;
		};
		struct {
			uint32_t id;
			uint32_t value; /* of a removal: at once; of a hold: held; of a host: packets a second */
		} one;
		uint32_t cursor;
		struct command_hellos hellos;
	};
};
static_assert(sizeof(struct command) % 4 == 0, "rings hold multiples of four octets");

struct reply {
	int32_t status;
	uint32_t sequence;
	char reason[REPLY_REASON];
	union {
		uint32_t id;
		uint64_t deadline_ns;
		struct pydp_session_state state;
		uint32_t refused[PYDP_CNT_COUNT];
		struct pydp_link_quality quality;
		struct pydp_nexthop nexthop;
		struct {
			struct pydp_hellos sum;
			uint32_t next; /* PATH_NONE: that was all */
		} hellos;
		struct {
			uint32_t count;
			uint32_t next; /* cursor for the next question; UINT32_MAX: that was all */
			union {
				uint32_t ids[REPLY_IDS];
				struct pydp_neighbour neighbours[REPLY_NEIGHBOURS];
			};
		} list;
	};
};
static_assert(sizeof(struct reply) % 4 == 0, "rings hold multiples of four octets");

struct mailbox {
	struct rte_ring *commands; /* control thread -> worker */
	struct rte_ring *replies;  /* worker -> control thread */
	int wake_fd;               /* eventfd that the worker sleeps on */
	atomic_uint asleep;        /* set by the worker, taken by who wakes it */
	int answer_fd;             /* eventfd that the control thread sleeps on */
	atomic_uint waiting;       /* set by the control thread, taken by the worker */
	uint32_t sequence;         /* control thread's */
};

struct pydp_engine;
int mailbox_create(struct pydp_engine *engine);
void mailbox_destroy(struct pydp_engine *engine);
/* Control thread: carried out by the worker, or here when none runs. Sets the thread's error sentence. */
int mailbox_ask(struct pydp_engine *engine, struct command *command, struct reply *reply);
/* Worker: carry out what waits; returns how many. */
uint32_t mailbox_serve(struct pydp_engine *engine);
/* Any thread: end the worker's sleep. */
void mailbox_wake(struct pydp_engine *engine);

#endif
