/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of packets in transit that need more than forwarding. */
#include <rte_mbuf.h>
#include "core/icmp.h"
#include "engine/engine.h"
#include "path/fragment.h"
#include "path/hash.h"
#include "path/plain.h"
#include "path/rpf.h"

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

/* What a header check found is an exception before the reverse path was asked; errors would go to whom the sender names. A
 * link-local source has no route, and is on the link that it came by. */
static bool came_wrong_way(struct pydp_engine *engine, const struct path_exception *exception)
{
	const struct path_port *port = engine->path_ports[exception->port];
	const uint8_t *source = exception->network + (exception->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);

	if (path_rpf(port) == PYDP_RPF_OFF || (exception->family == 6 && ip6_is_link_local(source)))
		return false;
	return !rpf_holds(&engine->forwarding.path.nexthops, way_next_hop(engine, exception->family, source), path_rpf(port),
			  port->index, exception->vlan);
}

/* Ends for what its header says (its TTL, its source's scope), and only where it would have been forwarded: to the host it is no
 * hop more. */
static void end_on_the_way(struct pydp_engine *engine, const struct path_exception *exception, enum pydp_counter reason,
			   const struct complaint *ip4, const struct complaint *ip6, uint64_t now_ns)
{
	static const uint8_t reasons[] = {[0] = PATH_NO_ROUTE,
					  [PYDP_NEXTHOP_UNREACHABLE] = PATH_UNREACHABLE,
					  [PYDP_NEXTHOP_PROHIBITED] = PATH_PROHIBITED};
	uint8_t kind = path_nexthop_kind(way_next_hop(engine, exception->family, destination_of(exception)));

	if (kind == PYDP_NEXTHOP_LOCAL)
		local(engine, exception, now_ns);
	else if (kind == PYDP_NEXTHOP_BLACKHOLE)
		path_drop(engine->path_ports[exception->port], exception->mbuf, PYDP_CNT_DROP_BLACKHOLE);
	else if (kind == 0 || kind == PYDP_NEXTHOP_UNREACHABLE || kind == PYDP_NEXTHOP_PROHIBITED)
		end_without_way(engine, exception, reasons[kind], now_ns);
	else
		end(engine, exception, reason, ip4, ip6, now_ns);
}

/* The packet without its link header, one router later. It may wait for its neighbour, and its sender hear of it then. */
static struct rte_mbuf *bare(const struct path_exception *exception)
{
	struct rte_mbuf *mbuf = exception->mbuf;
	uint8_t *network = exception->network;

	rte_pktmbuf_adj(mbuf, (uint16_t)(network - rte_pktmbuf_mtod(mbuf, uint8_t *)));
	path_forget_offloads(mbuf);
	mbuf->port = exception->port;
	mbuf->vlan_tci = exception->vlan;
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

/* All of them, or none from the first on that cannot go, whose reason is returned. The packet is gone when all went. */
static enum pydp_counter fragment(struct pydp_engine *engine, const struct path_exception *exception, const struct way *way,
				  uint16_t mtu)
{
	struct path_port *port = engine->path_ports[exception->port];
	struct rte_mbuf *whole = bare(exception), *piece;
	struct path_fragments fragments = {.packet = exception->network, .mtu = mtu};
	uint32_t payload = load16(exception->network + IP4_TOTAL_AT) - (exception->network[0] & 15u) * 4;
	uint32_t offset = load16(exception->network + IP4_FRAGMENT_AT) % 0x2000u * 8;

	/* One that ends where no datagram can has pieces that no offset can say. */
	if (offset + payload > UINT16_MAX)
		return PYDP_CNT_DROP_MALFORMED_IP4;
	while ((piece = path_fragment_next(&fragments, engine->path_ports[way->port]->pool)) != NULL) {
		enum pydp_counter refused = way_send(engine, way, piece);

		if (refused != PYDP_CNT_COUNT) {
			rte_pktmbuf_free(piece);
			return refused;
		}
		path_count(port, PYDP_CNT_TX_FRAGMENT, 1);
	}
	if (fragments.done < payload)
		return PYDP_CNT_DROP_NO_MBUF;
	rte_pktmbuf_free(whole);
	return PYDP_CNT_COUNT;
}

static bool may_be_cut(const struct path_exception *exception)
{
	return exception->family == 4 && !(load16(exception->network + IP4_FRAGMENT_AT) & DONT_FRAGMENT);
}

static void unanswered(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	static const struct complaint no_host = {ICMP4_UNREACHABLE, ICMP4_CODE_HOST, 0},
				      no_address = {ICMP6_UNREACHABLE, ICMP6_CODE_ADDRESS, 0};

	end(engine, exception, PYDP_CNT_DROP_NEIGHBOUR_FAILED, &no_host, &no_address, now_ns);
}

/* Sent, whole or in pieces, or waiting for its neighbour, whom it may be the first to want. The way is looked for anew: the
 * neighbour that was found in the burst may have been forgotten since, and its place be another's. */
static void carry(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	uint32_t hash = path_hash(exception->mbuf, exception->network, exception->family);
	uint32_t whole = exception->family == 4 ? load16(exception->network + IP4_TOTAL_AT)
						: IP6_LENGTH + (uint32_t)load16(exception->network + IP6_PAYLOAD_AT);
	struct complaint too_big4 = {ICMP4_UNREACHABLE, ICMP4_CODE_TOO_BIG, 0}, too_big6 = {ICMP6_TOO_BIG, 0, 0};
	enum pydp_counter refused;
	struct way way;
	uint16_t mtu;

	if (!way_find(engine, exception->family, destination_of(exception), exception->port, exception->vlan, hash, &way)) {
		end_without_way(engine, exception, PATH_NEXT_HOP, now_ns);
		return;
	}
	mtu = engine->ports[way.port].port->mtu;
	if (whole > mtu && !may_be_cut(exception)) {
		too_big4.rest = too_big6.rest = mtu;
		end(engine, exception, PYDP_CNT_DROP_TOO_BIG, &too_big4, &too_big6, now_ns);
		return;
	}
	refused = whole > mtu ? fragment(engine, exception, &way, mtu) : way_send(engine, &way, bare(exception));
	if (refused == PYDP_CNT_COUNT)
		count_forwarded(engine, exception);
	else if (refused == PYDP_CNT_DROP_NEIGHBOUR_FAILED)
		unanswered(engine, exception, now_ns);
	else
		path_drop(engine->path_ports[exception->port], exception->mbuf, refused);
}

/* Found by a check of its header. */
static void serve_checked(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	static const struct complaint expired4 = {ICMP4_EXPIRED, 0, 0}, expired6 = {ICMP6_EXPIRED, 0, 0},
				      scope = {ICMP6_UNREACHABLE, ICMP6_CODE_SCOPE, 0};
	struct complaint option = {ICMP4_PARAMETER, 0, (uint32_t)exception->value << 24};

	if (came_wrong_way(engine, exception))
		path_drop(engine->path_ports[exception->port], exception->mbuf, PYDP_CNT_DROP_RPF);
	else if (exception->reason == PATH_EXPIRED)
		end_on_the_way(engine, exception, PYDP_CNT_DROP_EXPIRED, &expired4, &expired6, now_ns);
	else if (exception->reason == PATH_BAD_OPTION)
		end(engine, exception, PYDP_CNT_DROP_OPTIONS, &option, NULL, now_ns);
	else
		end_on_the_way(engine, exception, PYDP_CNT_DROP_SCOPE, NULL, &scope, now_ns);
}

static void serve(struct pydp_engine *engine, const struct path_exception *exception, uint64_t now_ns)
{
	switch (exception->reason) {
	case PATH_EXPIRED:
	case PATH_BAD_OPTION:
	case PATH_OUT_OF_SCOPE:
		serve_checked(engine, exception, now_ns);
		return;
	case PATH_TOO_BIG:
	case PATH_UNRESOLVED:
	case PATH_GLEAN:
		carry(engine, exception, now_ns);
		return;
	case PATH_UNANSWERED:
		unanswered(engine, exception, now_ns);
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
