/* SPDX-License-Identifier: Apache-2.0 */
/* Ports that are DPDK ethdevs: probing, starting, closing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_interrupts.h>
#include "io/dpdk_compat.h"
#include "io/error.h"
#include "io/log.h"
#include "io/pool.h"
#include "io/port_control.h"
#include "io/ringlink.h"

#define ETHDEV_DESCRIPTORS 1024u

static bool find(const char *devargs, uint16_t *ethdev)
{
	struct rte_dev_iterator iterator;
	char name[RTE_ETH_NAME_MAX_LEN];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(devargs, ","), devargs);
	if (rte_eth_dev_get_port_by_name(name, ethdev) == 0)
		return true;
	/* A device with several ports, or one that names its ports otherwise. */
	RTE_ETH_FOREACH_MATCHING_DEV(*ethdev, name, &iterator)
	{
		rte_eth_iterator_cleanup(&iterator);
		return true;
	}
	return false;
}

static int probe(const char *devargs, uint16_t *ethdev, bool *probed)
{
	char reason[320];
	int result;

	*probed = false;
	log_record_begin();
	if (find(devargs, ethdev)) {
		log_record_end(NULL, 0, false);
		return PYDP_OK;
	}
	result = rte_dev_probe(devargs);
	*probed = result == 0;
	if (result == 0 && !find(devargs, ethdev))
		result = -ENODEV;
	log_record_end(reason, sizeof(reason), false);
	if (result == 0)
		return PYDP_OK;
	return error_set(
		PYDP_E_DRIVER,
		"port \"%s\" did not probe (%s): %s; check the driver's name, its arguments, that the interface exists and that this process may open it",
		devargs, strerror(-result), reason[0] ? reason : "DPDK gave no reason");
}

static int refuse(const struct pydp_port *port, const char *what, int result)
{
	return error_set(result == -ENOMEM ? PYDP_E_NOMEM : PYDP_E_DRIVER, "driver %s of port %s refused to %s: %s",
			 port->driver, port->name, what, strerror(result < 0 ? -result : EIO));
}

/* Flows go to queues by a hash, as far as the driver makes one. */
static void ask_spreading(struct rte_eth_conf *conf, uint64_t can)
{
	const uint64_t wanted = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP;

	if ((can & wanted) == 0)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = can & wanted;
}

/* The largest MTU whose frames the driver says that it receives. */
static uint32_t largest_mtu(const struct rte_eth_dev_info *info)
{
	bool told = info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu && info->max_rx_pktlen != UINT32_MAX;
	uint32_t around = told ? info->max_rx_pktlen - info->max_mtu : RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	if (info->max_rx_pktlen < around)
		return 0;
	return RTE_MIN((uint32_t)info->max_mtu, info->max_rx_pktlen - around);
}

static int check_mtu(const struct pydp_port *port, uint16_t mtu, const struct rte_eth_dev_info *info)
{
	if (mtu == 0 || (mtu >= info->min_mtu && mtu <= largest_mtu(info)))
		return PYDP_OK;
	return error_set(PYDP_E_UNSUPPORTED, "port %s cannot have an MTU of %u: driver %s offers it %u to %u", port->name, mtu,
			 port->driver, info->min_mtu, largest_mtu(info));
}

/* A driver without an MTU of its own sends and receives what its buffers hold. */
static int set_mtu(const struct pydp_port *port, uint16_t mtu)
{
	int result = mtu != 0 ? rte_eth_dev_set_mtu(port->ethdev, mtu) : 0;
	char what[64];

	if (result == 0 || result == -ENOTSUP)
		return PYDP_OK;
	snprintf(what, sizeof(what), "have an MTU of %u", mtu);
	return refuse(port, what, result);
}

/* Receive interrupts are asked for and given up where the driver has none. */
static int configure(struct pydp_port *port, const struct rte_eth_dev_info *info, uint16_t mtu)
{
	uint16_t most = RTE_MIN(info->max_rx_queues, info->max_tx_queues);
	struct rte_eth_conf conf;
	int result;

	if (port->queues > most)
		return error_set(
			PYDP_E_UNSUPPORTED,
			"port %s cannot have %u queues: driver %s offers it %u to receive and %u to transmit (some drivers are told by an argument, as net_af_packet by qpairs=)",
			port->name, port->queues, port->driver, info->max_rx_queues, info->max_tx_queues);
	memset(&conf, 0, sizeof(conf));
	if (port->queues > 1)
		ask_spreading(&conf, info->flow_type_rss_offloads);
	conf.rxmode.mtu = mtu;
	conf.intr_conf.rxq = 1;
	result = rte_eth_dev_configure(port->ethdev, port->queues, port->queues, &conf);
	if (result != 0) {
		conf.intr_conf.rxq = 0;
		result = rte_eth_dev_configure(port->ethdev, port->queues, port->queues, &conf);
	}
	port->queue[0].wakes = conf.intr_conf.rxq;
	return result == 0 ? set_mtu(port, mtu) : refuse(port, "be configured", result);
}

/* Packets that wait before some are lost. Two drivers do not count what is lost and do not take our number of descriptors:
 * net_af_packet's ring has framecnt places, and a TAP's queue in the kernel has 500. */
static uint32_t queue_capacity(const struct pydp_port *port, const char *devargs, uint16_t descriptors)
{
	const char *framecnt = devargs != NULL ? strstr(devargs, ",framecnt=") : NULL;

	if (strcmp(port->driver, "net_tap") == 0)
		return 500;
	if (strcmp(port->driver, "net_af_packet") != 0)
		return descriptors;
	return framecnt != NULL ? (uint32_t)strtoul(framecnt + strlen(",framecnt="), NULL, 10) : 512;
}

/* What the queues hold, what is under way, and between two workers what one leaves to the other. */
static uint32_t buffers(const struct pydp_port *port, uint16_t rx, uint16_t tx)
{
	return rte_align32pow2(port->queues * ((uint32_t)rx + tx + 1024u)) - 1;
}

static int set_up_queues(struct pydp_port *port, const struct pydp_port_config *config)
{
	uint16_t rx = config->rx_descriptors ? config->rx_descriptors : ETHDEV_DESCRIPTORS;
	uint16_t tx = config->tx_descriptors ? config->tx_descriptors : ETHDEV_DESCRIPTORS;
	uint32_t mbufs;
	int result = rte_eth_dev_adjust_nb_rx_tx_desc(port->ethdev, &rx, &tx);

	if (result != 0)
		return refuse(port, "take the numbers of descriptors", result);
	mbufs = config->mbufs ? config->mbufs : buffers(port, rx, tx);
	result = pool_create(mbufs, pool_room(config->mtu), port->numa_node, &port->pool);
	if (result != PYDP_OK)
		return result;
	port->rx_capacity = queue_capacity(port, config->devargs, rx);
	for (uint16_t i = 0; i < port->queues; i++) {
		result = rte_eth_rx_queue_setup(port->ethdev, i, rx, (unsigned int)port->numa_node, NULL, port->pool);
		if (result != 0)
			return refuse(port, "set up its receive queue", result);
		result = rte_eth_tx_queue_setup(port->ethdev, i, tx, (unsigned int)port->numa_node, NULL);
		if (result != 0)
			return refuse(port, "set up its transmit queue", result);
	}
	return PYDP_OK;
}

/* A worker sleeps on an epoll descriptor, through which DPDK reads the driver's. */
static void set_up_wait(struct pydp_port *port, uint16_t number)
{
	struct port_queue *queue = &port->queue[number];
	int result = -1;

	queue->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	if (queue->wait_fd < 0)
		return;
	if (rte_eth_dev_rx_intr_ctl_q_get_fd(port->ethdev, number) >= 0)
		result = rte_eth_dev_rx_intr_ctl_q(port->ethdev, number, queue->wait_fd, RTE_INTR_EVENT_ADD, NULL);
	queue->wakes = queue->drains_fd = result == 0;
}

static void set_up_waits(struct pydp_port *port)
{
	if (!port->queue[0].wakes)
		return;
	port->queue[0].wakes = false;
	for (uint16_t i = 0; i < port->queues; i++)
		set_up_wait(port, i);
}

static int set_reception(struct pydp_port *port, bool promiscuous)
{
	/* IPv6 neighbour discovery needs groups; a driver that cannot choose receives them all or none. */
	int result = rte_eth_allmulticast_enable(port->ethdev);

	if (!promiscuous)
		return PYDP_OK;
	result = rte_eth_promiscuous_enable(port->ethdev);
	return result == 0 ? PYDP_OK : refuse(port, "become promiscuous", result);
}

static int take_mac(struct pydp_port *port)
{
	struct rte_ether_addr address;
	int result = rte_eth_macaddr_get(port->ethdev, &address);

	if (result != 0)
		return refuse(port, "tell its MAC address", result);
	if (rte_is_zero_ether_addr(&address)) {
		port->mac = port_make_mac();
		memcpy(&address, port->mac.octets, sizeof(address));
		/* Not every driver without an address of its own takes one; frames carry this one in any case. */
		if (rte_eth_dev_default_mac_addr_set(port->ethdev, &address) != 0)
			result = rte_eth_dev_mac_addr_add(port->ethdev, &address, 0);
	} else {
		memcpy(port->mac.octets, &address, sizeof(port->mac.octets));
	}
	return PYDP_OK;
}

static int claim(struct pydp_port *port)
{
	struct rte_eth_dev_owner owner = {0};

	if (rte_eth_dev_owner_new(&owner.id) != 0)
		return error_set(PYDP_E_DRIVER, "DPDK gives no owner for port %s", port->name);
	snprintf(owner.name, sizeof(owner.name), "pydp");
	if (rte_eth_dev_owner_set(port->ethdev, &owner) != 0)
		return error_set(PYDP_E_BUSY, "port %s is open already: close the other handle first", port->name);
	port->owner = owner.id;
	return PYDP_OK;
}

static int start(struct pydp_port *port, const struct pydp_port_config *config)
{
	struct rte_eth_dev_info info;
	int result = claim(port);

	if (result != PYDP_OK)
		return result;
	result = rte_eth_dev_info_get(port->ethdev, &info);
	if (result != 0)
		return refuse(port, "describe itself", result);
	snprintf(port->driver, sizeof(port->driver), "%s", info.driver_name);
	port->numa_node = rte_eth_dev_socket_id(port->ethdev);
	port->queues = config->queues ? config->queues : 1;
	result = check_mtu(port, config->mtu, &info);
	if (result == PYDP_OK)
		result = configure(port, &info, config->mtu);
	if (result == PYDP_OK)
		result = set_up_queues(port, config);
	if (result != PYDP_OK)
		return result;
	result = rte_eth_dev_start(port->ethdev);
	if (result != 0)
		return refuse(port, "start", result);
	set_up_waits(port);
	if (rte_eth_dev_get_mtu(port->ethdev, &port->mtu) != 0)
		port->mtu = RTE_ETHER_MTU;
	result = take_mac(port);
	return result == PYDP_OK ? set_reception(port, config->promiscuous) : result;
}

int ethdev_start(struct pydp_port *port, const struct pydp_port_config *config)
{
	char reason[256], sentence[256];
	int result;

	log_record_begin();
	result = start(port, config);
	log_record_end(reason, sizeof(reason), false);
	if (result != PYDP_E_DRIVER || reason[0] == '\0')
		return result;
	snprintf(sentence, sizeof(sentence), "%s", error_last());
	return error_set(result, "%s (%s)", sentence, reason);
}

int ethdev_open(const struct pydp_port_config *config, struct pydp_port **opened)
{
	struct pydp_port *port;
	uint16_t ethdev;
	bool probed;
	int result = probe(config->devargs, &ethdev, &probed);

	if (result != PYDP_OK)
		return result;
	port = port_new(PORT_ETHDEV, "");
	if (port == NULL)
		return PYDP_E_NOMEM;
	port->ethdev = ethdev;
	port->probed = probed;
	if (rte_eth_dev_get_name_by_port(ethdev, port->name) != 0)
		snprintf(port->name, sizeof(port->name), "port-%u", ethdev);
	result = ethdev_start(port, config);
	if (result != PYDP_OK) {
		ethdev_close(port);
		eal_object_gone();
		free(port);
		return result;
	}
	*opened = port;
	return PYDP_OK;
}

void ethdev_close(struct pydp_port *port)
{
	struct rte_eth_dev_info info;
	struct rte_device *device = NULL;
	char reason[8];

	/* Somebody else's, when the claim failed. */
	if (port->owner != 0) {
		if (rte_eth_dev_info_get(port->ethdev, &info) == 0)
			device = info.device;
		log_record_begin();
		rte_eth_dev_stop(port->ethdev);
		if (port->probed) {
			rte_eth_dev_close(port->ethdev);
			if (device != NULL)
				rte_dev_remove(device);
		} else {
			rte_eth_dev_owner_unset(port->ethdev, port->owner);
		}
		log_record_end(reason, sizeof(reason), false);
	}
	for (uint16_t i = 0; i < port->queues; i++)
		if (port->queue[i].wait_fd >= 0)
			close(port->queue[i].wait_fd);
	if (port->wire != NULL)
		ringlink_release(port->wire);
	else
		pool_retire(port->pool);
}
