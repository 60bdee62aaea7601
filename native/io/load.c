/* SPDX-License-Identifier: Apache-2.0 */
/* The queue is counted, not stored: data that waits is a number until it is taken. */
#include "io/load.h"
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include "core/pace.h"
#include "io/error.h"

/* Frames of the other end that wait among the data. */
enum { FAR_PLACES = 1 << 16, FAR_AT_ONCE = 64 };

struct far_frame {
	struct rte_mbuf *mbuf;
	uint64_t behind; /* so many packets of data go first */
};

struct load {
	/* set before anybody polls */
	uint8_t *frames;
	struct far_frame *far;
	uint32_t frame_count, length, capacity;

	/* written by any thread */
	alignas(64) _Atomic uint64_t wanted_millirate;

	/* of the thread that receives */
	alignas(64) struct pace pace;
	uint64_t base; /* data that came before pace began */
	uint64_t came, accepted, taken;
	uint32_t at_frame;
	uint32_t far_head, far_tail;

	/* written by the thread that receives, read by any */
	alignas(64) _Atomic uint64_t offered, delivered, missed, far_missed, away_missed, away_far_missed;
};

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void add(_Atomic uint64_t *count, uint64_t more)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + more, memory_order_relaxed);
}

/* How much data has come. */
static uint64_t due(struct load *load, uint64_t now_ns)
{
	uint64_t wanted = atomic_load_explicit(&load->wanted_millirate, memory_order_relaxed);
	uint64_t came = load->pace.millirate != 0 ? load->base + pace_due(&load->pace, now_ns) : load->came;

	if (wanted != load->pace.millirate) {
		load->base = came;
		pace_start(&load->pace, wanted, now_ns);
	}
	return came;
}

/* Frames of the other end: the first `kept` find room, evenly among the data that came with them. */
static void arrive_far(struct load *load, struct rte_ring *ring, uint32_t count, uint32_t kept, uint64_t data)
{
	struct rte_mbuf *mbufs[FAR_AT_ONCE];
	uint32_t done = 0;

	while (done < count) {
		unsigned int taken = rte_ring_sc_dequeue_burst(ring, (void **)mbufs,
							       RTE_MIN(count - done, (uint32_t)FAR_AT_ONCE), NULL);

		for (unsigned int i = 0; i < taken; i++, done++) {
			if (done < kept)
				load->far[load->far_tail++ % FAR_PLACES] =
					(struct far_frame){mbufs[i], load->accepted + data * (done + 1) / kept};
			else
				rte_pktmbuf_free(mbufs[i]);
		}
	}
}

/* What came since the last look, data and frames of the other end evenly mixed. Beyond the queue's end both are lost alike. More
 * than an eighth of the queue at once is what a receiver finds that was away. */
static void arrive(struct load *load, struct rte_ring *ring)
{
	uint64_t came = due(load, clock_ns()), fresh = came - load->came, all, kept, far_kept;
	uint64_t waiting = load_waiting(load), space = waiting < load->capacity ? load->capacity - waiting : 0;
	uint32_t places = FAR_PLACES - (load->far_tail - load->far_head), far = RTE_MIN(rte_ring_count(ring), places);
	bool away = fresh > load->capacity / 8;

	load->came = came;
	all = fresh + far;
	kept = all <= space ? fresh : (uint64_t)((unsigned __int128)fresh * space / all);
	far_kept = all <= space ? far : RTE_MIN(space - kept, (uint64_t)far);
	arrive_far(load, ring, far, (uint32_t)far_kept, kept);
	load->accepted += kept;
	add(&load->offered, fresh);
	if (all <= space)
		return;
	add(&load->missed, fresh - kept);
	add(&load->far_missed, far - far_kept);
	add(&load->away_missed, away ? fresh - kept : 0);
	add(&load->away_far_missed, away ? far - far_kept : 0);
}

static uint16_t write_data(struct load *load, struct rte_mempool *pool, struct rte_mbuf **mbufs, uint16_t count)
{
	if (rte_pktmbuf_alloc_bulk(pool, mbufs, count) != 0)
		return 0;
	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];

		memcpy(rte_pktmbuf_mtod(mbuf, uint8_t *), load->frames + (size_t)load->at_frame * load->length, load->length);
		mbuf->data_len = (uint16_t)load->length;
		mbuf->pkt_len = load->length;
		if (++load->at_frame == load->frame_count)
			load->at_frame = 0;
	}
	load->taken += count;
	return count;
}

uint16_t load_receive(struct load *load, struct rte_ring *ring, struct rte_mempool *pool, struct rte_mbuf **mbufs,
		      uint16_t count)
{
	uint16_t received = 0, data = 0;

	arrive(load, ring);
	while (received < count) {
		const struct far_frame *next = &load->far[load->far_head % FAR_PLACES];
		uint64_t before = load->far_head != load->far_tail ? next->behind : load->accepted;
		uint64_t wanted = RTE_MIN(before - load->taken, (uint64_t)(count - received));
		uint16_t written;

		if (wanted == 0 && load->far_head == load->far_tail)
			break;
		if (wanted == 0) {
			mbufs[received++] = next->mbuf;
			load->far_head++;
			continue;
		}
		written = write_data(load, pool, mbufs + received, (uint16_t)wanted);
		if (written == 0)
			break;
		received += written;
		data += written;
	}
	add(&load->delivered, data);
	return received;
}

uint32_t load_waiting(const struct load *load)
{
	return (uint32_t)(load->accepted - load->taken) + (load->far_tail - load->far_head);
}

uint64_t load_missed(const struct load *load)
{
	return atomic_load_explicit(&load->missed, memory_order_relaxed) +
	       atomic_load_explicit(&load->far_missed, memory_order_relaxed);
}

void load_free(struct load *load, struct pydp_port *port)
{
	if (load == NULL)
		return;
	while (load->far_head != load->far_tail)
		rte_pktmbuf_free(load->far[load->far_head++ % FAR_PLACES].mbuf);
	free(load->far);
	free(load->frames);
	free(load);
	port->load = NULL;
}

int load_give(struct pydp_port *port, const struct pydp_load_config *config)
{
	size_t octets = (size_t)config->count * config->length;
	struct load *load;

	if (port->kind != PORT_MEMLINK || port->queues != 1)
		return error_set(PYDP_E_UNSUPPORTED, "%s takes no load: only an end of an in-memory link with one queue does",
				 port->name);
	if (atomic_load(&port->attached) != 0)
		return error_set(PYDP_E_BUSY, "%s is attached to an engine: give it its load before", port->name);
	load = aligned_alloc(64, sizeof(*load));
	if (load == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for a load");
	memset(load, 0, sizeof(*load));
	load->frames = malloc(octets);
	load->far = malloc(sizeof(*load->far) * FAR_PLACES);
	if (load->frames == NULL || load->far == NULL) {
		free(load->frames);
		free(load->far);
		free(load);
		return error_set(PYDP_E_NOMEM, "no memory for a load of %u frames", config->count);
	}
	memcpy(load->frames, config->frames, octets);
	load->frame_count = config->count;
	load->length = config->length;
	load->capacity = config->capacity;
	load_free(port->load, port);
	port->load = load;
	port->rx_capacity = config->capacity;
	return PYDP_OK;
}

int load_rate(struct pydp_port *port, uint64_t millirate)
{
	if (port->load == NULL)
		return error_set(PYDP_E_STATE, "%s has no load", port->name);
	atomic_store_explicit(&port->load->wanted_millirate, millirate, memory_order_relaxed);
	return PYDP_OK;
}

int load_read(const struct pydp_port *port, struct pydp_load_stats *stats)
{
	const struct load *load = port->load;

	if (load == NULL)
		return error_set(PYDP_E_STATE, "%s has no load", port->name);
	*stats = (struct pydp_load_stats){
		.offered = atomic_load_explicit(&load->offered, memory_order_relaxed),
		.delivered = atomic_load_explicit(&load->delivered, memory_order_relaxed),
		.missed = atomic_load_explicit(&load->missed, memory_order_relaxed),
		.far_missed = atomic_load_explicit(&load->far_missed, memory_order_relaxed),
		.away_missed = atomic_load_explicit(&load->away_missed, memory_order_relaxed),
		.away_far_missed = atomic_load_explicit(&load->away_far_missed, memory_order_relaxed),
	};
	return PYDP_OK;
}
