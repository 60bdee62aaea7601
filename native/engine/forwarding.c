/* SPDX-License-Identifier: Apache-2.0 */
/* Switching forwarding on and off, what it knows of our addresses, and pings. */
#include "core/icmp.h"
#include "engine/engine.h"
#include "io/error.h"
#include "path/ping.h"

void forwarding_begin(struct pydp_engine *engine)
{
	struct path_forward *path = &engine->forwarding.path;

	path->ports = engine->path_ports;
	path->neighbour = neighbours_adjacency;
	path->engine = engine;
	path->stages = &engine->stages;
	path->nexthops = engine->nexthops.path;
}

void forwarding_follow(struct pydp_engine *engine)
{
	const struct pydp_forward_config *config = &engine->forwarding.config;

	for (uint32_t i = 0; i < engine->port_count; i++)
		path_settle(engine->path_ports[i], config->enabled, config->rpf, path_listening(engine->path_ports[i]));
}

int forwarding_set(struct pydp_engine *engine, const struct pydp_forward_config *config)
{
	engine->forwarding.config = *config;
	forwarding_follow(engine);
	return PYDP_OK;
}

void forwarding_ping(struct pydp_engine *engine, struct path_port *port, struct path_packet *packet, uint64_t now_ns)
{
	struct forwarding *forwarding = &engine->forwarding;
	uint32_t rate = forwarding->config.icmp_echo_rate;
	enum pydp_counter refused;
	struct way way;

	if (!token_bucket_take(&forwarding->echoes[port->index], rate, rate / 20 + 1, now_ns)) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_ECHO_RATE);
		return;
	}
	if (!way_find(engine, packet->family, packet_source(packet), port->index, packet->vlan, 0, &way)) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_NO_ROUTE);
		return;
	}
	if (!path_ping_turn(packet, forwarding->id++)) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_ICMP_MALFORMED);
		return;
	}
	/* It came by a link with a larger MTU than the one that leads back. */
	if (rte_pktmbuf_pkt_len(packet->mbuf) > engine->ports[way.port].port->mtu) {
		path_drop(port, packet->mbuf, PYDP_CNT_DROP_TOO_BIG);
		return;
	}
	refused = way_send(engine, &way, packet->mbuf);
	if (refused == PYDP_CNT_COUNT)
		path_count(port, PYDP_CNT_RX_ECHO, 1);
	else
		path_drop(port, packet->mbuf, refused);
}
