/* SPDX-License-Identifier: Apache-2.0 */
/* A cable between two ports of this process, over rings of our own: no ethdev, no root, no NIC. */
#ifndef IO_MEMLINK_H
#define IO_MEMLINK_H
#include <stdbool.h>
#include <stdint.h>
#include "io/port.h"

int memlink_create(const struct pydp_link_config *config, struct pydp_port *ends[2]);
void memlink_close(struct pydp_port *port);
/* Packets that came while this end's receive queue for them was full. */
uint64_t memlink_missed(const struct pydp_port *port);
int32_t memlink_waiting(const struct pydp_port *port, uint16_t queue);
/* true: nothing waits, the next packet makes wait_fd readable. */
bool memlink_wait_arm(struct pydp_port *port, uint16_t queue);
void memlink_wait_disarm(struct pydp_port *port, uint16_t queue);

#endif
