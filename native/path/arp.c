/* SPDX-License-Identifier: Apache-2.0 */
/* ARP for IPv4 over Ethernet (RFC 826). */
#include "path/host.h"
#include "path/neighbour.h"

/* Octets of an ARP packet. */
enum { OPERATION_AT = 6, SENDER_MAC_AT = 8, SENDER_AT = 14, TARGET_MAC_AT = 18, TARGET_AT = 24, REQUEST = 1, REPLY = 2 };

static const uint8_t ethernet_and_ip4[6] = {0, 1, 0x08, 0x00, 6, 4};
static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t nobody[6];

static void send_arp(struct path_port *port, struct rte_mbuf *mbuf, uint8_t *end)
{
	uint8_t *start = rte_pktmbuf_mtod(mbuf, uint8_t *);

	/* The buffer has room for far more; the driver may pad with what lies there. */
	if (end < start + FRAME_MINIMUM) {
		memset(end, 0, (size_t)(start + FRAME_MINIMUM - end));
		end = start + FRAME_MINIMUM;
	}
	mbuf->data_len = (uint16_t)(end - start);
	mbuf->pkt_len = mbuf->data_len;
	path_count(port, PYDP_CNT_TX_ARP, 1);
	path_send(port, mbuf);
}

static uint8_t *write(uint8_t *arp, uint16_t operation, const struct pydp_mac *sender_mac, const uint8_t *sender,
		      const uint8_t *target_mac, const uint8_t *target)
{
	memcpy(arp, ethernet_and_ip4, sizeof(ethernet_and_ip4));
	store16(arp + OPERATION_AT, operation);
	memcpy(arp + SENDER_MAC_AT, sender_mac->octets, 6);
	memcpy(arp + SENDER_AT, sender, 4);
	memcpy(arp + TARGET_MAC_AT, target_mac, 6);
	memcpy(arp + TARGET_AT, target, 4);
	return arp + ARP_LENGTH;
}

/* The request's own buffer becomes the reply. */
static void answer(struct path_port *port, struct path_packet *packet)
{
	uint8_t target[4], asker[4], asker_mac[6];
	uint8_t *arp;

	memcpy(target, packet->network + TARGET_AT, 4);
	memcpy(asker, packet->network + SENDER_AT, 4);
	memcpy(asker_mac, packet->network + SENDER_MAC_AT, 6);
	path_forget_offloads(packet->mbuf);
	if (rte_pktmbuf_tailroom(packet->mbuf) + rte_pktmbuf_data_len(packet->mbuf) < FRAME_MINIMUM + VLAN_LENGTH) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_NO_MBUF);
		return;
	}
	arp = ether_write(packet->ether, asker_mac, &port->mac, packet->vlan, TYPE_ARP);
	send_arp(port, packet->mbuf, write(arp, REPLY, &port->mac, target, asker_mac, asker));
}

/* Answers to what it asked itself, and what a neighbour says of itself unasked. */
static bool is_for_host(const uint8_t *arp, uint16_t operation, bool for_us)
{
	return (for_us && operation == REPLY) || memcmp(arp + SENDER_AT, arp + TARGET_AT, 4) == 0;
}

void path_arp_receive(struct path_port *port, struct path_packet *packet, path_claim_fn *claim, void *engine, uint64_t now_ns)
{
	const uint8_t *arp = packet->network;
	struct path_claim said = {.vlan = packet->vlan, .family = 4, .overrides = true};
	uint16_t operation = packet->payload_length >= ARP_LENGTH ? load16(arp + OPERATION_AT) : 0;
	bool for_us, from_us, for_host, of_use = false;

	if ((operation != REQUEST && operation != REPLY) || memcmp(arp, ethernet_and_ip4, sizeof(ethernet_and_ip4)) != 0 ||
	    !mac_is_host(arp + SENDER_MAC_AT)) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_ARP_MALFORMED);
		return;
	}
	for_us = path_local_find(port, packet->vlan, 4, arp + TARGET_AT) != NULL;
	said.solicited = for_us && operation == REPLY;
	said.gratuitous = memcmp(arp + SENDER_AT, arp + TARGET_AT, 4) == 0;
	memcpy(said.octets, arp + SENDER_AT, 4);
	memcpy(said.mac.octets, arp + SENDER_MAC_AT, 6);
	/* Nobody tells us our own addresses, and a probe's sender has none yet (RFC 5227 2.1, 2.4). */
	from_us = path_local_find(port, packet->vlan, 4, arp + SENDER_AT) != NULL;
	if (from_us && memcmp(said.mac.octets, port->mac.octets, 6) != 0)
		path_count(port, PYDP_CNT_ADDRESS_CONFLICT, 1);
	if (!from_us && memcmp(arp + SENDER_AT, nobody, 4) != 0)
		of_use = claim(engine, port, &said, now_ns);
	for_host = port->host != NULL && is_for_host(arp, operation, for_us);
	if (!for_us && !of_use && !for_host) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_ARP_NOT_FOR_US);
		return;
	}
	path_count(port, PYDP_CNT_RX_ARP, 1);
	if (for_us && operation == REQUEST)
		answer(port, packet);
	else if (for_host)
		path_host_copy(port, packet->mbuf, now_ns);
	else
		rte_pktmbuf_free(packet->mbuf);
}

void path_arp_ask(struct path_port *port, uint16_t vlan, const uint8_t *local, const uint8_t *target, const uint8_t *mac)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(port->pool);
	uint8_t *arp;

	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
		return;
	}
	arp = ether_write(rte_pktmbuf_mtod(mbuf, uint8_t *), mac != NULL ? mac : everyone, &port->mac, vlan, TYPE_ARP);
	send_arp(port, mbuf, write(arp, REQUEST, &port->mac, local, nobody, target));
}
