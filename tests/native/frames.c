/* SPDX-License-Identifier: Apache-2.0 */
/* Building, sending and counting single frames. */
#include "frames.h"

const uint8_t far_mac[6] = {2, 0, 0, 0, 0, 0x99};

/* Engine: 192.0.2.1 and 2001:db8::1, in VLAN 7 198.51.100.1. */
struct wire wire_make(void)
{
	struct wire wire = {.now = START};
	struct pydp_port_info info;
	struct pydp_address a = address4(192, 0, 2, 1), b = address6(1), c = address4(198, 51, 100, 1);
	uint32_t index;

	OK(pydp_link_create(&(struct pydp_link_config){.name = "wire"}, &wire.near, &wire.far));
	OK(pydp_engine_create(&(struct pydp_engine_config){.name = "near", .seed = 1}, &wire.engine));
	OK(pydp_engine_attach(wire.engine, wire.near, &index));
	OK(pydp_engine_address_add(wire.engine, 0, 0, &a, 24));
	OK(pydp_engine_address_add(wire.engine, 0, 0, &b, 64));
	OK(pydp_engine_address_add(wire.engine, 0, 7, &c, 24));
	OK(pydp_mempool_create("frames", 1023, 0, &wire.pool));
	OK(pydp_burst_create(64, &wire.burst));
	OK(pydp_port_info(wire.near, &info));
	wire.mac = info.mac;
	return wire;
}

void wire_break(struct wire *wire)
{
	OK(pydp_burst_destroy(wire->burst));
	OK(pydp_engine_destroy(wire->engine));
	OK(pydp_port_close(wire->near));
	OK(pydp_port_close(wire->far));
	OK(pydp_mempool_destroy(wire->pool));
}

void step(struct wire *wire)
{
	wire->now += MS;
	OK(pydp_engine_step(wire->engine, wire->now, NULL));
}

void inject(struct wire *wire, const uint8_t *frame, uint32_t length)
{
	OK(pydp_burst_clear(wire->burst));
	OK(pydp_burst_append(wire->burst, wire->pool, frame, length));
	OK(pydp_burst_transmit(wire->burst, wire->far, NULL));
	step(wire);
}

/* What the engine sent, in the burst. */
uint32_t collect(struct wire *wire)
{
	uint32_t count;

	OK(pydp_burst_clear(wire->burst));
	OK(pydp_burst_receive(wire->burst, wire->far, &count));
	return count;
}

const uint8_t *sent(struct wire *wire, uint32_t i, uint32_t *length)
{
	uint8_t *data;

	OK(pydp_burst_data(wire->burst, i, &data, length));
	return data;
}

uint64_t count(struct wire *wire, const char *name)
{
	return counter(wire->engine, 0, name);
}

/* The frame must be counted once, under this name and no other. */
void counts_as(struct wire *wire, const uint8_t *frame, uint32_t length, const char *name)
{
	uint64_t before[256], after[256];
	bool found = false;

	OK(pydp_engine_counters(wire->engine, 0, before, 256));
	inject(wire, frame, length);
	OK(pydp_engine_counters(wire->engine, 0, after, 256));
	for (uint32_t i = 0; i < pydp_counter_count(); i++) {
		bool it = strcmp(pydp_counter_name(i), name) == 0;

		/* what the engine had to say on its own is not the frame's matter */
		if (strncmp(pydp_counter_name(i), "tx-", 3) == 0 ||
		    strcmp(pydp_counter_name(i), "drop-neighbour-unresolved") == 0)
			continue;
		CHECK(after[i] - before[i] == it, "%s counted as %s", name, pydp_counter_name(i));
		found |= it;
	}
	CHECK(found, "there is no counter %s", name);
}

uint16_t fold(const uint8_t *data, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 5880's packet: Down, My Discriminator 0x11111111, Your Discriminator 0, a second, a second. */
static const uint8_t down[24] = {0x20, 0x40, 3, 24,   0x11, 0x11, 0x11, 0x11, 0,    0,
				 0,    0,    0, 0x0f, 0x42, 0x40, 0,    0x0f, 0x42, 0x40};

static void ether(struct wire *wire, uint8_t *frame, uint16_t type)
{
	memcpy(frame, wire->mac.octets, 6);
	memcpy(frame + 6, far_mac, 6);
	put16(frame + 12, type);
}

void sum_ip4(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~fold(ip, (size_t)(ip[0] & 15) * 4, 0));
}

uint32_t bfd4(struct wire *wire, uint8_t *frame)
{
	uint8_t *ip = frame + 14, *udp = ip + 20;

	memset(frame, 0, 66);
	ether(wire, frame, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, 52);
	ip[8] = 255;
	ip[9] = 17;
	memcpy(ip + 12, (uint8_t[]){192, 0, 2, 2, 192, 0, 2, 1}, 8);
	sum_ip4(ip);
	put16(udp, 50000);
	put16(udp + 2, 3784);
	put16(udp + 4, 32);
	memcpy(udp + 8, down, 24);
	put16(udp + 6, (uint16_t)~fold(udp, 32, fold(ip + 12, 8, 17 + 32)));
	return 66;
}

uint32_t bfd6(struct wire *wire, uint8_t *frame)
{
	uint8_t *ip = frame + 14, *udp = ip + 40;

	memset(frame, 0, 86);
	ether(wire, frame, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, 32);
	ip[6] = 17;
	ip[7] = 255;
	memcpy(ip + 8, address6(2).octets, 16);
	memcpy(ip + 24, address6(1).octets, 16);
	put16(udp, 50000);
	put16(udp + 2, 3784);
	put16(udp + 4, 32);
	memcpy(udp + 8, down, 24);
	put16(udp + 6, (uint16_t)~fold(udp, 32, fold(ip + 8, 32, 17 + 32)));
	return 86;
}

uint32_t arp(struct wire *wire, uint8_t *frame, uint8_t operation, const uint8_t *sender, const uint8_t *target)
{
	memset(frame, 0, 60);
	ether(wire, frame, 0x0806);
	memset(frame, 0xff, 6);
	memcpy(frame + 14, (uint8_t[]){0, 1, 8, 0, 6, 4, 0, operation}, 8);
	memcpy(frame + 22, far_mac, 6);
	memcpy(frame + 28, sender, 4);
	memcpy(frame + 38, target, 4);
	return 60;
}

/* type 135 or 136, with the option of our MAC address */
uint32_t nd(struct wire *wire, uint8_t *frame, uint8_t type, uint8_t flags, uint16_t source, uint16_t target)
{
	uint8_t *ip = frame + 14, *icmp = ip + 40;

	memset(frame, 0, 86);
	ether(wire, frame, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, 32);
	ip[6] = 58;
	ip[7] = 255;
	memcpy(ip + 8, address6(source).octets, 16);
	memcpy(ip + 24, address6(1).octets, 16);
	icmp[0] = type;
	icmp[4] = flags;
	memcpy(icmp + 8, address6(target).octets, 16);
	icmp[24] = type == 135 ? 1 : 2;
	icmp[25] = 1;
	memcpy(icmp + 26, far_mac, 6);
	put16(icmp + 2, (uint16_t)~fold(icmp, 32, fold(ip + 8, 32, 58 + 32)));
	return 86;
}

uint32_t session(struct wire *wire, uint8_t family)
{
	struct pydp_session_config config = {.source = family == 4 ? address4(192, 0, 2, 1) : address6(1),
					     .destination = family == 4 ? address4(192, 0, 2, 2) : address6(2),
					     .local_multiplier = 3,
					     .desired_min_tx_us = 1000000,
					     .required_min_rx_us = 1000000};
	uint32_t id;

	OK(pydp_session_upsert(wire->engine, &config, &id));
	return id;
}
