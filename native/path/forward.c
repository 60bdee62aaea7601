/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of forwarding, each over the whole burst. Packets that a stage takes out leave no gap: the others move up. */
#include "path/forward.h"
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include "path/hash.h"
#include "path/plain.h"
#include "path/reframe.h"
#include "path/rpf.h"

/* What the header checks leave for the stages behind them. */
struct passed {
	struct rte_mbuf *mbufs[PATH_BURST];
	const uint8_t *headers[PATH_BURST];
	uint32_t lengths[PATH_BURST];         /* of the frames */
	uint16_t vlans[PATH_BURST];           /* that they came by; only where the burst is not tidy */
	uint32_t destinations[PATH_BURST];    /* IPv4, host order */
	uint32_t aged[PATH_BURST];            /* IPv4: TTL, protocol and checksum, one router later */
	const uint8_t *addresses[PATH_BURST]; /* IPv6 destinations */
	uint32_t next_hops[PATH_BURST];
	uint16_t count;
	bool tidy; /* every frame has an Ethernet header of 14 octets */
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

/* The packet is not plain, or not known to be. */
static void check(struct path_forward *forward, struct path_port *from, struct passed *passed, const struct path_odd *packet)
{
	const uint8_t *end = rte_pktmbuf_mtod(packet->mbuf, const uint8_t *) + rte_pktmbuf_data_len(packet->mbuf);
	const uint8_t *network = packet->network;
	uint32_t available = (uint32_t)(end - network), verdict;
	uint16_t place = passed->count;
	uint8_t at = 0;

	verdict = packet->family == 4 ? ip4_check(network, available, &at) : ip6_check(network, available);
	if (verdict != IP_FORWARD) {
		refuse(forward, from, packet, verdict, at);
		return;
	}
	if (packet->family == 4) {
		trim(packet->mbuf, network, load16(network + IP4_TOTAL_AT));
		passed->destinations[place] = net_load32(network + IP4_DESTINATION_AT);
		passed->aged[place] = plain_aged(network);
	} else {
		trim(packet->mbuf, network, IP6_LENGTH + (uint32_t)load16(network + IP6_PAYLOAD_AT));
		passed->addresses[place] = network + IP6_DESTINATION_AT;
	}
	passed->mbufs[place] = packet->mbuf;
	passed->headers[place] = network;
	passed->lengths[place] = rte_pktmbuf_data_len(packet->mbuf);
	passed->vlans[place] = packet->vlan;
	passed->count++;
}

static void check_plain(struct path_forward *forward, struct path_port *from, struct passed *passed,
			const struct path_plain *plain, uint16_t i, uint8_t family)
{
	const struct path_odd packet = {
		.mbuf = plain->mbufs[i], .network = (uint8_t *)(uintptr_t)plain->headers[i], .family = family};

	check(forward, from, passed, &packet);
}

static void check_odd(struct path_forward *forward, struct path_port *from, struct passed *passed,
		      const struct path_transit *transit, uint8_t family)
{
	for (uint16_t i = 0; i < transit->odd_count; i++)
		if (transit->odd[i].family == family) {
			path_forget_offloads(transit->odd[i].mbuf);
			check(forward, from, passed, &transit->odd[i]);
		}
	passed->tidy = false;
}

static void keep(struct passed *passed, const struct path_plain *plain, uint16_t i)
{
	uint16_t at = passed->count++;

	passed->mbufs[at] = plain->mbufs[i];
	passed->headers[at] = plain->headers[i];
	passed->lengths[at] = plain->lengths[i];
	passed->vlans[at] = 0;
}

/* Not every packet of the burst is plain. */
static __rte_noinline void ask4_each(struct path_forward *forward, struct path_port *from, const struct path_transit *transit,
				     struct passed *passed, const uint32_t *unlike)
{
	for (uint16_t i = 0; i < transit->four_count; i++) {
		uint16_t at = passed->count;

		if (unlike[i] != 0) {
			check_plain(forward, from, passed, &transit->four, i, 4);
			continue;
		}
		passed->destinations[at] = passed->destinations[i];
		passed->aged[at] = passed->aged[i];
		keep(passed, &transit->four, i);
	}
	if (transit->odd_count > 0)
		check_odd(forward, from, passed, transit, 4);
}

static void ask4(struct path_forward *forward, struct path_port *from, struct path_transit *transit, struct passed *passed)
{
	struct path_plain *plain = &transit->four;
	uint32_t unlike[PATH_BURST];
	uint16_t count = transit->four_count;
	plain_words any = {0};
	uint64_t halves[2];

	/* The last group of four may be short. */
	for (uint16_t i = count; i % 4 != 0; i++) {
		plain->headers[i] = plain->headers[0];
		plain->lengths[i] = plain->lengths[0];
	}
	for (uint16_t i = 0; i < count; i += 4) {
		plain_words found = plain_ask4(plain->headers + i, plain->lengths + i, passed->destinations + i,
					       passed->aged + i);

		memcpy(unlike + i, &found, sizeof(found));
		any |= found;
	}
	memcpy(halves, &any, sizeof(halves));
	if (unlikely((halves[0] | halves[1]) != 0 || transit->odd_count != 0)) {
		ask4_each(forward, from, transit, passed, unlike);
		return;
	}
	memcpy(passed->mbufs, plain->mbufs, sizeof(plain->mbufs));
	memcpy(passed->headers, plain->headers, sizeof(plain->headers));
	memcpy(passed->lengths, plain->lengths, sizeof(plain->lengths));
	passed->count = count;
}

static void ask6(struct path_forward *forward, struct path_port *from, const struct path_transit *transit,
		 struct passed *passed)
{
	const struct path_plain *plain = &transit->six;

	for (uint16_t i = 0; i < transit->six_count; i++) {
		if (unlikely(!plain_ask6(plain->headers[i], plain->lengths[i]))) {
			check_plain(forward, from, passed, plain, i, 6);
			continue;
		}
		passed->addresses[passed->count] = plain->headers[i] + IP6_DESTINATION_AT;
		keep(passed, plain, i);
	}
	if (transit->odd_count > 0)
		check_odd(forward, from, passed, transit, 6);
}

static inline void look_up(const struct path_forward *forward, uint8_t family, const uint32_t *addresses,
			   const uint8_t *const *octets, uint32_t *next_hops, uint16_t count)
{
	if (unlikely(forward->fib == NULL))
		memset(next_hops, 0, count * sizeof(*next_hops));
	else if (family == 4)
		fib_lookup4(forward->fib, addresses, next_hops, count);
	else
		fib_lookup6(forward->fib, octets, next_hops, count);
}

/* Packets whose source is not reached this way go no further. */
static __rte_noinline void ask_reverse(struct path_forward *forward, struct path_port *from, struct passed *passed,
				       uint8_t family)
{
	uint32_t sources[PATH_BURST], next_hops[PATH_BURST] = {0};
	const uint8_t *octets[PATH_BURST];
	uint16_t count = passed->count;

	for (uint16_t i = 0; i < count; i++) {
		octets[i] = passed->headers[i] + (family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
		sources[i] = net_load32(octets[i]);
	}
	look_up(forward, family, sources, octets, next_hops, count);
	passed->count = 0;
	for (uint16_t i = 0; i < count; i++) {
		uint64_t word = path_nexthop_find(&forward->nexthops, next_hops[i]);
		uint16_t at = passed->count;

		if (!rpf_holds(&forward->nexthops, word, path_rpf(from), from->index, passed->tidy ? 0 : passed->vlans[i])) {
			path_drop(from, passed->mbufs[i], PYDP_CNT_DROP_RPF);
			continue;
		}
		passed->mbufs[at] = passed->mbufs[i];
		passed->headers[at] = passed->headers[i];
		passed->lengths[at] = passed->lengths[i];
		passed->vlans[at] = passed->vlans[i];
		passed->destinations[at] = passed->destinations[i];
		passed->aged[at] = passed->aged[i];
		passed->addresses[at] = passed->addresses[i];
		passed->count++;
	}
}

static void except(struct path_forward *forward, struct path_port *from, const struct passed *passed, uint16_t i,
		   uint8_t family, enum path_reason reason, uint32_t value)
{
	struct path_exception exception = {.mbuf = passed->mbufs[i],
					   .network = (uint8_t *)(uintptr_t)passed->headers[i],
					   .value = value,
					   .vlan = passed->tidy ? 0 : passed->vlans[i],
					   .family = family,
					   .reason = (uint8_t)reason};

	path_except(&forward->exceptions, from, &exception);
}

/* The adjacency of a packet whose next hop is none, or NULL when the packet went elsewhere. */
static __rte_noinline struct path_adjacency *resolve(struct path_forward *forward, struct path_port *from,
						     const struct passed *passed, uint16_t i, uint8_t family, uint64_t word)
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
	const uint8_t *network = passed->headers[i];
	uint32_t index = PATH_ADJACENCY_NONE, value = 0;
	uint8_t kind = path_nexthop_kind(word);

	if (kind == PYDP_NEXTHOP_BLACKHOLE) {
		path_drop(from, passed->mbufs[i], PYDP_CNT_DROP_BLACKHOLE);
		return NULL;
	}
	if (kind == PYDP_NEXTHOP_GROUP) {
		index = path_group_pick(&nexthops->groups[path_nexthop_index(word)], nexthops->adjacencies,
					path_hash(passed->mbufs[i], network, family));
	} else if (kind == PYDP_NEXTHOP_CONNECTED) {
		value = path_glean_link(path_nexthop_index(word), path_nexthop_vlan(word));
		index = forward->neighbour(forward->engine, path_nexthop_index(word), path_nexthop_vlan(word), family,
					   network + (family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT));
	}
	if (index != PATH_ADJACENCY_NONE)
		return &nexthops->adjacencies[index];
	except(forward, from, passed, i, family, (enum path_reason)reasons[kind], value);
	return NULL;
}

/* An adjacency that is not live, or too small for the packet, that wants a VLAN tag, or was not used for long; or a frame that
 * had a tag. True when the packet can go there after all. */
static __rte_noinline bool settle(struct path_forward *forward, struct path_port *from, const struct passed *passed, uint16_t i,
				  uint8_t family, struct path_adjacency *to)
{
	uint32_t index = (uint32_t)(to - forward->nexthops.adjacencies), state = path_adjacency_state(to);
	uint8_t *network = (uint8_t *)(uintptr_t)passed->headers[i];
	uint32_t whole = family == 4 ? load16(network + IP4_TOTAL_AT) : IP6_LENGTH + (uint32_t)load16(network + IP6_PAYLOAD_AT);
	enum path_reason reason;

	if (state & PATH_ADJACENCY_DEAD)
		reason = PATH_NEXT_HOP;
	else if (!(state & PATH_ADJACENCY_USABLE))
		reason = PATH_UNRESOLVED;
	else if (whole > to->mtu)
		reason = PATH_TOO_BIG;
	else {
		path_adjacency_use(to);
		if (path_reframe(passed->mbufs[i], network, to, family))
			return true;
		path_drop(from, passed->mbufs[i], PYDP_CNT_DROP_NO_MBUF);
		return false;
	}
	except(forward, from, passed, i, family, reason, index);
	return false;
}

static __rte_always_inline void leave(struct path_forward *forward, struct path_port *from, const struct passed *passed,
				      const uint8_t family, const bool tidy)
{
	enum { READY = PATH_ADJACENCY_USABLE | PATH_ADJACENCY_USED };
	const struct path_nexthops *nexthops = &forward->nexthops;
	struct path_adjacency *via[PATH_BURST];
	uint16_t count = passed->count;
	uint32_t sent = 0;

	for (uint16_t i = 0; i < count; i++) {
		uint64_t word = atomic_load_explicit(&nexthops->table[passed->next_hops[i]].word, memory_order_acquire);

		if (likely(path_nexthop_kind(word) == PYDP_NEXTHOP_ADJACENT))
			via[i] = &nexthops->adjacencies[path_nexthop_index(word)];
		else
			via[i] = resolve(forward, from, passed, i, family, word);
		rte_prefetch0(via[i]);
	}
	for (uint16_t i = 0; i < count; i++) {
		struct path_adjacency *to = via[i];
		uint8_t *network = (uint8_t *)(uintptr_t)passed->headers[i];
		uint32_t state;

		if (unlikely(to == NULL))
			continue;
		state = path_adjacency_state(to);
		if (likely(tidy && state == READY && to->vlan == 0 && passed->lengths[i] <= (uint32_t)ETHER_LENGTH + to->mtu))
			path_adjacency_write(to, network - ETHER_LENGTH, ETHER_TYPE_AT);
		else if (!settle(forward, from, passed, i, family, to))
			continue;
		if (family == 4)
			memcpy(network + IP4_TTL_AT, &passed->aged[i], sizeof(passed->aged[i]));
		else
			network[IP6_HOP_LIMIT_AT]--;
		path_send(forward->ports[to->port], passed->mbufs[i]);
		sent++;
	}
	path_count(from, family == 4 ? PYDP_CNT_RX_FORWARD_IP4 : PYDP_CNT_RX_FORWARD_IP6, sent);
}

static __rte_always_inline void forward_family(struct path_forward *forward, struct path_port *from,
					       struct path_transit *transit, const uint8_t family)
{
	struct passed passed;

	passed.count = 0;
	passed.tidy = true;
	if (family == 4)
		ask4(forward, from, transit, &passed);
	else
		ask6(forward, from, transit, &passed);
	if (unlikely(path_rpf(from) != PYDP_RPF_OFF))
		ask_reverse(forward, from, &passed, family);
	look_up(forward, family, passed.destinations, passed.addresses, passed.next_hops, passed.count);
	if (likely(passed.tidy))
		leave(forward, from, &passed, family, true);
	else
		leave(forward, from, &passed, family, false);
}

void path_forward(struct path_forward *forward, struct path_port *from, struct path_transit *transit)
{
	if (transit->four_count + transit->odd_count > 0)
		forward_family(forward, from, transit, 4);
	if (transit->six_count + transit->odd_count > 0)
		forward_family(forward, from, transit, 6);
}
