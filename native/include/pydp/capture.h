/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the packets that a port receives or sends, for whoever wants to write them to a file. */
#ifndef PYDP_CAPTURE_H
#define PYDP_CAPTURE_H
#include <stdint.h>
#include <pydp/port.h>

typedef struct pydp_capture pydp_capture_t;

enum pydp_direction { PYDP_RECEIVED = 1, PYDP_SENT = 2 };

struct pydp_capture_record {
	uint64_t time_ns;   /* CLOCK_MONOTONIC when the port saw it */
	uint32_t length;    /* octets on the wire */
	uint32_t captured;  /* octets copied */
	uint32_t port;      /* the number given to pydp_capture_add */
	uint32_t direction; /* enum pydp_direction */
};

/* capacity: packets that may wait to be read, a power of two; the rest is counted as lost. snap_length 0: 2048. */
int pydp_capture_create(const char *name, uint32_t capacity, uint32_t snap_length, pydp_capture_t **capture);
/* directions: PYDP_RECEIVED, PYDP_SENT (what a cut drops is not sent) or both. While no worker runs on the port. */
int pydp_capture_add(pydp_capture_t *capture, pydp_port_t *port, uint32_t number, uint32_t directions);
/* PYDP_E_NOENT when nothing waits. */
int pydp_capture_read(pydp_capture_t *capture, struct pydp_capture_record *record, uint8_t *data, uint32_t size);
int pydp_capture_lost(const pydp_capture_t *capture, uint64_t *lost);
/* The ports must have been closed or stopped. */
int pydp_capture_destroy(pydp_capture_t *capture);

#endif
