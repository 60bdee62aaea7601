/* SPDX-License-Identifier: Apache-2.0 */
/* The S-BFD reflector of an engine (RFC 7880, RFC 7881): answers initiators on UDP 7784 without keeping sessions. */
#ifndef PYDP_REFLECTOR_H
#define PYDP_REFLECTOR_H
#include <stdint.h>
#include <pydp/engine.h>

/* The whole wanted reflector. */
struct pydp_reflector_config {
	uint32_t discriminator_count; /* 0: nothing is reflected; at most 16 */
	uint32_t prefix_count;        /* 0: nobody may ask; at most 32 */
	uint32_t rate;                /* answers a second at most, over all; not 0 where something is reflected */
	uint32_t required_min_rx_us;  /* how often one initiator may ask, as answers say it */
	uint8_t admin_down;           /* answers say AdminDown, which does not mean unreachable */
	uint8_t reserved[3];
	uint32_t discriminators[16]; /* not 0, and no session's of the engine */
	struct pydp_prefix prefixes[32];
};

/* Setting it again changes it in place. PYDP_E_EXIST: a discriminator is a session's. */
int pydp_reflector_set(pydp_engine_t *engine, const struct pydp_reflector_config *config);

#endif
