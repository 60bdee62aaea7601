/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that a Python program runs, in C: receive, look at the header fields, send. */
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <pydp/burst.h>

#define BURST 256
#define TURNS 1000

static uint32_t lengths[BURST];
static uint16_t types[BURST], source_ports[BURST], destination_ports[BURST];
static uint8_t versions[BURST], protocols[BURST], ttls[BURST];
static uint8_t sources[BURST][16], destinations[BURST][16];

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Packets a second, for about so many seconds; 0 when something failed. */
double bench_loop(pydp_port_t *port, bool look, double seconds)
{
	struct pydp_columns columns = {
		.length = lengths,
		.ether_type = types,
		.ip_version = versions,
		.ip_protocol = protocols,
		.ttl = ttls,
		.source = sources,
		.destination = destinations,
		.source_port = source_ports,
		.destination_port = destination_ports,
	};
	double begin = now_s(), end = begin;
	pydp_burst_t *burst;
	uint64_t packets = 0;
	bool failed = false;

	if (pydp_burst_create(BURST, &burst) != 0)
		return 0;
	while (!failed && end < begin + seconds) {
		for (int turn = 0; turn < TURNS && !failed; turn++) {
			uint32_t count = 0, sent = 0;

			failed = pydp_burst_receive(burst, port, &count) != 0;
			if (look)
				failed |= pydp_burst_gather(burst, &columns) != 0;
			failed |= pydp_burst_transmit(burst, port, &sent) != 0;
			if (sent < count)
				pydp_burst_clear(burst);
			packets += sent;
		}
		end = now_s();
	}
	pydp_burst_destroy(burst);
	return failed ? 0 : (double)packets / (end - begin);
}
