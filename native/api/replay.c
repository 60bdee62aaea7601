/* SPDX-License-Identifier: Apache-2.0 */
/* The watch over a capture file at the border. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <pydp/replay.h>
#include "api/check.h"
#include "core/bfd_fault.h"
#include "replay/watch.h"

static_assert(sizeof(struct pydp_replay_packet) == 160, "pydp_replay_packet has another size than the header says");
static_assert(sizeof(struct pydp_replay_frame) == 40, "pydp_replay_frame has another size than the header says");
static_assert(sizeof(struct pydp_replay_event) == 160, "pydp_replay_event has another size than the header says");
static_assert(sizeof(struct pydp_replay_gaps) == 48, "pydp_replay_gaps has a hole");
static_assert(sizeof(struct pydp_replay_end) == 232, "pydp_replay_end has a hole");
static_assert(sizeof(struct pydp_replay_session) == 480, "pydp_replay_session has a hole");
static_assert(sizeof(struct pydp_replay_echo) == 136, "pydp_replay_echo has a hole");
static_assert(sizeof(struct pydp_replay_interface) == 56, "pydp_replay_interface has a hole");
static_assert(sizeof(struct pydp_replay_totals) == 240, "pydp_replay_totals has a hole");
static_assert((int)CAPFILE_PCAP == PYDP_REPLAY_PCAP && (int)CAPFILE_PCAPNG == PYDP_REPLAY_PCAPNG,
	      "formats have the same numbers");
static_assert((int)CAPFILE_RECORD_MOST == PYDP_REPLAY_RECORD_MOST, "a record is as long inside as outside");

enum { SESSIONS_MOST = 1 << 24, EVENTS_MOST = 1 << 24, PACKETS_MOST = 1 << 24 };

/* What callers hold is the watch itself. */
static struct watch *watch_of(pydp_replay_t *replay)
{
	return (struct watch *)replay;
}

static const struct watch *watch_of_const(const pydp_replay_t *replay)
{
	return (const struct watch *)replay;
}

int pydp_replay_create(const struct pydp_replay_config *config, pydp_replay_t **replay)
{
	uint64_t seed[4];
	struct watch *watch;

	CHECK_POINTER(config);
	CHECK_POINTER(replay);
	CHECK(config->max_sessions <= SESSIONS_MOST, "max_sessions %u exceeds %u", config->max_sessions, SESSIONS_MOST);
	CHECK(config->event_capacity <= EVENTS_MOST, "event_capacity %u exceeds %u", config->event_capacity, EVENTS_MOST);
	CHECK(config->packet_capacity <= PACKETS_MOST, "packet_capacity %u exceeds %u", config->packet_capacity, PACKETS_MOST);
	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return error_set(PYDP_E_SYSTEM, "no random numbers for the tables: %s", strerror(errno));
	watch = watch_create(config, seed);
	if (watch == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for %u events and %u packets", config->event_capacity,
				 config->packet_capacity);
	*replay = (pydp_replay_t *)watch;
	return PYDP_OK;
}

int pydp_replay_destroy(pydp_replay_t *replay)
{
	CHECK_POINTER(replay);
	watch_destroy(watch_of(replay));
	return PYDP_OK;
}

static int refused_by_file(const pydp_replay_t *replay)
{
	const struct capfile_fault *fault = capfile_fault(watch_of_const(replay)->file);

	return error_set(PYDP_E_INVAL, "offset %llu: %s", (unsigned long long)fault->offset, fault->text);
}

int pydp_replay_feed(pydp_replay_t *replay, const uint8_t *data, size_t length, int last, size_t *consumed)
{
	static const uint8_t nothing;

	CHECK_POINTER(replay);
	CHECK_POINTER(consumed);
	CHECK(data != NULL || length == 0, "data is NULL and length is not 0");
	if (watch_feed(watch_of(replay), data == NULL ? &nothing : data, length, last != 0, consumed) == 0)
		return PYDP_OK;
	return refused_by_file(replay);
}

int pydp_replay_frames(pydp_replay_t *replay, const uint8_t *data, size_t length, int last, size_t *consumed,
		       struct pydp_replay_frame *frames, uint32_t capacity, uint32_t *count)
{
	static const uint8_t nothing;

	CHECK_POINTER(replay);
	CHECK_POINTER(consumed);
	CHECK_POINTER(frames);
	CHECK_POINTER(count);
	CHECK(data != NULL || length == 0, "data is NULL and length is not 0");
	if (watch_frames(watch_of(replay), data == NULL ? &nothing : data, length, last != 0, consumed, frames, capacity,
			 count) == 0)
		return PYDP_OK;
	return refused_by_file(replay);
}

int pydp_replay_file_fault(const pydp_replay_t *replay, struct pydp_replay_file_fault *fault)
{
	const struct capfile_fault *known;

	CHECK_POINTER(replay);
	CHECK_POINTER(fault);
	known = capfile_fault(watch_of_const(replay)->file);
	memset(fault, 0, sizeof(*fault));
	fault->reason = known->reason;
	if (known->reason == CAPFILE_SOUND)
		return PYDP_OK;
	fault->offset = known->offset;
	fault->packet = watch_of_const(replay)->number;
	snprintf(fault->text, sizeof(fault->text), "%s", known->text);
	return PYDP_OK;
}

const char *pydp_replay_file_reason_name(uint32_t reason)
{
	return capfile_reason_name(reason);
}

int pydp_replay_packets(pydp_replay_t *replay, struct pydp_replay_packet *packets, uint32_t capacity, uint32_t *count)
{
	CHECK_POINTER(replay);
	CHECK_POINTER(packets);
	CHECK_POINTER(count);
	*count = queue_take(&watch_of(replay)->packets, packets, capacity);
	return PYDP_OK;
}

int pydp_replay_events(pydp_replay_t *replay, struct pydp_replay_event *events, uint32_t capacity, uint32_t *count)
{
	CHECK_POINTER(replay);
	CHECK_POINTER(events);
	CHECK_POINTER(count);
	*count = queue_take(&watch_of(replay)->events, events, capacity);
	return PYDP_OK;
}

const char *pydp_replay_reason_name(uint32_t reason)
{
	return bfd_fault_name(reason);
}

const char *pydp_replay_reason_text(uint32_t reason)
{
	return bfd_fault_text(reason);
}

/* How many of those from `first` on there are, at most capacity. */
static uint32_t left(uint32_t all, uint32_t first, uint32_t capacity)
{
	uint32_t rest = first < all ? all - first : 0;

	return rest < capacity ? rest : capacity;
}

int pydp_replay_sessions(pydp_replay_t *replay, uint32_t first, struct pydp_replay_session *sessions, uint32_t capacity,
			 uint32_t *count)
{
	CHECK_POINTER(replay);
	CHECK_POINTER(sessions);
	CHECK_POINTER(count);
	*count = left(watch_of(replay)->conversations.count, first, capacity);
	for (uint32_t i = 0; i < *count; i++)
		account_session(watch_of(replay), first + i, &sessions[i]);
	return PYDP_OK;
}

int pydp_replay_echoes(pydp_replay_t *replay, uint32_t first, struct pydp_replay_echo *echoes, uint32_t capacity,
		       uint32_t *count)
{
	const struct watch *watch = watch_of(replay);

	CHECK_POINTER(replay);
	CHECK_POINTER(echoes);
	CHECK_POINTER(count);
	*count = left(watch->echoes.count, first, capacity);
	for (uint32_t i = 0; i < *count; i++)
		echoes_fill(&watch->echoes, &watch->gaps, first + i, &echoes[i]);
	return PYDP_OK;
}

int pydp_replay_totals(const pydp_replay_t *replay, struct pydp_replay_totals *totals)
{
	CHECK_POINTER(replay);
	CHECK_POINTER(totals);
	account_totals(watch_of_const(replay), totals);
	return PYDP_OK;
}

int pydp_replay_interfaces(const pydp_replay_t *replay, uint32_t first, struct pydp_replay_interface *interfaces,
			   uint32_t capacity, uint32_t *count)
{
	const struct capfile *file;

	CHECK_POINTER(replay);
	CHECK_POINTER(interfaces);
	CHECK_POINTER(count);
	file = watch_of_const(replay)->file;
	*count = left(capfile_interfaces(file), first, capacity);
	for (uint32_t i = 0; i < *count; i++) {
		const struct capfile_interface *from = capfile_interface(file, first + i);
		struct pydp_replay_interface *to = &interfaces[i];

		memset(to, 0, sizeof(*to));
		memcpy(to->name, from->name, sizeof(from->name) - 1);
		to->packets = from->packets;
		to->dropped = from->dropped;
		to->snap_length = from->snap_length;
		to->link_type = from->link_type;
	}
	return PYDP_OK;
}
