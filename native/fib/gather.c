/* SPDX-License-Identifier: Apache-2.0 */
/* No flag tells whether a gather is quick: some of Intel's processors have microcode against what gathers give away, guests do not see
 * all flags, and others have always read one word after the other. So it is tried. */
/* rte_vect_get_max_simd_bitwidth, which DPDK has had since 20.11 and calls experimental in 22.11. */
#define ALLOW_EXPERIMENTAL_API
#include "fib/gather.h"
#include <stdint.h>
#include <rte_config.h>
#ifdef RTE_ARCH_X86_64
#include <immintrin.h>
#include <rte_cpuflags.h>
#include <rte_cycles.h>
#include <rte_vect.h>

enum { TRIES = 32, WORDS = 64, LANES = 8 };

struct trial {
	uint32_t table[WORDS], places[WORDS], found[WORDS];
};

__attribute__((target("avx512f,avx512vl"))) static uint64_t time_gathers(struct trial *trial)
{
	uint64_t begin = rte_rdtsc();

	for (uint32_t i = 0; i < WORDS; i += LANES) {
		__m256i places = _mm256_loadu_si256((const __m256i *)(const void *)(trial->places + i));

		_mm256_storeu_si256((__m256i *)(void *)(trial->found + i),
				    _mm256_i32gather_epi32((const int *)trial->table, places, sizeof(*trial->table)));
	}
	__asm__ volatile("" ::: "memory");
	return rte_rdtsc() - begin;
}

static uint64_t time_loads(struct trial *trial)
{
	uint64_t begin = rte_rdtsc();

	for (uint32_t i = 0; i < WORDS; i++) {
		trial->found[i] = trial->table[trial->places[i]];
		__asm__ volatile("" ::: "memory");
	}
	return rte_rdtsc() - begin;
}

/* The least of some tries: who is interrupted meanwhile tries again. */
static bool try_gathers(void)
{
	uint64_t gathers = UINT64_MAX, loads = UINT64_MAX, took;
	struct trial trial = {0};

	for (uint32_t i = 0; i < WORDS; i++)
		trial.places[i] = i * 29 % WORDS;
	for (uint32_t i = 0; i < TRIES; i++) {
		took = time_gathers(&trial);
		gathers = took < gathers ? took : gathers;
		took = time_loads(&trial);
		loads = took < loads ? took : loads;
	}
	return gathers <= loads;
}

bool gather_is_quick(void)
{
	uint16_t most = rte_vect_get_max_simd_bitwidth();

	/* 0: there is no EAL yet. */
	return (most == 0 || most >= RTE_VECT_SIMD_256) && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) > 0 &&
	       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512VL) > 0 && rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512DQ) > 0 &&
	       try_gathers();
}
#else
bool gather_is_quick(void)
{
	return false;
}
#endif
