/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is counted per port: one counter, one meaning. The list is the source of the enum, the kebab-case names
 * and the texts for people; who counts is elsewhere. */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H
#include <assert.h>
#include <stdint.h>
#include "bfd_fault.h"

/* What a counter is of, as bits. */
enum counter_kind {
	COUNTER_COUNT = 0,
	COUNTER_DROP = 1,    /* a reason why packets are dropped */
	COUNTER_FORWARD = 2, /* it may count packets in transit */
	COUNTER_FORWARD_DROP = COUNTER_FORWARD | COUNTER_DROP
};

/* X(NAME, kebab-name, kind, text). A packet that is received is counted once as rx-* or drop-*, after all checks; one of ARP or
 * ND that the host gets, too, is counted as that again. */
#define PYDP_COUNTER_LIST(X)                                                                                                   \
	X(RX_BFD, "rx-bfd", COUNT, "BFD control packets accepted by a session")                                                \
	X(RX_BFD_ECHO, "rx-bfd-echo", COUNT, "BFD echoes of ours that came back")                                              \
	X(RX_SBFD, "rx-s-bfd", COUNT, "S-BFD requests answered")                                                               \
	X(UNSOLICITED_TOLD, "unsolicited-told", COUNT, "first BFD packets of strangers that the control plane was told of")    \
	X(UNSOLICITED_UNTOLD, "unsolicited-untold", COUNT, "first BFD packets of strangers beyond what is told in a second")   \
	X(RX_ARP, "rx-arp", COUNT, "ARP packets understood")                                                                   \
	X(RX_ND, "rx-nd", COUNT, "ICMPv6 neighbour discovery packets understood")                                              \
	X(RX_HOST, "rx-host", COUNT, "packets handed to the host")                                                             \
	X(RX_FORWARD_IP4, "rx-forward-ip4", FORWARD, "IPv4 packets forwarded")                                                 \
	X(RX_FORWARD_IP6, "rx-forward-ip6", FORWARD, "IPv6 packets forwarded")                                                 \
	X(RX_ECHO, "rx-echo", COUNT, "ICMP and ICMPv6 echo requests answered")                                                 \
	X(TX_BFD, "tx-bfd", COUNT, "BFD control packets sent")                                                                 \
	X(TX_BFD_ECHO, "tx-bfd-echo", COUNT, "BFD echoes sent")                                                                \
	X(TX_BFD_ECHO_REFLECTED, "tx-bfd-echo-reflected", COUNT, "BFD echoes of peers sent back to them")                      \
	X(TX_ARP, "tx-arp", COUNT, "ARP requests and replies sent")                                                            \
	X(TX_ND, "tx-nd", COUNT, "neighbour solicitations and advertisements sent")                                            \
	X(TX_HOST, "tx-host", COUNT, "packets of the host sent")                                                               \
	X(NEIGHBOUR_CONFLICT, "neighbour-conflict", COUNT, "answers for an address that another MAC address answered for too") \
	X(ADDRESS_CONFLICT, "address-conflict", COUNT, "ARP and ND from another MAC address that has an address of ours")      \
	X(TX_ICMP_ERROR, "tx-icmp-error", FORWARD, "ICMP and ICMPv6 errors sent")                                              \
	X(TX_FRAGMENT, "tx-fragment", FORWARD, "fragments sent of forwarded packets larger than the MTU")                      \
	X(ICMP_ERROR_RATE, "icmp-error-rate", FORWARD, "ICMP and ICMPv6 errors not sent, beyond the rate that is allowed")     \
	X(ICMP_ERROR_UNSENT, "icmp-error-unsent", FORWARD,                                                                     \
	  "ICMP and ICMPv6 errors not sent: no route, address or MAC address to send with")                                    \
	X(DROP_MALFORMED_ETHERNET, "drop-malformed-ethernet", DROP, "frame too short for its Ethernet or VLAN header")         \
	X(DROP_MAC, "drop-mac", DROP, "destination MAC address is neither ours nor a group we listen to")                      \
	X(DROP_UNKNOWN_VLAN, "drop-unknown-vlan", DROP, "VLAN on which the port has no address")                               \
	X(DROP_UNKNOWN_ETHERTYPE, "drop-unknown-ethertype", DROP, "neither IPv4, IPv6 nor ARP")                                \
	X(DROP_SEGMENTED, "drop-segmented", FORWARD_DROP, "headers spread over several buffers")                               \
	X(DROP_ARP_MALFORMED, "drop-arp-malformed", DROP, "ARP packet that breaks RFC 826's format for Ethernet and IPv4")     \
	X(DROP_ARP_NOT_FOR_US, "drop-arp-not-for-us", DROP, "ARP packet about addresses that are not ours")                    \
	X(DROP_MALFORMED_IP4, "drop-malformed-ip4", FORWARD_DROP, "IPv4 header with a wrong version or length")                \
	X(DROP_CHECKSUM_IP4, "drop-checksum-ip4", FORWARD_DROP, "IPv4 header checksum wrong")                                  \
	X(DROP_MALFORMED_IP6, "drop-malformed-ip6", FORWARD_DROP, "IPv6 header with a wrong version or length")                \
	X(DROP_FRAGMENT, "drop-fragment", DROP, "IP fragment")                                                                 \
	X(DROP_NOT_FOR_US, "drop-not-for-us", DROP, "destination IP address is not ours, and nothing is forwarded")            \
	X(DROP_OTHER_PROTOCOL, "drop-other-protocol", DROP, "IP protocol that nothing here listens to")                        \
	X(DROP_ND_MALFORMED, "drop-nd-malformed", DROP, "neighbour discovery packet that fails RFC 4861's checks")             \
	X(DROP_ND_NOT_FOR_US, "drop-nd-not-for-us", DROP, "neighbour discovery about addresses that are not ours")             \
	X(DROP_OTHER_ICMP6, "drop-other-icmp6", DROP, "ICMPv6 other than neighbour solicitation and advertisement")            \
	X(DROP_MALFORMED_UDP, "drop-malformed-udp", DROP, "UDP length disagrees with the IP length")                           \
	X(DROP_CHECKSUM_UDP, "drop-checksum-udp", DROP, "UDP checksum wrong, or zero over IPv6")                               \
	X(DROP_OTHER_UDP, "drop-other-udp", DROP, "UDP port that nothing here listens to")                                     \
	X(DROP_TTL, "drop-ttl", DROP, "BFD with a TTL or hop limit below 255 (RFC 5881 section 5)")                            \
	X(DROP_SOURCE, "drop-source", DROP, "BFD for a session of ours from another source address, port or VLAN")             \
	X(DROP_BFD_VERSION, "drop-bfd-version", DROP, "BFD version is not 1")                                                  \
	X(DROP_BFD_LENGTH, "drop-bfd-length", DROP, "BFD Length field below the minimum")                                      \
	X(DROP_BFD_TRUNCATED, "drop-bfd-truncated", DROP, "BFD Length field exceeds the UDP payload")                          \
	X(DROP_BFD_DETECT_MULT, "drop-bfd-detect-mult", DROP, "BFD Detect Mult is zero")                                       \
	X(DROP_BFD_MULTIPOINT, "drop-bfd-multipoint", DROP, "BFD Multipoint bit set")                                          \
	X(DROP_BFD_MY_DISCRIMINATOR, "drop-bfd-my-discriminator", DROP, "BFD My Discriminator is zero")                        \
	X(DROP_BFD_YOUR_DISCRIMINATOR, "drop-bfd-your-discriminator", DROP, "BFD Your Discriminator is no session of ours")    \
	X(DROP_BFD_ZERO_YOUR_STATE, "drop-bfd-zero-your-state", DROP, "BFD Your Discriminator zero in state Init or Up")       \
	X(DROP_BFD_NO_SESSION, "drop-bfd-no-session", DROP, "BFD Your Discriminator zero from a peer without a session")       \
	X(DROP_BFD_AUTH, "drop-bfd-auth", DROP, "BFD authentication bit set and no authentication in use")                     \
	X(DROP_BFD_UNAUTHENTICATED, "drop-bfd-unauthenticated", DROP, "BFD authentication bit clear, authentication in use")   \
	X(DROP_BFD_AUTH_TYPE, "drop-bfd-auth-type", DROP, "BFD authentication type unknown, or not the key's")                 \
	X(DROP_BFD_AUTH_KEY_ID, "drop-bfd-auth-key-id", DROP, "BFD Auth Key ID of no key in the session's key chain")          \
	X(DROP_BFD_AUTH_LENGTH, "drop-bfd-auth-length", DROP, "BFD Auth Len wrong")                                            \
	X(DROP_BFD_AUTH_SEQUENCE, "drop-bfd-auth-sequence", DROP, "BFD sequence number outside the window (replay, or loss)")  \
	X(DROP_BFD_AUTH_DIGEST, "drop-bfd-auth-digest", DROP, "BFD password or digest wrong: another key, or a forgery")       \
	X(DROP_BFD_ADMIN_DOWN, "drop-bfd-admin-down", DROP, "BFD for a session that is AdminDown here")                        \
	X(DROP_BFD_RX_TTL, "drop-bfd-rx-ttl", DROP, "BFD with a TTL or hop limit below the multihop session's rx-ttl")         \
	X(DROP_BFD_ECHO_FORGED, "drop-bfd-echo-forged", DROP, "BFD echo that says it is ours and is not")                      \
	X(DROP_BFD_ECHO_NOT_AWAITED, "drop-bfd-echo-not-awaited", DROP, "BFD echo of ours again, too late or after its end")   \
	X(DROP_BFD_ECHO_UNWANTED, "drop-bfd-echo-unwanted", DROP, "BFD echo of nobody whose echoes are reflected")             \
	X(DROP_BFD_ECHO_RATE, "drop-bfd-echo-rate", DROP, "BFD echo faster than our Required Min Echo RX Interval allows")     \
	X(DROP_BFD_ECHO_TTL, "drop-bfd-echo-ttl", DROP, "BFD echo to reflect whose TTL or hop limit ends here")                \
	X(DROP_BFD_SBFD_PORTS, "drop-bfd-s-bfd-ports", DROP, "S-BFD request from port 7784")                                   \
	X(DROP_BFD_SBFD_DEMAND, "drop-bfd-s-bfd-demand", DROP, "S-BFD request without, or reply with the Demand bit")          \
	X(DROP_BFD_SBFD_STATE, "drop-bfd-s-bfd-state", DROP, "S-BFD reply with a state other than Up and AdminDown")           \
	X(DROP_BFD_SBFD_YOUR_DISCRIMINATOR, "drop-bfd-s-bfd-your-discriminator", DROP, "S-BFD Your Discriminator is zero")     \
	X(DROP_BFD_SBFD_REFLECTOR, "drop-bfd-s-bfd-reflector", DROP, "S-BFD reply from another reflector than was asked")      \
	X(DROP_BFD_SBFD_MARTIAN, "drop-bfd-s-bfd-martian", DROP, "S-BFD request from an address that no host can have")        \
	X(DROP_BFD_SBFD_SOURCE, "drop-bfd-s-bfd-source", DROP, "S-BFD request from outside the prefixes that may ask")         \
	X(DROP_BFD_SBFD_RATE, "drop-bfd-s-bfd-rate", DROP, "S-BFD request beyond the rate that the reflector answers")         \
	X(DROP_HOST_RATE, "drop-host-rate", DROP, "for the host, beyond the rate at which it is given packets")                \
	X(DROP_HOST_FULL, "drop-host-full", DROP, "for the host, whose queue or port was full")                                \
	X(DROP_MARTIAN_SOURCE, "drop-martian-source", FORWARD_DROP,                                                            \
	  "not forwarded: source address that no unicast packet can have")                                                     \
	X(DROP_MARTIAN_DESTINATION, "drop-martian-destination", FORWARD_DROP,                                                  \
	  "not forwarded: destination address that no packet can have")                                                        \
	X(DROP_MULTICAST, "drop-multicast", FORWARD_DROP, "not forwarded: multicast")                                          \
	X(DROP_BROADCAST, "drop-broadcast", FORWARD_DROP, "not forwarded: broadcast address of a prefix of ours")              \
	X(DROP_SOURCE_ROUTE, "drop-source-route", FORWARD_DROP, "not forwarded: IPv4 source route")                            \
	X(DROP_OPTIONS, "drop-options", FORWARD_DROP, "not forwarded: IPv4 options malformed")                                 \
	X(DROP_EXPIRED, "drop-expired", FORWARD_DROP, "not forwarded: TTL or hop limit ends here")                             \
	X(DROP_SCOPE, "drop-scope", FORWARD_DROP, "not forwarded: link-local source address")                                  \
	X(DROP_RPF, "drop-rpf", FORWARD_DROP, "not forwarded: source address that is not reached this way (uRPF)")             \
	X(DROP_NO_ROUTE, "drop-no-route", FORWARD_DROP, "not forwarded: no route to the destination")                          \
	X(DROP_BLACKHOLE, "drop-blackhole", FORWARD_DROP, "not forwarded: blackhole route")                                    \
	X(DROP_UNREACHABLE, "drop-unreachable", FORWARD_DROP, "not forwarded: unreachable route")                              \
	X(DROP_PROHIBITED, "drop-prohibited", FORWARD_DROP, "not forwarded: prohibited route")                                 \
	X(DROP_NEXT_HOP, "drop-next-hop", FORWARD_DROP, "not forwarded: the next hop is down, and so are its backups")         \
	X(DROP_TOO_BIG, "drop-too-big", FORWARD_DROP, "not forwarded: larger than the MTU, and not to be fragmented")          \
	X(DROP_EXCEPTION_FULL, "drop-exception-full", FORWARD_DROP,                                                            \
	  "not forwarded: more packets in one turn that need more than forwarding")                                            \
	X(DROP_ECHO_RATE, "drop-echo-rate", DROP, "echo request beyond the rate that is answered")                             \
	X(DROP_ICMP_MALFORMED, "drop-icmp-malformed", DROP, "echo request with a wrong checksum or length")                    \
	X(DROP_HANDOVER, "drop-handover", FORWARD_DROP,                                                                        \
	  "for the first worker, whose queue of such packets from another worker was full")                                    \
	X(DROP_HANDOVER_CONTROL, "drop-handover-control", FORWARD_DROP,                                                        \
	  "BFD, ARP or ND for the first worker, whose queue of such packets from another worker was full")                     \
	X(DROP_SHED, "drop-shed", FORWARD_DROP,                                                                                \
	  "not forwarded: left aside for control traffic while the receive queue was filling up")                              \
	X(DROP_NEIGHBOUR_UNRESOLVED, "drop-neighbour-unresolved", FORWARD_DROP,                                                \
	  "not sent: the neighbour's MAC address is not known")                                                                \
	X(DROP_NEIGHBOUR_QUEUE, "drop-neighbour-queue", FORWARD_DROP,                                                          \
	  "not sent: pushed out of the few that wait for a MAC address")                                                       \
	X(DROP_NEIGHBOUR_FAILED, "drop-neighbour-failed", FORWARD_DROP,                                                        \
	  "not sent: nobody has said the neighbour's MAC address")                                                             \
	X(DROP_NEIGHBOUR_LIMIT, "drop-neighbour-limit", FORWARD_DROP, "not sent: too many absent neighbours are asked for")    \
	X(DROP_NO_MBUF, "drop-no-mbuf", FORWARD_DROP, "not sent: no packet buffer free")                                       \
	X(DROP_TX_FULL, "drop-tx-full", FORWARD_DROP, "not sent: the port's transmit queue was full")

enum pydp_counter {
#define PYDP_COUNTER_ENUM(name, kebab, kind, text) PYDP_CNT_##name,
	PYDP_COUNTER_LIST(PYDP_COUNTER_ENUM)
#undef PYDP_COUNTER_ENUM
		PYDP_CNT_COUNT
};

static_assert(PYDP_CNT_DROP_BFD_ADMIN_DOWN - PYDP_CNT_DROP_BFD_VERSION == BFD_FAULT_ADMIN_DOWN - BFD_FAULT_VERSION,
	      "one counter for each fault of RFC 5880 6.8.6, in the same order");

static_assert(PYDP_CNT_DROP_BFD_ECHO_TTL - PYDP_CNT_DROP_BFD_ECHO_FORGED == BFD_FAULT_ECHO_TTL - BFD_FAULT_ECHO_FORGED,
	      "one counter for each fault of echoes, in the same order");

/* PYDP_CNT_COUNT for a fault that only captures have. */
static inline enum pydp_counter counter_of_fault(enum bfd_fault fault)
{
	if (fault >= BFD_FAULT_VERSION && fault <= BFD_FAULT_ADMIN_DOWN)
		return (enum pydp_counter)(PYDP_CNT_DROP_BFD_VERSION + ((int)fault - (int)BFD_FAULT_VERSION));
	if (fault >= BFD_FAULT_ECHO_FORGED && fault <= BFD_FAULT_ECHO_TTL)
		return (enum pydp_counter)(PYDP_CNT_DROP_BFD_ECHO_FORGED + ((int)fault - (int)BFD_FAULT_ECHO_FORGED));
	switch (fault) {
	case BFD_FAULT_TTL:
		return PYDP_CNT_DROP_TTL;
	case BFD_FAULT_RX_TTL:
		return PYDP_CNT_DROP_BFD_RX_TTL;
	case BFD_FAULT_SBFD_PORTS:
		return PYDP_CNT_DROP_BFD_SBFD_PORTS;
	case BFD_FAULT_SBFD_DEMAND:
		return PYDP_CNT_DROP_BFD_SBFD_DEMAND;
	case BFD_FAULT_SBFD_STATE:
		return PYDP_CNT_DROP_BFD_SBFD_STATE;
	case BFD_FAULT_SBFD_YOUR_DISCRIMINATOR:
		return PYDP_CNT_DROP_BFD_SBFD_YOUR_DISCRIMINATOR;
	case BFD_FAULT_SBFD_REFLECTOR:
		return PYDP_CNT_DROP_BFD_SBFD_REFLECTOR;
	case BFD_FAULT_SBFD_MARTIAN:
		return PYDP_CNT_DROP_BFD_SBFD_MARTIAN;
	case BFD_FAULT_SBFD_SOURCE:
		return PYDP_CNT_DROP_BFD_SBFD_SOURCE;
	case BFD_FAULT_SBFD_RATE:
		return PYDP_CNT_DROP_BFD_SBFD_RATE;
	default:
		return PYDP_CNT_COUNT;
	}
}

/* NULL, or 0, for a number that is no counter. */
const char *counter_name(uint32_t counter);
const char *counter_text(uint32_t counter);
int counter_is_drop(uint32_t counter);
/* It may count packets in transit. */
int counter_is_forwarding(uint32_t counter);

#endif
