/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of forwarding: any frames, through an engine with a route of each kind and over two cables. Each frame's
 * octets end where its memory ends, each is counted once, each buffer comes back, and what leaves is a datagram that may be sent.
 * An input is frames, each with how it comes (enum) and its length in two octets before it; TURN: the engine has a turn behind it. */
#include <string.h>
#include <pydp/forward.h>
#include <pydp/nexthop.h>
#include <pydp/route.h>
#include <pydp/eal.h>
#include <pydp/status.h>
#include "claim.h"
#include "core/counter.h"
#include "engine/engine.h"
#include "io/pool.h"
#include "path/plain.h"

enum {
	AS_IT_IS = 1,
	PORT = 2,
	STRICT = 4,
	TURN = 8,
	FRAME_MOST = 9000,
	HEAD = 128,
	PORTS = 2,
	CABLE = 256,
	FRAMES_MOST = 200,
	/* Three for a neighbour that does not answer; the error about that may wait as long for another one. */
	WAIT_SECONDS = 8
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* EAL keeps what it was started with. */
const char *__lsan_default_suppressions(void)
{
	return "leak:librte_\nleak:eal_\nleak:rte_\nleak:libnuma\nleak:copy_arguments\nleak:fopencookie\n";
}

static struct pydp_port *near[PORTS], *far[PORTS];
static struct pydp_engine *engine;
static struct rte_mempool *pool;
static uint32_t at_rest[PORTS + 1];
static uint64_t now_ns = 1000000000;
static bool reached[PYDP_CNT_COUNT];

/* The engine ends with the process. */
static void finish(void)
{
	const char *path = getenv("FUZZ_REACHED");
	FILE *out = path == NULL ? NULL : fopen(path, "w");

	CLAIM(pydp_engine_destroy(engine) == PYDP_OK);
	if (path == NULL)
		return;
	CLAIM(out != NULL);
	for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
		fprintf(out, "counter %s %d\n", counter_name(i), reached[i]);
	fclose(out);
}

static struct pydp_address address(uint8_t family, uint8_t net, uint8_t host)
{
	if (family == 4)
		return (struct pydp_address){{10, 0, net, host}, 4, {0}};
	return (struct pydp_address){{0x20, 0x01, 0x0d, 0xb8, [7] = net, [15] = host}, 6, {0}};
}

static void add_route(uint8_t family, uint8_t net, uint32_t next_hop)
{
	struct pydp_route route = {.prefix = {address(family, net, 0), family == 4 ? 24 : 64, {0}}, .next_hop = next_hop};

	CLAIM(pydp_route_set(engine, &route, 1, NULL) == PYDP_OK);
}

static void set_next_hop(uint32_t id, uint8_t kind, const struct pydp_address *neighbour, uint32_t port, uint16_t vlan)
{
	struct pydp_nexthop_config config = {.kind = kind, .port = port, .vlan = vlan};

	if (neighbour != NULL)
		config.address = *neighbour;
	if (kind == PYDP_NEXTHOP_GROUP) {
		config.member_count = 2;
		config.members[0] = (struct pydp_nexthop_member){1, 1};
		config.members[1] = (struct pydp_nexthop_member){2, 1};
	}
	CLAIM(pydp_nexthop_set(engine, id, &config) == PYDP_OK);
}

/* Nets 0 and 1 are those of the ports, 7 is VLAN 7 of port 1; next hops 1 to 3 are neighbours there, 4 does not answer, from 5 on
 * there is one of each other kind, and 11 is dead. Net 10 + N leads to next hop N. */
static void build_routes(void)
{
	static const uint8_t kinds[] = {PYDP_NEXTHOP_GROUP,     PYDP_NEXTHOP_CONNECTED,   PYDP_NEXTHOP_LOCAL,
					PYDP_NEXTHOP_BLACKHOLE, PYDP_NEXTHOP_UNREACHABLE, PYDP_NEXTHOP_PROHIBITED};
	static const struct pydp_mac mac = {{2, 0, 0, 0, 9, 9}};

	for (uint8_t family = 4; family <= 6; family += 2) {
		for (uint8_t i = 0; i < 3; i++) {
			uint8_t port = i > 0, net = i < 2 ? i : 7;
			uint16_t vlan = i < 2 ? 0 : 7;
			struct pydp_address own = address(family, net, 1), neighbour = address(family, net, 2);

			CLAIM(pydp_engine_address_add(engine, port, vlan, &own, family == 4 ? 24 : 64) == PYDP_OK);
			CLAIM(pydp_neighbour_set(engine, port, vlan, &neighbour, &mac) == PYDP_OK);
			set_next_hop(1u + i, PYDP_NEXTHOP_ADJACENT, &neighbour, port, vlan);
			add_route(family, net, 1u + i);
		}
	}
	struct pydp_address silent = address(4, 1, 99), dead = address(4, 1, 98);

	set_next_hop(4, PYDP_NEXTHOP_ADJACENT, &silent, 1, 0);
	CLAIM(pydp_neighbour_set(engine, 1, 0, &dead, &mac) == PYDP_OK);
	set_next_hop(11, PYDP_NEXTHOP_ADJACENT, &dead, 1, 0);
	adjacency_set(engine, engine->nexthops.entries[11].neighbour, PATH_ADJACENCY_DEAD, true);
	for (uint32_t i = 0; i < sizeof(kinds); i++)
		set_next_hop(5 + i, kinds[i], NULL, 1, 0);
	for (uint8_t family = 4; family <= 6; family += 2)
		for (uint8_t id = 1; id <= 11; id++)
			add_route(family, 10 + id, id);
}

static void configure(uint8_t rpf)
{
	struct pydp_forward_config config = {.enabled = 1, .rpf = rpf, .icmp_error_rate = 1000, .icmp_echo_rate = 1000};

	CLAIM(pydp_forward_set(engine, &config) == PYDP_OK);
}

static void count_buffers(uint32_t *available)
{
	for (uint32_t i = 0; i < PORTS; i++)
		available[i] = rte_mempool_avail_count(near[i]->pool);
	available[PORTS] = rte_mempool_avail_count(pool);
}

static void free_frame(void *memory, void *shared)
{
	free(memory);
	free(shared);
}

/* Behind the last octet there is nothing. */
static struct rte_mbuf *frame_of(const uint8_t *octets, uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	uint8_t *memory = malloc(HEAD + (size_t)length);
	struct rte_mbuf_ext_shared_info *shared = malloc(sizeof(*shared));

	CLAIM(mbuf != NULL && memory != NULL && shared != NULL);
	shared->free_cb = free_frame;
	shared->fcb_opaque = shared;
	rte_mbuf_ext_refcnt_set(shared, 1);
	rte_pktmbuf_attach_extbuf(mbuf, memory, RTE_BAD_IOVA, (uint16_t)(HEAD + length), shared);
	mbuf->data_off = HEAD;
	mbuf->data_len = length;
	mbuf->pkt_len = length;
	memcpy(memory + HEAD, octets, length);
	return mbuf;
}

/* Whatever headers asked together call plain passes the checks one by one, and the same becomes of its TTL. */
static void plain_is_right(const uint8_t *frame, uint16_t length)
{
	const uint8_t *header = frame + ETHER_LENGTH, *const headers[PLAIN_LANES] = {header, header, header, header};
	const plain_words lengths = {length, length, length, length};
	static const struct path_filter nothing_of_ours;
	uint32_t destinations[PLAIN_LANES], aged[PLAIN_LANES];
	plain_words unlike;
	uint8_t at;

	if (length >= ETHER_LENGTH + IP4_LENGTH) {
		unlike = plain_ask4(headers, lengths, &nothing_of_ours, destinations, aged);
		CLAIM(unlike[0] != 0 || header[0] != 0x45 || ip4_check(header, length - ETHER_LENGTH, &at) == IP_FORWARD);
		CLAIM(aged[3] == plain_aged(header) && destinations[3] == net_load32(header + IP4_DESTINATION_AT));
	}
	if (length >= ETHER_LENGTH + IP6_LENGTH) {
		unlike = plain_ask6(headers, lengths, &nothing_of_ours);
		CLAIM(unlike[0] != 0 || header[0] >> 4 != 6 || ip6_check(header, length - ETHER_LENGTH) == IP_FORWARD);
	}
}

static bool is_received(uint32_t counter)
{
	static const enum pydp_counter sent[] = {PYDP_CNT_DROP_TX_FULL, PYDP_CNT_DROP_NO_MBUF, PYDP_CNT_DROP_NEIGHBOUR_QUEUE};

	for (uint32_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
		if (counter == sent[i])
			return false;
	return counter_is_drop(counter) || strncmp(counter_name(counter), "rx-", 3) == 0;
}

static uint64_t counted(void)
{
	uint64_t total = 0;

	for (uint32_t port = 0; port < PORTS; port++)
		for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++) {
			uint64_t count = engine->path_ports[port]->counters[i];

			reached[i] |= count != 0;
			total += is_received(i) ? count : 0;
		}
	return total;
}

static void look_at(const struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t length = rte_pktmbuf_data_len(mbuf), at = ETHER_LENGTH;
	uint16_t type = load16(frame + ETHER_TYPE_AT), header_length, total;

	CLAIM(length >= ETHER_LENGTH && mbuf->pkt_len == length);
	if (type == TYPE_VLAN) {
		type = load16(frame + ETHER_TYPE_AT + VLAN_LENGTH);
		at += VLAN_LENGTH;
	}
	if (type == TYPE_IP4) {
		CLAIM(net_ip4_shape(frame + at, length - at, &header_length, &total) && total <= 1500);
		CLAIM(net_ip4_checksum(frame + at, header_length) && frame[at + IP4_TTL_AT] > 0);
	} else if (type == TYPE_IP6) {
		CLAIM(net_ip6_shape(frame + at, length - at, &total) && total <= 1460 && frame[at + IP6_HOP_LIMIT_AT] > 0);
	}
}

static void take_all(void)
{
	struct rte_mbuf *mbufs[32];
	uint16_t count;

	for (uint32_t i = 0; i < PORTS; i++)
		while ((count = port_receive(far[i], 0, mbufs, 32)) > 0)
			for (uint16_t j = 0; j < count; j++) {
				look_at(mbufs[j]);
				rte_pktmbuf_free(mbufs[j]);
			}
}

static void turn(uint32_t frames)
{
	uint32_t packets;

	now_ns += 1000000;
	CLAIM(pydp_engine_step(engine, now_ns, &packets) == PYDP_OK && packets == frames);
	take_all();
}

static void prepare(void)
{
	const char *eal[] = {"fuzz", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m", "128", "-l", "0"};
	struct pydp_engine_config config = {.name = "fuzz", .seed = 1};

	CLAIM(pydp_eal_init(sizeof(eal) / sizeof(eal[0]), eal) == PYDP_OK);
	CLAIM(pydp_engine_create(&config, &engine) == PYDP_OK);
	CLAIM(pool_create(1023, 0, SOCKET_ID_ANY, &pool) == PYDP_OK);
	for (uint32_t i = 0; i < PORTS; i++) {
		struct pydp_link_config cable = {.name = i == 0 ? "one" : "two", .capacity = CABLE};
		uint32_t index;

		CLAIM(pydp_link_create(&cable, &near[i], &far[i]) == PYDP_OK);
		CLAIM(pydp_engine_attach(engine, near[i], &index) == PYDP_OK);
	}
	build_routes();
	/* Neighbours are asked for. */
	turn(0);
	count_buffers(at_rest);
	CLAIM(atexit(finish) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t available[PORTS + 1], frames = 0, waiting = 0;
	uint64_t before;

	if (engine == NULL)
		prepare();
	configure(size > 0 && data[0] & STRICT ? PYDP_RPF_STRICT : PYDP_RPF_OFF);
	before = counted();
	while (size >= 3 && frames < FRAMES_MOST) {
		uint32_t port = data[0] & PORT ? 1 : 0;
		uint16_t length = (uint16_t)RTE_MIN((size_t)load16(data + 1) % FRAME_MOST, size - 3);
		struct rte_mbuf *mbuf = frame_of(data + 3, length);
		uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *);

		if (!(data[0] & AS_IT_IS) && length >= 6)
			memcpy(frame, near[port]->mac.octets, 6);
		plain_is_right(frame, length);
		CLAIM(port_transmit(far[port], 0, &mbuf, 1) == 1);
		frames++;
		waiting++;
		if (data[0] & TURN) {
			turn(waiting);
			waiting = 0;
		}
		data += 3 + length;
		size -= 3u + length;
	}
	turn(waiting);
	CLAIM(counted() - before == frames);
	/* Until nothing waits for a neighbour any more. */
	for (uint32_t i = 0; i < WAIT_SECONDS; i++) {
		now_ns += 1000000000;
		turn(0);
	}
	count_buffers(available);
	CLAIM(memcmp(available, at_rest, sizeof(available)) == 0);
	return 0;
}
