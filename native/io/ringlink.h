/* SPDX-License-Identifier: Apache-2.0 */
/* An in-memory cable whose ends are DPDK ethdevs (net_ring), for whatever wants real ethdevs without a NIC. */
#ifndef IO_RINGLINK_H
#define IO_RINGLINK_H
#include "io/port.h"

struct ringlink;

int ringlink_create(const struct pydp_link_config *config, struct pydp_port *ends[2]);
/* An end is closed; the rings and pools go with the second. */
void ringlink_release(struct ringlink *link);

#endif
