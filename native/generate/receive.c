/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts of frames, sorted into hellos, stamped packets, ARP and neighbour discovery. Everything else is counted and dropped:
 * this is the far end of a test, and no host. */
#include <rte_prefetch.h>
#include "generate/flows.h"
#include "generate/peers.h"

enum { AHEAD = 8 };

struct frame {
	const uint8_t *ether, *network;
	uint32_t length;    /* of the frame */
	uint32_t available; /* from the network header on */
	uint32_t port;
	uint16_t vlan;
};

/* What is left to do when the whole burst has been sorted, so that peers are in the cache by then. */
struct sorted {
	struct hello hellos[PORT_BURST];
	uint32_t count;
};

static bool sort_udp(struct pydp_generator *generator, const struct frame *frame, const uint8_t *udp, uint32_t available,
		     uint8_t family, uint8_t ttl, struct sorted *sorted, uint64_t now_ns)
{
	struct stamped stamped;
	uint16_t udp_length;

	if (!net_udp_shape(udp, available, &udp_length))
		return false;
	if (load16(udp + 2) == BFD_UDP_PORT) {
		struct hello *hello = &sorted->hellos[sorted->count++];

		*hello = (struct hello){.ether = frame->ether,
					.network = frame->network,
					.udp = udp,
					.port = frame->port,
					.guess = GENERATE_NONE,
					.udp_length = udp_length,
					.vlan = frame->vlan,
					.family = family,
					.ttl = ttl};
		if (udp_length >= UDP_LENGTH + 12)
			hello->guess = peers_by_discriminator(generator, bfd_packet_your_discriminator(udp + UDP_LENGTH));
		if (hello->guess != GENERATE_NONE)
			__builtin_prefetch(&generator->peers[hello->guess], 1);
		return true;
	}
	if (!stamp_read(udp + UDP_LENGTH, udp_length - UDP_LENGTH, &stamped.stamp) ||
	    stamped.stamp.tag != generator->config.tag || stamped.stamp.flow >= generator->max_flows)
		return false;
	stamped.network = frame->network;
	stamped.udp = udp;
	stamped.port = frame->port;
	stamped.frame_length = frame->length - (frame->vlan != 0 ? VLAN_LENGTH : 0);
	stamped.udp_length = udp_length;
	stamped.family = family;
	flows_take(generator, &stamped, now_ns);
	return true;
}

static bool sort_ip4(struct pydp_generator *generator, const struct frame *frame, struct sorted *sorted, uint64_t now_ns)
{
	uint16_t header_length, total;

	if (!net_ip4_shape(frame->network, frame->available, &header_length, &total) || net_ip4_fragment(frame->network) ||
	    frame->network[IP4_PROTOCOL_AT] != PROTOCOL_UDP)
		return false;
	return sort_udp(generator, frame, frame->network + header_length, total - header_length, 4, frame->network[IP4_TTL_AT],
			sorted, now_ns);
}

static bool sort_ip6(struct pydp_generator *generator, const struct frame *frame, struct sorted *sorted, uint64_t now_ns)
{
	uint16_t length;

	if (!net_ip6_shape(frame->network, frame->available, &length))
		return false;
	if (frame->network[IP6_NEXT_AT] == PROTOCOL_ICMP6)
		return generate_nd_receive(generator, frame->port, frame->vlan, frame->ether, frame->network, length);
	if (frame->network[IP6_NEXT_AT] != PROTOCOL_UDP)
		return false;
	return sort_udp(generator, frame, frame->network + IP6_LENGTH, length, 6, frame->network[IP6_HOP_LIMIT_AT], sorted,
			now_ns);
}

/* False: nothing of ours. */
static bool sort(struct pydp_generator *generator, uint32_t port, const struct rte_mbuf *mbuf, struct sorted *sorted,
		 uint64_t now_ns)
{
	const uint8_t *ether = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t length = rte_pktmbuf_data_len(mbuf), header = ETHER_LENGTH;
	struct frame frame = {.ether = ether, .length = length, .port = port};
	uint16_t type;

	if (length < ETHER_LENGTH + VLAN_LENGTH || mbuf->nb_segs != 1)
		return false;
	type = load16(ether + ETHER_TYPE_AT);
	if (type == TYPE_VLAN) {
		frame.vlan = load16(ether + ETHER_LENGTH) & 0xfff;
		type = load16(ether + ETHER_TYPE_AT + VLAN_LENGTH);
		header += VLAN_LENGTH;
	}
	frame.network = ether + header;
	frame.available = length - header;
	switch (type) {
	case TYPE_IP4:
		return sort_ip4(generator, &frame, sorted, now_ns);
	case TYPE_IP6:
		return sort_ip6(generator, &frame, sorted, now_ns);
	case TYPE_ARP:
		generate_arp_receive(generator, port, frame.vlan, frame.network, frame.available);
		return true;
	default:
		return false;
	}
}

/* A hello by IPv4 ends two octets behind its first line. */
static inline void foresee(const struct rte_mbuf *mbuf)
{
	const uint8_t *ether = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	rte_prefetch0(ether);
	if (rte_pktmbuf_data_len(mbuf) > RTE_CACHE_LINE_SIZE)
		rte_prefetch0(ether + RTE_CACHE_LINE_SIZE);
}

void generate_receive(struct pydp_generator *generator, uint32_t port, struct rte_mbuf **mbufs, uint16_t count, uint64_t now_ns)
{
	struct sorted sorted;

	sorted.count = 0;
	for (uint16_t i = 0; i < AHEAD && i < count; i++)
		foresee(mbufs[i]);
	for (uint16_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			foresee(mbufs[i + AHEAD]);
		if (!sort(generator, port, mbufs[i], &sorted, now_ns))
			generate_count(generator, port, GENERATE_RX_OTHER, 1);
	}
	for (uint32_t i = 0; i < sorted.count; i++)
		peers_hear(generator, &sorted.hellos[i], now_ns);
	rte_pktmbuf_free_bulk(mbufs, count);
}
