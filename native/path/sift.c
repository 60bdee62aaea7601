/* SPDX-License-Identifier: Apache-2.0 */
/* Bursts are most often of one kind, so IPv4 packets are taken four at a time as long as nothing else comes; what begins with
 * something else is sorted packet by packet. */
#include "path/sift.h"
#include <stddef.h>
#include <rte_branch_prediction.h>
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

enum { STATE_AT = offsetof(struct rte_mbuf, data_off) };
static_assert(offsetof(struct rte_mbuf, nb_segs) == STATE_AT + 4 && offsetof(struct rte_mbuf, ol_flags) == STATE_AT + 8,
	      "segments and flags are read as one");

/* What the first 16 octets of a frame, and those of a buffer's state, have in common where packets are plain. */
struct sift {
	plain_words link, link_mask, state, state_mask;
	uint64_t mac;
	const struct path_filter *filter;
	bool echoes;
};

static inline void sift_begin(struct sift *sift, const struct path_port *port)
{
	const uint8_t *mac = port->mac.octets;

	sift->mac = 0;
	memcpy(&sift->mac, mac, sizeof(port->mac.octets));
	sift->link = (plain_words){(uint32_t)sift->mac, (uint32_t)(sift->mac >> 32), 0, SIFT_IP4};
	sift->link_mask = (plain_words){UINT32_MAX, 0xffff, 0, SIFT_IP4_MASK};
	sift->state = (plain_words){0, 1, 0, 0};
	sift->state_mask = (plain_words){0, 0xffff, RTE_MBUF_F_RX_VLAN_STRIPPED, 0};
	sift->filter = port->filter;
	sift->echoes = path_listens(port, BFD_KIND_ECHO);
}

/* Echoes of peers in transit are control traffic where there are sessions with echoes. */
static bool is_echo(const uint8_t *header, bool ip6)
{
	const uint8_t *udp = header + (ip6 ? IP6_LENGTH : IP4_LENGTH);

	return header[ip6 ? IP6_NEXT_AT : IP4_PROTOCOL_AT] == PROTOCOL_UDP && load16(udp + 2) == BFD_UDP_PORT_ECHO;
}

static __rte_noinline plain_words echoes4(const uint8_t *const headers[4])
{
	return (plain_words){is_echo(headers[0], false), is_echo(headers[1], false), is_echo(headers[2], false),
			     is_echo(headers[3], false)};
}

static __rte_always_inline plain_words ask4(const struct sift *sift, struct path_plain *four, uint16_t at)
{
	plain_words lengths, found;

	memcpy(&lengths, four->lengths + at, sizeof(lengths));
	found = plain_ask4(four->headers + at, lengths, sift->filter, four->destinations + at, four->aged + at);
	return unlikely(sift->echoes) ? found | echoes4(four->headers + at) : found;
}

static inline void put(struct path_plain *plain, uint16_t at, struct rte_mbuf *mbuf, const uint8_t *header, uint32_t length)
{
	plain->mbufs[at] = mbuf;
	plain->headers[at] = header;
	plain->lengths[at] = length;
}

/* Of four packets behind those that were kept the plain ones stay, the others go to rest. */
static __rte_noinline void choose4(struct path_plain *four, uint16_t at, uint16_t count, plain_words found, uint16_t *kept,
				   struct rte_mbuf **rest, uint16_t *left)
{
	for (uint16_t i = 0; i < count; i++) {
		if (found[i] != 0) {
			rest[(*left)++] = four->mbufs[at + i];
			continue;
		}
		put(four, *kept, four->mbufs[at + i], four->headers[at + i], four->lengths[at + i]);
		four->destinations[*kept] = four->destinations[at + i];
		four->aged[(*kept)++] = four->aged[at + i];
	}
}

/* Four packets, if they all are untagged IPv4 for our MAC address. */
static __rte_always_inline bool take4(const struct sift *sift, struct rte_mbuf *const *mbufs, struct path_plain *four,
				      uint16_t *kept, struct rte_mbuf **rest, uint16_t *left)
{
	plain_words lengths = {mbufs[0]->data_len, mbufs[1]->data_len, mbufs[2]->data_len, mbufs[3]->data_len};
	plain_words link = {0}, state = {0}, words, found;
	uint16_t at = *kept;

	if (unlikely(plain_any((plain_words)((plain_numbers)lengths < SIFT_LEAST4))))
		return false;
#pragma GCC unroll 4
	for (uint16_t i = 0; i < 4; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], const uint8_t *);

		memcpy(&words, frame, sizeof(words));
		link |= words ^ sift->link;
		memcpy(&words, (const uint8_t *)mbufs[i] + STATE_AT, sizeof(words));
		state |= words ^ sift->state;
		four->headers[at + i] = frame + ETHER_LENGTH;
	}
	if (unlikely(plain_any((link & sift->link_mask) | (state & sift->state_mask))))
		return false;
	memcpy(four->mbufs + at, mbufs, 4 * sizeof(*mbufs));
	memcpy(four->lengths + at, &lengths, sizeof(lengths));
	found = ask4(sift, four, at);
	if (unlikely(plain_any(found)))
		choose4(four, at, 4, found, kept, rest, left);
	else
		*kept += 4;
	return true;
}

static inline bool take6(const struct sift *sift, const uint8_t *header, uint32_t length)
{
	return length >= SIFT_LEAST6 && plain_ask6(header, length) &&
	       !path_filter_has(sift->filter, path_filter_hash6(header + IP6_DESTINATION_AT)) &&
	       !(sift->echoes && is_echo(header, true));
}

/* IPv4 packets from a place on are asked. */
static void ask4_all(const struct sift *sift, struct path_plain *four, uint16_t from, uint16_t count, uint16_t *kept,
		     struct rte_mbuf **rest, uint16_t *left)
{
	/* The last group of four may be short. */
	for (uint16_t i = count; (i - from) % 4 != 0; i++)
		put(four, i, four->mbufs[from], four->headers[from], four->lengths[from]);
	for (uint16_t i = from; i < count; i += 4)
		choose4(four, i, RTE_MIN(4, count - i), ask4(sift, four, i), kept, rest, left);
}

static __rte_noinline uint16_t sort(const struct sift *sift, struct rte_mbuf **mbufs, uint16_t count,
				    struct path_transit *transit, struct rte_mbuf **rest, uint16_t left)
{
	uint16_t four = transit->four_count, six = 0;
	uint64_t first;
	uint32_t start;

	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *), *header = frame + ETHER_LENGTH;
		uint32_t length = mbuf->data_len;

		if (unlikely(length < SIFT_LEAST4)) {
			rest[left++] = mbuf;
			continue;
		}
		memcpy(&first, frame, sizeof(first));
		memcpy(&start, frame + ETHER_TYPE_AT, sizeof(start));
		first = (first ^ sift->mac) << 16 | (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) | (mbuf->nb_segs ^ 1u);
		if ((start & SIFT_IP4_MASK) == SIFT_IP4 && first == 0)
			put(&transit->four, four++, mbuf, header, length);
		else if ((start & SIFT_IP6_MASK) == SIFT_IP6 && first == 0 && take6(sift, header, length))
			put(&transit->six, six++, mbuf, header, length);
		else
			rest[left++] = mbuf;
	}
	transit->six_count = six;
	ask4_all(sift, &transit->four, transit->four_count, four, &transit->four_count, rest, &left);
	return left;
}

uint16_t path_sift(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_transit *transit,
		   struct rte_mbuf **rest)
{
	uint16_t seen = 0, kept = 0, left = 0;
	struct sift sift;

	sift_begin(&sift, port);
	while (seen + 4 <= count && take4(&sift, mbufs + seen, &transit->four, &kept, rest, &left))
		seen += 4;
	transit->four_count = kept;
	transit->six_count = 0;
	return likely(seen == count) ? left : sort(&sift, mbufs + seen, (uint16_t)(count - seen), transit, rest, left);
}
