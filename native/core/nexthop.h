/* SPDX-License-Identifier: Apache-2.0 */
/* The next-hop slot that a BFD session guards: what moves it between Unknown, Live and Dead. Unknown forwards. */
#ifndef CORE_NEXTHOP_H
#define CORE_NEXTHOP_H
#include <stdint.h>
#include <pydp/session.h>

enum nexthop_event {
	NEXTHOP_SESSION_UP,     /* the session came Up */
	NEXTHOP_SESSION_FAILED, /* it was Up and went Down for a reason other than an AdminDown */
	NEXTHOP_ADMIN_DOWN,     /* AdminDown, ours or heard: not a path failure (RFC 5882 3.2, 4.2), and it ends one */
	NEXTHOP_CLEARED         /* by command */
};

static inline uint8_t nexthop_next(enum nexthop_event event)
{
	static const uint8_t table[] = {
		[NEXTHOP_SESSION_UP] = PYDP_NEXTHOP_LIVE,
		[NEXTHOP_SESSION_FAILED] = PYDP_NEXTHOP_DEAD,
		[NEXTHOP_ADMIN_DOWN] = PYDP_NEXTHOP_UNKNOWN,
		[NEXTHOP_CLEARED] = PYDP_NEXTHOP_UNKNOWN,
	};

	return table[event];
}

#endif
