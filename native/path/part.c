/* SPDX-License-Identifier: Apache-2.0 */
#include "path/part.h"
#include "core/icmp.h"
#include "path/sift.h"

/* The frame's layers, as far as they are there. */
struct layers {
	uint8_t *network;
	const uint8_t *udp; /* NULL: no UDP datagram's beginning */
	uint32_t available; /* from network on */
	uint16_t type, vlan;
	uint16_t length; /* of the IPv4 header */
	bool whole;      /* an IP packet whose header is right as far as classify asks */
};

static const uint8_t *udp_of(uint8_t protocol, const uint8_t *header, uint32_t available)
{
	return protocol == PROTOCOL_UDP && available >= UDP_LENGTH ? header : NULL;
}

static void look_at_network(struct layers *layers)
{
	const uint8_t *header = layers->network;
	uint16_t total;

	if (layers->type == TYPE_IP4 && net_ip4_shape(header, layers->available, &layers->length, &total)) {
		layers->whole = net_ip4_checksum(header, layers->length);
		if (!net_ip4_fragment(header))
			layers->udp = udp_of(header[IP4_PROTOCOL_AT], header + layers->length, total - layers->length);
	} else if (layers->type == TYPE_IP6 && net_ip6_shape(header, layers->available, &total)) {
		layers->whole = true;
		layers->udp = udp_of(header[IP6_NEXT_AT], header + IP6_LENGTH, total);
	}
}

/* False: not even a link header. */
static bool look_at(const struct rte_mbuf *mbuf, struct layers *layers)
{
	uint8_t *ether = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint32_t length = rte_pktmbuf_data_len(mbuf), header = ETHER_LENGTH;

	*layers = (struct layers){0};
	if (mbuf->nb_segs > 1 || length < ETHER_LENGTH + VLAN_LENGTH)
		return false;
	layers->type = load16(ether + ETHER_TYPE_AT);
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		layers->vlan = mbuf->vlan_tci & 0xfff;
	} else if (layers->type == TYPE_VLAN) {
		header += VLAN_LENGTH;
		layers->vlan = load16(ether + ETHER_LENGTH) & 0xfff;
		layers->type = load16(ether + ETHER_TYPE_AT + VLAN_LENGTH);
	}
	layers->network = ether + header;
	layers->available = length - header;
	look_at_network(layers);
	return true;
}

static bool is_control(const struct layers *layers)
{
	const uint8_t *icmp = layers->network + IP6_LENGTH;

	if (layers->type == TYPE_ARP)
		return true;
	if (layers->udp != NULL)
		return bfd_kind_of(load16(layers->udp), load16(layers->udp + 2)) != BFD_KIND_OTHER;
	return layers->type == TYPE_IP6 && layers->whole && layers->network[IP6_NEXT_AT] == PROTOCOL_ICMP6 &&
	       layers->available > IP6_LENGTH && (icmp[0] == ICMP6_SOLICITATION || icmp[0] == ICMP6_ADVERTISEMENT);
}

/* Tagged, or with options, or not for us although the filter could not say so. */
static bool is_in_transit(const struct path_own *own, const struct path_port *port, const struct rte_mbuf *mbuf,
			  const struct layers *layers)
{
	uint8_t family = layers->type == TYPE_IP4 ? 4 : 6;
	const uint8_t *destination = layers->network + (family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT);

	if (!layers->whole || memcmp(rte_pktmbuf_mtod(mbuf, const uint8_t *), port->mac.octets, 6) != 0 ||
	    !path_own_knows_vlan(own, port->index, layers->vlan) || (family == 6 && destination[0] >= 0xfe))
		return false;
	if (path_listens(port, BFD_KIND_ECHO) && layers->udp != NULL && load16(layers->udp + 2) == BFD_UDP_PORT_ECHO)
		return false;
	return !path_own_has(own, family, destination);
}

static void leave(const struct path_own *own, const struct path_port *port, struct rte_mbuf *mbuf, struct path_transit *transit,
		  struct path_leftover *leftover)
{
	struct layers layers;

	if (!look_at(mbuf, &layers))
		leftover->other[leftover->other_count++] = mbuf;
	else if (port->forwards && is_in_transit(own, port, mbuf, &layers))
		transit->odd[transit->odd_count++] = (struct path_odd){.mbuf = mbuf,
								       .network = layers.network,
								       .vlan = layers.vlan,
								       .family = layers.type == TYPE_IP4 ? 4 : 6};
	else if (is_control(&layers))
		leftover->control[leftover->control_count++] = mbuf;
	else
		leftover->other[leftover->other_count++] = mbuf;
}

void path_part(const struct path_own *own, struct path_port *port, struct rte_mbuf **mbufs, uint16_t count,
	       struct path_transit *transit, struct path_leftover *leftover)
{
	struct rte_mbuf *rest[PATH_BURST];

	transit->four_count = transit->six_count = transit->odd_count = 0;
	leftover->control_count = leftover->other_count = 0;
	if (port->forwards) {
		count = port->sift(port, mbufs, count, transit, rest);
		mbufs = rest;
	} else {
		for (uint16_t i = 0; i < count; i++)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	}
	for (uint16_t i = 0; i < count; i++)
		leave(own, port, mbufs[i], transit, leftover);
}
