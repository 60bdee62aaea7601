/* SPDX-License-Identifier: Apache-2.0 */
/* How the peers on one port are heard, all of them at one moment: whether a failure is a peer's or our own. */
#ifndef PYDP_HELLOS_H
#define PYDP_HELLOS_H
#include <stdint.h>
#include <pydp/engine.h>

/* Of the single-hop sessions on a port that guard a next hop. Late is who was not heard for longer than the negotiated
 * interval: a hello is missing. Nobody is while our Demand mode is active, when none is due. */
struct pydp_hellos {
	uint32_t up;     /* are Up */
	uint32_t late;   /* of those */
	uint32_t fallen; /* went from Up to Down within the time asked about, and are not back */
	uint32_t silent; /* of those: by a Detection Time of silence, of hellos or of echoes */
};
/* PYDP_E_INVAL for a port that is not attached. */
int pydp_port_hellos(pydp_engine_t *engine, uint32_t port, uint64_t within_ns, struct pydp_hellos *hellos);

#endif
