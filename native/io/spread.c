/* SPDX-License-Identifier: Apache-2.0 */
/* Receive side scaling as NICs do it: Toeplitz's hash over addresses and, of TCP and UDP that is not fragmented, ports, with the
 * usual key; its seven low bits choose among the queues. */
#include "io/spread.h"
#include <rte_thash.h>
#include "core/net.h"

enum { PLACES = 128, WORDS = 9 };

/* The key of the hash's published examples. */
static const uint8_t key[] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
			      0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
			      0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

/* words: addresses from at on, then the ports that follow behind the header, if there are any. */
static uint16_t choose(const uint8_t *addresses, uint32_t words, const uint8_t *ports, const uint8_t *end, uint16_t queues)
{
	uint32_t tuple[WORDS];

	for (uint32_t i = 0; i < words; i++)
		tuple[i] = net_load32(addresses + i * 4);
	if (ports != NULL && ports + 4 <= end)
		tuple[words++] = net_load32(ports);
	return rte_softrss(tuple, words, key) % PLACES % queues;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

uint16_t spread_queue(const struct rte_mbuf *mbuf, uint16_t queues)
{
	const uint8_t *header = rte_pktmbuf_mtod(mbuf, const uint8_t *), *end = header + rte_pktmbuf_data_len(mbuf);
	uint16_t type;

	if (end - header < ETHER_LENGTH + VLAN_LENGTH)
		return 0;
	type = load16(header + ETHER_TYPE_AT);
	if (type == TYPE_VLAN) {
		type = load16(header + ETHER_TYPE_AT + VLAN_LENGTH);
		header += VLAN_LENGTH;
	}
	header += ETHER_LENGTH;
	if (type == TYPE_IP4 && end - header >= IP4_LENGTH)
		return choose(header + IP4_SOURCE_AT, 2,
			      has_ports(header[IP4_PROTOCOL_AT]) && !net_ip4_fragment(header) ? header + (header[0] & 15u) * 4
											      : NULL,
			      end, queues);
	if (type == TYPE_IP6 && end - header >= IP6_LENGTH)
		return choose(header + IP6_SOURCE_AT, 8, has_ports(header[IP6_NEXT_AT]) ? header + IP6_LENGTH : NULL, end,
			      queues);
	return 0;
}
