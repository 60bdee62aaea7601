/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of the whole replay at its border: any file in any pieces, with little room for events and packets, tells
 * the same story as whole with much room, and its totals add up. */
#include <sys/types.h>
#include <pydp/pydp.h>
#include <pydp/replay.h>
#include "feed.h"

enum { AT_ONCE = 64, MUCH_ROOM = 256, SESSIONS_AT_ONCE = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* In libc's place: the seed of the tables, so that a run can be had again. */
ssize_t getrandom(void *buffer, size_t length, unsigned int flags);

ssize_t getrandom(void *buffer, size_t length, unsigned int flags)
{
	(void)flags;
	memset(buffer, 0x5a, length);
	return (ssize_t)length;
}

struct told {
	struct digest events;
	struct digest packets;
	struct digest end;
	uint64_t packet_count;
	uint64_t event_number;
	uint64_t event_time_ns;
	uint64_t packet_number;
};

static void take_events(pydp_replay_t *replay, struct told *told)
{
	struct pydp_replay_event events[AT_ONCE];
	uint32_t count;

	do {
		CLAIM(pydp_replay_events(replay, events, AT_ONCE, &count) == PYDP_OK);
		CLAIM(count <= AT_ONCE);
		for (uint32_t i = 0; i < count; i++) {
			CLAIM(events[i].type >= PYDP_REPLAY_SESSION && events[i].type <= PYDP_REPLAY_DIAGNOSTIC);
			CLAIM(events[i].number >= told->event_number && events[i].time_ns >= told->event_time_ns);
			CLAIM(events[i].end <= 1);
			told->event_number = events[i].number;
			told->event_time_ns = events[i].time_ns;
		}
		digest_add(&told->events, events, count * sizeof(events[0]));
	} while (count != 0);
}

static void take_packets(pydp_replay_t *replay, const struct feed *feed, struct told *told)
{
	struct pydp_replay_packet packets[AT_ONCE];
	uint32_t count;

	do {
		CLAIM(pydp_replay_packets(replay, packets, AT_ONCE, &count) == PYDP_OK);
		CLAIM(count <= AT_ONCE);
		for (uint32_t i = 0; i < count; i++) {
			struct pydp_replay_packet *packet = &packets[i];

			CLAIM(packet->at <= feed->piece_length && packet->captured <= feed->piece_length - packet->at);
			CLAIM(packet->number > told->packet_number);
			CLAIM(packet->kind >= PYDP_REPLAY_SINGLE_HOP && packet->kind <= PYDP_REPLAY_ECHO);
			CLAIM(packet->network_at <= packet->captured && packet->payload_at <= packet->captured);
			told->packet_number = packet->number;
			digest_add(&told->packets, feed->piece + packet->at, packet->captured);
			packet->at = 0;
			digest_add(&told->packets, packet, sizeof(*packet));
		}
		told->packet_count += count;
	} while (count != 0);
}

static uint64_t count_accepted(pydp_replay_t *replay, struct told *told)
{
	struct pydp_replay_session sessions[SESSIONS_AT_ONCE];
	uint32_t first = 0, count;
	uint64_t accepted = 0;

	do {
		CLAIM(pydp_replay_sessions(replay, first, sessions, SESSIONS_AT_ONCE, &count) == PYDP_OK);
		for (uint32_t i = 0; i < count; i++) {
			CLAIM(sessions[i].index == first + i);
			for (uint32_t end = 0; end < 2; end++) {
				const struct pydp_replay_end *one = &sessions[i].ends[end];

				CLAIM(one->up.p50_ns <= one->up.p99_ns && one->up.p99_ns <= one->up.max_ns);
				CLAIM(one->up.count + one->rest.count <= one->packets);
				CLAIM(one->first_packet <= one->last_packet && one->first_ns <= one->last_ns);
				accepted += one->packets;
			}
		}
		digest_add(&told->end, sessions, count * sizeof(sessions[0]));
		first += count;
	} while (count != 0);
	return accepted;
}

static uint64_t count_echoes(pydp_replay_t *replay, struct told *told)
{
	struct pydp_replay_echo echoes[SESSIONS_AT_ONCE];
	uint32_t first = 0, count;
	uint64_t packets = 0;

	do {
		CLAIM(pydp_replay_echoes(replay, first, echoes, SESSIONS_AT_ONCE, &count) == PYDP_OK);
		for (uint32_t i = 0; i < count; i++)
			packets += echoes[i].packets;
		digest_add(&told->end, echoes, count * sizeof(echoes[0]));
		first += count;
	} while (count != 0);
	return packets;
}

static uint64_t count_interfaces(pydp_replay_t *replay, struct told *told)
{
	struct pydp_replay_interface interfaces[SESSIONS_AT_ONCE];
	uint32_t first = 0, count;
	uint64_t packets = 0;

	do {
		CLAIM(pydp_replay_interfaces(replay, first, interfaces, SESSIONS_AT_ONCE, &count) == PYDP_OK);
		for (uint32_t i = 0; i < count; i++)
			packets += interfaces[i].packets;
		digest_add(&told->end, interfaces, count * sizeof(interfaces[0]));
		first += count;
	} while (count != 0);
	return packets;
}

static void add_up(pydp_replay_t *replay, const struct feed *feed, struct told *told, bool packets_told)
{
	struct pydp_replay_file_fault fault;
	struct pydp_replay_totals totals;
	uint64_t control, bfd, other;

	CLAIM(pydp_replay_totals(replay, &totals) == PYDP_OK);
	CLAIM(pydp_replay_file_fault(replay, &fault) == PYDP_OK);
	control = totals.single_hop + totals.multihop + totals.micro + totals.sbfd;
	bfd = control + totals.echo + totals.malformed;
	other = totals.arp + totals.icmp + totals.icmp6 + totals.tcp + totals.udp + totals.other_ip + totals.fragments +
		totals.malformed_ip + totals.other_ethertype + totals.unknown_link;
	CLAIM(totals.packets == bfd + totals.snapped + other);
	CLAIM(totals.consumed <= feed->length);
	CLAIM(totals.consumed == feed->length || fault.reason != 0);
	CLAIM(fault.reason == 0 || (fault.offset <= feed->length && fault.packet == totals.packets));
	CLAIM(totals.first_ns <= totals.last_ns);
	CLAIM(totals.backwards + totals.without_time <= totals.packets);
	CLAIM(!packets_told || told->packet_count == bfd);
	CLAIM(count_accepted(replay, told) + totals.unfollowed == control);
	CLAIM(count_echoes(replay, told) + totals.echo_unfollowed == totals.echo);
	CLAIM(count_interfaces(replay, told) == totals.packets);
	digest_add(&told->end, &totals, sizeof(totals));
	digest_add(&told->end, &fault, sizeof(fault));
}

static struct told watch_file(const struct pydp_replay_config *config, struct feed feed)
{
	struct told told = {.packet_count = 0};
	pydp_replay_t *replay;
	bool again = false;
	int status;

	CLAIM(pydp_replay_create(config, &replay) == PYDP_OK);
	do {
		size_t consumed;

		feed_piece(&feed, again);
		status = pydp_replay_feed(replay, feed.piece, feed.piece_length, feed_last(&feed), &consumed);
		CLAIM(status == PYDP_OK || status == PYDP_E_INVAL);
		CLAIM(consumed <= feed.piece_length);
		feed.used += consumed;
		take_events(replay, &told);
		take_packets(replay, &feed, &told);
		/* What was left for want of room is offered again by itself, until nothing more of it is taken. */
		again = consumed != 0 && feed.used != feed.offered;
		CLAIM(again || status != PYDP_OK || feed.used == feed.offered || !feed_last(&feed));
		CLAIM(again || feed.offered - feed.used < PYDP_REPLAY_RECORD_MOST);
	} while (status == PYDP_OK && (!feed_last(&feed) || again));
	add_up(replay, &feed, &told, config->packet_capacity != 0);
	CLAIM(pydp_replay_destroy(replay) == PYDP_OK);
	free(feed.piece);
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pydp_replay_config config = {.event_capacity = MUCH_ROOM, .packet_capacity = MUCH_ROOM};
	struct told whole, pieces;

	if (size < FUZZ_SETTINGS)
		return 0;
	config.max_sessions = data[1] + 1u;
	config.long_gap_permille = (uint32_t)data[4] << 8 | data[5];
	whole = watch_file(&config, feed_of(data, size, true));
	config.event_capacity = data[2] + 1u;
	config.packet_capacity = data[3];
	pieces = watch_file(&config, feed_of(data, size, false));
	CLAIM(whole.events.value == pieces.events.value);
	CLAIM(whole.end.value == pieces.end.value);
	CLAIM(config.packet_capacity == 0 || whole.packets.value == pieces.packets.value);
	return 0;
}
