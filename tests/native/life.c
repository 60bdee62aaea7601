/* SPDX-License-Identifier: Apache-2.0 */
/* Engines and ports that come and go: in any order, many times, with nothing left behind, and up to the limits. */
#include <dirent.h>
#include <pthread.h>
#include "rig.h"

static uint32_t descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	uint32_t count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static uint64_t resident_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[128];

	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "VmRSS: %lu", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

/* A pair of engines in some way: with workers or stepped, up or not, taken down in one of several orders. */
static void live_once(uint32_t way)
{
	struct rig rig = rig_make((struct rig_options){.ethdev = way & 1, .capacity = 256, .max_sessions = 64});
	struct pydp_worker_config worker = {.cpu = -1, .idle = way & 2 ? PYDP_IDLE_POLL : PYDP_IDLE_SLEEP};
	struct side *first = way & 4 ? &rig.left : &rig.right, *second = way & 4 ? &rig.right : &rig.left;

	if (way & 8) {
		OK(pydp_engine_start(first->engine, &worker));
		OK(pydp_engine_start(second->engine, &worker));
	} else {
		rig_run(&rig, 1500 * MS);
	}
	/* what is on its way to an end that is gone is nobody's any more */
	OK(pydp_engine_destroy(first->engine));
	OK(pydp_port_close(first->port));
	if (!(way & 8))
		for (int i = 1; i <= 50; i++)
			OK(pydp_engine_step(second->engine, rig.now + (uint64_t)i * 100 * MS, NULL));
	OK(pydp_engine_destroy(second->engine));
	OK(pydp_port_close(second->port));
}

static void nothing_is_left_behind(void)
{
	uint32_t before;
	uint64_t memory;

	for (uint32_t i = 0; i < 32; i++)
		live_once(i);
	before = descriptors();
	memory = resident_kib();
	for (uint32_t i = 0; i < 200; i++)
		live_once(i);
	CHECK(descriptors() == before, "%u descriptors, %u before", descriptors(), before);
#ifndef __SANITIZE_ADDRESS__
	CHECK(resident_kib() < memory + 4096, "%lu KiB, %lu before", resident_kib(), memory);
#else
	(void)memory;
#endif
	CHECK(pydp_port_count() == 0, "%d ethdevs", pydp_port_count());
}

static void the_ethdev_behind_the_last_is_refused_in_a_sentence(void)
{
	pydp_port_t *ends[34];

	for (int i = 0; i < 17; i++) {
		char name[21];
		int result;

		snprintf(name, sizeof(name), "wire%d", i);
		result = pydp_link_create(&(struct pydp_link_config){.name = name, .ethdev = 1, .capacity = 64}, &ends[2 * i],
					  &ends[2 * i + 1]);
		CHECK((result == PYDP_OK) == (i < 16), "link %d: %s", i, pydp_last_error());
	}
	CHECK(strstr(pydp_last_error(), "wire16.0") != NULL && strstr(pydp_last_error(), "32 ethdevs") != NULL &&
		      strstr(pydp_last_error(), "links without ethdev") != NULL,
	      "%s", pydp_last_error());
	for (int i = 0; i < 32; i++)
		OK(pydp_port_close(ends[i]));
}

enum { ENGINES = 160 };

static void the_worker_behind_the_last_is_refused_in_a_sentence(void)
{
	static pydp_engine_t *engines[ENGINES];
	uint32_t made = 0, running = 0;

	for (; made < ENGINES && running == made; made++) {
		struct pydp_engine_config config = {.max_sessions = 64, .max_neighbours = 64, .event_capacity = 16};
		char name[21];

		snprintf(name, sizeof(name), "engine%u", made);
		config.name = name;
		OK(pydp_engine_create(&config, &engines[made]));
		running += pydp_engine_start(engines[made], &(struct pydp_worker_config){.cpu = -1}) == PYDP_OK;
	}
	CHECK(running >= 100 && running < made, "%u of %u workers run", running, made);
	CHECK(strstr(pydp_last_error(), "EAL does not take another thread") != NULL &&
		      strstr(pydp_last_error(), "at most 128 threads") != NULL,
	      "%s", pydp_last_error());
	/* the others live on, and a place that was given back is one */
	OK(pydp_engine_destroy(engines[0]));
	OK(pydp_engine_start(engines[made - 1], &(struct pydp_worker_config){.cpu = -1}));
	for (uint32_t i = 1; i < made; i++)
		OK(pydp_engine_destroy(engines[i]));
}

enum { FLIPS = 8000, EVENTS_MOST = 16384 };

struct reader {
	pydp_engine_t *engine;
	uint32_t seen[EVENTS_MOST];
	uint32_t count;
};

static pthread_barrier_t all_there;

static void *drain_one_by_one(void *argument)
{
	struct reader *reader = argument;
	struct pydp_event event;
	uint32_t count;

	pthread_barrier_wait(&all_there);
	for (;;) {
		OK(pydp_event_drain(reader->engine, &event, 1, &count));
		if (count == 0)
			return NULL;
		reader->seen[reader->count++] = event.sequence;
	}
}

static void each_event_is_read_once_by_whoever_reads(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	static struct reader readers[4];
	static uint8_t times[EVENTS_MOST];
	pthread_t threads[4];
	uint32_t sum = 0;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	for (int i = 0; i < FLIPS; i++) {
		rig.left.session.admin_down ^= 1;
		OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	}
	pthread_barrier_init(&all_there, NULL, 4);
	for (int i = 0; i < 4; i++) {
		readers[i].engine = rig.left.engine;
		CHECK(pthread_create(&threads[i], NULL, drain_one_by_one, &readers[i]) == 0, "no thread");
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		for (uint32_t k = 0; k < readers[i].count; k++)
			CHECK(times[readers[i].seen[k]]++ == 0, "event %u was read twice", readers[i].seen[k]);
		sum += readers[i].count;
	}
	CHECK(sum >= FLIPS, "%u events", sum);
	for (uint32_t i = 1; i <= sum; i++)
		CHECK(times[i] == 1, "event %u was lost", i);
	rig_break(&rig);
}

/* Two sessions of one neighbour: the slot of the one that ends is free before the other is asked for again. */
static void a_session_that_ends_leaves_the_others_their_neighbour(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_config other = rig.left.session;
	const struct pydp_mac pinned = {{2, 0, 0, 0, 0, 9}}, none = {{0}};
	struct pydp_event event;
	uint32_t id;

	rig_until(&rig, PYDP_BFD_UP);
	other.source = address4(192, 0, 2, 9);
	OK(pydp_engine_address_add(rig.left.engine, 0, 0, &other.source, 24));
	OK(pydp_session_upsert(rig.left.engine, &other, &id));
	OK(pydp_session_remove(rig.left.engine, id, 1));
	CHECK(rig_event(&rig.left, PYDP_EVENT_REMOVED).session == id, "the other one is told of");
	OK(pydp_neighbour_set(rig.left.engine, 0, 0, &other.destination, &pinned));
	OK(pydp_neighbour_set(rig.left.engine, 0, 0, &other.destination, &none));
	event = rig_event(&rig.left, PYDP_EVENT_NEIGHBOUR);
	CHECK(event.session == rig.left.id && event.neighbour_state == PYDP_NEIGHBOUR_INCOMPLETE, "session %u, state %u",
	      event.session, event.neighbour_state);
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"nothing_is_left_behind", nothing_is_left_behind},
		{"the_ethdev_behind_the_last_is_refused_in_a_sentence", the_ethdev_behind_the_last_is_refused_in_a_sentence},
		{"the_worker_behind_the_last_is_refused_in_a_sentence", the_worker_behind_the_last_is_refused_in_a_sentence},
		{"each_event_is_read_once_by_whoever_reads", each_event_is_read_once_by_whoever_reads},
		{"a_session_that_ends_leaves_the_others_their_neighbour",
		 a_session_that_ends_leaves_the_others_their_neighbour},
	};

	return RUN_CASES(argc, argv, cases);
}
