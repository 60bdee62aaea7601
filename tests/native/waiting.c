/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that wait for a neighbour, and neighbours that are there for packets alone. Inside the engine: packets are handed over as
 * forwarding does it. */
#include "engine/engine.h"
#include "frames.h"

enum { IP_AT = 14 };

static struct rte_mbuf *packet(struct wire *wire, uint8_t version, uint8_t number)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(wire->engine->path_ports[0]->pool);
	uint8_t *ip;

	CHECK(mbuf != NULL, "no buffer");
	ip = (uint8_t *)rte_pktmbuf_append(mbuf, 60);
	memset(ip, 0, 60);
	ip[0] = (uint8_t)(version << 4);
	ip[59] = number;
	return mbuf;
}

static uint32_t buffers_out(const struct wire *wire)
{
	return rte_mempool_in_use_count(wire->engine->path_ports[0]->pool);
}

static uint32_t held(struct wire *wire)
{
	struct pydp_address address = address4(192, 0, 2, 2);
	struct pydp_nexthop_config config = {.kind = PYDP_NEXTHOP_ADJACENT, .address = address};

	step(wire);
	OK(pydp_nexthop_set(wire->engine, 1, &config));
	return wire->engine->nexthops.entries[1].neighbour;
}

static int demanded(struct wire *wire, uint8_t third, uint8_t host)
{
	return neighbours_for(wire->engine, 0, 0, 4, (uint8_t[]){192, 0, third, host}, wire->now);
}

static const struct neighbour *entry(const struct wire *wire, int index)
{
	return &wire->engine->neighbours.entries[index];
}

static void pass(struct wire *wire, uint32_t seconds)
{
	for (uint32_t i = 0; i < seconds * 1000; i++) {
		step(wire);
		if (i % 16 == 0)
			collect(wire);
	}
	collect(wire);
}

static void answer(struct wire *wire, uint8_t host)
{
	uint8_t frame[128];

	inject(wire, frame, arp(wire, frame, 2, (uint8_t[]){192, 0, 2, host}, us));
	step(wire);
}

/* Number of the i-th frame sent, which must be an IP packet to the far end in such a frame. */
static uint8_t number(struct wire *wire, uint32_t i, uint16_t type)
{
	uint32_t length;
	const uint8_t *frame = sent(wire, i, &length);

	CHECK(memcmp(frame, far_mac, 6) == 0 && memcmp(frame + 6, wire->mac.octets, 6) == 0, "to whom?");
	CHECK((frame[12] << 8 | frame[13]) == type && length == IP_AT + 60, "type %02x%02x, length %u", frame[12], frame[13],
	      length);
	return frame[IP_AT + 59];
}

static void the_last_four_wait_and_go_in_order(void)
{
	struct wire wire = wire_make();
	uint32_t index = held(&wire), before = buffers_out(&wire);

	collect(&wire);
	for (uint8_t i = 1; i <= 6; i++)
		CHECK(neighbours_queue(wire.engine, index, packet(&wire, i == 5 ? 6 : 4, i)) == NEIGHBOUR_WAITS, "%u", i);
	CHECK(count(&wire, "drop-neighbour-queue") == 2 && buffers_out(&wire) == before + 4, "not two were pushed out");
	answer(&wire, 2);
	CHECK(collect(&wire) == 4, "not four were sent");
	CHECK(number(&wire, 0, 0x0800) == 3 && number(&wire, 1, 0x0800) == 4, "not in order");
	CHECK(number(&wire, 2, 0x86dd) == 5 && number(&wire, 3, 0x0800) == 6, "IPv6 to a neighbour with an IPv4 address");
	CHECK(neighbours_queue(wire.engine, index, packet(&wire, 4, 7)) == NEIGHBOUR_SENT, "known, and not sent");
	step(&wire);
	CHECK(collect(&wire) == 1 && number(&wire, 0, 0x0800) == 7, "not sent");
	wire_break(&wire);
}

static void ipv4_goes_to_a_neighbour_with_an_ipv6_address_in_a_vlan(void)
{
	struct wire wire = wire_make();
	struct pydp_address own = address6(0x101), near = address6(0x102);
	struct pydp_nexthop_config config = {.kind = PYDP_NEXTHOP_ADJACENT, .address = near, .vlan = 7};
	struct pydp_mac mac = {{2, 0, 0, 0, 0, 5}};
	const uint8_t *frame;
	uint32_t length;

	OK(pydp_engine_address_add(wire.engine, 0, 7, &own, 64));
	OK(pydp_nexthop_set(wire.engine, 1, &config));
	CHECK(neighbours_queue(wire.engine, wire.engine->nexthops.entries[1].neighbour, packet(&wire, 4, 1)) == NEIGHBOUR_WAITS,
	      "no");
	step(&wire);
	collect(&wire);
	OK(pydp_neighbour_set(wire.engine, 0, 7, &near, &mac));
	step(&wire);
	CHECK(collect(&wire) == 1, "not sent");
	frame = sent(&wire, 0, &length);
	CHECK(length == 78 && frame[5] == 5 && memcmp(frame + 12, (uint8_t[]){0x81, 0, 0, 7, 8, 0, 0x40}, 7) == 0, "%u",
	      length);
	wire_break(&wire);
}

static void who_does_not_answer_gets_nothing(void)
{
	struct wire wire = wire_make();
	uint32_t index = held(&wire), before = buffers_out(&wire);
	struct rte_mbuf *late;

	CHECK(neighbours_queue(wire.engine, index, packet(&wire, 4, 1)) == NEIGHBOUR_WAITS, "no");
	pass(&wire, 4);
	CHECK(count(&wire, "drop-neighbour-failed") == 1 && buffers_out(&wire) <= before, "still waits");
	late = packet(&wire, 4, 2);
	CHECK(neighbours_queue(wire.engine, index, late) == NEIGHBOUR_REFUSED, "waits for nobody");
	rte_pktmbuf_free(late);
	answer(&wire, 2);
	CHECK(entry(&wire, (int)index)->state == PYDP_NEIGHBOUR_REACHABLE, "it answered at last");
	wire_break(&wire);
}

static void what_waits_is_bounded_and_given_back(void)
{
	struct wire wire = wire_make();
	uint32_t before = buffers_out(&wire);

	step(&wire);
	for (uint32_t i = 0; i < 80; i++) {
		int index = demanded(&wire, 2, (uint8_t)(10 + i));

		step(&wire);
		for (uint8_t k = 0; k < 4; k++)
			CHECK(neighbours_queue(wire.engine, (uint32_t)index, packet(&wire, 4, k)) == NEIGHBOUR_WAITS, "no");
		collect(&wire);
	}
	CHECK(count(&wire, "drop-neighbour-queue") == 80 * 4 - 256, "%lu", count(&wire, "drop-neighbour-queue"));
	CHECK(buffers_out(&wire) <= before + 256 + 8, "%u", buffers_out(&wire));
	wire_break(&wire);
}

static void one_on_demand_is_asked_for_and_forgotten_when_unused(void)
{
	struct wire wire = wire_make();
	uint32_t length, n;
	int index;

	step(&wire);
	index = demanded(&wire, 2, 2);
	CHECK(index >= 0 && demanded(&wire, 2, 2) == index, "not one");
	step(&wire);
	n = collect(&wire);
	CHECK(n == 1 && memcmp(sent(&wire, 0, &length) + 38, peer, 4) == 0, "asked %u times", n);
	answer(&wire, 2);
	CHECK(path_adjacency_live(&wire.engine->neighbours.path[index]), "not live");
	pass(&wire, 59);
	CHECK(entry(&wire, index)->used && count(&wire, "tx-arp") == 1, "forgotten, or asked for whom nobody wants");
	pass(&wire, 2);
	CHECK(!entry(&wire, index)->used && wire.engine->neighbours.demanded == 0, "remembered");
	wire_break(&wire);
}

static void one_in_use_is_asked_again_and_fails_when_gone(void)
{
	struct wire wire = wire_make();
	struct path_adjacency *adjacency;
	int index;

	step(&wire);
	index = demanded(&wire, 2, 2);
	answer(&wire, 2);
	adjacency = &wire.engine->neighbours.path[index];
	for (int round = 0; round < 3; round++) {
		path_adjacency_use(adjacency);
		pass(&wire, 31);
		CHECK(count(&wire, "tx-arp") == 2u + (uint32_t)round && path_adjacency_live(adjacency), "not asked again");
		answer(&wire, 2);
	}
	path_adjacency_use(adjacency);
	pass(&wire, 34);
	CHECK(!path_adjacency_live(adjacency) && entry(&wire, index)->state == PYDP_NEIGHBOUR_FAILED, "gone and still used");
	pass(&wire, 6);
	CHECK(!entry(&wire, index)->used, "its failure is remembered for ever");
	wire_break(&wire);
}

static void a_flood_to_absent_hosts_costs_little(void)
{
	struct wire wire = wire_make();
	uint32_t refused = 0, asked = 0;

	step(&wire);
	for (uint32_t second = 0; second < 4; second++) {
		uint64_t before = count(&wire, "tx-arp");

		for (uint32_t i = 0; i < 20000; i++) {
			refused += demanded(&wire, (uint8_t)(100 + second), (uint8_t)(1 + i % 250)) < 0;
			refused += demanded(&wire, (uint8_t)(i % 250), (uint8_t)(1 + i / 250)) < 0;
			if (i % 20 != 0)
				continue;
			step(&wire);
			collect(&wire);
		}
		asked = (uint32_t)(count(&wire, "tx-arp") - before);
		/* Each new one is asked for thrice, a second apart. */
		CHECK(asked <= 3 * 1100, "asked %u times in a second", asked);
	}
	CHECK(refused > 50000, "%u were refused", refused);
	CHECK(wire.engine->neighbours.demanded <= 3072, "%u places", wire.engine->neighbours.demanded);
	/* Those that sessions and next hops want have room still. */
	CHECK(held(&wire) < 4096, "no room");
	wire_break(&wire);
}

static void places_of_those_that_failed_are_given_to_others(void)
{
	struct wire wire = wire_make();
	uint32_t made = 0;

	step(&wire);
	for (uint32_t ms = 0; ms < 12000; ms++) {
		made += demanded(&wire, (uint8_t)(ms / 250), (uint8_t)(2 + ms % 250)) >= 0;
		step(&wire);
		collect(&wire);
	}
	CHECK(made > 2 * 3072 && wire.engine->neighbours.demanded <= 3072, "%u made, %u there", made,
	      wire.engine->neighbours.demanded);
	wire_break(&wire);
}

static void what_is_no_hosts_address_is_not_asked_for(void)
{
	struct wire wire = wire_make();

	step(&wire);
	CHECK(demanded(&wire, 2, 1) < 0, "our own");
	CHECK(demanded(&wire, 2, 0) < 0 && demanded(&wire, 2, 255) < 0, "the prefix's first and last");
	CHECK(demanded(&wire, 2, 254) >= 0, "an ordinary one");
	wire_break(&wire);
}

static void a_session_takes_over_one_on_demand(void)
{
	struct wire wire = wire_make();
	int index;

	step(&wire);
	index = demanded(&wire, 2, 2);
	answer(&wire, 2);
	CHECK(session(&wire, 4) != 0 && wire.engine->neighbours.demanded == 0, "still on demand");
	CHECK(count(&wire, "tx-arp") == 1, "asked for whose MAC address is known");
	pass(&wire, 65);
	CHECK(entry(&wire, index)->used, "forgotten under its session");
	wire_break(&wire);
}

static struct pydp_mac mac_of(const struct wire *wire, uint32_t index)
{
	return adjacency_mac(wire->engine, index);
}

/* An answer, or an announcement, from another MAC address that ends so. */
static void claims(struct wire *wire, uint8_t last, bool announced)
{
	uint8_t frame[128];
	uint32_t length = arp(wire, frame, announced ? 1 : 2, peer, announced ? peer : us);

	frame[27] = last;
	inject(wire, frame, length);
	step(wire);
}

static void the_first_of_two_answers_counts_and_a_move_is_believed(void)
{
	struct wire wire = wire_make();
	uint32_t index = held(&wire);
	uint8_t first;

	claims(&wire, 0x31, true);
	CHECK(mac_of(&wire, index).octets[5] == 0x31, "gratuitous ARP before any answer");
	answer(&wire, 2);
	first = mac_of(&wire, index).octets[5];
	CHECK(first == 0x31 && count(&wire, "neighbour-conflict") == 1, "two within a second, and the second counts");
	pass(&wire, 2);
	answer(&wire, 2);
	CHECK(mac_of(&wire, index).octets[5] == far_mac[5], "a later answer");
	claims(&wire, 0x32, false);
	CHECK(mac_of(&wire, index).octets[5] == far_mac[5] && count(&wire, "neighbour-conflict") == 2, "the second counts");
	claims(&wire, 0x33, true);
	CHECK(mac_of(&wire, index).octets[5] == 0x33, "it said that it has moved");
	wire_break(&wire);
}

static void gratuitous_arp_makes_nobody_known(void)
{
	struct wire wire = wire_make();
	uint32_t count_of;

	step(&wire);
	claims(&wire, 0x31, true);
	OK(pydp_neighbour_list(wire.engine, NULL, 0, &count_of));
	CHECK(count_of == 0 && count(&wire, "drop-arp-not-for-us") == 1, "%u", count_of);
	wire_break(&wire);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"the_last_four_wait_and_go_in_order", the_last_four_wait_and_go_in_order},
		{"ipv4_goes_to_a_neighbour_with_an_ipv6_address_in_a_vlan",
		 ipv4_goes_to_a_neighbour_with_an_ipv6_address_in_a_vlan},
		{"who_does_not_answer_gets_nothing", who_does_not_answer_gets_nothing},
		{"what_waits_is_bounded_and_given_back", what_waits_is_bounded_and_given_back},
		{"one_on_demand_is_asked_for_and_forgotten_when_unused", one_on_demand_is_asked_for_and_forgotten_when_unused},
		{"one_in_use_is_asked_again_and_fails_when_gone", one_in_use_is_asked_again_and_fails_when_gone},
		{"a_flood_to_absent_hosts_costs_little", a_flood_to_absent_hosts_costs_little},
		{"places_of_those_that_failed_are_given_to_others", places_of_those_that_failed_are_given_to_others},
		{"what_is_no_hosts_address_is_not_asked_for", what_is_no_hosts_address_is_not_asked_for},
		{"a_session_takes_over_one_on_demand", a_session_takes_over_one_on_demand},
		{"the_first_of_two_answers_counts_and_a_move_is_believed",
		 the_first_of_two_answers_counts_and_a_move_is_believed},
		{"gratuitous_arp_makes_nobody_known", gratuitous_arp_makes_nobody_known},
	};

	return RUN_CASES(argc, argv, cases);
}
