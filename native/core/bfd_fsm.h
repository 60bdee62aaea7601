/* SPDX-License-Identifier: Apache-2.0 */
/* The BFD state machine as a table (RFC 5880 6.2, 6.8.4, 6.8.6, 6.8.15, 6.8.16). Diagnostics and timers are bfd_session's. */
#ifndef CORE_BFD_FSM_H
#define CORE_BFD_FSM_H
#include <stdint.h>
#include <pydp/session.h>
#include "mutant.h"

/* The first four are the received state, with the values of enum pydp_bfd_state. */
enum bfd_event {
	BFD_EVENT_ADMIN_DOWN = 0,
	BFD_EVENT_DOWN = 1,
	BFD_EVENT_INIT = 2,
	BFD_EVENT_UP = 3,
	BFD_EVENT_TIMEOUT = 4, /* a Detection Time of silence */
	BFD_EVENT_DISABLE = 5, /* by us: into AdminDown */
	BFD_EVENT_ENABLE = 6,  /* by us: out of AdminDown */
	BFD_EVENT_RESET = 7,   /* by us: the forwarding plane was reset (6.8.15) */
	BFD_EVENTS
};

/* Row: local state; column: event. In AdminDown everything that is heard is discarded. */
static const uint8_t bfd_fsm_table[4][BFD_EVENTS] = {
	[PYDP_BFD_ADMIN_DOWN] = {PYDP_BFD_ADMIN_DOWN, PYDP_BFD_ADMIN_DOWN, PYDP_BFD_ADMIN_DOWN, PYDP_BFD_ADMIN_DOWN,
				 PYDP_BFD_ADMIN_DOWN, PYDP_BFD_ADMIN_DOWN, PYDP_BFD_DOWN, PYDP_BFD_ADMIN_DOWN},
	[PYDP_BFD_DOWN] = {PYDP_BFD_DOWN, PYDP_BFD_INIT, PYDP_BFD_UP, PYDP_BFD_DOWN, PYDP_BFD_DOWN, PYDP_BFD_ADMIN_DOWN,
			   PYDP_BFD_DOWN, PYDP_BFD_DOWN},
	[PYDP_BFD_INIT] = {PYDP_BFD_DOWN, PYDP_BFD_INIT, PYDP_BFD_UP, PYDP_BFD_UP, PYDP_BFD_DOWN, PYDP_BFD_ADMIN_DOWN,
			   PYDP_BFD_INIT, PYDP_BFD_DOWN},
	[PYDP_BFD_UP] = {PYDP_BFD_DOWN, PYDP_BFD_DOWN, PYDP_BFD_UP, PYDP_BFD_UP, PYDP_BFD_DOWN, PYDP_BFD_ADMIN_DOWN,
			 PYDP_BFD_UP, PYDP_BFD_DOWN},
};

static inline uint8_t bfd_fsm_next(uint8_t local_state, enum bfd_event event)
{
	if (MUTANT(114) && local_state == PYDP_BFD_INIT && event == BFD_EVENT_INIT)
		return PYDP_BFD_INIT;
	return bfd_fsm_table[local_state & 3][event];
}

#endif
