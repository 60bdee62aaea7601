/* SPDX-License-Identifier: Apache-2.0 */
/* A peering LAN in virtual time. What a member says crosses a fabric of switches; what it hears goes to the session between it and
 * the sender. Sessions are core's; here are only who carries what, frames under way, and whose turn it is. No DPDK, memory from the
 * heap. */
#ifndef LAN_LAN_H
#define LAN_LAN_H
#include <stdbool.h>
#include <stdint.h>
#include <pydp/hellos.h>
#include <pydp/lan.h>
#include "core/agenda.h"
#include "core/bfd_session.h"
#include "core/rng.h"

/* The delay is the same for all, so frames arrive in the order in which they were sent. */
struct lan_frame {
	uint64_t due_ns;
	uint16_t from, to;
	uint32_t reserved;
	uint8_t payload[BFD_PACKET_LENGTH];
};
static_assert(sizeof(struct lan_frame) == 40, "frames under way");

struct lan_frames {
	struct lan_frame *ring;
	uint32_t room; /* a power of two */
	uint32_t first, count;
};

/* What bfd_session.caller[] is to us. */
enum lan_caller { LAN_EVENTS = 0 /* told so far */, LAN_PRESENT = 1 };

struct lan {
	struct pydp_lan_config config;
	uint64_t now_ns;
	struct rng rng;
	uint16_t *places; /* of members: their switch */
	uint8_t *sends, *hears;
	uint8_t *trunks;              /* [from * switches + to] */
	uint8_t *links;               /* [from * members + to] */
	struct bfd_session *sessions; /* [member * members + peer]; pages that no session is in cost nothing */
	uint64_t *down_ns;            /* beside it: when each left Up for Down last */
	struct lan_frames frames;
	struct agenda agenda;
	void *agenda_memory;
	struct pydp_event *events; /* not handed out yet */
	uint32_t event_count, event_room;
	struct pydp_lan_totals totals;
	bool failed; /* no memory for frames or events */
};

/* NULL: no memory. */
struct lan *lan_create(const struct pydp_lan_config *config);
void lan_destroy(struct lan *lan);

/* fabric.c */
bool lan_carries(const struct lan *lan, uint32_t from, uint32_t to);
/* false: no memory for the frames. */
bool lan_probe(struct lan *lan, uint8_t *reached);

/* frames.c */
bool lan_frames_put(struct lan_frames *frames, const struct lan_frame *frame);
const struct lan_frame *lan_frames_first(const struct lan_frames *frames);
void lan_frames_drop_first(struct lan_frames *frames);
void lan_frames_end(struct lan_frames *frames);

/* sessions.c */
static inline uint32_t lan_slot(const struct lan *lan, uint32_t member, uint32_t peer)
{
	return member * lan->config.members + peer;
}
/* NULL: there is none. */
struct bfd_session *lan_session_of(const struct lan *lan, uint32_t id);
void lan_session_want(struct lan *lan, uint32_t slot, const struct bfd_session_config *config);
void lan_session_acted(struct lan *lan, uint32_t slot, const struct bfd_actions *actions);
void lan_session_hear(struct lan *lan, const struct lan_frame *frame);
void lan_session_expired(struct lan *lan, uint32_t slot);
void lan_session_end(struct lan *lan, uint32_t slot);

/* tell.c */
void lan_describe(const struct lan *lan, uint32_t slot, struct pydp_event *event);
void lan_tell(struct lan *lan, uint32_t slot, const struct bfd_actions *actions);
void lan_tell_removed(struct lan *lan, uint32_t slot);
/* Moves at most capacity events out, oldest first; how many. */
uint32_t lan_drain(struct lan *lan, struct pydp_event *events, uint32_t capacity);

/* hellos.c */
void lan_hellos(const struct lan *lan, uint32_t member, uint64_t within_ns, struct pydp_hellos *sum);

/* run.c */
/* Until at least so many events wait, or as pydp_lan_run says. false: no memory for frames or events. */
bool lan_run(struct lan *lan, uint64_t until_ns, uint64_t slice_ns, uint32_t events);

#endif
