/* SPDX-License-Identifier: Apache-2.0 */
/* The world's beginning and end: a process has one EAL and three cables, one of them to a host, an input an engine of its own. */
#include <sanitizer/asan_interface.h>
#include "world.h"
#include "io/pool.h"

#define START_NS UINT64_C(100000000000)

enum { FAR_NET = 9, KEY_ID_AT = 26, CABLE = 256, POOL = 1023, RING_SMALL = 16, RING_LARGE = 1024, HOST_RATE = 5 };

static struct pydp_port *near[WORLD_CABLES], *far[WORLD_CABLES];
static struct rte_mempool *pool;
static uint32_t at_rest[WORLD_CABLES + 1];

static void count_buffers(uint32_t *available)
{
	for (uint32_t i = 0; i < WORLD_CABLES; i++)
		available[i] = rte_mempool_avail_count(near[i]->pool);
	available[WORLD_CABLES] = rte_mempool_avail_count(pool);
}

void world_prepare(void)
{
	const char *eal[] = {"fuzz", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m", "128", "-l", "0"};

	CLAIM(pydp_eal_init(sizeof(eal) / sizeof(eal[0]), eal) == PYDP_OK);
	for (uint32_t i = 0; i < WORLD_CABLES; i++) {
		static const char *const names[WORLD_CABLES] = {"one", "two", "host"};
		struct pydp_link_config cable = {.name = names[i], .capacity = CABLE};

		CLAIM(pydp_link_create(&cable, &near[i], &far[i]) == PYDP_OK);
	}
	CLAIM(pool_create(POOL, 0, SOCKET_ID_ANY, &pool) == PYDP_OK);
	count_buffers(at_rest);
	CLAIM(atexit(reached_tell) == 0);
}

struct pydp_address world_address(uint8_t family, uint8_t net, uint8_t host)
{
	if (family == 4)
		return (struct pydp_address){{10, 0, net, host}, 4, {0}};
	return (struct pydp_address){{0x20, 0x01, 0x0d, 0xb8, [7] = net, [15] = host}, 6, {0}};
}

/* Nets 0 and 7 are links (7 in VLAN 7), 1 is port 1's, 9 is far away. */
static const struct listed {
	uint8_t family, net, host, port;
	uint8_t path_type, rx_ttl;
	uint8_t passive, admin_down, demand, concatenated;
	uint8_t chain, meticulous;
	uint32_t echo_rx_us, echo_tx_us, reflector;
} listed[] = {
	{.family = 4, .host = 2},
	{.family = 6, .host = 2},
	{.family = 4, .host = 2, .net = WORLD_VLAN},
	{.family = 6, .host = 2, .net = WORLD_VLAN},
	{.family = 4, .host = 2, .net = 9, .path_type = PYDP_PATH_IP_MH, .rx_ttl = 250},
	{.family = 6, .host = 2, .net = 9, .path_type = PYDP_PATH_IP_MH, .rx_ttl = 250},
	{.family = 4, .host = 3, .echo_rx_us = 20000, .echo_tx_us = 20000},
	{.family = 6, .host = 3, .echo_rx_us = 20000, .echo_tx_us = 20000},
	{.family = 4, .host = 4, .demand = 1},
	{.family = 6, .host = 4, .demand = 1, .echo_tx_us = 50000},
	{.family = 4, .host = 5, .passive = 1},
	{.family = 4, .host = 6, .admin_down = 1},
	{.family = 4, .host = 7, .concatenated = PYDP_DIAG_CONCATENATED_PATH_DOWN},
	{.family = 4, .host = 2, .net = 1, .port = 1},
	{.family = 6, .host = 2, .net = 1, .port = 1, .echo_rx_us = 1000},
	{.family = 4, .host = 2, .net = 9, .path_type = PYDP_PATH_S_BFD, .reflector = 0x99},
	{.family = 6, .host = 2, .net = 9, .path_type = PYDP_PATH_S_BFD, .reflector = 0x99},
	{.family = 4, .host = 20, .path_type = PYDP_PATH_UNAFFILIATED_ECHO},
	{.family = 6, .host = 20, .path_type = PYDP_PATH_UNAFFILIATED_ECHO},
	{.family = 4, .host = 11, .chain = PYDP_CRYPTO_SIMPLE_PASSWORD},
	{.family = 4, .host = 12, .chain = PYDP_CRYPTO_MD5},
	{.family = 4, .host = 13, .chain = PYDP_CRYPTO_MD5, .meticulous = 1},
	{.family = 6, .host = 14, .chain = PYDP_CRYPTO_SHA_1},
	{.family = 6, .host = 15, .chain = PYDP_CRYPTO_SHA_1, .meticulous = 1},
	{.family = 4, .host = 11, .net = 9, .path_type = PYDP_PATH_IP_MH, .chain = WORLD_MIXED, .meticulous = 1},
	{.family = 4, .host = 16, .chain = WORLD_MIXED, .echo_rx_us = 20000, .echo_tx_us = 20000},
	{.family = 4, .host = 17, .chain = PYDP_CRYPTO_SHA_1, .meticulous = 1, .demand = 1},
	{.family = 4, .host = 30, .path_type = PYDP_PATH_LAG},
	{.family = 6, .host = 30, .net = 1, .port = 1, .path_type = PYDP_PATH_LAG},
};

static struct pydp_session_config config_of(const struct listed *one)
{
	bool far_away = one->net == FAR_NET;

	return (struct pydp_session_config){
		.source = world_address(one->family, far_away ? 0 : one->net, 1),
		.destination = world_address(one->family, one->net, one->host),
		.gateway = far_away ? world_address(one->family, 0, 254) : (struct pydp_address){.family = 0},
		.port = one->port,
		.vlan = one->net == WORLD_VLAN ? WORLD_VLAN : 0,
		.local_multiplier = 3,
		.role = one->passive ? PYDP_ROLE_PASSIVE : PYDP_ROLE_ACTIVE,
		.desired_min_tx_us = 50000,
		.required_min_rx_us =
			one->path_type == PYDP_PATH_S_BFD || one->path_type == PYDP_PATH_UNAFFILIATED_ECHO ? 0 : 50000,
		.demand_poll_us = one->demand ? 500000 : 0,
		.admin_down = one->admin_down,
		.demand = one->demand,
		.concatenated_path = one->concatenated,
		.path_type = one->path_type,
		.rx_ttl = one->rx_ttl,
		.required_min_echo_rx_us = one->echo_rx_us,
		.desired_min_echo_tx_us = one->echo_tx_us,
		.remote_discriminator = one->reflector,
		.key_chain = one->chain,
		.meticulous = one->meticulous,
	};
}

static void add_addresses(struct world *world)
{
	static const struct {
		uint8_t port, net;
	} ours[] = {{0, 0}, {0, WORLD_VLAN}, {1, 1}};

	for (uint32_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		for (uint8_t family = 4; family <= 6; family += 2) {
			struct pydp_address address = world_address(family, ours[i].net, 1);

			CLAIM(pydp_engine_address_add(world->engine, ours[i].port, ours[i].net == WORLD_VLAN ? WORLD_VLAN : 0,
						      &address, family == 4 ? 24 : 64) == PYDP_OK);
		}
}

/* One that another system ran until now, Up, with a discriminator of that system's making. */
static void take_over(struct world *world)
{
	struct listed one = {.family = 4, .host = 8};
	struct pydp_session_takeover takeover = {.local_discriminator = 0x01020304,
						 .remote_discriminator = 0x05060708,
						 .remote_desired_min_tx_us = 50000,
						 .remote_required_min_rx_us = 50000,
						 .source_port = 50000,
						 .local_state = PYDP_BFD_UP,
						 .remote_state = PYDP_BFD_UP,
						 .remote_multiplier = 3};

	world->wanted[world->sessions] = config_of(&one);
	CLAIM(pydp_session_adopt(world->engine, &world->wanted[world->sessions], &takeover, &world->ids[world->sessions]) ==
	      PYDP_OK);
	world->sessions++;
}

/* Chains 1 to 3 have keys of one algorithm, the last one key of each, and a longest. */
static const struct pydp_key_chain chains[] = {
	{.id = PYDP_CRYPTO_SIMPLE_PASSWORD,
	 .key_count = 2,
	 .keys = {{1, PYDP_CRYPTO_SIMPLE_PASSWORD, 6, 0, "secret"}, {2, PYDP_CRYPTO_SIMPLE_PASSWORD, 1, 0, "x"}}},
	{.id = PYDP_CRYPTO_MD5,
	 .key_count = 2,
	 .keys = {{1, PYDP_CRYPTO_MD5, 6, 0, "secret"}, {2, PYDP_CRYPTO_MD5, 16, 0, "0123456789abcdef"}}},
	{.id = PYDP_CRYPTO_SHA_1,
	 .key_count = 2,
	 .keys = {{1, PYDP_CRYPTO_SHA_1, 6, 0, "secret"}, {2, PYDP_CRYPTO_SHA_1, 20, 0, "0123456789abcdefghi"}}},
	{.id = WORLD_MIXED,
	 .key_count = 3,
	 .keys = {{1, PYDP_CRYPTO_SIMPLE_PASSWORD, 16, 0, "0123456789abcdef"},
		  {2, PYDP_CRYPTO_MD5, 6, 0, "secret"},
		  {255, PYDP_CRYPTO_SHA_1, 6, 0, "secret"}}},
};

const struct pydp_key *world_key(const struct world *world, uint32_t slot, const uint8_t *packet, uint32_t length)
{
	uint16_t chain = world->engine->sessions.extra[slot].auth.chain;

	for (uint32_t i = 0; i < sizeof(chains) / sizeof(chains[0]) && length > KEY_ID_AT; i++)
		for (uint32_t k = 0; chains[i].id == chain && k < chains[i].key_count; k++)
			if (chains[i].keys[k].key_id == packet[KEY_ID_AT])
				return &chains[i].keys[k];
	return NULL;
}

void world_keys(struct world *world, uint16_t chain, uint8_t first, uint8_t count)
{
	struct pydp_key_chain wanted = chains[chain % (sizeof(chains) / sizeof(chains[0]))];

	first %= wanted.key_count;
	memmove(wanted.keys, wanted.keys + first, (wanted.key_count - first) * sizeof(wanted.keys[0]));
	wanted.key_count = 1 + count % (wanted.key_count - first);
	CLAIM(pydp_key_chain_set(world->engine, &wanted) == PYDP_OK);
}

/* Those on the links may ask. */
static void reflect(struct world *world)
{
	struct pydp_reflector_config config = {.discriminator_count = 1,
					       .prefix_count = 2,
					       .rate = 50,
					       .required_min_rx_us = 1000000,
					       .discriminators = {WORLD_REFLECTOR},
					       .prefixes = {{.address = world_address(4, 0, 0), .length = 24},
							    {.address = world_address(6, 0, 0), .length = 64}}};

	CLAIM(pydp_reflector_set(world->engine, &config) == PYDP_OK);
}

/* At a rate that a few packets use up; one packet of its own waits for the first turn. */
static void give_host(struct world *world)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	CLAIM(pydp_engine_host(world->engine, 0, near[WORLD_HOST]) == PYDP_OK);
	CLAIM(pydp_engine_host_rate(world->engine, 0, HOST_RATE) == PYDP_OK);
	CLAIM(mbuf != NULL && rte_pktmbuf_append(mbuf, FRAME_MINIMUM) != NULL);
	/* A frame of an earlier play may have been in it. */
	ASAN_UNPOISON_MEMORY_REGION(mbuf->buf_addr, mbuf->buf_len);
	memset(rte_pktmbuf_mtod(mbuf, void *), 0, FRAME_MINIMUM);
	CLAIM(port_transmit(far[WORLD_HOST], 0, &mbuf, 1) == 1);
}

void world_begin(struct world *world, uint8_t settings)
{
	struct pydp_engine_config config = {.name = "fuzzed",
					    .max_sessions = SESSIONS_AT_MOST,
					    .max_neighbours = SESSIONS_AT_MOST,
					    .event_capacity = settings & 1 ? RING_SMALL : RING_LARGE,
					    .seed = 1 + (settings >> 4)};

	memset(world, 0, sizeof(*world));
	world->pool = pool;
	world->now_ns = START_NS;
	CLAIM(pydp_engine_create(&config, &world->engine) == PYDP_OK);
	memcpy(world->near, near, sizeof(near));
	memcpy(world->far, far, sizeof(far));
	for (uint32_t i = 0; i < WORLD_PORTS; i++) {
		uint32_t index;

		CLAIM(pydp_engine_attach(world->engine, near[i], &index) == PYDP_OK && index == i);
	}
	if (settings & 2)
		give_host(world);
	add_addresses(world);
	for (uint32_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		CLAIM(pydp_key_chain_set(world->engine, &chains[i]) == PYDP_OK);
	CLAIM(pydp_engine_step(world->engine, world->now_ns, NULL) == PYDP_OK);
	for (uint32_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		world->wanted[i] = config_of(&listed[i]);
		CLAIM(pydp_session_upsert(world->engine, &world->wanted[i], &world->ids[i]) == PYDP_OK);
		world->sessions++;
	}
	take_over(world);
	reflect(world);
	CLAIM(pydp_unsolicited_tell(world->engine, 5) == PYDP_OK);
	watch_begin(world);
}

uint32_t world_slot(const struct world *world, uint32_t which)
{
	uint32_t id = which < world->sessions ? world->ids[which] : 0, slot = id >> ID_GENERATION_BITS;
	const struct path_session *cold = &world->engine->sessions.cold[slot];

	return id == 0 || cold->id != id || cold->flags & PATH_SESSION_GONE ? PATH_NONE : slot;
}

static void keep(struct world *world, const struct rte_mbuf *mbuf, uint8_t port)
{
	struct kept_frame *kept = &world->kept[world->kept_next++ % KEPT_FRAMES];

	CLAIM(mbuf->nb_segs == 1 && mbuf->pkt_len == mbuf->data_len);
	kept->length = RTE_MIN(mbuf->data_len, sizeof(kept->octets));
	kept->port = port;
	memcpy(kept->octets, rte_pktmbuf_mtod(mbuf, uint8_t *), kept->length);
}

void world_collect(struct world *world)
{
	struct rte_mbuf *mbufs[PORT_BURST];
	uint16_t count;

	for (uint8_t port = 0; port < WORLD_PORTS; port++)
		while ((count = port_receive(world->far[port], 0, mbufs, PORT_BURST)) > 0) {
			world->sent += count;
			for (uint16_t i = 0; i < count; i++)
				keep(world, mbufs[i], port);
			rte_pktmbuf_free_bulk(mbufs, count);
		}
	/* What the host gets was not sent to anybody. */
	while ((count = port_receive(world->far[WORLD_HOST], 0, mbufs, PORT_BURST)) > 0)
		rte_pktmbuf_free_bulk(mbufs, count);
}

void world_starve(struct world *world, bool starve)
{
	while (!starve && world->starved_count > 0)
		rte_pktmbuf_free(world->starved[--world->starved_count]);
	for (uint32_t port = 0; starve && port < WORLD_PORTS; port++) {
		struct rte_mbuf *mbuf;

		while ((mbuf = rte_pktmbuf_alloc(world->near[port]->pool)) != NULL) {
			CLAIM(world->starved_count < MOST_STARVED);
			world->starved[world->starved_count++] = mbuf;
		}
	}
}

void world_end(struct world *world)
{
	uint32_t available[WORLD_CABLES + 1];

	world_starve(world, false);
	reached_note(world);
	CLAIM(pydp_engine_destroy(world->engine) == PYDP_OK);
	world_collect(world);
	count_buffers(available);
	CLAIM(memcmp(available, at_rest, sizeof(available)) == 0);
}
