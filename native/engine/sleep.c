/* SPDX-License-Identifier: Apache-2.0 */
/* Sleeping while there is nothing to do: until the next deadline, a packet on a port that can tell, or a command. */
#include <poll.h>
#include <unistd.h>
#include "engine/engine.h"

/* Falling asleep and waking costs more than to spin this long. */
#define WORTH_IT_NS 20000u

struct nap {
	struct pollfd fds[2 * ENGINE_PORTS + 1];
	nfds_t count;
	bool may_miss;  /* some port cannot wake us */
	bool disturbed; /* a packet or a command is there already */
};

static void watch(struct nap *nap, struct pydp_port *port, uint16_t queue)
{
	if (!port->queue[queue].wakes) {
		nap->may_miss = true;
		return;
	}
	nap->disturbed |= !port_wait_arm(port, queue);
	nap->fds[nap->count++] = (struct pollfd){.fd = port->queue[queue].wait_fd, .events = POLLIN};
}

static void prepare(struct pydp_engine *engine, struct nap *nap)
{
	nap->fds[0] = (struct pollfd){.fd = engine->mailbox.wake_fd, .events = POLLIN};
	nap->count = 1;
	nap->may_miss = nap->disturbed = false;
	atomic_store(&engine->mailbox.asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (!rte_ring_empty(engine->mailbox.commands) || handover_waits(engine) || atomic_load(&engine->stopping))
		nap->disturbed = true;
	for (uint32_t i = 0; i < engine->port_count; i++) {
		watch(nap, engine->ports[i].port, 0);
		if (engine->ports[i].host != NULL)
			watch(nap, engine->ports[i].host, 0);
	}
}

static void undo(struct pydp_engine *engine)
{
	uint64_t count;

	if (atomic_exchange(&engine->mailbox.asleep, 0) == 0 && read(engine->mailbox.wake_fd, &count, sizeof(count)) < 0)
		count = 0; /* who took the flag has not written yet: one needless wake-up later */
	for (uint32_t i = 0; i < engine->port_count; i++) {
		struct pydp_port *host = engine->ports[i].host;

		if (engine->ports[i].port->queue[0].wakes)
			port_wait_disarm(engine->ports[i].port, 0);
		if (host != NULL && host->queue[0].wakes)
			port_wait_disarm(host, 0);
	}
}

void sleep_until_needed(struct pydp_engine *engine)
{
	uint64_t now_ns = clock_now(&engine->clock), until_ns = agenda_next(&engine->agenda), end_ns;
	struct timespec timeout;
	struct nap nap;

	if (until_ns <= now_ns + WORTH_IT_NS)
		return;
	prepare(engine, &nap);
	if (nap.may_miss)
		until_ns = RTE_MIN(until_ns, now_ns + engine->worker_config.max_sleep_us * UINT64_C(1000));
	if (!nap.disturbed && until_ns > now_ns) {
		timeout.tv_sec = (time_t)((until_ns - now_ns) / 1000000000u);
		timeout.tv_nsec = (long)((until_ns - now_ns) % 1000000000u);
		ppoll(nap.fds, nap.count, until_ns == UINT64_MAX ? NULL : &timeout, NULL);
		stat_add(&engine->stats.worker.sleeps, 1);
		end_ns = clock_now(&engine->clock);
		/* What the kernel overslept is our lateness. */
		if (!nap.may_miss)
			engine->slept_ns += RTE_MIN(end_ns, until_ns) - now_ns;
	}
	undo(engine);
}
