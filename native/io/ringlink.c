/* SPDX-License-Identifier: Apache-2.0 */
/* Two rings and two net_ring ethdevs on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ring.h>
#include "io/error.h"
#include "io/log.h"
#include "io/pool.h"
#include "io/port_control.h"
#include "io/ringlink.h"

#define DEFAULT_CAPACITY 1024u

struct ringlink {
	struct rte_ring *towards[2];
	struct rte_mempool *pools[2];
	atomic_uint open_ends;
};

static void free_link(struct ringlink *link)
{
	void *mbuf;

	for (int i = 0; i < 2; i++) {
		while (link->towards[i] != NULL && rte_ring_dequeue(link->towards[i], &mbuf) == 0)
			rte_pktmbuf_free(mbuf);
		rte_ring_free(link->towards[i]);
	}
	for (int i = 0; i < 2; i++)
		pool_retire(link->pools[i]);
	free(link);
}

void ringlink_release(struct ringlink *link)
{
	if (atomic_fetch_sub(&link->open_ends, 1) == 1)
		free_link(link);
}

static int make_rings(struct ringlink *link, uint32_t capacity)
{
	char name[RTE_RING_NAMESIZE];

	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "pydp-wire-%u", eal_unique());
		link->towards[i] = rte_ring_create(name, capacity, SOCKET_ID_ANY,
						   RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
		if (link->towards[i] == NULL)
			return error_set(PYDP_E_NOMEM, "no memory for a link of %u packets (%s)", capacity,
					 rte_strerror(rte_errno));
	}
	return PYDP_OK;
}

static int make_end(struct ringlink *link, const struct pydp_link_config *wanted, uint32_t capacity, int side,
		    struct pydp_port **made)
{
	struct pydp_port_config config = {.mbufs = capacity + 1023, .mtu = wanted->mtu};
	char name[32], reason[320];
	struct pydp_port *port;
	int ethdev, result;

	snprintf(name, sizeof(name), "%s.%d", wanted->name, side);
	log_record_begin();
	ethdev = rte_eth_from_rings(name, &link->towards[side], 1, &link->towards[side ^ 1], 1, 0);
	log_record_end(reason, sizeof(reason), false);
	if (ethdev < 0)
		return error_set(
			PYDP_E_DRIVER,
			"no ethdev for link end %s (%s %s): names are unique in a process, which has %u ethdevs; links without ethdev have no such limit",
			name, rte_strerror(rte_errno), reason, RTE_MAX_ETHPORTS);
	port = port_new(PORT_ETHDEV, name);
	if (port == NULL)
		return PYDP_E_NOMEM;
	port->ethdev = (uint16_t)ethdev;
	port->probed = true;
	result = ethdev_start(port, &config);
	link->pools[side] = port->pool;
	/* The pool outlives the port: its packets may wait at the other end. */
	port->wire = link;
	atomic_fetch_add(&link->open_ends, 1);
	port->rx_capacity = capacity;
	*made = port;
	return result;
}

int ringlink_create(const struct pydp_link_config *config, struct pydp_port *ends[2])
{
	uint32_t capacity = config->capacity ? config->capacity : DEFAULT_CAPACITY;
	struct ringlink *link = calloc(1, sizeof(*link));
	int result;

	if (link == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a link");
	ends[0] = ends[1] = NULL;
	result = make_rings(link, capacity);
	for (int i = 0; i < 2 && result == PYDP_OK; i++)
		result = make_end(link, config, capacity, i, &ends[i]);
	if (result == PYDP_OK)
		return PYDP_OK;
	if (ends[0] == NULL && ends[1] == NULL)
		free_link(link);
	for (int i = 0; i < 2; i++)
		if (ends[i] != NULL)
			port_close(ends[i]);
	return result;
}
