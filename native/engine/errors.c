/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors about packets in transit: to whom not, how many, from where. */
#include <rte_mbuf.h>
#include "core/icmp.h"
#include "engine/engine.h"
#include "path/hash.h"

static uint32_t datagram_length(const struct path_exception *about)
{
	if (about->family == 4)
		return load16(about->network + IP4_TOTAL_AT);
	return IP6_LENGTH + (uint32_t)load16(about->network + IP6_PAYLOAD_AT);
}

static const uint8_t *sender(const struct path_exception *about)
{
	return about->network + (about->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
}

/* Addresses that no host can have were refused before; these are ours. */
static bool may_tell(struct pydp_engine *engine, const struct path_exception *about)
{
	const struct path_port *port = engine->path_ports[about->port];
	uint32_t length = datagram_length(about);

	if (path_local_find_anywhere(port, about->family, sender(about)) != NULL)
		return false;
	if (about->family == 6)
		return icmp6_may_tell(about->network, length);
	return !path_is_broadcast(port, sender(about)) && icmp4_may_tell(about->network, length);
}

static struct rte_mbuf *build(const struct path_exception *about, const struct icmp_error *error, struct rte_mempool *pool)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	uint32_t length = datagram_length(about);
	uint8_t *out;

	if (mbuf == NULL || rte_pktmbuf_tailroom(mbuf) < (about->family == 4 ? ICMP4_MOST : ICMP6_MOST)) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	out = rte_pktmbuf_mtod(mbuf, uint8_t *);
	length = about->family == 4 ? icmp4_build(error, about->network, length, out)
				    : icmp6_build(error, about->network, length, out);
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
	return mbuf;
}

void errors_send(struct pydp_engine *engine, const struct path_exception *about, const struct complaint *complaint,
		 uint64_t now_ns)
{
	struct forwarding *forwarding = &engine->forwarding;
	struct path_port *port = engine->path_ports[about->port];
	uint32_t rate = forwarding->config.icmp_error_rate;
	struct icmp_error error = {.type = complaint->type, .code = complaint->code, .rest = complaint->rest};
	struct rte_mbuf *mbuf;
	struct way way;

	if (!may_tell(engine, about))
		return;
	if (!token_bucket_take(&forwarding->errors[about->port], rate, rate / 20 + 1, now_ns)) {
		path_count(port, PYDP_CNT_ICMP_ERROR_RATE, 1);
		return;
	}
	error.destination = sender(about);
	if (!way_find(engine, about->family, error.destination, about->port, about->vlan, 0, &way) ||
	    (error.source = way_source(engine, &way, about->family, error.destination)) == NULL) {
		path_count(port, PYDP_CNT_ICMP_ERROR_UNSENT, 1);
		return;
	}
	error.id = forwarding->id++;
	mbuf = build(about, &error, port->pool);
	if (mbuf == NULL) {
		path_count(port, PYDP_CNT_DROP_NO_MBUF, 1);
	} else if (way_send(engine, &way, mbuf) == PYDP_CNT_COUNT) {
		path_count(port, PYDP_CNT_TX_ICMP_ERROR, 1);
	} else {
		path_count(port, PYDP_CNT_ICMP_ERROR_UNSENT, 1);
		rte_pktmbuf_free(mbuf);
	}
}
