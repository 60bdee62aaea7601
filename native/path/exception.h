/* SPDX-License-Identifier: Apache-2.0 */
/* Packets in transit that need more than forwarding: an error to their sender, a neighbour that is not known yet, fragments.
 * They wait here, as they came, until the burst and the turn's BFD are done. */
#ifndef PATH_EXCEPTION_H
#define PATH_EXCEPTION_H
#include <stdint.h>
#include <rte_mbuf.h>
#include "path/port.h"

enum path_reason {
	PATH_EXPIRED,
	PATH_BAD_OPTION, /* value: its offset in the header */
	PATH_OUT_OF_SCOPE,
	PATH_NO_ROUTE,
	PATH_UNREACHABLE, /* by an unreachable route */
	PATH_PROHIBITED,
	PATH_NEXT_HOP,   /* down, and so are its backups */
	PATH_TOO_BIG,    /* it exceeds the MTU of its way */
	PATH_UNRESOLVED, /* its next hop's MAC address is not known */
	PATH_LOCAL,      /* by a route to the host */
	PATH_GLEAN,      /* its destination is a neighbour that is not known */
	PATH_UNANSWERED, /* it waited for its neighbour's MAC address, and nobody answered */
};

struct path_exception {
	struct rte_mbuf *mbuf;
	uint8_t *network; /* its IP header */
	uint8_t value;    /* by reason */
	uint16_t vlan;    /* that it came by */
	uint8_t port;
	uint8_t family;
	uint8_t reason; /* enum path_reason */
};

enum { PATH_EXCEPTIONS = 64 };

/* Those of one turn; more are dropped. */
struct path_exceptions {
	uint32_t count;
	struct path_exception waiting[PATH_EXCEPTIONS];
};

/* what: all but the port. */
static inline void path_except(struct path_exceptions *exceptions, struct path_port *from, const struct path_exception *what)
{
	struct path_exception *place = &exceptions->waiting[exceptions->count];

	if (exceptions->count == PATH_EXCEPTIONS) {
		path_drop(from, what->mbuf, PYDP_CNT_DROP_EXCEPTION_FULL);
		return;
	}
	*place = *what;
	place->port = (uint8_t)from->index;
	exceptions->count++;
}

#endif
