/* SPDX-License-Identifier: Apache-2.0 */
/* The host beside a port: a kernel behind a TAP, or whatever holds the other end of an in-memory link. What comes for an address
 * of ours and is not the engine's (TCP, ICMP, other UDP, fragments), IPv6 for a link-local address, groups of link-local scope,
 * and the answers of ARP and ND go to it as they came, in bounded queues, after BFD, ARP and ND of the turn; what it sends goes
 * out at the port as it is. ARP and ND for the port's own addresses are answered by the engine, so the host has the port's
 * MAC address and the same addresses. */
#ifndef PYDP_HOST_H
#define PYDP_HOST_H
#include <stdint.h>
#include <pydp/engine.h>
#include <pydp/port.h>

/* host is the engine's side of the way to the host, an open port that no engine has. While no worker runs; for good.
 * PYDP_E_EXIST: the port has a host; PYDP_E_BUSY: the host's port is an engine's already. */
int pydp_engine_host(pydp_engine_t *engine, uint32_t port, pydp_port_t *host);
/* Packets a second to the host, from 1 to 10,000,000; 10,000 as at first. A burst may be a tenth of it, 16 at least; half of
 * that is kept for control traffic: ARP, ND, packets marked as network control (DSCP CS6 and CS7) and BGP. PYDP_E_STATE: the
 * port has no host. */
int pydp_engine_host_rate(pydp_engine_t *engine, uint32_t port, uint32_t rate);

#endif
