/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6 neighbour discovery (RFC 4861): answers solicitations for all addresses of ours, and asks for the targets'. */
#include "generate/generator.h"

enum {
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	FLAGS_AT = 4,
	TARGET_AT = 8,
	OPTIONS_AT = 24,
	OPTION_SOURCE = 1,
	OPTION_TARGET = 2,
	OPTION_LENGTH = 8,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
	ND_LENGTH = OPTIONS_AT + OPTION_LENGTH,
	HOP_LIMIT = 255
};

static const uint8_t unspecified[16];
static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};

struct message {
	uint8_t type, flags, option;
	const uint8_t *about, *source, *destination, *mac;
};

static void send_nd(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const struct message *message)
{
	const uint8_t *ours = generator->ports[port].port->mac.octets;
	struct rte_mbuf *mbuf = ports_buffer(generator, port);
	uint8_t *start, *ip, *icmp;
	uint16_t checksum;

	if (mbuf == NULL)
		return;
	start = rte_pktmbuf_mtod(mbuf, uint8_t *);
	ip = frame_ether(start, message->mac, ours, vlan, TYPE_IP6);
	icmp = ip + IP6_LENGTH;
	memset(ip, 0, IP6_LENGTH + ND_LENGTH);
	ip[0] = 0x60;
	store16(ip + IP6_PAYLOAD_AT, ND_LENGTH);
	ip[IP6_NEXT_AT] = PROTOCOL_ICMP6;
	ip[IP6_HOP_LIMIT_AT] = HOP_LIMIT;
	memcpy(ip + IP6_SOURCE_AT, message->source, 16);
	memcpy(ip + IP6_DESTINATION_AT, message->destination, 16);
	icmp[0] = message->type;
	icmp[FLAGS_AT] = message->flags;
	memcpy(icmp + TARGET_AT, message->about, 16);
	icmp[OPTIONS_AT] = message->option;
	icmp[OPTIONS_AT + 1] = 1;
	memcpy(icmp + OPTIONS_AT + 2, ours, 6);
	checksum = checksum_finish(
		checksum_add(checksum_pseudo(ip + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, ND_LENGTH), checksum_sum(icmp, ND_LENGTH)));
	memcpy(icmp + 2, &checksum, sizeof(checksum));
	if (ports_send(generator, port, mbuf, (uint16_t)(icmp + ND_LENGTH - start)))
		generate_count(generator, port, GENERATE_TX_ND, 1);
}

/* The MAC address that the message's first option names, or NULL. */
static const uint8_t *first_option(const uint8_t *icmp, uint16_t length, uint8_t type)
{
	if (length < ND_LENGTH || icmp[OPTIONS_AT] != type || icmp[OPTIONS_AT + 1] != 1)
		return NULL;
	return icmp + OPTIONS_AT + 2;
}

/* An asker without an address hears the answer from all-nodes (RFC 4861 7.2.4). */
static void answer(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *ether, const uint8_t *network,
		   const uint8_t *icmp)
{
	bool nameless = memcmp(network + IP6_SOURCE_AT, unspecified, 16) == 0;
	const struct message message = {.type = ADVERTISEMENT,
					.flags = nameless ? FLAG_OVERRIDE : FLAG_SOLICITED | FLAG_OVERRIDE,
					.option = OPTION_TARGET,
					.about = icmp + TARGET_AT,
					.source = icmp + TARGET_AT,
					.destination = nameless ? all_nodes : network + IP6_SOURCE_AT,
					.mac = nameless ? all_nodes_mac : ether + 6};

	send_nd(generator, port, vlan, &message);
}

bool generate_nd_receive(struct pydp_generator *generator, uint32_t port, uint16_t vlan, const uint8_t *ether,
			 const uint8_t *network, uint16_t length)
{
	const uint8_t *icmp = network + IP6_LENGTH, *mac;

	if (length < OPTIONS_AT || (icmp[0] != SOLICITATION && icmp[0] != ADVERTISEMENT) ||
	    network[IP6_HOP_LIMIT_AT] != HOP_LIMIT ||
	    checksum_add(checksum_pseudo(network + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, length), checksum_sum(icmp, length)) !=
		    0xffff)
		return false;
	generate_count(generator, port, GENERATE_RX_ND, 1);
	if (icmp[0] == ADVERTISEMENT) {
		mac = first_option(icmp, length, OPTION_TARGET);
		targets_learn(generator, port, vlan, icmp + TARGET_AT, 6, mac != NULL ? mac : ether + 6);
		return true;
	}
	mac = first_option(icmp, length, OPTION_SOURCE);
	if (mac != NULL)
		targets_learn(generator, port, vlan, network + IP6_SOURCE_AT, 6, mac);
	if (hosts_have(generator, port, vlan, icmp + TARGET_AT, 6))
		answer(generator, port, vlan, ether, network, icmp);
	return true;
}

void generate_nd_ask(struct pydp_generator *generator, const struct generate_target *target)
{
	uint8_t group[16] = {0xff, 0x02, [11] = 1, [12] = 0xff}, mac[6] = {0x33, 0x33, 0xff};
	const struct message message = {.type = SOLICITATION,
					.option = OPTION_SOURCE,
					.about = target->address,
					.source = target->asker,
					.destination = group,
					.mac = mac};

	memcpy(group + 13, target->address + 13, 3);
	memcpy(mac + 3, target->address + 13, 3);
	send_nd(generator, target->port, target->vlan, &message);
}
