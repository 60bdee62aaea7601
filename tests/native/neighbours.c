/* SPDX-License-Identifier: Apache-2.0 */
/* ARP and neighbour discovery, frame by frame: answering, asking, learning; and the hellos that follow. */
#include "frames.h"

static const uint8_t stranger[4] = {192, 0, 2, 77};

static void arp_for_us_is_answered(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];
	const uint8_t *reply;
	uint32_t length;

	counts_as(&wire, frame, arp(&wire, frame, 1, peer, us), "rx-arp");
	CHECK(collect(&wire) == 1, "no answer");
	reply = sent(&wire, 0, &length);
	CHECK(length == 60 && memcmp(reply, far_mac, 6) == 0 && memcmp(reply + 6, wire.mac.octets, 6) == 0, "length %u",
	      length);
	CHECK(memcmp(reply + 12, (uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4, 0, 2}, 10) == 0, "not an ARP reply");
	CHECK(memcmp(reply + 22, wire.mac.octets, 6) == 0 && memcmp(reply + 28, us, 4) == 0, "wrong sender");
	CHECK(memcmp(reply + 32, far_mac, 6) == 0 && memcmp(reply + 38, peer, 4) == 0, "wrong target");
	CHECK(count(&wire, "tx-arp") == 1, "not counted");
	wire_break(&wire);
}

static void arp_in_a_vlan_is_answered_in_it(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128], tagged[132];
	const uint8_t *reply;
	uint32_t length = arp(&wire, frame, 1, (uint8_t[]){198, 51, 100, 9}, (uint8_t[]){198, 51, 100, 1});

	memcpy(tagged, frame, 12);
	memcpy(tagged + 12, (uint8_t[]){0x81, 0, 0xe0, 7}, 4);
	memcpy(tagged + 16, frame + 12, length - 12);
	counts_as(&wire, tagged, length + 4, "rx-arp");
	CHECK(collect(&wire) == 1, "no answer");
	reply = sent(&wire, 0, &length);
	CHECK(memcmp(reply + 12, (uint8_t[]){0x81, 0, 0, 7, 8, 6}, 6) == 0, "not tagged");
	tagged[15] = 8;
	counts_as(&wire, tagged, 64, "drop-unknown-vlan");
	counts_as(&wire, frame, 60, "drop-arp-not-for-us");
	wire_break(&wire);
}

static void other_arp_is_dropped(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	counts_as(&wire, frame, arp(&wire, frame, 1, peer, stranger), "drop-arp-not-for-us");
	arp(&wire, frame, 1, peer, us);
	counts_as(&wire, frame, 41, "drop-arp-malformed");
	frame[18] = 8;
	counts_as(&wire, frame, 60, "drop-arp-malformed");
	counts_as(&wire, frame, arp(&wire, frame, 3, peer, us), "drop-arp-malformed");
	CHECK(collect(&wire) == 0, "answered");
	wire_break(&wire);
}

static void a_neighbour_is_asked_for_once_a_second_and_learned(void)
{
	struct wire wire = wire_make();
	struct pydp_neighbour entry;
	uint8_t frame[128];
	const uint8_t *request;
	uint32_t id = session(&wire, 4), length, n, asked = 0;
	struct pydp_session_state state;

	for (int i = 0; i < 5000; i++) {
		step(&wire);
		n = collect(&wire);
		asked += n;
		for (uint32_t k = 0; k < n; k++) {
			request = sent(&wire, k, &length);
			CHECK(memcmp(request + 12, (uint8_t[]){8, 6, 0, 1, 8, 0, 6, 4, 0, 1}, 10) == 0, "spoke to nobody");
			CHECK(request[0] == 0xff && memcmp(request + 38, peer, 4) == 0 && memcmp(request + 28, us, 4) == 0,
			      "asked wrongly");
		}
	}
	CHECK(asked >= 5 && asked <= 6, "asked %u times in five seconds", asked);
	OK(pydp_session_read(wire.engine, id, &state));
	CHECK(state.neighbour_state == PYDP_NEIGHBOUR_FAILED && state.tx_failed > 0, "%u", state.neighbour_state);
	CHECK(count(&wire, "drop-neighbour-unresolved") == state.tx_failed, "not counted");
	counts_as(&wire, frame, arp(&wire, frame, 2, peer, us), "rx-arp");
	OK(pydp_neighbour_list(wire.engine, &entry, 1, &n));
	CHECK(n == 1 && entry.state == PYDP_NEIGHBOUR_REACHABLE && memcmp(entry.mac.octets, far_mac, 6) == 0, "state %u",
	      entry.state);
	for (int i = 0; i < 2000 && (n = collect(&wire)) == 0; i++)
		step(&wire);
	CHECK(n == 1 && sent(&wire, 0, &length)[23] == 17 && memcmp(sent(&wire, 0, &length), far_mac, 6) == 0, "no hello");
	wire_break(&wire);
}

static void solicitations_are_answered(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];
	const uint8_t *reply;
	uint32_t length;

	counts_as(&wire, frame, nd(&wire, frame, 135, 0, 2, 1), "rx-nd");
	CHECK(collect(&wire) == 1, "no answer");
	reply = sent(&wire, 0, &length);
	CHECK(length == 86 && memcmp(reply, far_mac, 6) == 0, "length %u", length);
	CHECK(reply[21] == 255 && reply[54] == 136 && reply[58] == 0x60, "type %u, flags %x", reply[54], reply[58]);
	CHECK(memcmp(reply + 62, address6(1).octets, 16) == 0 && memcmp(reply + 80, wire.mac.octets, 6) == 0, "about whom?");
	CHECK(fold(reply + 54, 32, fold(reply + 22, 32, 58 + 32)) == 0xffff, "checksum");
	counts_as(&wire, frame, nd(&wire, frame, 135, 0, 2, 77), "drop-nd-not-for-us");
	nd(&wire, frame, 135, 0, 2, 1);
	frame[21] = 254;
	counts_as(&wire, frame, 86, "drop-nd-malformed");
	nd(&wire, frame, 135, 0, 2, 1);
	frame[56] ^= 1;
	counts_as(&wire, frame, 86, "drop-nd-malformed");
	frame[54] = 128;
	counts_as(&wire, frame, 86, "drop-other-icmp6");
	CHECK(collect(&wire) == 0, "answered");
	wire_break(&wire);
}

static void advertisements_are_learned(void)
{
	struct wire wire = wire_make();
	struct pydp_neighbour entry;
	uint8_t frame[128];
	const uint8_t *request;
	uint32_t n, length;

	counts_as(&wire, frame, nd(&wire, frame, 136, 0x60, 2, 2), "drop-nd-not-for-us");
	session(&wire, 6);
	step(&wire);
	CHECK(collect(&wire) == 1, "not asked");
	request = sent(&wire, 0, &length);
	CHECK(memcmp(request, (uint8_t[]){0x33, 0x33, 0xff, 0, 0, 2}, 6) == 0 && request[54] == 135, "no solicitation");
	CHECK(fold(request + 54, 32, fold(request + 22, 32, 58 + 32)) == 0xffff, "checksum");
	counts_as(&wire, frame, nd(&wire, frame, 136, 0x60, 2, 2), "rx-nd");
	OK(pydp_neighbour_list(wire.engine, &entry, 1, &n));
	CHECK(n == 1 && entry.state == PYDP_NEIGHBOUR_REACHABLE && memcmp(entry.mac.octets, far_mac, 6) == 0, "state %u",
	      entry.state);
	wire_break(&wire);
}

static void a_pinned_neighbour_is_not_asked_for(void)
{
	struct wire wire = wire_make();
	struct pydp_address address = address4(192, 0, 2, 2);
	struct pydp_mac mac = {{2, 0, 0, 0, 0, 5}};
	uint8_t frame[128];
	uint32_t length;

	OK(pydp_neighbour_set(wire.engine, 0, 0, &address, &mac));
	session(&wire, 4);
	step(&wire);
	CHECK(collect(&wire) == 1 && sent(&wire, 0, &length)[5] == 5 && length == 66, "the hello goes elsewhere");
	inject(&wire, frame, arp(&wire, frame, 2, peer, us));
	for (int i = 0; i < 1100; i++)
		step(&wire);
	CHECK(collect(&wire) >= 1 && sent(&wire, 0, &length)[5] == 5, "an ARP reply overruled the pin");
	CHECK(count(&wire, "tx-arp") == 0, "asked");
	OK(pydp_neighbour_set(wire.engine, 0, 0, &address, &(struct pydp_mac){{0}}));
	CHECK(count(&wire, "tx-arp") == 1, "forgotten and not asked for");
	wire_break(&wire);
}

static void hellos_are_ordinary_packets(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];
	const uint8_t *hello;
	uint32_t length;

	session(&wire, 4);
	inject(&wire, frame, arp(&wire, frame, 2, peer, us));
	for (int i = 0; i < 2000 && !(collect(&wire) == 1 && sent(&wire, 0, &length)[13] == 0); i++)
		step(&wire);
	hello = sent(&wire, 0, &length);
	CHECK(length == 66 && hello[22] == 255 && hello[23] == 17, "length %u, TTL %u", length, hello[22]);
	CHECK(fold(hello + 14, 20, 0) == 0xffff, "IPv4 header checksum");
	CHECK(fold(hello + 34, 32, fold(hello + 26, 8, 17 + 32)) == 0xffff, "UDP checksum");
	CHECK((hello[34] << 8 | hello[35]) >= 49152 && (hello[36] << 8 | hello[37]) == 3784, "UDP ports");
	CHECK(memcmp(hello + 42, (uint8_t[]){0x20, 0x40, 3, 24}, 4) == 0, "BFD");
	wire_break(&wire);
}

static void a_peer_is_heard_and_its_mac_address_learned(void)
{
	struct wire wire = wire_make();
	struct pydp_session_state state;
	uint8_t frame[128];
	uint32_t id = session(&wire, 4);

	counts_as(&wire, frame, bfd4(&wire, frame), "rx-bfd");
	OK(pydp_session_read(wire.engine, id, &state));
	CHECK(state.local_state == PYDP_BFD_INIT && state.remote_discriminator == 0x11111111, "%u", state.local_state);
	CHECK(state.neighbour_state == PYDP_NEIGHBOUR_REACHABLE, "%u", state.neighbour_state);
	wire_break(&wire);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"arp_for_us_is_answered", arp_for_us_is_answered},
		{"arp_in_a_vlan_is_answered_in_it", arp_in_a_vlan_is_answered_in_it},
		{"other_arp_is_dropped", other_arp_is_dropped},
		{"a_neighbour_is_asked_for_once_a_second_and_learned", a_neighbour_is_asked_for_once_a_second_and_learned},
		{"solicitations_are_answered", solicitations_are_answered},
		{"advertisements_are_learned", advertisements_are_learned},
		{"a_pinned_neighbour_is_not_asked_for", a_pinned_neighbour_is_not_asked_for},
		{"hellos_are_ordinary_packets", hellos_are_ordinary_packets},
		{"a_peer_is_heard_and_its_mac_address_learned", a_peer_is_heard_and_its_mac_address_learned},
	};

	return RUN_CASES(argc, argv, cases);
}
