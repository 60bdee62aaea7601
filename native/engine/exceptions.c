/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of packets in transit that need more than forwarding. */
#include <rte_mbuf.h>
#include "core/icmp.h"
#include "engine/engine.h"
#include "path/fragment.h"
#include "path/plain.h"

enum { DONT_FRAGMENT = 0x4000 };

static const uint8_t *destination_of(const struct path_exception *exception)
{
	return exception->network + (exception->family == 4 ? IP4_DESTINATION_AT : IP6_DESTINATION_AT);
}

/* The packet is dropped, its sender told. */
static void end(struct pydp_engine *engine, const struct path_exception *exception, enum pydp_counter reason,
		const struct complaint *ip4, const struct complaint *ip6, uint64_t now_ns)
{
	errors_send(engine, exception, exception->family == 4 ? ip4 : ip6, now_ns);
	path_drop(engine->path_ports[exception->port], exception->mbuf, reason);
}

/* No next hop, or one of a kind that forwards nothing; false for any other. */
static bool end_without_way(struct pydp_engine *engine, const struct path_exception *exception, uint32_t reason,
			    uint64_t now_ns)
{
	static const struct complaint no_network = {ICMP4_UNREACHABLE, ICMP4_CODE_NETWORK, 0},
				      no_host = {ICMP4_UNREACHABLE, ICMP4_CODE_HOST, 0},
				      prohibited4 = {ICMP4_UNREACHABLE, ICMP4_CODE_PROHIBITED, 0},
				      no_route = {ICMP6_UNREACHABLE, ICMP6_CODE_NO_ROUTE, 0},
				      no_address = {ICMP6_UNREACHABLE, ICMP6_CODE_ADDRESS, 0},
				      prohibited6 = {ICMP6_UNREACHABLE, ICMP6_CODE_PROHIBITED, 0};

	switch (reason) {
	case PATH_NO_ROUTE:
		end(engine, exception, PYDP_CNT_DROP_NO_ROUTE, &no_network, &no_route, now_ns);
		return true;
	case PATH_UNREACHABLE:
		end(engine, exception, PYDP_CNT_DROP_UNREACHABLE, &no_host, &no_route, now_ns);
		return true;
	case PATH_PROHIBITED:
		end(engine, exception, PYDP_CNT_DROP_PROHIBITED, &prohibited4, &prohibited6, now_ns);
		return true;
	case PATH_NEXT_HOP:
		end(engine, exception, PYDP_CNT_DROP_NEXT_HOP, &no_host, &no_address, now_ns);
		return true;
	default:
		return false;
	}
}

/* Ends for what its header says (its TTL, its source's scope), and only where it would have been forwarded. */
static void end_on_the_way(struct pydp_engine *engine, const struct path_exception *exception, enum pydp_counter reason,
			   const struct complaint *ip4, const struct complaint *ip6, uint64_t now_ns)
{
	static const uint8_t reasons[] = {[0] = PATH_NO_ROUTE,
					  [PYDP_NEXTHOP_UNREACHABLE] = PATH_UNREACHABLE,
					  [PYDP_NEXTHOP_PROHIBITED] = PATH_PROHIBITED};
	uint8_t kind = path_nexthop_kind(way_next_hop(engine, exception->family, destination_of(exception)));

	if (kind == PYDP_NEXTHOP_BLACKHOLE)
		path_drop(engine->path_ports[exception->port], exception->mbuf, PYDP_CNT_DROP_BLACKHOLE);
	else if (kind == 0 || kind == PYDP_NEXTHOP_UNREACHABLE || kind == PYDP_NEXTHOP_PROHIBITED)
		end_without_way(engine, exception, reasons[kind], now_ns);
	else
		end(engine, exception, reason, ip4, ip6, now_ns);
}

/* The packet without its link header, one router later. */
static struct rte_mbuf *bare(const struct path_exception *exception)
{
	struct rte_mbuf *mbuf = exception->mbuf;
	uint8_t *network = exception->network;

	rte_pktmbuf_adj(mbuf, (uint16_t)(network - rte_pktmbuf_mtod(mbuf, uint8_t *)));
	path_forget_offloads(mbuf);
	if (exception->family == 4) {
		uint32_t aged = plain_aged(network);

		memcpy(network + IP4_TTL_AT, &aged, sizeof(aged));
	} else {
		network[IP6_HOP_LIMIT_AT]--;
	}
	return mbuf;
}

static void count_forwarded(struct pydp_engine *engine, const struct path_exception *exception)
{
	path_count(engine->path_ports[exception->port],
		   exception->family == 4 ? PYDP_CNT_RX_FORWARD_IP4 : PYDP_CNT_RX_FORWARD_IP6, 1);
}

static void fragment(struct pydp_engine *engine, const struct path_exception *exception)
{
	const struct path_adjacency *to = &engine->forwarding.path.nexthops.adjacencies[exception->value];
	struct path_port *port = engine->path_ports[exception->port];
	struct way way = {.port = to->port, .vlan = to->vlan, .adjacency = exception->value};
	struct rte_mbuf *whole = bare(exception), *piece;
	struct path_fragments fragments = {.packet = exception->network, .mtu = to->mtu};
	uint32_t payload = load16(exception->network + IP4_TOTAL_AT) - (exception->network[0] & 15u) * 4;

	while ((piece = path_fragment_next(&fragments, port->pool)) != NULL) {
		if (way_send(engine, &way, piece) == PYDP_CNT_COUNT)
			path_count(port, PYDP_CNT_TX_FRAGMENT, 1);
		else
			rte_pktmbuf_free(piece);
	}
	if (fragments.done < payload)
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
	else
		count_forwarded(engine, exception);
	rte_pktmbuf_free(whole);
}

static void too_big(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	uint32_t mtu = engine->forwarding.path.nexthops.adjacencies[exception->value].mtu;
	struct complaint ip4 = {ICMP4_UNREACHABLE, ICMP4_CODE_TOO_BIG, mtu}, ip6 = {ICMP6_TOO_BIG, 0, mtu};

	if (exception->family == 4 && !(load16(exception->network + IP4_FRAGMENT_AT) & DONT_FRAGMENT))
		fragment(engine, exception);
	else
		end(engine, exception, PYDP_CNT_DROP_TOO_BIG, &ip4, &ip6, now_ns);
}

static void unresolved(struct pydp_engine *engine, const struct path_exception *exception, const struct way *way,
		       uint64_t now_ns)
{
	static const struct complaint no_host = {ICMP4_UNREACHABLE, ICMP4_CODE_HOST, 0},
				      no_address = {ICMP6_UNREACHABLE, ICMP6_CODE_ADDRESS, 0};
	enum pydp_counter refused = way_send(engine, way, bare(exception));

	if (refused == PYDP_CNT_COUNT)
		count_forwarded(engine, exception);
	else if (refused == PYDP_CNT_DROP_NEIGHBOUR_FAILED)
		end(engine, exception, refused, &no_host, &no_address, now_ns);
	else
		path_drop(engine->path_ports[exception->port], exception->mbuf, refused);
}

/* By a route, for the host, as it came. */
static void local(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	struct path_port *port = engine->path_ports[exception->port];
	struct path_packet packet = {.mbuf = exception->mbuf, .network = exception->network, .family = exception->family};

	if (port->host != NULL)
		path_host_receive(port, &packet, now_ns);
	else
		path_drop(port, exception->mbuf, PYDP_CNT_DROP_NOT_FOR_US);
}

static void serve(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	static const struct complaint expired4 = {ICMP4_EXPIRED, 0, 0}, expired6 = {ICMP6_EXPIRED, 0, 0},
				      scope = {ICMP6_UNREACHABLE, ICMP6_CODE_SCOPE, 0};
	const struct path_adjacency *adjacencies = engine->forwarding.path.nexthops.adjacencies;
	struct complaint option = {ICMP4_PARAMETER, 0, exception->value << 24};
	struct way way = {.adjacency = PATH_ADJACENCY_NONE};

	switch (exception->reason) {
	case PATH_EXPIRED:
		end_on_the_way(engine, exception, PYDP_CNT_DROP_EXPIRED, &expired4, &expired6, now_ns);
		return;
	case PATH_BAD_OPTION:
		end(engine, exception, PYDP_CNT_DROP_OPTIONS, &option, NULL, now_ns);
		return;
	case PATH_OUT_OF_SCOPE:
		end_on_the_way(engine, exception, PYDP_CNT_DROP_SCOPE, NULL, &scope, now_ns);
		return;
	case PATH_TOO_BIG:
		too_big(engine, exception, now_ns);
		return;
	case PATH_UNRESOLVED:
		way = (struct way){adjacencies[exception->value].port, adjacencies[exception->value].vlan, exception->value};
		unresolved(engine, exception, &way, now_ns);
		return;
	case PATH_GLEAN:
		way.port = exception->value >> 16;
		way.vlan = exception->value & 0xffff;
		unresolved(engine, exception, &way, now_ns);
		return;
	case PATH_LOCAL:
		local(engine, exception, now_ns);
		return;
	default:
		end_without_way(engine, exception, exception->reason, now_ns);
	}
}

uint32_t exceptions_serve(struct pydp_engine *engine, uint64_t now_ns)
{
	struct path_exceptions *exceptions = &engine->forwarding.path.exceptions;
	uint32_t count = exceptions->count;

	for (uint32_t i = 0; i < count; i++)
		serve(engine, &exceptions->waiting[i], now_ns);
	exceptions->count = 0;
	return count;
}
