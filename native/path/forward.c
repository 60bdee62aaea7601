/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of forwarding, each over all packets of a family. Odd ones go behind the plain ones of their burst. */
#include "path/forward.h"
#include <rte_branch_prediction.h>
#include "path/hash.h"
#include "path/plain.h"
#include "path/reframe.h"
#include "path/rpf.h"

enum { READY = PATH_ADJACENCY_USABLE | PATH_ADJACENCY_USED };

/* So many packets of one next hop are led together. */
enum { TOGETHER = 16 };
/* The signs of two differences of lengths. */
#define OVER UINT64_C(0x8000000080000000)

/* Packets of one family on their way through the stages; at least one. */
struct batch {
	struct path_plain *packets;
	uint16_t *vlans; /* that they came by; NULL: each has an Ethernet header of 14 octets */
	uint16_t count;
	uint8_t family;
};

static void refuse(struct path_forward *forward, struct path_port *from, const struct path_odd *packet, uint32_t verdict,
		   uint8_t at)
{
	struct path_exception exception = {
		.mbuf = packet->mbuf, .network = packet->network, .value = at, .vlan = packet->vlan, .family = packet->family};

	if (verdict == IP_EXPIRED)
		exception.reason = PATH_EXPIRED;
	else if (verdict == IP_BAD_OPTION)
		exception.reason = PATH_BAD_OPTION;
	else if (verdict == IP_OUT_OF_SCOPE)
		exception.reason = PATH_OUT_OF_SCOPE;
	else {
		path_drop(from, packet->mbuf, (enum pydp_counter)verdict);
		return;
	}
	path_except(&forward->exceptions, from, &exception);
}

/* Octets behind the datagram that are not Ethernet's padding go no further: a frame is no longer than the MTU then. */
static void trim(struct rte_mbuf *mbuf, const uint8_t *network, uint32_t whole)
{
	const uint8_t *end = rte_pktmbuf_mtod(mbuf, const uint8_t *) + rte_pktmbuf_data_len(mbuf);
	uint32_t available = (uint32_t)(end - network), kept = RTE_MAX(whole, (uint32_t)ETHER_PAYLOAD_MINIMUM);

	if (available > kept)
		rte_pktmbuf_trim(mbuf, (uint16_t)(available - kept));
}

/* An odd packet joins the batch, or goes no further. */
static void check(struct path_forward *forward, struct path_port *from, struct batch *batch, const struct path_odd *packet)
{
	const uint8_t *end = rte_pktmbuf_mtod(packet->mbuf, const uint8_t *) + rte_pktmbuf_data_len(packet->mbuf);
	const uint8_t *network = packet->network;
	uint32_t available = (uint32_t)(end - network), verdict;
	uint16_t place = batch->count;
	uint8_t at = 0;

	path_forget_offloads(packet->mbuf);
	verdict = packet->family == 4 ? ip4_check(network, available, &at) : ip6_check(network, available);
	if (verdict != IP_FORWARD) {
		refuse(forward, from, packet, verdict, at);
		return;
	}
	if (packet->family == 4) {
		trim(packet->mbuf, network, load16(network + IP4_TOTAL_AT));
		batch->packets->destinations[place] = net_load32(network + IP4_DESTINATION_AT);
		batch->packets->aged[place] = plain_aged(network);
	} else {
		trim(packet->mbuf, network, IP6_LENGTH + (uint32_t)load16(network + IP6_PAYLOAD_AT));
	}
	batch->packets->mbufs[place] = packet->mbuf;
	batch->packets->headers[place] = network;
	batch->packets->lengths[place] = rte_pktmbuf_data_len(packet->mbuf);
	batch->vlans[place] = packet->vlan;
	batch->count++;
}

static inline void look_up(const struct path_forward *forward, const struct batch *batch, uint16_t address_at,
			   const uint32_t *addresses, uint32_t *next_hops)
{
	const uint8_t *octets[PATH_BURST];
	uint16_t i = 0;

	if (unlikely(forward->fib == NULL)) {
		memset(next_hops, 0, batch->count * sizeof(*next_hops));
	} else if (batch->family == 4) {
		fib_lookup4(forward->fib, addresses, next_hops, batch->count);
	} else {
		do
			octets[i] = batch->packets->headers[i] + address_at;
		while (++i < batch->count);
		fib_lookup6(forward->fib, octets, next_hops, batch->count);
	}
}

/* Packets whose source is not reached this way go no further. */
static __rte_noinline void ask_reverse(struct path_forward *forward, struct path_port *from, struct batch *batch)
{
	struct path_plain *packets = batch->packets;
	uint32_t sources[PATH_BURST], next_hops[PATH_BURST];
	uint16_t count = batch->count, i = 0;

	do
		sources[i] = net_load32(packets->headers[i] + IP4_SOURCE_AT);
	while (++i < count);
	look_up(forward, batch, IP6_SOURCE_AT, sources, next_hops);
	batch->count = 0;
	for (i = 0; i < count; i++) {
		uint64_t word = path_nexthop_find(&forward->nexthops, next_hops[i]);
		uint16_t at = batch->count, vlan = batch->vlans != NULL ? batch->vlans[i] : 0;

		if (!rpf_holds(&forward->nexthops, word, path_rpf(from), from->index, vlan)) {
			path_drop(from, packets->mbufs[i], PYDP_CNT_DROP_RPF);
			continue;
		}
		packets->mbufs[at] = packets->mbufs[i];
		packets->headers[at] = packets->headers[i];
		packets->lengths[at] = packets->lengths[i];
		packets->destinations[at] = packets->destinations[i];
		packets->aged[at] = packets->aged[i];
		if (batch->vlans != NULL)
			batch->vlans[at] = vlan;
		batch->count++;
	}
}

static void except(struct path_forward *forward, struct path_port *from, const struct batch *batch, uint16_t i,
		   enum path_reason reason)
{
	struct path_exception exception = {.mbuf = batch->packets->mbufs[i],
					   .network = (uint8_t *)(uintptr_t)batch->packets->headers[i],
					   .vlan = batch->vlans != NULL ? batch->vlans[i] : 0,
					   .family = batch->family,
					   .reason = (uint8_t)reason};

	path_except(&forward->exceptions, from, &exception);
}

/* The adjacency of a packet whose next hop is none, or NULL when the packet went elsewhere. */
static __rte_noinline struct path_adjacency *resolve(struct path_forward *forward, struct path_port *from,
						     const struct batch *batch, uint16_t i, uint64_t word)
{
	static const uint8_t reasons[] = {
		[0] = PATH_NO_ROUTE,
		[PYDP_NEXTHOP_UNREACHABLE] = PATH_UNREACHABLE,
		[PYDP_NEXTHOP_PROHIBITED] = PATH_PROHIBITED,
		[PYDP_NEXTHOP_GROUP] = PATH_NEXT_HOP,
		[PYDP_NEXTHOP_CONNECTED] = PATH_GLEAN,
		[PYDP_NEXTHOP_LOCAL] = PATH_LOCAL,
	};
	const struct path_nexthops *nexthops = &forward->nexthops;
	const uint8_t *network = batch->packets->headers[i];
	uint32_t index = PATH_ADJACENCY_NONE;
	uint8_t kind = path_nexthop_kind(word);

	if (kind == PYDP_NEXTHOP_BLACKHOLE) {
		path_drop(from, batch->packets->mbufs[i], PYDP_CNT_DROP_BLACKHOLE);
		return NULL;
	}
	if (kind == PYDP_NEXTHOP_GROUP) {
		index = path_group_way(&nexthops->groups[path_nexthop_index(word)], nexthops->adjacencies,
				       path_hash(batch->packets->mbufs[i], network, batch->family));
	} else if (kind == PYDP_NEXTHOP_CONNECTED) {
		index = forward->neighbour(forward->engine, path_nexthop_index(word), path_nexthop_vlan(word), batch->family,
					   network + (batch->family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT));
	}
	if (index != PATH_ADJACENCY_NONE)
		return &nexthops->adjacencies[index];
	except(forward, from, batch, i, (enum path_reason)reasons[kind]);
	return NULL;
}

/* An adjacency that is not live, or too small for the packet, that wants a VLAN tag, or was not used for long; or a frame that
 * had a tag. True when the packet can go there after all. */
static __rte_noinline bool settle(struct path_forward *forward, struct path_port *from, const struct batch *batch, uint16_t i,
				  struct path_adjacency *to)
{
	uint32_t state = path_adjacency_state(to);
	uint8_t *network = (uint8_t *)(uintptr_t)batch->packets->headers[i];
	uint32_t whole = batch->family == 4 ? load16(network + IP4_TOTAL_AT)
					    : IP6_LENGTH + (uint32_t)load16(network + IP6_PAYLOAD_AT);
	enum path_reason reason;

	if (state & PATH_ADJACENCY_DEAD)
		reason = PATH_NEXT_HOP;
	else if (!(state & PATH_ADJACENCY_USABLE))
		reason = PATH_UNRESOLVED;
	else if (whole > to->mtu)
		reason = PATH_TOO_BIG;
	else {
		path_adjacency_use(to);
		if (path_reframe(batch->packets->mbufs[i], network, to, batch->family))
			return true;
		path_drop(from, batch->packets->mbufs[i], PYDP_CNT_DROP_NO_MBUF);
		return false;
	}
	except(forward, from, batch, i, reason);
	return false;
}

/* Most often they all leave by one port. ports: of each. */
static inline void stage(struct path_forward *forward, struct rte_mbuf **mbufs, const uint8_t *ports, uint16_t count,
			 bool together)
{
	if (likely(together)) {
		path_send_all(forward->ports[ports[0]], mbufs, count);
		return;
	}
	for (uint16_t i = 0; i < count; i++)
		path_send(forward->ports[ports[i]], mbufs[i]);
}

/* The neighbour that a packet goes to, with its link header written; NULL when the packet went elsewhere. network: its IP header;
 * length: of its frame. */
static __rte_always_inline const struct path_adjacency *lead(struct path_forward *forward, struct path_port *from,
							     const struct batch *batch, uint16_t i, uint64_t word,
							     struct path_adjacency *to, uint8_t *network, uint32_t length,
							     const bool tidy)
{
	if (unlikely(path_nexthop_kind(word) != PYDP_NEXTHOP_ADJACENT)) {
		to = resolve(forward, from, batch, i, word);
		if (to == NULL)
			return NULL;
	}
	if (likely(tidy && path_adjacency_state(to) == READY && length <= to->untagged_most))
		path_adjacency_write(to, network - ETHER_LENGTH, ETHER_TYPE_AT);
	else if (!settle(forward, from, batch, i, to))
		return NULL;
	return to;
}

/* The bits that any of four words has, once in either half. */
static inline uint64_t any_of(plain_quad words)
{
	uint64_t halves[2];

	memcpy(halves, &words, sizeof(halves));
	return halves[0] | halves[1];
}

/* The neighbour that TOGETHER packets, which have one next hop, can go to as they are; NULL: each is led by itself. next_hops and
 * lengths: of the first one on. */
static __rte_always_inline const struct path_adjacency *common_way(const struct path_nexthops *nexthops,
								   const uint32_t *next_hops, const uint32_t *lengths)
{
	const uint32_t id = next_hops[0];
	plain_quad unlike = {0}, left = {0};
	const struct path_adjacency *to;
	uint64_t word;

#pragma GCC unroll 4
	for (uint32_t i = 0; i < TOGETHER; i += 4)
		unlike |= plain_load((const uint8_t *)(next_hops + i)) ^ id;
	if (any_of(unlike) != 0)
		return NULL;
	word = atomic_load_explicit(&nexthops->table[id].word, memory_order_acquire);
	to = &nexthops->adjacencies[path_nexthop_index(word)];
	if (unlikely(path_nexthop_kind(word) != PYDP_NEXTHOP_ADJACENT || path_adjacency_state(to) != READY))
		return NULL;
#pragma GCC unroll 4
	for (uint32_t i = 0; i < TOGETHER; i += 4)
		left |= to->untagged_most - plain_load((const uint8_t *)(lengths + i));
	return likely((any_of(left) & OVER) == 0) ? to : NULL;
}

/* One router later. */
static inline void age(const struct path_plain *packets, uint32_t i, uint8_t *network, const uint8_t family)
{
	if (family == 4)
		memcpy(network + IP4_TTL_AT, &packets->aged[i], sizeof(packets->aged[i]));
	else
		network[IP6_HOP_LIMIT_AT]--;
}

/* TOGETHER packets from a place on get the link header of their neighbour. */
static __rte_always_inline void lead_together(const struct path_plain *packets, uint32_t at, const struct path_adjacency *to,
					      const uint8_t family)
{
	uint8_t start[ETHER_TYPE_AT];

	path_adjacency_write(to, start, sizeof(start));
#pragma GCC unroll 4
	for (uint32_t i = at; i < at + TOGETHER; i++) {
		uint8_t *network = (uint8_t *)(uintptr_t)packets->headers[i];

		memcpy(network - ETHER_LENGTH, start, sizeof(start));
		age(packets, i, network, family);
	}
}

/* Packets that leave, in place of those that came, and the ports that they leave by. */
struct leaving {
	struct rte_mbuf **mbufs;
	uint32_t count;
	uint8_t unlike; /* not 0: they leave by several ports */
	uint8_t ports[PATH_BURST];
};

static __rte_always_inline void leave_together(struct leaving *leaving, const struct path_plain *packets, uint32_t at,
					       uint8_t port)
{
	if (unlikely(leaving->count != at))
		memmove(leaving->mbufs + leaving->count, packets->mbufs + at, TOGETHER * sizeof(*leaving->mbufs));
	memset(leaving->ports + leaving->count, port, TOGETHER);
	leaving->unlike |= leaving->ports[0] ^ port;
	leaving->count += TOGETHER;
}

static __rte_always_inline void leave_alone(struct leaving *leaving, struct rte_mbuf *mbuf, uint8_t port)
{
	leaving->mbufs[leaving->count] = mbuf;
	leaving->ports[leaving->count] = port;
	leaving->unlike |= leaving->ports[0] ^ port;
	leaving->count++;
}

static __rte_always_inline void leave(struct path_forward *forward, struct path_port *from, struct path_plain *packets,
				      const struct batch *batch, const uint32_t *next_hops, const uint8_t family,
				      const bool tidy)
{
	const struct path_nexthops *nexthops = &forward->nexthops;
	struct leaving leaving = {.mbufs = packets->mbufs};
	uint32_t count = batch->count, i = 0, until;
	const struct path_adjacency *to;

	while (i < count) {
		until = RTE_MIN(i + TOGETHER, count);
		if (tidy && until - i == TOGETHER && (to = common_way(nexthops, next_hops + i, packets->lengths + i)) != NULL) {
			lead_together(packets, i, to, family);
			leave_together(&leaving, packets, i, to->port);
			i = until;
		}
		for (; i < until; i++) {
			uint64_t word = atomic_load_explicit(&nexthops->table[next_hops[i]].word, memory_order_acquire);
			uint8_t *network = (uint8_t *)(uintptr_t)packets->headers[i];

			to = lead(forward, from, batch, (uint16_t)i, word, &nexthops->adjacencies[path_nexthop_index(word)],
				  network, packets->lengths[i], tidy);
			if (unlikely(to == NULL))
				continue;
			age(packets, i, network, family);
			leave_alone(&leaving, packets->mbufs[i], to->port);
		}
	}
	if (likely(leaving.count > 0))
		stage(forward, leaving.mbufs, leaving.ports, (uint16_t)leaving.count, leaving.unlike == 0);
	path_count(from, family == 4 ? PYDP_CNT_RX_FORWARD_IP4 : PYDP_CNT_RX_FORWARD_IP6, leaving.count);
}

static __rte_always_inline void forward_batch(struct path_forward *forward, struct path_port *from, struct path_plain *packets,
					      uint16_t *vlans, uint16_t count, const uint8_t family)
{
	struct batch batch = {.packets = packets, .vlans = vlans, .count = count, .family = family};
	uint32_t next_hops[PATH_BURST];

	if (unlikely(path_rpf(from) != PYDP_RPF_OFF))
		ask_reverse(forward, from, &batch);
	if (unlikely(batch.count == 0))
		return;
	look_up(forward, &batch, IP6_DESTINATION_AT, packets->destinations, next_hops);
	path_stage(forward->stages, STAGE_LOOKUP, batch.count);
	leave(forward, from, packets, &batch, next_hops, family, vlans == NULL);
	path_stage(forward->stages, STAGE_REWRITE, batch.count);
}

static __rte_noinline void forward_odd(struct path_forward *forward, struct path_port *from, const struct path_transit *transit,
				       uint8_t family)
{
	struct path_plain packets;
	uint16_t vlans[PATH_BURST];
	struct batch batch = {.packets = &packets, .vlans = vlans, .family = family};

	for (uint16_t i = 0; i < transit->odd_count; i++)
		if (transit->odd[i].family == family)
			check(forward, from, &batch, &transit->odd[i]);
	if (batch.count > 0)
		forward_batch(forward, from, &packets, vlans, batch.count, family);
}

void path_forward(struct path_forward *forward, struct path_port *from, struct path_transit *transit)
{
	if (transit->four_count > 0)
		forward_batch(forward, from, &transit->four, NULL, transit->four_count, 4);
	if (transit->six_count > 0)
		forward_batch(forward, from, &transit->six, NULL, transit->six_count, 6);
	if (unlikely(transit->odd_count > 0)) {
		forward_odd(forward, from, transit, 4);
		forward_odd(forward, from, transit, 6);
	}
}
