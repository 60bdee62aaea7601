/* SPDX-License-Identifier: Apache-2.0 */
/* Beside a kernel on the same interface: hands the packets that the engine owns (single-hop BFD, UDP port 3784, untagged or
 * tagged once) to the AF_XDP socket of the queue they came on, and leaves everything else to the kernel. It judges nothing:
 * TTL, checksums and the BFD fields are the engine's to check and count. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BFD_PORT 3784 /* RFC 5881 4 */
#define VLAN_TAG 4

/* The name that DPDK's net_af_xdp looks for. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

/* Behind the link-layer header: is this UDP to the BFD port? A later fragment has no UDP header to look at. */
static __always_inline int owned(void *header, void *end, __be16 type)
{
	struct udphdr *udp;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = header;

		if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP || ip->ihl < 5 || (ip->frag_off & bpf_htons(0x1fff)))
			return 0;
		udp = header + ip->ihl * 4;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip6 = header;

		if ((void *)(ip6 + 1) > end || ip6->nexthdr != IPPROTO_UDP)
			return 0;
		udp = (void *)(ip6 + 1);
	} else {
		return 0;
	}
	return (void *)(udp + 1) <= end && udp->dest == bpf_htons(BFD_PORT);
}

SEC("xdp")
int bfd_redirect(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	__be16 type;
	void *header = ethernet + 1;

	if (header > end)
		return XDP_PASS;
	type = ethernet->h_proto;
	if (type == bpf_htons(ETH_P_8021Q)) {
		if (header + VLAN_TAG > end)
			return XDP_PASS;
		type = *(__be16 *)(header + 2);
		header += VLAN_TAG;
	}
	/* A queue without a socket passes its packets to the kernel. */
	return owned(header, end, type) ? bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS) : XDP_PASS;
}

char _license[] SEC("license") = "Apache-2.0";
