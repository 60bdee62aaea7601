/* SPDX-License-Identifier: Apache-2.0 */
/* ARP (RFC 826): answers for all addresses of ours, and asks for the targets'. */
#include "generate/generator.h"

enum { OPERATION_AT = 6, SENDER_MAC_AT = 8, SENDER_AT = 14, TARGET_MAC_AT = 18, TARGET_AT = 24, REQUEST = 1, REPLY = 2 };

static const uint8_t ethernet_and_ip4[6] = {0, 1, 0x08, 0x00, 6, 4};
static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t nobody[6];

static void send_arp(struct pydp_generator *generator, uint32_t port, uint16_t vlan, uint16_t operation, const uint8_t *sender,
		     const uint8_t *target, const uint8_t *target_mac)
{
	const uint8_t *mac = generator->ports[port].port->mac.octets;
	struct rte_mbuf *mbuf = ports_buffer(generator, port);
	uint8_t *start, *arp, *end;

	if (mbuf == NULL)
		return;
	start = rte_pktmbuf_mtod(mbuf, uint8_t *);
	arp = frame_ether(start, operation == REQUEST ? everyone : target_mac, mac, vlan, TYPE_ARP);
	memcpy(arp, ethernet_and_ip4, sizeof(ethernet_and_ip4));
	store16(arp + OPERATION_AT, operation);
	memcpy(arp + SENDER_MAC_AT, mac, 6);
	memcpy(arp + SENDER_AT, sender, 4);
	memcpy(arp + TARGET_MAC_AT, operation == REQUEST ? nobody : target_mac, 6);
	memcpy(arp + TARGET_AT, target, 4);
	end = arp + ARP_LENGTH;
	/* The driver may pad with what lies in the buffer. */
	if (end < start + FRAME_LEAST) {
		memset(end, 0, (size_t)(start + FRAME_LEAST - end));
		end = start + FRAME_LEAST;
	}
	if (ports_send(generator, port, mbuf, (uint16_t)(end - start)))
		generate_count(generator, port, GENERATE_TX_ARP, 1);
}

void generate_arp_receive(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *arp,
			  uint32_t available)
{
	uint16_t operation;
	bool ours;

	if (available < ARP_LENGTH || memcmp(arp, ethernet_and_ip4, sizeof(ethernet_and_ip4)) != 0) {
		generate_count(generator, port, GENERATE_RX_CORRUPT, 1);
		return;
	}
	generate_count(generator, port, GENERATE_RX_ARP, 1);
	operation = load16(arp + OPERATION_AT);
	ours = hosts_have(generator, port, vlan, arp + TARGET_AT, 4);
	targets_learn(generator, port, vlan, arp + SENDER_AT, 4, arp + SENDER_MAC_AT);
	if (ours && operation == REQUEST)
		send_arp(generator, port, vlan, REPLY, arp + TARGET_AT, arp + SENDER_AT, arp + SENDER_MAC_AT);
}

void generate_arp_ask(struct pydp_generator *generator, const struct generate_target *target)
{
	send_arp(generator, target->port, target->vlan, REQUEST, target->asker, target->address, NULL);
}
