/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of next hops: who has which flows, and which flows move when a member dies, returns, comes or goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/buckets.h"
#include "path/nexthop.h"

enum { FLOWS = 200000, MOST = 80 };

#define CHECK(condition, ...)                                                                   \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition); \
			fprintf(stderr, __VA_ARGS__);                                           \
			fprintf(stderr, "\n");                                                  \
			exit(1);                                                                \
		}                                                                               \
	} while (0)

static struct path_adjacency adjacencies[MOST];
static struct path_group group;
static uint32_t before[FLOWS], after[FLOWS], counts[MOST];

/* Member i is adjacency 10 + i, backup i adjacency i. */
static void make(const uint32_t *weights, uint32_t members, uint32_t backups)
{
	uint8_t owners[BUCKETS];

	memset(owners, BUCKET_FREE, sizeof(owners));
	buckets_share(weights, members, owners);
	for (uint32_t i = 0; i < BUCKETS; i++)
		group.buckets[i] = members == 0 ? PATH_ADJACENCY_NONE : 10u + owners[i];
	for (uint32_t i = 0; i < members; i++)
		group.members[i] = 10 + i;
	for (uint32_t i = 0; i < backups; i++)
		group.backups[i] = i;
	group.member_count = (uint16_t)members;
	group.backup_count = (uint16_t)backups;
	for (uint32_t i = 0; i < MOST; i++)
		adjacencies[i].state = PATH_ADJACENCY_USABLE;
}

static void dies(uint32_t index)
{
	adjacencies[index].state |= PATH_ADJACENCY_DEAD;
}

static void returns(uint32_t index)
{
	adjacencies[index].state &= ~(uint32_t)PATH_ADJACENCY_DEAD;
}

static void pick(uint32_t *picked)
{
	uint64_t state = 88172645463325252u;

	memset(counts, 0, sizeof(counts));
	for (uint32_t i = 0; i < FLOWS; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		picked[i] = path_group_pick(&group, adjacencies, (uint32_t)(state >> 16));
		if (picked[i] < MOST)
			counts[picked[i]]++;
	}
}

/* within a twentieth */
static bool about(double found, double wanted)
{
	return found > wanted * 0.95 && found < wanted * 1.05;
}

static void weights_are_followed(void)
{
	static const uint32_t weights[] = {1, 2, 5, 8};

	make(weights, 4, 0);
	pick(before);
	for (uint32_t i = 0; i < 4; i++)
		CHECK(about(counts[10 + i], FLOWS * weights[i] / 16.0), "member %u has %u", i, counts[10 + i]);
}

static void only_the_flows_of_the_dead_move_and_they_return(void)
{
	static const uint32_t weights[] = {1, 1, 2, 4};

	make(weights, 4, 1);
	pick(before);
	dies(12);
	pick(after);
	for (uint32_t i = 0; i < FLOWS; i++)
		CHECK(before[i] == 12 ? after[i] != 12 : after[i] == before[i], "flow %u: %u to %u", i, before[i], after[i]);
	CHECK(about(counts[10], FLOWS / 6.0) && about(counts[11], FLOWS / 6.0) && about(counts[13], FLOWS * 4 / 6.0),
	      "spread as %u, %u, %u", counts[10], counts[11], counts[13]);
	CHECK(counts[0] == 0, "a backup was taken");
	returns(12);
	pick(after);
	CHECK(memcmp(before, after, sizeof(before)) == 0, "not all returned");
}

static void equal_members_share_the_flows_of_the_dead_equally(void)
{
	static const uint32_t weights[] = {1, 1, 1, 1, 1, 1, 1, 1};

	make(weights, 8, 0);
	dies(10);
	pick(after);
	for (uint32_t i = 11; i < 18; i++)
		CHECK(about(counts[i], FLOWS / 7.0), "member %u has %u", i - 10, counts[i]);
}

static void a_second_death_moves_no_flow_but_its_own(void)
{
	static const uint32_t weights[] = {3, 1, 1, 1, 1};

	make(weights, 5, 0);
	dies(10);
	pick(before);
	dies(14);
	pick(after);
	for (uint32_t i = 0; i < FLOWS; i++)
		CHECK(before[i] == 14 || after[i] == before[i], "flow %u: %u to %u", i, before[i], after[i]);
	CHECK(counts[10] + counts[14] == 0, "the dead were chosen");
}

static void one_of_sixty_four_takes_all(void)
{
	uint32_t weights[64];

	for (uint32_t i = 0; i < 64; i++)
		weights[i] = i == 40 ? 1 : 1000;
	make(weights, 64, 1);
	for (uint32_t i = 0; i < 64; i++)
		if (i != 40)
			dies(10 + i);
	pick(after);
	CHECK(counts[50] == FLOWS, "%u", counts[50]);
}

static void backups_are_taken_in_order(void)
{
	static const uint32_t weights[] = {1, 1};

	make(weights, 2, 3);
	dies(10);
	pick(after);
	CHECK(counts[11] == FLOWS, "a backup before the last member: %u", counts[11]);
	dies(11);
	pick(after);
	CHECK(counts[0] == FLOWS, "%u", counts[0]);
	dies(0);
	adjacencies[1].state = 0;
	pick(after);
	CHECK(counts[2] == FLOWS, "%u", counts[2]);
	returns(11);
	pick(after);
	CHECK(counts[11] == FLOWS, "%u", counts[11]);
}

static void nobody_alive_is_none(void)
{
	static const uint32_t weights[] = {1};

	make(weights, 1, 1);
	dies(10);
	adjacencies[0].state = 0;
	pick(after);
	for (uint32_t i = 0; i < FLOWS; i++)
		CHECK(after[i] == PATH_ADJACENCY_NONE, "%u", after[i]);
}

static void backups_alone_are_a_group(void)
{
	make(NULL, 0, 2);
	pick(after);
	CHECK(counts[0] == FLOWS, "%u", counts[0]);
}

static uint32_t share_of(const uint8_t *owners, uint8_t member)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < BUCKETS; i++)
		count += owners[i] == member;
	return count;
}

static void every_member_has_a_bucket(void)
{
	uint32_t weights[64];
	uint8_t owners[BUCKETS];

	for (uint32_t i = 0; i < 64; i++)
		weights[i] = i < 60 ? 1 : 65535;
	memset(owners, BUCKET_FREE, sizeof(owners));
	buckets_share(weights, 64, owners);
	for (uint8_t i = 0; i < 64; i++)
		CHECK(share_of(owners, i) == (i < 60 ? 1u : 49u), "member %u has %u", i, share_of(owners, i));
}

/* How many buckets change hands when the weights do. */
static uint32_t moved(const uint32_t *from, uint32_t members, const uint32_t *to, uint32_t later)
{
	uint8_t was[BUCKETS], is[BUCKETS];
	uint32_t count = 0;

	memset(was, BUCKET_FREE, sizeof(was));
	buckets_share(from, members, was);
	memcpy(is, was, sizeof(is));
	for (uint32_t i = 0; i < BUCKETS; i++)
		if (is[i] >= later)
			is[i] = BUCKET_FREE;
	buckets_share(to, later, is);
	for (uint32_t i = 0; i < BUCKETS; i++)
		count += was[i] != is[i];
	return count;
}

static void as_few_flows_move_as_the_weights_allow(void)
{
	static const uint32_t equal[] = {1, 1, 1, 1}, scaled[] = {7, 7, 7, 7}, heavier[] = {1, 1, 1, 5};

	CHECK(moved(equal, 4, scaled, 4) == 0, "%u", moved(equal, 4, scaled, 4));
	CHECK(moved(equal, 3, equal, 4) == 64, "a fourth comes: %u", moved(equal, 3, equal, 4));
	CHECK(moved(equal, 4, equal, 3) == 64, "the fourth goes: %u", moved(equal, 4, equal, 3));
	CHECK(moved(equal, 4, heavier, 4) == 96, "to 160 of them: %u", moved(equal, 4, heavier, 4));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{"weights_are_followed", weights_are_followed},
		{"only_the_flows_of_the_dead_move_and_they_return", only_the_flows_of_the_dead_move_and_they_return},
		{"equal_members_share_the_flows_of_the_dead_equally", equal_members_share_the_flows_of_the_dead_equally},
		{"a_second_death_moves_no_flow_but_its_own", a_second_death_moves_no_flow_but_its_own},
		{"one_of_sixty_four_takes_all", one_of_sixty_four_takes_all},
		{"backups_are_taken_in_order", backups_are_taken_in_order},
		{"nobody_alive_is_none", nobody_alive_is_none},
		{"backups_alone_are_a_group", backups_alone_are_a_group},
		{"every_member_has_a_bucket", every_member_has_a_bucket},
		{"as_few_flows_move_as_the_weights_allow", as_few_flows_move_as_the_weights_allow},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
			cases[i].run();
			return 0;
		}
	return 2;
}
