/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbour solicitations and advertisements (RFC 4861 sections 4.3, 4.4, 7). No router discovery, no redirects. */
#include "core/checksum.h"
#include "core/icmp.h"
#include "path/host.h"
#include "path/neighbour.h"

enum {
	FLAGS_AT = 4,
	TARGET_AT = 8,
	OPTIONS_AT = 24,
	FLAG_ROUTER = 0x80,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
	OPTION_SOURCE = 1,
	OPTION_TARGET = 2,
	OPTION_LENGTH = 8,
	ND_LENGTH = OPTIONS_AT + OPTION_LENGTH,
	HOP_LIMIT = 255
};

static const uint8_t unspecified[16];
static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
static const uint8_t solicited_prefix[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

/* The MAC address in the option, NULL when there is none; valid is cleared by an option of length 0 or beyond the end. */
static const uint8_t *find_option(const struct path_packet *packet, uint8_t type, bool *valid)
{
	const uint8_t *found = NULL;
	uint16_t at = OPTIONS_AT;

	while (at + 2 <= packet->payload_length) {
		uint16_t length = packet->payload[at + 1] * 8;

		if (length == 0 || at + length > packet->payload_length) {
			*valid = false;
			return NULL;
		}
		if (packet->payload[at] == type && length == OPTION_LENGTH && found == NULL)
			found = packet->payload + at + 2;
		at += length;
	}
	if (at != packet->payload_length)
		*valid = false;
	return found;
}

static bool checksum_ok(const struct path_packet *packet)
{
	uint16_t pseudo = checksum_pseudo(packet->network + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, packet->payload_length);

	return checksum_add(pseudo, checksum_sum(packet->payload, packet->payload_length)) == 0xffff;
}

static void send_nd(struct path_port *port, struct rte_mbuf *mbuf, const uint8_t *mac, uint16_t vlan, const uint8_t *source,
		    const uint8_t *destination, const uint8_t icmp[ND_LENGTH])
{
	uint8_t *start = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint8_t *ip = ether_write(start, mac, &port->mac, vlan, TYPE_IP6);
	uint8_t *out = ip + IP6_LENGTH;
	uint16_t checksum;

	memset(ip, 0, IP6_LENGTH);
	ip[0] = 0x60;
	store16(ip + IP6_PAYLOAD_AT, ND_LENGTH);
	ip[IP6_NEXT_AT] = PROTOCOL_ICMP6;
	ip[IP6_HOP_LIMIT_AT] = HOP_LIMIT;
	memcpy(ip + IP6_SOURCE_AT, source, 16);
	memcpy(ip + IP6_DESTINATION_AT, destination, 16);
	memcpy(out, icmp, ND_LENGTH);
	checksum = checksum_finish(
		checksum_add(checksum_pseudo(ip + IP6_SOURCE_AT, 6, PROTOCOL_ICMP6, ND_LENGTH), checksum_sum(out, ND_LENGTH)));
	memcpy(out + 2, &checksum, sizeof(checksum));
	mbuf->data_len = (uint16_t)(out + ND_LENGTH - start);
	mbuf->pkt_len = mbuf->data_len;
	path_count(port, PYDP_CNT_TX_ND, 1);
	path_send(port, mbuf);
}

static void write(uint8_t icmp[ND_LENGTH], uint8_t type, uint8_t flags, const uint8_t *target, uint8_t option,
		  const struct pydp_mac *mac)
{
	memset(icmp, 0, ND_LENGTH);
	icmp[0] = type;
	icmp[FLAGS_AT] = flags;
	memcpy(icmp + TARGET_AT, target, 16);
	icmp[OPTIONS_AT] = option;
	icmp[OPTIONS_AT + 1] = 1;
	memcpy(icmp + OPTIONS_AT + 2, mac->octets, 6);
}

/* RFC 4861 7.2.4. An asker without an address hears it from all-nodes. */
static void answer(struct path_port *port, const struct path_packet *packet, const uint8_t *source_mac)
{
	static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
	const uint8_t *asker = packet_source(packet);
	bool nameless = memcmp(asker, unspecified, 16) == 0;
	uint8_t flags = FLAG_OVERRIDE | (nameless ? 0 : FLAG_SOLICITED) | (path_forwards(port) ? FLAG_ROUTER : 0);
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(port->pool);
	uint8_t icmp[ND_LENGTH];

	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
		return;
	}
	write(icmp, ICMP6_ADVERTISEMENT, flags, packet->payload + TARGET_AT, OPTION_TARGET, &port->mac);
	send_nd(port, mbuf,
		nameless     ? all_nodes_mac
		: source_mac ? source_mac
			     : packet->ether + 6,
		packet->vlan, packet->payload + TARGET_AT, nameless ? all_nodes : asker, icmp);
}

/* Somebody says that an address of ours is his (RFC 4862 5.4.4). What we sent ourselves may come back. */
static void note_conflict(struct path_port *port, const uint8_t *mac)
{
	if (memcmp(mac, port->mac.octets, 6) != 0)
		path_count(port, PYDP_CNT_ADDRESS_CONFLICT, 1);
}

/* The checks of RFC 4861 7.1.1. */
static enum pydp_counter solicited(struct path_port *port, const struct path_packet *packet, path_claim_fn *claim, void *engine,
				   uint64_t now_ns)
{
	struct path_claim said = {.vlan = packet->vlan, .family = 6, .overrides = true};
	bool valid = true, nameless = memcmp(packet_source(packet), unspecified, 16) == 0;
	const uint8_t *mac = find_option(packet, OPTION_SOURCE, &valid);

	if (!valid || (mac != NULL && !mac_is_host(mac)) || (!nameless && packet_source(packet)[0] == 0xff))
		return PYDP_CNT_DROP_ND_MALFORMED;
	if (nameless && (mac != NULL || memcmp(packet_destination(packet), solicited_prefix, sizeof(solicited_prefix)) != 0))
		return PYDP_CNT_DROP_ND_MALFORMED;
	if (path_local_find(port, packet->vlan, 6, packet->payload + TARGET_AT) == NULL)
		return PYDP_CNT_DROP_ND_NOT_FOR_US;
	if (path_local_find(port, packet->vlan, 6, packet_source(packet)) != NULL) {
		note_conflict(port, mac != NULL ? mac : packet->ether + 6);
	} else if (mac != NULL) {
		memcpy(said.octets, packet_source(packet), 16);
		memcpy(said.mac.octets, mac, 6);
		claim(engine, port, &said, now_ns);
	}
	answer(port, packet, mac);
	return PYDP_CNT_RX_ND;
}

/* The checks of RFC 4861 7.1.2. */
static enum pydp_counter advertised(struct path_port *port, const struct path_packet *packet, path_claim_fn *claim,
				    void *engine, uint64_t now_ns)
{
	uint8_t flags = packet->payload[FLAGS_AT];
	struct path_claim said = {.vlan = packet->vlan,
				  .family = 6,
				  .solicited = (flags & FLAG_SOLICITED) != 0,
				  .overrides = (flags & FLAG_OVERRIDE) != 0,
				  .gratuitous = (flags & (FLAG_SOLICITED | FLAG_OVERRIDE)) == FLAG_OVERRIDE};
	bool valid = true, to_group = packet_destination(packet)[0] == 0xff;
	const uint8_t *mac = find_option(packet, OPTION_TARGET, &valid);

	if (!valid || (to_group && said.solicited) || (mac != NULL && !mac_is_host(mac)))
		return PYDP_CNT_DROP_ND_MALFORMED;
	memcpy(said.octets, packet->payload + TARGET_AT, 16);
	if (path_local_find(port, packet->vlan, 6, said.octets) != NULL) {
		note_conflict(port, mac != NULL ? mac : packet->ether + 6);
		return PYDP_CNT_DROP_ND_NOT_FOR_US;
	}
	/* An answer to a unicast question may leave the option out. */
	said.macless = mac == NULL;
	if (mac != NULL)
		memcpy(said.mac.octets, mac, 6);
	return claim(engine, port, &said, now_ns) ? PYDP_CNT_RX_ND : PYDP_CNT_DROP_ND_NOT_FOR_US;
}

static enum pydp_counter receive(struct path_port *port, const struct path_packet *packet, path_claim_fn *claim, void *engine,
				 uint64_t now_ns)
{
	uint8_t type = packet->payload_length > 0 ? packet->payload[0] : 0;

	if (type != ICMP6_SOLICITATION && type != ICMP6_ADVERTISEMENT)
		return PYDP_CNT_DROP_OTHER_ICMP6;
	if (packet->payload_length < OPTIONS_AT || packet->network[IP6_HOP_LIMIT_AT] != HOP_LIMIT || packet->payload[1] != 0 ||
	    packet->payload[TARGET_AT] == 0xff || !checksum_ok(packet))
		return PYDP_CNT_DROP_ND_MALFORMED;
	if (type == ICMP6_SOLICITATION)
		return solicited(port, packet, claim, engine, now_ns);
	return advertised(port, packet, claim, engine, now_ns);
}

void path_nd_receive(struct path_port *port, struct path_packet *packet, path_claim_fn *claim, void *engine, uint64_t now_ns)
{
	enum pydp_counter verdict = receive(port, packet, claim, engine, now_ns);
	if (port->host != NULL && verdict == PYDP_CNT_DROP_OTHER_ICMP6) {
		path_host_receive(port, packet, now_ns);
	} else if (port->host != NULL && verdict == PYDP_CNT_DROP_ND_NOT_FOR_US) {
		path_host_copy(port, packet->mbuf, now_ns);
	} else {
		path_count(port, verdict, 1);
		/* What answers a question of ours may answer one of the host's, too. */
		if (verdict == PYDP_CNT_RX_ND && packet->payload[0] == ICMP6_ADVERTISEMENT)
			path_host_copy(port, packet->mbuf, now_ns);
		else
			rte_pktmbuf_free(packet->mbuf);
	}
}

void path_nd_ask(struct path_port *port, uint16_t vlan, const uint8_t *local, const uint8_t *target, const uint8_t *mac)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(port->pool);
	uint8_t icmp[ND_LENGTH], group[16], group_mac[6] = {0x33, 0x33, 0xff};

	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
		return;
	}
	memcpy(group, solicited_prefix, sizeof(solicited_prefix));
	memcpy(group + 13, target + 13, 3);
	memcpy(group_mac + 3, target + 13, 3);
	write(icmp, ICMP6_SOLICITATION, 0, target, OPTION_SOURCE, &port->mac);
	send_nd(port, mbuf, mac != NULL ? mac : group_mac, vlan, local, mac != NULL ? target : group, icmp);
}
