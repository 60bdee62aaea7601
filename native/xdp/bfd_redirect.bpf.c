/* SPDX-License-Identifier: Apache-2.0 */
/* An XDP program for an interface that the kernel keeps using: single-hop BFD (UDP 3784, IPv4 and IPv6, one VLAN tag or
 * none) goes to the AF_XDP socket of the receive queue, everything else to the kernel as before. DPDK's net_af_xdp loads it
 * by xdp_prog=FILE and puts its sockets into xsks_map. Fragments and packets with IPv6 extension headers pass. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BFD_PORT    3784
#define QUEUES      64
#define IP_FRAGMENT 0x3fff /* more fragments, or an offset */

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, QUEUES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} xsks_map SEC(".maps");

static __always_inline int is_bfd(const void *header, const void *end)
{
	const struct udphdr *udp = header;

	return (const void *)(udp + 1) <= end && udp->dest == bpf_htons(BFD_PORT);
}

static __always_inline int is_bfd4(const void *header, const void *end)
{
	const struct iphdr *ip = header;

	if ((const void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP || ip->frag_off & bpf_htons(IP_FRAGMENT) || ip->ihl < 5)
		return 0;
	return is_bfd(header + ip->ihl * 4, end);
}

static __always_inline int is_bfd6(const void *header, const void *end)
{
	const struct ipv6hdr *ip = header;

	return (const void *)(ip + 1) <= end && ip->nexthdr == IPPROTO_UDP && is_bfd(ip + 1, end);
}

SEC("xdp")
int bfd_redirect(struct xdp_md *context)
{
	const void *data = (const void *)(long)context->data, *end = (const void *)(long)context->data_end;
	const struct ethhdr *ether = data;
	const void *network = ether + 1;
	__be16 type;
	int bfd = 0;

	if (network > end)
		return XDP_PASS;
	type = ether->h_proto;
	if (type == bpf_htons(ETH_P_8021Q)) {
		const struct vlan_tag *tag = network;

		if ((const void *)(tag + 1) > end)
			return XDP_PASS;
		type = tag->type;
		network = tag + 1;
	}
	if (type == bpf_htons(ETH_P_IP))
		bfd = is_bfd4(network, end);
	else if (type == bpf_htons(ETH_P_IPV6))
		bfd = is_bfd6(network, end);
	/* A queue without a socket passes its packet on. */
	return bfd ? bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS) : XDP_PASS;
}

char bpf_license[] SEC("license") = "Apache-2.0";
