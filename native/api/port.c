/* SPDX-License-Identifier: Apache-2.0 */
/* Ports and links at the border. */
#include <pydp/port.h>
#include "api/check.h"
#include "core/pace.h"
#include "io/eal.h"
#include "io/load.h"
#include "io/memlink.h"
#include "io/port_control.h"
#include "io/ringlink.h"

/* Every IPv4 link carries that (RFC 791 3.2). */
enum { IP4_MTU_LEAST = 68 };

int pydp_port_open(const struct pydp_port_config *config, pydp_port_t **port)
{
	int result = eal_require();

	CHECK_POINTER(config);
	CHECK_POINTER(port);
	CHECK(config->devargs != NULL && config->devargs[0] != '\0',
	      "a port needs devargs, such as \"net_af_packet0,iface=eth1\"");
	CHECK(config->queues <= PORT_QUEUES, "port %s: %u queues, more than %u", config->devargs, config->queues, PORT_QUEUES);
	CHECK(config->mtu == 0 || config->mtu >= IP4_MTU_LEAST, "port %s: an MTU of %u, less than %u", config->devargs,
	      config->mtu, IP4_MTU_LEAST);
	return result == PYDP_OK ? ethdev_open(config, port) : result;
}

int pydp_port_close(pydp_port_t *port)
{
	CHECK_POINTER(port);
	return port_close(port);
}

int pydp_port_info(const pydp_port_t *port, struct pydp_port_info *info)
{
	CHECK_POINTER(port);
	CHECK_POINTER(info);
	return port_describe(port, info);
}

int pydp_port_stats(const pydp_port_t *port, struct pydp_port_stats *stats)
{
	CHECK_POINTER(port);
	CHECK_POINTER(stats);
	return port_statistics(port, stats);
}

int pydp_port_cut(pydp_port_t *port, int on)
{
	CHECK_POINTER(port);
	return port_cut(port, on != 0);
}

int pydp_port_count(void)
{
	return eal_state() == EAL_READY ? rte_eth_dev_count_total() : 0;
}

int pydp_link_create(const struct pydp_link_config *config, pydp_port_t **end0, pydp_port_t **end1)
{
	struct pydp_port *ends[2];
	int result = eal_require();

	CHECK_POINTER(config);
	CHECK_POINTER(end0);
	CHECK_POINTER(end1);
	if (result == PYDP_OK)
		result = check_name(config->name, "a link");
	if (result != PYDP_OK)
		return result;
	CHECK((config->capacity & (config->capacity - 1)) == 0 && config->capacity <= 1u << 20,
	      "link %s: capacity %u is not a power of two up to 1048576", config->name, config->capacity);
	CHECK(config->queues <= (config->ethdev ? 1 : PORT_QUEUES), "link %s: %u queues, more than %u", config->name,
	      config->queues, config->ethdev ? 1 : PORT_QUEUES);
	CHECK(config->mtu == 0 || config->mtu >= IP4_MTU_LEAST, "link %s: an MTU of %u, less than %u", config->name,
	      config->mtu, IP4_MTU_LEAST);
	CHECK(!(config->mac.octets[0] & 1), "link %s: its MAC address is a group's", config->name);
	for (uint32_t i = 0; i < sizeof(config->mac.octets); i++)
		CHECK(!config->ethdev || config->mac.octets[i] == 0, "link %s: an ethdev has a MAC address of its own",
		      config->name);
	result = config->ethdev ? ringlink_create(config, ends) : memlink_create(config, ends);
	if (result == PYDP_OK) {
		*end0 = ends[0];
		*end1 = ends[1];
	}
	return result;
}

int pydp_port_load(pydp_port_t *port, const struct pydp_load_config *config)
{
	CHECK_POINTER(port);
	CHECK_POINTER(config);
	CHECK_POINTER(config->frames);
	CHECK(config->count >= 1 && config->count <= 65536, "a load has 1 to 65536 frames, not %u", config->count);
	CHECK(config->length >= RTE_ETHER_HDR_LEN && config->length <= RTE_ETHER_MAX_LEN - RTE_ETHER_CRC_LEN,
	      "a load's frames have %u to %u octets, not %u", RTE_ETHER_HDR_LEN, RTE_ETHER_MAX_LEN - RTE_ETHER_CRC_LEN,
	      config->length);
	CHECK(config->capacity >= 2 && config->capacity <= 1u << 24, "a load's queue holds 2 to 16777216 packets, not %u",
	      config->capacity);
	return load_give(port, config);
}

int pydp_port_load_rate(pydp_port_t *port, uint64_t millirate)
{
	CHECK_POINTER(port);
	CHECK(millirate < PACE_LIMIT, "a load's rate is below a packet a nanosecond");
	return load_rate(port, millirate);
}

int pydp_port_load_stats(const pydp_port_t *port, struct pydp_load_stats *stats)
{
	CHECK_POINTER(port);
	CHECK_POINTER(stats);
	return load_read(port, stats);
}
