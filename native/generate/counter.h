/* SPDX-License-Identifier: Apache-2.0 */
/* What a generator counts per port: the list is the source of the enum, the kebab-case names and the texts. */
#ifndef GENERATE_COUNTER_H
#define GENERATE_COUNTER_H

/* X(NAME, kebab-name, text). A frame that is received is counted once. */
#define GENERATE_COUNTER_LIST(X)                                                                         \
	X(RX_BFD, "rx-bfd", "BFD control packets for a peer, valid or not")                              \
	X(RX_STRAY, "rx-stray", "BFD control packets between addresses that are no peer and its target") \
	X(RX_FLOW, "rx-flow", "packets of flows with our tag")                                           \
	X(RX_ARP, "rx-arp", "ARP packets")                                                               \
	X(RX_ND, "rx-nd", "neighbour solicitations and advertisements")                                  \
	X(RX_OTHER, "rx-other", "frames that are nothing of ours")                                       \
	X(RX_CORRUPT, "rx-corrupt", "packets of ours with a wrong checksum or length")                   \
	X(TX_BFD, "tx-bfd", "BFD control packets, good ones and bad ones")                               \
	X(TX_FLOW, "tx-flow", "packets of flows")                                                        \
	X(TX_ARP, "tx-arp", "ARP requests and replies")                                                  \
	X(TX_ND, "tx-nd", "neighbour solicitations and advertisements")                                  \
	X(TX_FULL, "tx-full", "not sent: the port's transmit queue stayed full")                         \
	X(TX_NO_MBUF, "tx-no-mbuf", "not sent: no packet buffer free")

enum generate_counter {
#define GENERATE_COUNTER_ENUM(name, kebab, text) GENERATE_##name,
	GENERATE_COUNTER_LIST(GENERATE_COUNTER_ENUM)
#undef GENERATE_COUNTER_ENUM
		GENERATE_COUNTERS
};

#endif
