/* SPDX-License-Identifier: Apache-2.0 */
/* How punctually a member hears the others, counted over its sessions, as the engine counts those of a port. */
#include "lan/lan.h"
#include <string.h>
#include <pydp/nexthop.h>

static bool is_late(const struct bfd_session *session, uint64_t now_ns)
{
	return !bfd_session_demanding(session) &&
	       now_ns > session->last_rx_ns + bfd_session_negotiated_rx_us(session) * UINT64_C(1000);
}

static bool is_silent(const struct bfd_session *session)
{
	return session->diagnostic == PYDP_DIAG_CONTROL_EXPIRY || session->diagnostic == PYDP_DIAG_ECHO_FAILED;
}

void lan_hellos(const struct lan *lan, uint32_t member, uint64_t within_ns, struct pydp_hellos *sum)
{
	uint32_t first = lan_slot(lan, member, 0);

	memset(sum, 0, sizeof(*sum));
	for (uint32_t slot = first; slot < first + lan->config.members; slot++) {
		const struct bfd_session *session = &lan->sessions[slot];

		if (!session->caller[LAN_PRESENT])
			continue;
		if (session->state == PYDP_BFD_UP) {
			sum->up++;
			sum->late += is_late(session, lan->now_ns);
		} else if (session->nexthop == PYDP_NEXTHOP_DEAD && lan->now_ns - lan->down_ns[slot] <= within_ns) {
			sum->fallen++;
			sum->silent += is_silent(session);
		}
	}
}
