/* SPDX-License-Identifier: Apache-2.0 */
/* Admission to the host's queues: the class of a packet, the rate, and the tag that a driver took off. */
#include <rte_ether.h>
#include "path/host.h"

enum { SECOND_NS = 1000000000, IP4_TOS_AT = 1, PRECEDENCE_6 = 0xc0, TCP_PORTS = 4, TCP_PORT_BGP = 179 };

static bool is_bgp(const struct path_packet *packet)
{
	const uint8_t *end = rte_pktmbuf_mtod(packet->mbuf, const uint8_t *) + rte_pktmbuf_data_len(packet->mbuf);
	const uint8_t *header = packet->network;
	uint32_t length = packet->family == 4 ? (header[0] & 0xfu) * 4 : IP6_LENGTH;

	if (header[packet->family == 4 ? IP4_PROTOCOL_AT : IP6_NEXT_AT] != PROTOCOL_TCP)
		return false;
	if (packet->family == 4 && net_ip4_fragment(header))
		return false;
	if (end < header + length + TCP_PORTS)
		return false;
	return load16(header + length) == TCP_PORT_BGP || load16(header + length + 2) == TCP_PORT_BGP;
}

/* Routing daemons mark their packets with class selector 6 (RFC 4594 3.1); BGP counts with any mark. */
static enum path_host_class class_of(const struct path_packet *packet)
{
	uint8_t traffic_class = packet->family == 4 ? packet->network[IP4_TOS_AT] : (uint8_t)(load16(packet->network) >> 4);

	return traffic_class >= PRECEDENCE_6 || is_bgp(packet) ? PATH_HOST_CONTROL : PATH_HOST_REST;
}

/* So many packets a second, and as many at once as are due in a tenth of it, 16 at least. The rest may use the upper half of
 * that alone: while it does, control traffic finds the lower half, and all of the rate. */
static bool may_pass(struct path_host *host, enum path_host_class class, uint64_t now_ns)
{
	uint64_t cost_ns = SECOND_NS / host->rate, most_ns = RTE_MAX((uint64_t)SECOND_NS / 10, 16 * cost_ns);
	uint64_t kept_ns = class == PATH_HOST_CONTROL ? 0 : most_ns / 2;

	token_bucket_earn(&host->bucket, most_ns, now_ns);
	return token_bucket_spend(&host->bucket, cost_ns, kept_ns);
}

static void give(struct path_port *port, struct rte_mbuf *mbuf, enum path_host_class class, uint64_t now_ns)
{
	struct path_host_queue *queue = &port->host->queues[class];

	if (rte_pktmbuf_pkt_len(mbuf) > port->host->most) {
		path_drop(port, mbuf, PYDP_CNT_DROP_TOO_BIG);
		return;
	}
	if (queue->count == PATH_HOST_QUEUE) {
		path_drop(port, mbuf, PYDP_CNT_DROP_HOST_FULL);
		return;
	}
	if (!may_pass(port->host, class, now_ns)) {
		path_drop(port, mbuf, PYDP_CNT_DROP_HOST_RATE);
		return;
	}
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED && rte_vlan_insert(&mbuf) != 0) {
		path_drop(port, mbuf, PYDP_CNT_DROP_NO_MBUF);
		return;
	}
	path_forget_offloads(mbuf);
	queue->mbufs[(queue->first + queue->count++) % PATH_HOST_QUEUE] = mbuf;
}

void path_host_receive(struct path_port *port, const struct path_packet *packet, uint64_t now_ns)
{
	give(port, packet->mbuf, class_of(packet), now_ns);
}

void path_host_copy(struct path_port *port, struct rte_mbuf *mbuf, uint64_t now_ns)
{
	if (port->host != NULL)
		give(port, mbuf, PATH_HOST_CONTROL, now_ns);
	else
		rte_pktmbuf_free(mbuf);
}

uint16_t path_host_take(struct path_host *host, struct rte_mbuf **mbufs, uint16_t count)
{
	uint16_t taken = 0;

	for (uint32_t class = 0; class < PATH_HOST_CLASSES; class++) {
		struct path_host_queue *queue = &host->queues[class];

		for (; queue->count > 0 && taken < count; queue->count--) {
			mbufs[taken++] = queue->mbufs[queue->first];
			queue->first = (queue->first + 1) % PATH_HOST_QUEUE;
		}
	}
	return taken;
}
