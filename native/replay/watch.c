/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a capture's octets through the watch: records are framed and looked at a few at a time, so that what each will need
 * is on its way from memory, and then taken one after the other. */
#include <stdlib.h>
#include "replay/watch.h"

enum { AHEAD = 32, EVENTS_A_PACKET = 6, CHUNKS_A_SESSION = 8, CHUNKS_AT_LEAST = 32768 };
_Static_assert((int)EVENTS_A_PACKET <= (int)QUEUE_RESERVE, "a packet's events always fit");

static int make_parts(struct watch *watch, const struct pydp_replay_config *config, const uint64_t seed[4])
{
	uint32_t sessions = config->max_sessions == 0 ? (uint32_t)WATCH_SESSIONS : config->max_sessions;
	uint64_t chunks = (uint64_t)sessions * CHUNKS_A_SESSION + CHUNKS_AT_LEAST;

	watch->long_gap_permille = config->long_gap_permille;
	gaps_pool_init(&watch->gaps, chunks > UINT32_MAX ? UINT32_MAX : (uint32_t)chunks);
	watch->file = capfile_create();
	if (watch->file == NULL || conversations_init(&watch->conversations, sessions, seed) < 0)
		return -1;
	if (queue_init(&watch->packets, sizeof(struct pydp_replay_packet), config->packet_capacity) < 0)
		return -1;
	return queue_init(&watch->events, sizeof(struct pydp_replay_event),
			  config->event_capacity == 0 ? (uint32_t)WATCH_EVENTS : config->event_capacity);
}

struct watch *watch_create(const struct pydp_replay_config *config, const uint64_t seed[4])
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch != NULL && make_parts(watch, config, seed) < 0) {
		watch_destroy(watch);
		return NULL;
	}
	return watch;
}

void watch_destroy(struct watch *watch)
{
	if (watch->file != NULL)
		capfile_destroy(watch->file);
	conversations_free(&watch->conversations);
	gaps_pool_free(&watch->gaps);
	echoes_free(&watch->echoes);
	free(watch->events.records);
	free(watch->packets.records);
	free(watch);
}

static void tell_time(struct watch *watch, const struct capfile_packet *packet)
{
	watch->number++;
	if (!packet->has_time) {
		watch->without_time++;
		return;
	}
	if (!watch->timed)
		watch->first_ns = packet->time_ns;
	watch->timed = true;
	if (packet->time_ns < watch->now_ns)
		watch->backwards++;
	else
		watch->now_ns = packet->time_ns;
}

static void take_echo(struct watch *watch, const struct sight *sight)
{
	static const struct place nowhere = {.conversation = NULL};

	echoes_hear(&watch->echoes, &watch->gaps, watch->conversations.seed, sight, watch->number, watch->now_ns);
	if (watch->packets.capacity != 0)
		account_packet(watch, sight, &nowhere, PYDP_REPLAY_NEVER, queue_put(&watch->packets));
}

static void take(struct watch *watch, const struct sight *sight)
{
	tell_time(watch, &sight->packet);
	watch->seen[sight->what]++;
	switch (sight->what) {
	case SIGHT_CONTROL:
		watch->kinds[sight->kind]++;
		watch_hear(watch, sight);
		break;
	case SIGHT_ECHO:
		take_echo(watch, sight);
		break;
	case SIGHT_MALFORMED:
		watch_refuse(watch, sight);
		break;
	case SIGHT_ICMP:
	case SIGHT_ICMP6:
		watch_icmp(watch, sight);
		break;
	default:
		break;
	}
}

/* How many packets may be taken before the room of events or packets has to be looked at again. */
static uint32_t packets_ahead(const struct watch *watch)
{
	uint32_t events = queue_room(&watch->events), most = AHEAD;

	if (events == 0)
		return 0;
	/* The last one may fill the reserve. */
	if (events / EVENTS_A_PACKET + 1 < most)
		most = events / EVENTS_A_PACKET + 1;
	if (watch->packets.capacity != 0 && queue_room(&watch->packets) < most)
		most = queue_room(&watch->packets);
	return most;
}

/* Asks memory for what the packets at hand will touch, each step for all of them: conversation, end, counter of the gap. Guesses
 * are right nearly always: the first conversation of a hash, an end that is Up. Inlined by force, since the compiler drops calls
 * of functions that only prefetch. */
static inline __attribute__((always_inline)) void look_ahead(const struct watch *watch, const struct sight *sights,
							     uint32_t count)
{
	const struct conversation *conversations[AHEAD];
	const struct conversation_end *ends[AHEAD];

	for (uint32_t i = 0; i < count; i++)
		conversations[i] = sights[i].what == SIGHT_CONTROL
					   ? conversations_prefetch(&watch->conversations, sights[i].hash)
					   : NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (conversations[i] == NULL)
			continue;
		ends[i] = &conversations[i]->ends[conversation_end_of(conversations[i], sights[i].from_low)];
		__builtin_prefetch(&ends[i]->last_ns, 1);
		__builtin_prefetch(&ends[i]->up, 1);
	}
	for (uint32_t i = 0; i < count; i++)
		if (conversations[i] != NULL && sights[i].packet.time_ns > ends[i]->last_ns)
			gaps_prefetch(&watch->gaps, &ends[i]->up, sights[i].packet.time_ns - ends[i]->last_ns);
}

int watch_feed(struct watch *watch, const uint8_t *data, size_t length, bool last, size_t *consumed)
{
	struct sight sights[AHEAD];
	enum capfile_result result = CAPFILE_PACKET;
	uint32_t most;

	watch->data = data;
	*consumed = 0;
	while (result == CAPFILE_PACKET && (most = packets_ahead(watch)) != 0) {
		uint32_t count = 0;

		while (count < most) {
			struct sight *sight = &sights[count];
			size_t used = 0;

			result = capfile_next(watch->file, data + *consumed, length - *consumed, last, &used, &sight->packet);
			*consumed += used;
			if (result != CAPFILE_PACKET)
				break;
			sight_look(sight);
			if (sight->what == SIGHT_CONTROL || sight->what == SIGHT_MALFORMED) {
				sight->hash = conversations_hash(watch->conversations.seed, &sight->key);
				conversations_prefetch_slot(&watch->conversations, sight->hash);
			}
			count++;
		}
		look_ahead(watch, sights, count);
		for (uint32_t i = 0; i < count; i++)
			take(watch, &sights[i]);
	}
	watch->consumed += *consumed;
	return result == CAPFILE_FAULT ? -1 : 0;
}

int watch_frames(struct watch *watch, const uint8_t *data, size_t length, bool last, size_t *consumed,
		 struct pydp_replay_frame *frames, uint32_t capacity, uint32_t *count)
{
	enum capfile_result result = CAPFILE_PACKET;
	struct capfile_packet packet;

	*consumed = 0;
	for (*count = 0; *count < capacity; (*count)++) {
		size_t used = 0;

		result = capfile_next(watch->file, data + *consumed, length - *consumed, last, &used, &packet);
		*consumed += used;
		if (result != CAPFILE_PACKET)
			break;
		tell_time(watch, &packet);
		frames[*count] = (struct pydp_replay_frame){
			.number = watch->number,
			.time_ns = watch->now_ns,
			.at = (uint64_t)(packet.data - data),
			.captured = packet.captured,
			.length = packet.length,
			.interface = packet.interface,
			.link_type = packet.link_type,
		};
	}
	watch->consumed += *consumed;
	return result == CAPFILE_FAULT ? -1 : 0;
}
