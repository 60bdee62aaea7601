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

/* Time passes: it earns, up to most_ns. */
static inline void token_bucket_earn(struct token_bucket *bucket, uint64_t most_ns, uint64_t now_ns)
{
	uint64_t credit_ns = bucket->credit_ns < most_ns ? bucket->credit_ns : most_ns;

	if (now_ns > bucket->now_ns) {
		uint64_t passed_ns = now_ns - bucket->now_ns;

		credit_ns = passed_ns < most_ns - credit_ns ? credit_ns + passed_ns : most_ns;
		bucket->now_ns = now_ns;
	}
	bucket->credit_ns = credit_ns;
}

/* One token, unless less than kept_ns would be left. */
static inline bool token_bucket_spend(struct token_bucket *bucket, uint64_t cost_ns, uint64_t kept_ns)
{
	if (bucket->credit_ns < kept_ns + cost_ns)
		return false;
	bucket->credit_ns -= cost_ns;
	return true;
}

/* rate: a second, 0: none ever. */
static inline bool token_bucket_take(struct token_bucket *bucket, uint32_t rate, uint32_t burst, uint64_t now_ns)
{
	uint64_t cost_ns;

	if (rate == 0)
		return false;
	cost_ns = UINT64_C(1000000000) / rate;
	token_bucket_earn(bucket, cost_ns * burst, now_ns);
	return token_bucket_spend(bucket, cost_ns, 0);
}

#endif
