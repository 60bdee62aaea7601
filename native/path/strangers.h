/* SPDX-License-Identifier: Apache-2.0 */
/* First packets from where there is no session (RFC 9468): which of them the control plane hears of. What to do about them is
 * its business. */
#ifndef PATH_STRANGERS_H
#define PATH_STRANGERS_H
#include <stdbool.h>
#include <stdint.h>
#include "core/bfd_packet.h"
#include "core/token_bucket.h"
#include "path/packet.h"

enum { STRANGERS = 1024, STRANGERS_MACS = 256 };

struct path_strangers {
	uint32_t rate; /* told in a second at most; 0: nothing is told */
	uint32_t seed;
	struct token_bucket credit;
	struct token_bucket credit_of[STRANGERS_MACS]; /* by a hash of the source MAC address */
	struct {
		uint32_t hash;
		uint64_t told_ns; /* 0: never */
	} seen[STRANGERS];
};

/* Whether a packet that found no session is to be told of now; counted either way when it is one of those. */
bool path_stranger(struct path_strangers *strangers, struct path_port *port, const struct path_packet *packet,
		   const struct bfd_packet *bfd, uint64_t now_ns);

#endif
