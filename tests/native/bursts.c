/* SPDX-License-Identifier: Apache-2.0 */
#include "bursts.h"
#include <rte_cpuflags.h>
#include "core/checksum.h"
#include "core/ip_check.h"
#include "path/filter.h"

static const uint8_t ours4[4] = {192, 0, 2, 1}, ours6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
/* More of ours, with one place in the filter. */
static const uint8_t sharers[2][4] = {{10, 0, 0, 1}, {10, 0, 3, 132}};

static struct path_port port, *ports[] = {&port};
static struct path_filter filter;

void stand(bool echoes)
{
	const struct path_local locals[] = {{.family = 4, .prefix_length = 24},
					    {.family = 6, .prefix_length = 64},
					    {.family = 4, .prefix_length = 32},
					    {.family = 4, .prefix_length = 32}};

	port = (struct path_port){.mac = {{2, 0, 0, 0, 0, 1}}, .local_count = 4, .filter = &filter};
	memcpy(port.locals, locals, sizeof(locals));
	memcpy(port.locals[0].octets, ours4, sizeof(ours4));
	memcpy(port.locals[1].octets, ours6, sizeof(ours6));
	memcpy(port.locals[2].octets, sharers[0], sizeof(sharers[0]));
	memcpy(port.locals[3].octets, sharers[1], sizeof(sharers[1]));
	port.listens = echoes ? 1u << BFD_KIND_ECHO : 0;
	path_filter_fill(&filter, ports, 1);
	CHECK(filter.places[path_filter_hash4(sharers[0]) >> PATH_FILTER_PLACE_SHIFT] == PATH_FILTER_SHARED, "not so");
}

void sum4(uint8_t *ip)
{
	uint16_t sum = 0;

	memcpy(ip + IP4_CHECKSUM_AT, &sum, sizeof(sum));
	sum = (uint16_t)~checksum_sum(ip, IP4_LENGTH);
	memcpy(ip + IP4_CHECKSUM_AT, &sum, sizeof(sum));
}

static void write4(struct rng *rng, uint8_t *ip, uint16_t total, bool ours)
{
	const uint8_t to[4] = {(uint8_t)(1 + rng_below(rng, 120)), (uint8_t)rng_next(rng), (uint8_t)rng_next(rng), 7};

	ip[0] = 0x45;
	store16(ip + IP4_TOTAL_AT, total);
	ip[IP4_TTL_AT] = (uint8_t)(2 + rng_below(rng, 254));
	ip[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
	memcpy(ip + IP4_SOURCE_AT, (uint8_t[]){198, 18, (uint8_t)rng_next(rng), (uint8_t)rng_next(rng)}, 4);
	memcpy(ip + IP4_DESTINATION_AT, ours ? ours4 : to, 4);
	sum4(ip);
}

static void write6(struct rng *rng, uint8_t *ip, uint16_t total, bool ours)
{
	ip[0] = 0x60;
	store16(ip + IP6_PAYLOAD_AT, total - IP6_LENGTH);
	ip[IP6_NEXT_AT] = PROTOCOL_UDP;
	ip[IP6_HOP_LIMIT_AT] = (uint8_t)(2 + rng_below(rng, 254));
	for (uint32_t i = IP6_SOURCE_AT; i < IP6_LENGTH; i++)
		ip[i] = (uint8_t)rng_next(rng);
	ip[IP6_SOURCE_AT] = ip[IP6_DESTINATION_AT] = 0x24;
	if (ours)
		memcpy(ip + IP6_DESTINATION_AT, ours6, sizeof(ours6));
}

/* An octet of the headers, the length, or what the driver says. */
static void spoil(struct rng *rng, struct rte_mbuf *mbuf, uint8_t *frame, bool six)
{
	uint32_t what = rng_below(rng, 12);

	if (what == 0)
		mbuf->nb_segs = 2;
	else if (what == 1)
		mbuf->ol_flags = RTE_MBUF_F_RX_VLAN_STRIPPED;
	else if (what == 2)
		mbuf->data_len = (uint16_t)rng_below(rng, mbuf->data_len);
	else
		frame[rng_below(rng, ETHER_LENGTH + (six ? IP6_LENGTH : IP4_LENGTH))] = (uint8_t)rng_next(rng);
}

void make_frame(struct rng *rng, struct frame *made, bool six)
{
	uint16_t least = six ? LEAST6 : LEAST4, length = (uint16_t)(least + rng_below(rng, FRAME_MOST - least));
	uint16_t total = (uint16_t)(length - ETHER_LENGTH);
	uint8_t frame[FRAME_MOST] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9};

	*made = (struct frame){
		.spoilt = rng_below(rng, 4) == 0, .ours = rng_below(rng, 16) == 0, .echo = rng_below(rng, 16) == 0};
	made->mbuf = (struct rte_mbuf){.nb_segs = 1, .data_len = length, .vlan_tci = (uint16_t)rng_next(rng)};
	store16(frame + ETHER_TYPE_AT, six ? TYPE_IP6 : TYPE_IP4);
	if (six)
		write6(rng, frame + ETHER_LENGTH, total, made->ours);
	else
		write4(rng, frame + ETHER_LENGTH, total, made->ours);
	store16(frame + least - UDP_LENGTH + 2, made->echo ? BFD_UDP_PORT_ECHO : 9);
	if (made->spoilt)
		spoil(rng, &made->mbuf, frame, six);
	made->mbuf.buf_addr = malloc(made->mbuf.data_len);
	memcpy(made->mbuf.buf_addr, frame, made->mbuf.data_len);
	made->mbuf.pkt_len = made->mbuf.data_len;
}

void make_burst(struct rng *rng, struct burst *burst)
{
	uint32_t kind = rng_below(rng, 3);

	burst->count = (uint16_t)(1 + rng_below(rng, PATH_BURST));
	for (uint16_t i = 0; i < burst->count; i++) {
		make_frame(rng, &burst->frames[i], kind == 2 ? rng_below(rng, 2) : kind);
		burst->mbufs[i] = &burst->frames[i].mbuf;
	}
}

void drop_burst(struct burst *burst)
{
	for (uint16_t i = 0; i < burst->count; i++)
		free(burst->frames[i].mbuf.buf_addr);
}

static bool has(struct rte_mbuf *const *mbufs, uint16_t count, const struct rte_mbuf *mbuf)
{
	for (uint16_t i = 0; i < count; i++)
		if (mbufs[i] == mbuf)
			return true;
	return false;
}

/* What is said of a plain packet is so. */
static void check_plain(const struct path_plain *plain, uint16_t i, bool six)
{
	const struct frame *frame = (const struct frame *)plain->mbufs[i];
	const uint8_t *octets = frame->mbuf.buf_addr, *header = octets + ETHER_LENGTH;
	uint32_t available = frame->mbuf.data_len - (uint32_t)ETHER_LENGTH, aged;
	uint8_t at, older[IP4_LENGTH];

	CHECK(plain->headers[i] == header && plain->lengths[i] == frame->mbuf.data_len, "%u", i);
	CHECK(memcmp(octets, port.mac.octets, 6) == 0 && frame->mbuf.nb_segs == 1 && frame->mbuf.ol_flags == 0, "%u", i);
	CHECK(load16(octets + ETHER_TYPE_AT) == (six ? TYPE_IP6 : TYPE_IP4), "%u", i);
	CHECK(!(path_listens(&port, BFD_KIND_ECHO) && frame->echo && !frame->spoilt), "%u", i);
	if (six) {
		CHECK(ip6_check(header, available) == IP_FORWARD && memcmp(header + IP6_DESTINATION_AT, ours6, 16) != 0, "%u",
		      i);
		return;
	}
	CHECK(ip4_check(header, available, &at) == IP_FORWARD && memcmp(header + IP4_DESTINATION_AT, ours4, 4) != 0, "%u", i);
	CHECK(plain->destinations[i] == net_load32(header + IP4_DESTINATION_AT), "%u", i);
	memcpy(older, header, sizeof(older));
	aged = plain->aged[i];
	memcpy(older + IP4_TTL_AT, &aged, sizeof(aged));
	CHECK(older[IP4_TTL_AT] == header[IP4_TTL_AT] - 1 && older[IP4_PROTOCOL_AT] == header[IP4_PROTOCOL_AT], "%u", i);
	CHECK(checksum_sum(older, IP4_LENGTH) == 0xffff, "%u", i);
}

static void check_family(const struct burst *burst, const struct path_plain *plain, uint16_t count, bool six)
{
	uint16_t seen = 0;

	for (uint16_t i = 0; i < count; i++)
		check_plain(plain, i, six);
	for (uint16_t i = 0; i < burst->count && seen < count; i++)
		seen += burst->mbufs[i] == plain->mbufs[seen];
	CHECK(seen == count, "not in order");
}

bool is_suspect(const struct frame *frame)
{
	const uint8_t *header = (const uint8_t *)frame->mbuf.buf_addr + ETHER_LENGTH;

	if (header[0] >> 4 == 6)
		return path_filter_has(&filter, path_filter_hash6(header + IP6_DESTINATION_AT));
	return path_filter_has(&filter, path_filter_hash4(header + IP4_DESTINATION_AT));
}

void sift(path_sift_function *how, struct burst *burst, struct outcome *outcome)
{
	const struct path_transit *transit = &outcome->transit;

	outcome->left = how(&port, burst->mbufs, burst->count, &outcome->transit, outcome->rest);
	CHECK(outcome->left + transit->four_count + transit->six_count == burst->count, "some are lost");
	check_family(burst, &transit->four, transit->four_count, false);
	check_family(burst, &transit->six, transit->six_count, true);
	for (uint16_t i = 0; i < burst->count; i++) {
		const struct frame *frame = &burst->frames[i];
		bool special = frame->spoilt || frame->ours || (frame->echo && path_listens(&port, BFD_KIND_ECHO));

		special = special || is_suspect(frame);
		CHECK(special || !has(outcome->rest, outcome->left, burst->mbufs[i]), "a plain packet is left");
	}
}

bool has_eight(void)
{
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) > 0;
}

bool has_sixteen(void)
{
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VNNI) > 0 && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VL) > 0 &&
	       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0 && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512DQ) > 0;
}

static void check_same(const struct path_plain *these, const struct path_plain *those, uint16_t count, bool six)
{
	CHECK(memcmp(these->mbufs, those->mbufs, count * sizeof(*these->mbufs)) == 0, "other packets");
	CHECK(memcmp(these->headers, those->headers, count * sizeof(*these->headers)) == 0, "other headers");
	CHECK(memcmp(these->lengths, those->lengths, count * sizeof(*these->lengths)) == 0, "other lengths");
	if (six)
		return;
	CHECK(memcmp(these->destinations, those->destinations, count * sizeof(*these->destinations)) == 0, "other addresses");
	CHECK(memcmp(these->aged, those->aged, count * sizeof(*these->aged)) == 0, "aged otherwise");
}

/* As four at once say of the burst. */
static void compare(path_sift_function *how, struct burst *burst, const struct outcome *four)
{
	static struct outcome outcome;

	sift(how, burst, &outcome);
	CHECK(outcome.transit.four_count == four->transit.four_count && outcome.transit.six_count == four->transit.six_count,
	      "%u of IPv4 and not %u, %u of IPv6 and not %u", outcome.transit.four_count, four->transit.four_count,
	      outcome.transit.six_count, four->transit.six_count);
	check_same(&outcome.transit.four, &four->transit.four, four->transit.four_count, false);
	check_same(&outcome.transit.six, &four->transit.six, four->transit.six_count, true);
	for (uint16_t i = 0; i < four->left; i++)
		CHECK(has(outcome.rest, outcome.left, four->rest[i]), "%u", i);
}

uint16_t sift_by_all(struct burst *burst)
{
	static struct outcome four;

	sift(path_sift_four, burst, &four);
	if (has_eight())
		compare(path_sift_eight, burst, &four);
	if (has_sixteen())
		compare(path_sift_sixteen, burst, &four);
	return four.transit.four_count;
}
