/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzer of the receive path plays with: a stepped engine with a session of every kind on two cables, whose far ends are
 * the input's. */
#ifndef WORLD_H
#define WORLD_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <pydp/pydp.h>
#include "../targets/claim.h"
#include "engine/engine.h"

enum {
	WORLD_PORTS = 2,
	WORLD_HOST = WORLD_PORTS, /* the cable to the host of port 0 */
	WORLD_CABLES,
	WORLD_SESSIONS = 32,
	SESSIONS_AT_MOST = 64,
	WORLD_VLAN = 7,
	FRAME_MOST = 1600,
	KEPT_FRAMES = 8,
	MOST_STARVED = 4096,
	WORLD_REFLECTOR = 0x77,
	WORLD_MIXED = 4
};

struct kept_frame {
	uint32_t length;
	uint8_t port;
	uint8_t octets[256];
};

struct world {
	struct pydp_engine *engine;
	struct pydp_port *near[WORLD_CABLES], *far[WORLD_CABLES];
	struct rte_mempool *pool; /* of what the far ends send */
	uint64_t now_ns;
	uint32_t sessions;
	uint32_t ids[WORLD_SESSIONS];                      /* in the order of world.c's list */
	struct pydp_session_config wanted[WORLD_SESSIONS]; /* as they were made, or last changed */
	struct kept_frame kept[KEPT_FRAMES];               /* what the engine sent last */
	uint32_t kept_next;
	uint64_t sent; /* frames that the engine sent, in all */
	struct rte_mbuf *starved[MOST_STARVED];
	uint32_t starved_count;
};

/* Once a process. */
void world_prepare(void);
/* A fresh engine, its addresses and sessions; the first turn is done. */
void world_begin(struct world *world, uint8_t settings);
/* Everything is given back: a buffer that is not fails the claim. */
void world_end(struct world *world);
/* What the engine sent is taken from the cables, counted and kept. */
void world_collect(struct world *world);
/* No buffer is left for what the engine has to send; and again there are. */
void world_starve(struct world *world, bool starve);
/* The slot of a session of the list, or PATH_NONE when it is gone. */
uint32_t world_slot(const struct world *world, uint32_t which);
/* The key that a packet of the session's names, if its chain ever had it; NULL. */
const struct pydp_key *world_key(const struct world *world, uint32_t slot, const uint8_t *packet, uint32_t length);
/* The chain has only some of its keys from now on. */
void world_keys(struct world *world, uint16_t chain, uint8_t first, uint8_t count);
struct pydp_address world_address(uint8_t family, uint8_t net, uint8_t host);

/* receive/frame.c: frames of the far ends */
enum frame_fix {
	FIX_MAC = 0x01,       /* to the port's MAC address */
	FIX_SUMS = 0x02,      /* IPv4, UDP and ICMPv6 checksums are made right */
	FIX_YOURS = 0x04,     /* Your Discriminator is the session's */
	FIX_SIGN = 0x08,      /* the authentication section is genuine, with the key that it names */
	FIX_SEQUENCE = 0x10,  /* and its sequence number counts from the last one that the session accepted */
	FIX_STRIPPED = 0x20,  /* the driver took VLAN 7's tag off */
	FIX_SEGMENTED = 0x40, /* in two buffers */
	FIX_ECHO = 0x80       /* to the echo port, with the mark of an echo of the session's own */
};

struct frame {
	uint32_t length;
	uint8_t port;
	uint8_t octets[FRAME_MOST];
};

/* Where the UDP payload of an IP frame is, as its headers say; NULL when it is none. */
const uint8_t *frame_payload(const struct frame *frame, uint32_t *length);
/* A datagram of the session's peer. */
void frame_say(const struct world *world, struct frame *frame, uint32_t which, uint8_t fixes, uint8_t ttl,
	       const uint8_t *payload, uint32_t length);
void frame_fix(const struct world *world, struct frame *frame, uint32_t which, uint8_t fixes);
/* Onto the cable. */
void frame_send(struct world *world, const struct frame *frame, uint8_t fixes);

/* receive/watch.c: what must hold */
/* Turns at the time of the world, until nothing is due any more. */
void watch_settle(struct world *world);
/* One frame, and nothing but it, is received. */
void watch_receive(struct world *world, const struct frame *frame, uint8_t fixes);
/* Several frames at once. */
void watch_burst(struct world *world, uint32_t frames);
/* Time goes on. */
void watch_until(struct world *world, uint64_t now_ns);
/* After a command, which may change what it names. */
void watch_command(struct world *world);
void watch_begin(struct world *world);

/* receive/command.c: kind and value are any numbers */
void command_give(struct world *world, uint8_t kind, uint8_t which, uint16_t value);

/* receive/work.c: basic blocks executed since the process began */
uint64_t work_done(void);

/* receive/reached.c: what the inputs of this process reached, told at its end to the file that FUZZ_REACHED names */
void reached_note(const struct world *world);
void reached_tell(void);

#endif
