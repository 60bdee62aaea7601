/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding: what an engine does with IP packets that come to its MAC address for an address that is not its own. Without a call
 * they are dropped as drop-not-for-us. */
#ifndef PYDP_FORWARD_H
#define PYDP_FORWARD_H
#include <stdint.h>
#include <pydp/engine.h>

/* Unicast reverse path forwarding (RFC 3704): whether a packet's source address must have a route. */
enum pydp_rpf {
	PYDP_RPF_OFF = 0,
	PYDP_RPF_LOOSE = 1, /* any that leads to a neighbour */
	PYDP_RPF_STRICT = 2 /* one that leads out by the port and VLAN that the packet came by */
};

/* The whole wanted forwarding. */
struct pydp_forward_config {
	uint8_t enabled; /* 1: packets are forwarded, echo requests to our addresses are answered */
	uint8_t rpf;     /* enum pydp_rpf, at every port */
	uint8_t reserved[2];
	uint32_t icmp_error_rate; /* ICMP and ICMPv6 errors a second about what came in at one port; 0: none */
	uint32_t icmp_echo_rate;  /* echo requests answered a second, by port; 0: none */
	/* Where ICMP and ICMPv6 errors come from, as long as it is an address of ours at some port; family 0, or no address of ours:
	 * an address on the link that they leave by. Addresses of a peering LAN are often not routed, and errors from there lost. */
	struct pydp_address icmp_source_ipv4, icmp_source_ipv6;
};

/* Setting it again changes it in place. */
int pydp_forward_set(pydp_engine_t *engine, const struct pydp_forward_config *config);

/* Which clause of the standards forbids to forward a packet, by its header alone: a sentence, or NULL where none does, or an
 * argument is bad. packet: length octets from the IP header to the frame's end; family: 4 or 6. */
const char *pydp_forward_clause(uint8_t family, const uint8_t *packet, uint32_t length);
/* What about the packet itself forbids to send an ICMP error about it, or NULL. */
const char *pydp_forward_silence(uint8_t family, const uint8_t *packet, uint32_t length);

#endif
