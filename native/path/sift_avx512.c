/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting sixteen IPv4 packets at once, as two vectors of 256 bits. Whatever else is among them goes eight at once. */
#include <rte_common.h>
#ifdef RTE_ARCH_X86_64
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni"))), \
			     apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,prefer-vector-width=256,tune=icelake-server")
#endif
#define PLAIN_LANES 8
#include "path/plain_wide.h"
#include "path/sift_lanes.h"

enum { SIXTEEN = 2 * PLAIN_LANES };

/* A burst in columns. */
struct burst {
	struct rte_mbuf *const *mbufs;
	const uint8_t *headers[PATH_BURST];
	uint32_t lengths[PATH_BURST];
};

/* False: some buffer's state is not that of a plain packet. A packet has one segment at least, so that all have one where any bit
 * of their numbers says so. */
static __rte_always_inline bool look_at_buffers(struct burst *burst, uint16_t count)
{
	uint64_t states = 0, flags = 0;

#pragma GCC unroll 4
	for (uint32_t i = 0; i < count; i++) {
		const struct rte_mbuf *mbuf = burst->mbufs[i];
		const uint8_t *frame;
		uint64_t state;

		memcpy(&state, (const uint8_t *)mbuf + SIFT_STATE_AT, sizeof(state));
		frame = (const uint8_t *)mbuf->buf_addr + (uint16_t)state;
		rte_prefetch0(frame);
		burst->headers[i] = frame + ETHER_LENGTH;
		burst->lengths[i] = mbuf->data_len;
		states |= state;
		flags |= mbuf->ol_flags;
	}
	return (states >> 32 & 0xffff) == 1 && (flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0;
}

static __rte_always_inline __m256i lengths_at(const uint32_t *lengths)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)lengths);
}

static __rte_always_inline void copy(void *to, const void *from, size_t size)
{
#pragma GCC unroll 4
	for (size_t i = 0; i < size / sizeof(__m256i); i++)
		_mm256_storeu_si256((__m256i *)to + i, _mm256_loadu_si256((const __m256i *)from + i));
}

/* Those of sixteen that are plain, by their bits, behind those that were kept; 0 where some are no untagged IPv4 for our MAC address. */
static __rte_always_inline uint32_t ask_sixteen(const struct plain_wide *wide, const struct sift *sift,
						const struct burst *burst, uint32_t at)
{
	struct path_plain *plain = &sift->transit->four;
	const uint8_t *const *headers = burst->headers + at;
	uint32_t to = sift->transit->four_count, low, high;
	__m256i lengths[2] = {lengths_at(burst->lengths + at), lengths_at(burst->lengths + at + PLAIN_LANES)};
	const __m256i least = _mm256_set1_epi32(SIFT_LEAST4), link = _mm256_set1_epi32(ETHER_LENGTH + IP4_LENGTH);
	__m128i unlike = _mm_setzero_si128();

	if (unlikely(_mm256_cmplt_epu32_mask(_mm256_min_epu32(lengths[0], lengths[1]), least) != 0 || headers[0][0] >> 4 != 4))
		return 0;
	copy(plain->mbufs + to, burst->mbufs + at, SIXTEEN * sizeof(*plain->mbufs));
	copy(plain->headers + to, headers, SIXTEEN * sizeof(*headers));
	copy(plain->lengths + to, burst->lengths + at, SIXTEEN * sizeof(*plain->lengths));
	low = wide_ask(wide, headers, _mm256_sub_epi32(lengths[0], link), plain->destinations + to, plain->aged + to, &unlike);
	to += PLAIN_LANES;
	high = wide_ask(wide, headers + PLAIN_LANES, _mm256_sub_epi32(lengths[1], link), plain->destinations + to,
			plain->aged + to, &unlike);
	return likely(_mm_testz_si128(unlike, (__m128i)sift->link_mask[0])) ? low | high << PLAIN_LANES : 0;
}

/* As long as sixteen have something plain among them. Returns where that ends. */
static __rte_always_inline uint32_t take_sixteens(struct sift *sift, const struct burst *burst, uint32_t count)
{
	struct path_transit *transit = sift->transit;
	struct plain_wide wide;
	uint32_t at = 0;

	wide_begin(&wide, sift->filter, sift->link[0]);
	for (; at + SIXTEEN <= count; at += SIXTEEN) {
		uint32_t plain = ask_sixteen(&wide, sift, burst, at);

		if (unlikely(plain == 0))
			break;
		if (likely(plain == 0xffff))
			transit->four_count += SIXTEEN;
		else
			transit->four_count = sift_choose(sift, &transit->four, transit->four_count, SIXTEEN, plain);
	}
	return at;
}

/* From a place on, eight at once. */
static __rte_noinline void take_others(struct sift *sift, const struct burst *burst, uint32_t at, uint32_t count)
{
	for (; at + PLAIN_LANES <= count; at += PLAIN_LANES)
		sift_group(sift, burst->mbufs + at, burst->headers + at, PLAIN_LANES);
	if (at < count)
		sift_sort(sift, burst->mbufs + at, (uint16_t)(count - at));
}

uint16_t path_sift_sixteen(const struct path_port *port, struct rte_mbuf **mbufs, uint16_t count, struct path_transit *transit,
			   struct rte_mbuf **rest)
{
	struct burst burst;
	struct sift sift;
	uint32_t at = 0;
	bool usual;

	burst.mbufs = mbufs;
	usual = look_at_buffers(&burst, count);
	sift_begin(&sift, port, transit, rest);
	if (usual && !sift.echoes)
		at = take_sixteens(&sift, &burst, count);
	if (at < count)
		take_others(&sift, &burst, at, count);
	return sift.left;
}

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
