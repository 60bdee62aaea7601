/* SPDX-License-Identifier: Apache-2.0 */
/* The S-BFD reflector (RFC 7880 section 7.2, RFC 7881): answers what is asked, in the question's own buffer, and keeps no state
 * but how much it may answer still. */
#ifndef PATH_REFLECTOR_H
#define PATH_REFLECTOR_H
#include <stdbool.h>
#include <stdint.h>
#include <pydp/reflector.h>
#include "core/token_bucket.h"
#include "path/packet.h"

struct path_reflector {
	struct pydp_reflector_config config; /* discriminator_count 0: nothing is reflected */
	struct token_bucket bucket;
};

bool path_reflector_has(const struct path_reflector *reflector, uint32_t discriminator);
/* A packet of kind BFD_KIND_SBFD_REQUEST: its buffer becomes the answer, or is freed and counted. */
void path_reflect(struct path_reflector *reflector, struct path_port *port, struct path_packet *packet, uint64_t now_ns);

#endif
