/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing and asking ports: for control threads, never for the hot path. */
#ifndef IO_PORT_CONTROL_H
#define IO_PORT_CONTROL_H
#include <stdbool.h>
#include "io/eal.h"
#include "io/port.h"

/* A zeroed port, or NULL with a sentence. */
struct pydp_port *port_new(enum port_kind kind, const char *name);
int port_close(struct pydp_port *port);
int port_cut(struct pydp_port *port, bool on);
int port_statistics(const struct pydp_port *port, struct pydp_port_stats *stats);
int port_describe(const struct pydp_port *port, struct pydp_port_info *info);
/* A MAC address for a port that has none of its own: locally administered, unique in the process. */
struct pydp_mac port_make_mac(void);

/* io/ethdev.c */
int ethdev_open(const struct pydp_port_config *config, struct pydp_port **port);
/* Configure, give buffers and start an ethdev that exists. */
int ethdev_start(struct pydp_port *port, const struct pydp_port_config *config);
void ethdev_close(struct pydp_port *port);

#endif
