/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting, with four packets at once, with eight and with sixteen, of bursts as they come. Inside the library. */
#include "bursts.h"

enum { ROUNDS = 20000 };

static void sift_many(path_sift_function *how)
{
	static struct outcome outcome;
	static struct burst burst;
	struct rng rng;

	rng_seed(&rng, 1);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		stand(round % 4 == 0);
		make_burst(&rng, &burst);
		sift(how, &burst, &outcome);
		drop_burst(&burst);
	}
}

static void four_at_once_are_sifted_right(void)
{
	sift_many(path_sift_four);
}

static void eight_at_once_are_sifted_right(void)
{
	if (has_eight())
		sift_many(path_sift_eight);
}

static void sixteen_at_once_are_sifted_right(void)
{
	if (has_sixteen())
		sift_many(path_sift_sixteen);
}

static void all_say_the_same(void)
{
	static struct burst burst;
	struct rng rng;

	rng_seed(&rng, 2);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		stand(round % 4 == 0);
		make_burst(&rng, &burst);
		sift_by_all(&burst);
		drop_burst(&burst);
	}
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"four_at_once_are_sifted_right", four_at_once_are_sifted_right},
		{"eight_at_once_are_sifted_right", eight_at_once_are_sifted_right},
		{"sixteen_at_once_are_sifted_right", sixteen_at_once_are_sifted_right},
		{"all_say_the_same", all_say_the_same},
	};

	return RUN_CASES(argc, argv, cases);
}
