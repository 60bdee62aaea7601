/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is counted per port: one counter, one meaning. The list is the source of the enum, the kebab-case names
 * and the texts for people; who counts is elsewhere. */
#ifndef CORE_COUNTER_H
#define CORE_COUNTER_H
#include <assert.h>
#include <stdint.h>
#include "bfd_fault.h"

/* X(NAME, kebab-name, is-drop, text). A packet that is received is counted once as rx-* or drop-*, after all checks; one of ARP or
 * ND that the host gets, too, is counted as that again. */
#define PYDP_COUNTER_LIST(X)                                                                                                   \
	X(RX_BFD, "rx-bfd", 0, "BFD control packets accepted by a session")                                                    \
	X(RX_BFD_ECHO, "rx-bfd-echo", 0, "BFD echoes of ours that came back")                                                  \
	X(RX_SBFD, "rx-s-bfd", 0, "S-BFD requests answered")                                                                   \
	X(UNSOLICITED_TOLD, "unsolicited-told", 0, "first BFD packets of strangers that the control plane was told of")        \
	X(UNSOLICITED_UNTOLD, "unsolicited-untold", 0, "first BFD packets of strangers beyond what is told in a second")       \
	X(RX_ARP, "rx-arp", 0, "ARP packets understood")                                                                       \
	X(RX_ND, "rx-nd", 0, "ICMPv6 neighbour discovery packets understood")                                                  \
	X(RX_HOST, "rx-host", 0, "packets handed to the host")                                                                 \
	X(RX_FORWARD_IP4, "rx-forward-ip4", 0, "IPv4 packets forwarded")                                                       \
	X(RX_FORWARD_IP6, "rx-forward-ip6", 0, "IPv6 packets forwarded")                                                       \
	X(RX_ECHO, "rx-echo", 0, "ICMP and ICMPv6 echo requests answered")                                                     \
	X(TX_BFD, "tx-bfd", 0, "BFD control packets sent")                                                                     \
	X(TX_BFD_ECHO, "tx-bfd-echo", 0, "BFD echoes sent")                                                                    \
	X(TX_BFD_ECHO_REFLECTED, "tx-bfd-echo-reflected", 0, "BFD echoes of peers sent back to them")                          \
	X(TX_ARP, "tx-arp", 0, "ARP requests and replies sent")                                                                \
	X(TX_ND, "tx-nd", 0, "neighbour solicitations and advertisements sent")                                                \
	X(TX_HOST, "tx-host", 0, "packets of the host sent")                                                                   \
	X(NEIGHBOUR_CONFLICT, "neighbour-conflict", 0, "answers for an address that another MAC address answered for too")     \
	X(ADDRESS_CONFLICT, "address-conflict", 0, "ARP and ND from another MAC address that has an address of ours")          \
	X(TX_ICMP_ERROR, "tx-icmp-error", 0, "ICMP and ICMPv6 errors sent")                                                    \
	X(TX_FRAGMENT, "tx-fragment", 0, "fragments sent of forwarded packets larger than the MTU")                            \
	X(ICMP_ERROR_RATE, "icmp-error-rate", 0, "ICMP and ICMPv6 errors not sent, beyond the rate that is allowed")           \
	X(ICMP_ERROR_UNSENT, "icmp-error-unsent", 0,                                                                           \
	  "ICMP and ICMPv6 errors not sent: no route, address or MAC address to send with")                                    \
	X(DROP_MALFORMED_ETHERNET, "drop-malformed-ethernet", 1, "frame too short for its Ethernet or VLAN header")            \
	X(DROP_MAC, "drop-mac", 1, "destination MAC address is neither ours nor a group we listen to")                         \
	X(DROP_UNKNOWN_VLAN, "drop-unknown-vlan", 1, "VLAN on which the port has no address")                                  \
	X(DROP_UNKNOWN_ETHERTYPE, "drop-unknown-ethertype", 1, "neither IPv4, IPv6 nor ARP")                                   \
	X(DROP_SEGMENTED, "drop-segmented", 1, "headers spread over several buffers")                                          \
	X(DROP_ARP_MALFORMED, "drop-arp-malformed", 1, "ARP packet that breaks RFC 826's format for Ethernet and IPv4")        \
	X(DROP_ARP_NOT_FOR_US, "drop-arp-not-for-us", 1, "ARP packet about addresses that are not ours")                       \
	X(DROP_MALFORMED_IP4, "drop-malformed-ip4", 1, "IPv4 header with a wrong version or length")                           \
	X(DROP_CHECKSUM_IP4, "drop-checksum-ip4", 1, "IPv4 header checksum wrong")                                             \
	X(DROP_MALFORMED_IP6, "drop-malformed-ip6", 1, "IPv6 header with a wrong version or length")                           \
	X(DROP_FRAGMENT, "drop-fragment", 1, "IP fragment")                                                                    \
	X(DROP_NOT_FOR_US, "drop-not-for-us", 1, "destination IP address is not ours, and nothing is forwarded")               \
	X(DROP_OTHER_PROTOCOL, "drop-other-protocol", 1, "IP protocol that nothing here listens to")                           \
	X(DROP_ND_MALFORMED, "drop-nd-malformed", 1, "neighbour discovery packet that fails RFC 4861's checks")                \
	X(DROP_ND_NOT_FOR_US, "drop-nd-not-for-us", 1, "neighbour discovery about addresses that are not ours")                \
	X(DROP_OTHER_ICMP6, "drop-other-icmp6", 1, "ICMPv6 other than neighbour solicitation and advertisement")               \
	X(DROP_MALFORMED_UDP, "drop-malformed-udp", 1, "UDP length disagrees with the IP length")                              \
	X(DROP_CHECKSUM_UDP, "drop-checksum-udp", 1, "UDP checksum wrong, or zero over IPv6")                                  \
	X(DROP_OTHER_UDP, "drop-other-udp", 1, "UDP port that nothing here listens to")                                        \
	X(DROP_TTL, "drop-ttl", 1, "BFD with a TTL or hop limit below 255 (RFC 5881 section 5)")                               \
	X(DROP_SOURCE, "drop-source", 1, "BFD for a session of ours from another source address, port or VLAN")                \
	X(DROP_BFD_VERSION, "drop-bfd-version", 1, "BFD version is not 1")                                                     \
	X(DROP_BFD_LENGTH, "drop-bfd-length", 1, "BFD Length field below the minimum")                                         \
	X(DROP_BFD_TRUNCATED, "drop-bfd-truncated", 1, "BFD Length field exceeds the UDP payload")                             \
	X(DROP_BFD_DETECT_MULT, "drop-bfd-detect-mult", 1, "BFD Detect Mult is zero")                                          \
	X(DROP_BFD_MULTIPOINT, "drop-bfd-multipoint", 1, "BFD Multipoint bit set")                                             \
	X(DROP_BFD_MY_DISCRIMINATOR, "drop-bfd-my-discriminator", 1, "BFD My Discriminator is zero")                           \
	X(DROP_BFD_YOUR_DISCRIMINATOR, "drop-bfd-your-discriminator", 1, "BFD Your Discriminator is no session of ours")       \
	X(DROP_BFD_ZERO_YOUR_STATE, "drop-bfd-zero-your-state", 1, "BFD Your Discriminator zero in state Init or Up")          \
	X(DROP_BFD_NO_SESSION, "drop-bfd-no-session", 1, "BFD Your Discriminator zero from a peer without a session")          \
	X(DROP_BFD_AUTH, "drop-bfd-auth", 1, "BFD authentication bit set and no authentication in use")                        \
	X(DROP_BFD_UNAUTHENTICATED, "drop-bfd-unauthenticated", 1, "BFD authentication bit clear, authentication in use")      \
	X(DROP_BFD_AUTH_TYPE, "drop-bfd-auth-type", 1, "BFD authentication type unknown, or not the key's")                    \
	X(DROP_BFD_AUTH_KEY_ID, "drop-bfd-auth-key-id", 1, "BFD Auth Key ID of no key in the session's key chain")             \
	X(DROP_BFD_AUTH_LENGTH, "drop-bfd-auth-length", 1, "BFD Auth Len wrong")                                               \
	X(DROP_BFD_AUTH_SEQUENCE, "drop-bfd-auth-sequence", 1, "BFD sequence number outside the window (replay, or loss)")     \
	X(DROP_BFD_AUTH_DIGEST, "drop-bfd-auth-digest", 1, "BFD password or digest wrong: another key, or a forgery")          \
	X(DROP_BFD_ADMIN_DOWN, "drop-bfd-admin-down", 1, "BFD for a session that is AdminDown here")                           \
	X(DROP_BFD_RX_TTL, "drop-bfd-rx-ttl", 1, "BFD with a TTL or hop limit below the multihop session's rx-ttl")            \
	X(DROP_BFD_ECHO_FORGED, "drop-bfd-echo-forged", 1, "BFD echo that says it is ours and is not")                         \
	X(DROP_BFD_ECHO_NOT_AWAITED, "drop-bfd-echo-not-awaited", 1, "BFD echo of ours again, too late or after its end")      \
	X(DROP_BFD_ECHO_UNWANTED, "drop-bfd-echo-unwanted", 1, "BFD echo of nobody whose echoes are reflected")                \
	X(DROP_BFD_ECHO_RATE, "drop-bfd-echo-rate", 1, "BFD echo faster than our Required Min Echo RX Interval allows")        \
	X(DROP_BFD_ECHO_TTL, "drop-bfd-echo-ttl", 1, "BFD echo to reflect whose TTL or hop limit ends here")                   \
	X(DROP_BFD_SBFD_PORTS, "drop-bfd-s-bfd-ports", 1, "S-BFD request from port 7784")                                      \
	X(DROP_BFD_SBFD_DEMAND, "drop-bfd-s-bfd-demand", 1, "S-BFD request without, or reply with the Demand bit")             \
	X(DROP_BFD_SBFD_STATE, "drop-bfd-s-bfd-state", 1, "S-BFD reply with a state other than Up and AdminDown")              \
	X(DROP_BFD_SBFD_YOUR_DISCRIMINATOR, "drop-bfd-s-bfd-your-discriminator", 1, "S-BFD Your Discriminator is zero")        \
	X(DROP_BFD_SBFD_REFLECTOR, "drop-bfd-s-bfd-reflector", 1, "S-BFD reply from another reflector than was asked")         \
	X(DROP_BFD_SBFD_MARTIAN, "drop-bfd-s-bfd-martian", 1, "S-BFD request from an address that no host can have")           \
	X(DROP_BFD_SBFD_SOURCE, "drop-bfd-s-bfd-source", 1, "S-BFD request from outside the prefixes that may ask")            \
	X(DROP_BFD_SBFD_RATE, "drop-bfd-s-bfd-rate", 1, "S-BFD request beyond the rate that the reflector answers")            \
	X(DROP_HOST_RATE, "drop-host-rate", 1, "for the host, beyond the rate at which it is given packets")                   \
	X(DROP_HOST_FULL, "drop-host-full", 1, "for the host, whose queue or port was full")                                   \
	X(DROP_MARTIAN_SOURCE, "drop-martian-source", 1, "not forwarded: source address that no unicast packet can have")      \
	X(DROP_MARTIAN_DESTINATION, "drop-martian-destination", 1,                                                             \
	  "not forwarded: destination address that no packet can have")                                                        \
	X(DROP_MULTICAST, "drop-multicast", 1, "not forwarded: multicast")                                                     \
	X(DROP_BROADCAST, "drop-broadcast", 1, "not forwarded: broadcast address of a prefix of ours")                         \
	X(DROP_SOURCE_ROUTE, "drop-source-route", 1, "not forwarded: IPv4 source route")                                       \
	X(DROP_OPTIONS, "drop-options", 1, "not forwarded: IPv4 options malformed")                                            \
	X(DROP_EXPIRED, "drop-expired", 1, "not forwarded: TTL or hop limit ends here")                                        \
	X(DROP_SCOPE, "drop-scope", 1, "not forwarded: link-local source address")                                             \
	X(DROP_RPF, "drop-rpf", 1, "not forwarded: source address that is not reached this way (uRPF)")                        \
	X(DROP_NO_ROUTE, "drop-no-route", 1, "not forwarded: no route to the destination")                                     \
	X(DROP_BLACKHOLE, "drop-blackhole", 1, "not forwarded: blackhole route")                                               \
	X(DROP_UNREACHABLE, "drop-unreachable", 1, "not forwarded: unreachable route")                                         \
	X(DROP_PROHIBITED, "drop-prohibited", 1, "not forwarded: prohibited route")                                            \
	X(DROP_NEXT_HOP, "drop-next-hop", 1, "not forwarded: the next hop is down, and so are its backups")                    \
	X(DROP_TOO_BIG, "drop-too-big", 1, "not forwarded: larger than the MTU, and not to be fragmented")                     \
	X(DROP_EXCEPTION_FULL, "drop-exception-full", 1,                                                                       \
	  "not forwarded: more packets in one turn that need more than forwarding")                                            \
	X(DROP_ECHO_RATE, "drop-echo-rate", 1, "echo request beyond the rate that is answered")                                \
	X(DROP_ICMP_MALFORMED, "drop-icmp-malformed", 1, "echo request with a wrong checksum or length")                       \
	X(DROP_HANDOVER, "drop-handover", 1, "for the first worker, whose queue of such packets from another worker was full") \
	X(DROP_HANDOVER_CONTROL, "drop-handover-control", 1,                                                                   \
	  "BFD, ARP or ND for the first worker, whose queue of such packets from another worker was full")                     \
	X(DROP_SHED, "drop-shed", 1, "not forwarded: left aside for control traffic while the receive queue was filling up")   \
	X(DROP_NEIGHBOUR_UNRESOLVED, "drop-neighbour-unresolved", 1, "not sent: the neighbour's MAC address is not known")     \
	X(DROP_NEIGHBOUR_QUEUE, "drop-neighbour-queue", 1, "not sent: pushed out of the few that wait for a MAC address")      \
	X(DROP_NEIGHBOUR_FAILED, "drop-neighbour-failed", 1, "not sent: nobody has said the neighbour's MAC address")          \
	X(DROP_NEIGHBOUR_LIMIT, "drop-neighbour-limit", 1, "not sent: too many absent neighbours are asked for")               \
	X(DROP_NO_MBUF, "drop-no-mbuf", 1, "not sent: no packet buffer free")                                                  \
	X(DROP_TX_FULL, "drop-tx-full", 1, "not sent: the port's transmit queue was full")

enum pydp_counter {
#define PYDP_COUNTER_ENUM(name, kebab, drop, text) PYDP_CNT_##name,
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

#endif
