/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting with PLAIN_LANES packets at once: what path/sift.c and path/sift_avx2.c are compiled from. Bursts are most often of one
 * kind, so packets are taken together as long as those beside each other are of one family; a group that is not, or that has
 * something else in it, is sorted packet by packet. */
#ifndef PATH_SIFT_LANES_H
#define PATH_SIFT_LANES_H
#include "path/sift.h"
#include <stddef.h>
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include "path/filter.h"
#include "path/plain.h"

/* The Ethernet type and what an IP header begins with, as they stand in memory. */
enum sift_start {
	SIFT_IP4 = 0x00450008,
	SIFT_IP4_MASK = 0x00ffffff,
	SIFT_IP6 = 0x0060dd86,
	SIFT_IP6_MASK = 0x00f0ffff,
};

enum { SIFT_LEAST4 = ETHER_LENGTH + IP4_LENGTH + UDP_LENGTH, SIFT_LEAST6 = ETHER_LENGTH + IP6_LENGTH + UDP_LENGTH };

enum { SIFT_STATE_AT = offsetof(struct rte_mbuf, data_off) };
static_assert(offsetof(struct rte_mbuf, nb_segs) == SIFT_STATE_AT + 4 &&
		      offsetof(struct rte_mbuf, ol_flags) == SIFT_STATE_AT + 8,
	      "segments and flags are read as one");
static_assert(offsetof(struct rte_mbuf, data_len) + 4 <= sizeof(struct rte_mbuf), "a length is read as the low half of a word");

/* What the first 16 octets of a frame, and those of a buffer's state, have in common where packets are plain. */
struct sift {
	plain_quad link[2], link_mask[2]; /* of IPv4, of IPv6 */
	plain_quad state, state_mask;
	uint64_t mac;
	const struct path_filter *filter;
	bool echoes;
	struct path_transit *transit;
	struct rte_mbuf **rest;
	uint16_t left; /* in rest */
};

static inline void sift_begin(struct sift *sift, const struct path_port *port, struct path_transit *transit,
			      struct rte_mbuf **rest)
{
	uint64_t mac = 0;

	memcpy(&mac, port->mac.octets, sizeof(port->mac.octets));
	*sift = (struct sift){.link = {{(uint32_t)mac, (uint32_t)(mac >> 32), 0, SIFT_IP4},
				       {(uint32_t)mac, (uint32_t)(mac >> 32), 0, SIFT_IP6}},
			      .link_mask = {{UINT32_MAX, 0xffff, 0, SIFT_IP4_MASK}, {UINT32_MAX, 0xffff, 0, SIFT_IP6_MASK}},
			      .state = {0, 1, 0, 0},
			      .state_mask = {0, 0xffff, RTE_MBUF_F_RX_VLAN_STRIPPED, 0},
			      .mac = mac,
			      .filter = port->filter,
			      .echoes = path_listens(port, BFD_KIND_ECHO),
			      .transit = transit,
			      .rest = rest};
	transit->four_count = transit->six_count = 0;
}

/* Echoes of peers in transit are control traffic where there are sessions with echoes. */
static __rte_noinline bool sift_is_echo(const uint8_t *header)
{
	bool ip6 = header[0] >> 4 == 6;
	const uint8_t *udp = header + (ip6 ? IP6_LENGTH : IP4_LENGTH);

	return header[ip6 ? IP6_NEXT_AT : IP4_PROTOCOL_AT] == PROTOCOL_UDP && load16(udp + 2) == BFD_UDP_PORT_ECHO;
}

/* Packets from a place on, whose headers begin right: not 0 where they are not plain. */
static __rte_always_inline plain_words sift_ask(const struct sift *sift, const bool six, struct path_plain *plain, uint16_t at,
						const uint8_t *const *headers, plain_words lengths)
{
	plain_words found;

	if (six)
		found = plain_ask6(headers, lengths, sift->filter);
	else
		found = plain_ask4(headers, lengths, sift->filter, plain->destinations + at, plain->aged + at);
	if (unlikely(sift->echoes))
		for (uint16_t i = 0; i < PLAIN_LANES; i++)
			found[i] |= sift_is_echo(headers[i]);
	return found;
}

static inline void sift_put(struct path_plain *plain, uint16_t at, struct rte_mbuf *mbuf, const uint8_t *header,
			    uint32_t length)
{
	plain->mbufs[at] = mbuf;
	plain->headers[at] = header;
	plain->lengths[at] = length;
}

/* Of some packets behind those that were kept the plain ones, by their bits, stay; the others go to rest. Returns how many are kept. */
static __rte_noinline uint16_t sift_choose(struct sift *sift, struct path_plain *plain, uint16_t at, uint16_t count,
					   uint32_t those)
{
	uint16_t kept = at;

	for (uint16_t i = 0; i < count; i++) {
		if ((those >> i & 1) == 0) {
			sift->rest[sift->left++] = plain->mbufs[at + i];
			continue;
		}
		sift_put(plain, kept, plain->mbufs[at + i], plain->headers[at + i], plain->lengths[at + i]);
		plain->destinations[kept] = plain->destinations[at + i];
		plain->aged[kept++] = plain->aged[at + i];
	}
	return kept;
}

/* Packets beside each other, if they all are untagged IP of one family for our MAC address. headers: theirs. */
static __rte_always_inline bool sift_take(struct sift *sift, const bool six, struct rte_mbuf *const *mbufs,
					  const uint8_t *const *headers)
{
	struct path_plain *plain = six ? &sift->transit->six : &sift->transit->four;
	uint16_t *kept = six ? &sift->transit->six_count : &sift->transit->four_count, at = *kept;
#define SIFT_LENGTH(i) plain_word((const uint8_t *)&mbufs[i]->data_len)
	plain_words lengths = (plain_words)PLAIN_OF(SIFT_LENGTH) & 0xffff, found;
	plain_quad link = {0}, state = {0};
	uint64_t halves[2];

	if (unlikely(plain_any((plain_words)((plain_numbers)lengths < (six ? SIFT_LEAST6 : SIFT_LEAST4)))))
		return false;
#pragma GCC unroll 8
	for (uint16_t i = 0; i < PLAIN_LANES; i++) {
		link |= plain_load(headers[i] - ETHER_LENGTH) ^ sift->link[six];
		state |= plain_load((const uint8_t *)mbufs[i] + SIFT_STATE_AT) ^ sift->state;
	}
	link = (link & sift->link_mask[six]) | (state & sift->state_mask);
	memcpy(halves, &link, sizeof(halves));
	if (unlikely((halves[0] | halves[1]) != 0))
		return false;
	memcpy(plain->mbufs + at, mbufs, PLAIN_LANES * sizeof(*mbufs));
	memcpy(plain->headers + at, headers, PLAIN_LANES * sizeof(*headers));
	memcpy(plain->lengths + at, &lengths, sizeof(lengths));
	found = sift_ask(sift, six, plain, at, headers, lengths);
	*kept = likely(!plain_any(found)) ? (uint16_t)(at + PLAIN_LANES)
					  : sift_choose(sift, plain, at, PLAIN_LANES, plain_bits(found));
	return true;
}

/* Packets of a family that were put behind those that are kept, fewer than LANES. */
static void sift_ask_few(struct sift *sift, const bool six, uint16_t count)
{
	struct path_plain *plain = six ? &sift->transit->six : &sift->transit->four;
	uint16_t *kept = six ? &sift->transit->six_count : &sift->transit->four_count, at = *kept;
	plain_words lengths, found;

	if (count == 0)
		return;
	for (uint16_t i = count; i < PLAIN_LANES; i++)
		sift_put(plain, (uint16_t)(at + i), plain->mbufs[at], plain->headers[at], plain->lengths[at]);
	memcpy(&lengths, plain->lengths + at, sizeof(lengths));
	found = sift_ask(sift, six, plain, at, plain->headers + at, lengths);
	*kept = sift_choose(sift, plain, at, count, plain_bits(found));
}

/* At most LANES packets of any kind. */
static __rte_noinline void sift_sort(struct sift *sift, struct rte_mbuf *const *mbufs, uint16_t count)
{
	struct path_transit *transit = sift->transit;
	uint16_t four = transit->four_count, six = transit->six_count;

	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		uint32_t length = mbuf->data_len, start;
		uint64_t first;

		if (unlikely(length < SIFT_LEAST4)) {
			sift->rest[sift->left++] = mbuf;
			continue;
		}
		memcpy(&first, frame, sizeof(first));
		memcpy(&start, frame + ETHER_TYPE_AT, sizeof(start));
		first = (first ^ sift->mac) << 16 | (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) | (mbuf->nb_segs ^ 1u);
		if ((start & SIFT_IP4_MASK) == SIFT_IP4 && first == 0)
			sift_put(&transit->four, four++, mbuf, frame + ETHER_LENGTH, length);
		else if ((start & SIFT_IP6_MASK) == SIFT_IP6 && first == 0 && length >= SIFT_LEAST6)
			sift_put(&transit->six, six++, mbuf, frame + ETHER_LENGTH, length);
		else
			sift->rest[sift->left++] = mbuf;
	}
	sift_ask_few(sift, false, (uint16_t)(four - transit->four_count));
	sift_ask_few(sift, true, (uint16_t)(six - transit->six_count));
}

/* At most LANES packets. headers: where theirs are if they are plain. */
static __rte_always_inline void sift_group(struct sift *sift, struct rte_mbuf *const *mbufs, const uint8_t *const *headers,
					   uint16_t count)
{
	bool six = mbufs[0]->data_len >= SIFT_LEAST6 && headers[0][0] >> 4 == 6;

	if (count < PLAIN_LANES ||
	    unlikely(six ? !sift_take(sift, true, mbufs, headers) : !sift_take(sift, false, mbufs, headers)))
		sift_sort(sift, mbufs, count);
}

static __rte_always_inline uint16_t sift_lanes(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count,
					       struct path_transit *transit, struct rte_mbuf **rest)
{
	const uint8_t *headers[PATH_BURST];
	struct sift sift;
	uint16_t at = 0;

#pragma GCC unroll 4
	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], const uint8_t *);

		rte_prefetch0(frame);
		headers[i] = frame + ETHER_LENGTH;
	}
	sift_begin(&sift, port, transit, rest);
	for (; at + PLAIN_LANES <= count; at = (uint16_t)(at + PLAIN_LANES))
		sift_group(&sift, mbufs + at, headers + at, PLAIN_LANES);
	if (at < count)
		sift_sort(&sift, mbufs + at, (uint16_t)(count - at));
	return sift.left;
}

#endif
