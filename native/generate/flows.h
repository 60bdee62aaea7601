/* SPDX-License-Identifier: Apache-2.0 */
/* IP flows: numbered and stamped UDP packets at an exact rate, and what became of them. */
#ifndef GENERATE_FLOWS_H
#define GENERATE_FLOWS_H
#include "generate/generator.h"
#include "generate/stamp.h"

/* A UDP datagram with a stamp of ours. */
struct stamped {
	const uint8_t *network, *udp;
	struct stamp stamp;
	uint32_t port;
	uint32_t frame_length;
	uint16_t udp_length;
	uint8_t family;
};

/* generate/flows.c */
int flows_create(struct pydp_generator *generator);
void flows_destroy(struct pydp_generator *generator);
int flows_set(struct pydp_generator *generator, const struct pydp_generate_flow *config);
int flows_start(struct pydp_generator *generator, uint32_t number, uint64_t millirate, uint64_t packets);
int flows_stop(struct pydp_generator *generator, uint32_t number);
void flows_read(const struct pydp_generator *generator, uint32_t number, struct pydp_generate_flow_state *state);

/* What was received of it. */
void flows_forget(struct flow *flow);

/* generate/flow_send.c: what is due by now; how many were staged. */
uint32_t flows_send(struct pydp_generator *generator, uint64_t now_ns);
/* When the next packet of any flow is due; UINT64_MAX: none. */
uint64_t flows_next(const struct pydp_generator *generator);

/* generate/flow_receive.c */
void flows_take(struct pydp_generator *generator, const struct stamped *packet, uint64_t now_ns);

#endif
