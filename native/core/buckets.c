/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of a group's buckets. */
#include "buckets.h"
#include <string.h>

static uint32_t largest(const uint32_t *values, uint32_t count)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < count; i++)
		if (values[i] > values[best])
			best = i;
	return best;
}

/* How many buckets each member is worth; BUCKETS in all. */
static void weigh(const uint32_t *weights, uint32_t members, uint32_t *targets)
{
	uint32_t remainders[BUCKET_MEMBERS], total = 0, given = 0;

	for (uint32_t i = 0; i < members; i++)
		total += weights[i];
	for (uint32_t i = 0; i < members; i++) {
		targets[i] = weights[i] * BUCKETS / total;
		remainders[i] = weights[i] * BUCKETS % total;
		if (targets[i] == 0) {
			targets[i] = 1;
			remainders[i] = 0;
		}
		given += targets[i];
	}
	for (; given < BUCKETS; given++) {
		uint32_t next = largest(remainders, members);

		targets[next]++;
		remainders[next] = 0;
	}
	/* Those who got one for next to nothing have it from those with most. */
	for (; given > BUCKETS; given--)
		targets[largest(targets, members)]--;
}

/* Who has too many gives some back, evenly over all that it has. */
static void give_back(const uint32_t *targets, uint32_t *have, uint8_t owners[BUCKETS])
{
	uint32_t seen[BUCKET_MEMBERS] = {0}, had[BUCKET_MEMBERS];

	memcpy(had, have, sizeof(had));
	for (uint32_t i = 0; i < BUCKETS; i++) {
		uint8_t owner = owners[i];
		uint32_t before;

		if (owner == BUCKET_FREE || had[owner] <= targets[owner])
			continue;
		before = seen[owner]++;
		if (before * targets[owner] / had[owner] != seen[owner] * targets[owner] / had[owner])
			continue;
		owners[i] = BUCKET_FREE;
		have[owner]--;
	}
}

/* The member that is furthest from its target. */
static uint8_t neediest(const uint32_t *targets, const uint32_t *have, uint32_t members)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < members; i++)
		if ((targets[i] - have[i]) * targets[best] > (targets[best] - have[best]) * targets[i])
			best = i;
	return (uint8_t)best;
}

void buckets_share(const uint32_t *weights, uint32_t members, uint8_t owners[BUCKETS])
{
	uint32_t targets[BUCKET_MEMBERS], have[BUCKET_MEMBERS] = {0};

	if (members == 0) {
		memset(owners, BUCKET_FREE, BUCKETS);
		return;
	}
	weigh(weights, members, targets);
	for (uint32_t i = 0; i < BUCKETS; i++)
		if (owners[i] != BUCKET_FREE)
			have[owners[i]]++;
	give_back(targets, have, owners);
	for (uint32_t i = 0; i < BUCKETS; i++)
		if (owners[i] == BUCKET_FREE) {
			owners[i] = neediest(targets, have, members);
			have[owners[i]]++;
		}
}
