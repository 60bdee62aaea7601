/* SPDX-License-Identifier: Apache-2.0 */
/* BFD payloads in Ethernet, IP and UDP (RFC 5881 4, 5), made and taken apart without the product's help. */
#ifndef SOAK_FRAME_H
#define SOAK_FRAME_H
#include <stdbool.h>
#include <stdint.h>
#include "hello.h"

enum { FRAME_MOST = 128 };

struct frame {
	uint16_t length;
	bool forged;
	uint8_t octets[FRAME_MOST];
};

/* Where an end is; addresses are 4 or 16 octets. */
struct place {
	uint8_t family; /* 4 or 6 */
	uint8_t address[16];
	uint8_t mac[6];
	uint16_t port;        /* UDP 3784, or 4784 for a session over several hops */
	uint8_t least_ttl;    /* that is taken here */
	uint16_t source_port; /* of the ends that frames are made for */
};

void frame_wrap(const struct place *from, const struct place *to, uint8_t ttl, const struct payload *payload,
		struct frame *frame);
/* A frame that has to reach the session between both: NULL; else the reason why not. */
const char *frame_unwrap(const struct frame *frame, const struct place *from, const struct place *to, struct payload *payload,
			 uint16_t *source_port);

#endif
