/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's clock in a thread that is stopped while it compares the TSC with CLOCK_MONOTONIC. Linked with the clock alone,
 * and with clock_gettime wrapped. */
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include "engine/clock.h"

#define MS UINT64_C(1000000)

int __real_clock_gettime(clockid_t which, struct timespec *time);
int __wrap_clock_gettime(clockid_t which, struct timespec *time);

static bool stop_soon;
static unsigned int stops;

static uint64_t true_ns(void)
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec;
}

int __wrap_clock_gettime(clockid_t which, struct timespec *time)
{
	if (stop_soon) {
		uint64_t end = true_ns() + 50 * MS;

		stop_soon = false;
		stops++;
		while (true_ns() < end)
			;
	}
	return __real_clock_gettime(which, time);
}

int main(void)
{
	struct clock clock = {0};
	uint64_t begin = true_ns(), before, now, after, worst = 0;

	stop_soon = true;
	clock_start(&clock);
	while (true_ns() < begin + 1000 * MS) {
		unsigned int stops_before = stops;

		if (stops == 1 && true_ns() > begin + 500 * MS)
			stop_soon = true;
		before = true_ns();
		now = clock_now(&clock);
		after = true_ns();
		/* of the call itself that was stopped, and of one that the machine stopped, any time in it is right */
		if (stops != stops_before)
			continue;
		if (now > after && now - after > worst)
			worst = now - after;
		if (before > now && before - now > worst)
			worst = before - now;
	}
	printf("%u stops, off by %llu ns\n", stops, (unsigned long long)worst);
	return stops == 2 && worst < MS ? 0 : 1;
}
