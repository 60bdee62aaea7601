/* SPDX-License-Identifier: Apache-2.0 */
/* ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861): reading, answering and asking. What is known about whom, and when
 * to ask again, is the engine's. */
#ifndef PATH_NEIGHBOUR_H
#define PATH_NEIGHBOUR_H
#include <stdbool.h>
#include "path/packet.h"

/* What a packet said about the sender's or target's MAC address. */
struct path_claim {
	uint8_t octets[16];
	struct pydp_mac mac;
	uint16_t vlan;
	uint8_t family;
	bool solicited;  /* an answer to us: the neighbour is reachable */
	bool overrides;  /* may replace a different MAC address */
	bool gratuitous; /* said without a question, to all: the address has moved (RFC 5944 4.6, RFC 4861 7.2.6) */
	bool macless;    /* it names no MAC address: the one that is known is meant */
};

/* Whether the engine has use for the claim. */
typedef bool path_claim_fn(void *engine, struct path_port *port, const struct path_claim *claim, uint64_t now_ns);

/* Both consume the packet's buffer: it becomes the answer, or is freed and counted. */
void path_arp_receive(struct path_port *port, struct path_packet *packet, path_claim_fn *claim, void *engine, uint64_t now_ns);
void path_nd_receive(struct path_port *port, struct path_packet *packet, path_claim_fn *claim, void *engine, uint64_t now_ns);

/* Who has target? Tell local. mac: whom to ask; NULL: all. */
void path_arp_ask(struct path_port *port, uint16_t vlan, const uint8_t *local, const uint8_t *target, const uint8_t *mac);
void path_nd_ask(struct path_port *port, uint16_t vlan, const uint8_t *local, const uint8_t *target, const uint8_t *mac);

/* A MAC address that a neighbour can have: one host's, not zero, not a group's. */
static inline bool mac_is_host(const uint8_t *mac)
{
	static const uint8_t zero[6];

	return (mac[0] & 1) == 0 && memcmp(mac, zero, 6) != 0;
}

#endif
