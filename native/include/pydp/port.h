/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: a NIC or its stand-in. Any DPDK devargs, or one end of an in-memory link. */
#ifndef PYDP_PORT_H
#define PYDP_PORT_H
#include <stdint.h>
#include <pydp/address.h>

typedef struct pydp_port pydp_port_t;

struct pydp_port_config {
	const char *devargs;     /* "net_af_packet0,iface=eth1", "0000:03:00.0"; copied */
	uint16_t rx_descriptors; /* 0: 1024 */
	uint16_t tx_descriptors; /* 0: 1024 */
	uint32_t mbufs;          /* 0: chosen from the descriptors */
	uint8_t promiscuous;
	uint8_t queues; /* receive queues, by which the driver spreads flows, and transmit queues; 0: 1; at most 16 */
	uint16_t mtu;   /* octets of an IP packet, 68 at least; 0: what the driver begins with, mostly 1500 */
};

struct pydp_port_info {
	char name[64];   /* DPDK's device name, or the link end's name */
	char driver[32]; /* "net_af_packet", "memory-link"... */
	struct pydp_mac mac;
	uint16_t mtu;
	uint16_t ethdev_id;    /* 65535 for a memory link's end */
	uint8_t link_up;       /* 1 or 0 */
	uint8_t rx_interrupts; /* 1 when a worker can sleep on this port until a packet comes */
	uint32_t speed_mbps;   /* 0: unknown */
	int32_t numa_node;     /* -1: any */
	uint8_t cut;           /* 1 while pydp_port_cut is on */
	uint8_t queues;        /* receive queues, and as many transmit queues */
	uint8_t reserved[2];
};

struct pydp_port_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed; /* lost because the receive queue was full */
	uint64_t rx_errors;
	uint64_t rx_nombuf;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_errors;
	uint64_t tx_cut; /* dropped by pydp_port_cut */
};

/* Probe (or find, when EAL has probed it already) and start a port. The caller owns it and closes it after detaching it
 * from its engine. PYDP_E_DRIVER with DPDK's reason in pydp_last_error. Control thread. */
int pydp_port_open(const struct pydp_port_config *config, pydp_port_t **port);
/* PYDP_E_BUSY while attached to an engine. Control thread. */
int pydp_port_close(pydp_port_t *port);
int pydp_port_info(const pydp_port_t *port, struct pydp_port_info *info);
int pydp_port_stats(const pydp_port_t *port, struct pydp_port_stats *stats);
/* Drop (1) or let pass (0) everything that this port transmits: one direction of a cut cable. Any thread. */
int pydp_port_cut(pydp_port_t *port, int on);
/* Number of ethdevs that exist in this process. */
int pydp_port_count(void);

/* A cable between two ends that live in this process, needing no root and no NIC. */
struct pydp_link_config {
	const char *name;  /* the ends are NAME.0 and NAME.1; copied; at most 20 characters */
	uint32_t capacity; /* packets in flight a direction, a power of two; 0: 1024 */
	uint8_t ethdev;    /* 1: each end is a DPDK ethdev (net_ring), of which a process has 32; 0: rings of our own */
	uint8_t queues; /* of each end, by which flows are spread, each with the capacity; 0: 1; at most 16; an ethdev has 1 */
	uint16_t mtu;   /* of both ends, 68 at least; 0: 1500 */
	struct pydp_mac mac; /* of end 0, unicast, not with ethdev; all zero: made up, as is that of end 1 */
};
int pydp_link_create(const struct pydp_link_config *config, pydp_port_t **end0, pydp_port_t **end1);

/* Data that comes to one end of an in-memory link by the clock, in one receive queue with what the other end sends. It is written
 * by the thread that receives, as it looks, and takes no core of its own: for measuring what a receiver does at a rate. A worker
 * does not sleep at such a port. */
struct pydp_load_config {
	const uint8_t *frames; /* count of them, one behind the other; packet i is frame i % count. Copied */
	uint32_t count;        /* 1 to 65536 */
	uint16_t length;       /* octets of each, without FCS: 14 to 1514 */
	uint16_t reserved;
	uint32_t capacity; /* packets that the queue holds, the other end's among them, 2 to 2^24; more are lost */
};
struct pydp_load_stats {
	uint64_t offered;    /* data that came */
	uint64_t delivered;  /* of it, received */
	uint64_t missed;     /* of it, lost because the queue was full */
	uint64_t far_missed; /* frames of the other end that were lost so */
	/* Of both, those lost in a look that found more than an eighth of a queue of fresh data: the receiver had been away. */
	uint64_t away_missed, away_far_missed;
};
/* In place of the load before, of which nothing comes any more; it begins at the rate 0. PYDP_E_BUSY while attached, and
 * PYDP_E_UNSUPPORTED for a port that is no such end, or has several queues. Control thread. */
int pydp_port_load(pydp_port_t *port, const struct pydp_load_config *config);
/* Thousandths of a packet a second, below 10^12; 0: none. Any thread. */
int pydp_port_load_rate(pydp_port_t *port, uint64_t millirate);
int pydp_port_load_stats(const pydp_port_t *port, struct pydp_load_stats *stats);

#endif
