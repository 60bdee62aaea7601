/* SPDX-License-Identifier: Apache-2.0 */
/* So many a second, and so many at once after a pause. Zeroed it is full. */
#ifndef CORE_TOKEN_BUCKET_H
#define CORE_TOKEN_BUCKET_H
#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
	uint64_t credit_ns; /* of the time that tokens cost, up to now_ns */
	uint64_t now_ns;
};

/* rate: a second, 0: none ever. */
static inline bool token_bucket_take(struct token_bucket *bucket, uint32_t rate, uint32_t burst, uint64_t now_ns)
{
	uint64_t cost_ns, most_ns, credit_ns;

	if (rate == 0)
		return false;
	cost_ns = UINT64_C(1000000000) / rate;
	most_ns = cost_ns * burst;
	credit_ns = bucket->credit_ns;
	if (now_ns > bucket->now_ns) {
		uint64_t passed_ns = now_ns - bucket->now_ns;

		credit_ns = passed_ns < most_ns - (credit_ns < most_ns ? credit_ns : most_ns) ? credit_ns + passed_ns : most_ns;
		bucket->now_ns = now_ns;
	}
	bucket->credit_ns = credit_ns < cost_ns ? credit_ns : credit_ns - cost_ns;
	return credit_ns >= cost_ns;
}

#endif
