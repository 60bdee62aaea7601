/* SPDX-License-Identifier: Apache-2.0 */
/* What the path knows of a port: who we are on it, its counters and the packets staged for it. The engine owns these. */
#ifndef PATH_PORT_H
#define PATH_PORT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <rte_mbuf.h>
#include <pydp/address.h>
#include "core/bfd_kind.h"
#include "core/counter.h"

enum { PATH_LOCALS = 128, PATH_STAGE = 64 };

struct path_host;

/* An address of ours. */
struct path_local {
	uint8_t octets[16];
	uint16_t vlan;
	uint8_t family;
	uint8_t prefix_length;
	uint32_t sessions; /* that send from it */
};

struct path_filter;
struct path_port;
struct path_transit;

/* path/sift.h */
typedef uint16_t path_sift_function(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count,
				    struct path_transit *transit, struct rte_mbuf **rest);

struct path_port {
	uint32_t index;
	const uint32_t *port_count; /* of the engine */
	struct path_port **ports;   /* of the engine, this one among them */
	struct pydp_mac mac;
	uint16_t staged;
	_Atomic uint8_t listens; /* to which BFD: a bit for each enum bfd_kind */
	uint32_t local_count;
	uint32_t echo_sessions; /* with BFD_FEATURE_ECHO */
	_Atomic bool forwards;  /* packets that are not for us are in transit */
	_Atomic uint8_t rpf;    /* enum pydp_rpf */
	const struct path_filter *filter;
	path_sift_function *sift;
	struct rte_mempool *pool;
	struct path_host *host;                /* NULL: none */
	void (*flush)(struct path_port *port); /* hands the staged packets to the driver */
	void *owner;                           /* flush's */
	struct rte_mbuf *stage[PATH_STAGE];
	_Atomic uint64_t counters[PYDP_CNT_COUNT]; /* written by the worker, read by any thread */
	struct path_local locals[PATH_LOCALS];
};

static inline uint8_t path_listening(const struct path_port *port)
{
	return atomic_load_explicit(&port->listens, memory_order_relaxed);
}

static inline bool path_listens(const struct path_port *port, enum bfd_kind kind)
{
	return path_listening(port) >> kind & 1;
}

static inline bool path_forwards(const struct path_port *port)
{
	return atomic_load_explicit(&port->forwards, memory_order_relaxed);
}

static inline uint8_t path_rpf(const struct path_port *port)
{
	return atomic_load_explicit(&port->rpf, memory_order_relaxed);
}

static inline void path_settle(struct path_port *port, bool forwards, uint8_t rpf, uint8_t listens)
{
	atomic_store_explicit(&port->forwards, forwards, memory_order_relaxed);
	atomic_store_explicit(&port->rpf, rpf, memory_order_relaxed);
	atomic_store_explicit(&port->listens, listens, memory_order_relaxed);
}

static inline void path_count(struct path_port *port, enum pydp_counter counter, uint64_t count)
{
	_Atomic uint64_t *value = &port->counters[counter];

	atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + count, memory_order_relaxed);
}

static inline void path_drop(struct path_port *port, struct rte_mbuf *mbuf, enum pydp_counter reason)
{
	path_count(port, reason, 1);
	rte_pktmbuf_free(mbuf);
}

/* What the receiving driver said of a buffer whose packet is another now; where its memory comes from stays true. */
static inline void path_forget_offloads(struct rte_mbuf *mbuf)
{
	mbuf->ol_flags &= RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT;
}

static inline void path_send(struct path_port *port, struct rte_mbuf *mbuf)
{
	port->stage[port->staged++] = mbuf;
	if (port->staged == PATH_STAGE)
		port->flush(port);
}

/* At most PATH_STAGE of them. */
static inline void path_send_all(struct path_port *port, struct rte_mbuf *const *mbufs, uint16_t count)
{
	if (port->staged + count > PATH_STAGE)
		port->flush(port);
	memcpy(port->stage + port->staged, mbufs, count * sizeof(*mbufs));
	port->staged = (uint16_t)(port->staged + count);
	if (port->staged == PATH_STAGE)
		port->flush(port);
}

/* A port has few addresses, so they are looked through. octets: 4 or 16 of them, by family. */
static inline struct path_local *path_local_find(struct path_port *port, uint16_t vlan, uint8_t family, const uint8_t *octets)
{
	for (uint32_t i = 0; i < port->local_count; i++) {
		struct path_local *local = &port->locals[i];

		if (local->family == family && local->vlan == vlan && memcmp(local->octets, octets, family == 4 ? 4 : 16) == 0)
			return local;
	}
	return NULL;
}

/* Of any port of the engine: a packet that was routed may come in on another one than its destination is an address of. */
static inline struct path_local *path_local_find_anywhere(const struct path_port *port, uint8_t family, const uint8_t *octets)
{
	for (uint32_t i = 0; i < *port->port_count; i++)
		for (uint32_t j = 0; j < port->ports[i]->local_count; j++) {
			struct path_local *local = &port->ports[i]->locals[j];

			if (local->family == family && memcmp(local->octets, octets, family == 4 ? 4 : 16) == 0)
				return local;
		}
	return NULL;
}

/* False: the prefix has none (RFC 3021). */
static inline bool path_local_broadcast(const struct path_local *local, uint8_t broadcast[4])
{
	if (local->family != 4 || local->prefix_length > 30)
		return false;
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t kept = local->prefix_length > i * 8 ? local->prefix_length - i * 8 : 0;

		broadcast[i] = local->octets[i] | (kept < 8 ? 0xff >> kept : 0);
	}
	return true;
}

/* Of a prefix of any port of the engine. */
static inline bool path_is_broadcast(const struct path_port *port, const uint8_t *octets)
{
	uint8_t broadcast[4];

	for (uint32_t i = 0; i < *port->port_count; i++)
		for (uint32_t j = 0; j < port->ports[i]->local_count; j++)
			if (path_local_broadcast(&port->ports[i]->locals[j], broadcast) && memcmp(broadcast, octets, 4) == 0)
				return true;
	return false;
}

static inline bool path_prefix_holds(const uint8_t *prefix, uint8_t length, const uint8_t *address)
{
	uint8_t octets = length / 8, bits = length % 8;

	return memcmp(prefix, address, octets) == 0 && (bits == 0 || (prefix[octets] ^ address[octets]) >> (8 - bits) == 0);
}

static inline bool path_knows_vlan(const struct path_port *port, uint16_t vlan)
{
	for (uint32_t i = 0; i < port->local_count; i++)
		if (port->locals[i].vlan == vlan)
			return true;
	return false;
}

#endif
