/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of packets on their way through ports, queued for a reader. Writes no files. */
#ifndef IO_CAPTURE_H
#define IO_CAPTURE_H
#include <pydp/capture.h>
#include "io/port.h"

int capture_create(uint32_t capacity, uint32_t snap_length, struct pydp_capture **capture);
int capture_add(struct pydp_capture *capture, struct pydp_port *port, uint32_t number, uint32_t directions);
int capture_read(struct pydp_capture *capture, struct pydp_capture_record *record, uint8_t *data, uint32_t size);
uint64_t capture_lost(const struct pydp_capture *capture);
void capture_destroy(struct pydp_capture *capture);

/* Copy what the taps ask for in this direction. */
void capture_packets(const struct capture_tap *taps, uint32_t direction, struct rte_mbuf **mbufs, uint16_t count);
/* The port is closing: no capture refers to it any more. */
void capture_forget_port(struct pydp_port *port);

#endif
