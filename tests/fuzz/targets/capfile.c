/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of the capture file reader: any octets in any pieces give the same records and the same fault as whole. */
#include "feed.h"
#include "replay/capfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void digest_packet(struct digest *digest, const struct capfile *file, const struct capfile_packet *packet,
			  const uint8_t *begin, size_t used)
{
	const struct capfile_interface *interface = capfile_interface(file, packet->interface);

	CLAIM(packet->data >= begin && packet->data + packet->captured <= begin + used);
	CLAIM(packet->captured <= CAPFILE_RECORD_MOST);
	CLAIM(packet->length >= packet->captured);
	CLAIM(packet->time_ns <= INT64_MAX);
	CLAIM(packet->has_time || packet->time_ns == 0);
	CLAIM(interface != NULL && interface->link_type == packet->link_type);
	digest_add(digest, packet->data, packet->captured);
	digest_add(digest, &packet->time_ns, sizeof(packet->time_ns));
	digest_add(digest, &packet->captured, sizeof(packet->captured));
	digest_add(digest, &packet->length, sizeof(packet->length));
	digest_add(digest, &packet->interface, sizeof(packet->interface));
	digest_add(digest, &packet->link_type, sizeof(packet->link_type));
	digest_add(digest, &packet->has_time, sizeof(packet->has_time));
}

static void digest_interfaces(struct digest *digest, const struct capfile *file, uint64_t packets)
{
	const struct capfile_interface *interface;
	uint64_t sum = 0;

	for (uint32_t i = 0; (interface = capfile_interface(file, i)) != NULL; i++) {
		CLAIM(i < capfile_interfaces(file));
		CLAIM(memchr(interface->name, '\0', sizeof(interface->name)) != NULL);
		sum += interface->packets;
		digest_add(digest, interface->name, strlen(interface->name));
		digest_add(digest, &interface->packets, sizeof(interface->packets));
		digest_add(digest, &interface->dropped, sizeof(interface->dropped));
		digest_add(digest, &interface->delivered, sizeof(interface->delivered));
		digest_add(digest, &interface->snap_length, sizeof(interface->snap_length));
	}
	CLAIM(sum == packets);
}

static void digest_fault(struct digest *digest, struct capfile *file, const struct feed *feed)
{
	const struct capfile_fault *fault = capfile_fault(file);
	const uint8_t nothing = 0;
	struct capfile_packet packet;
	size_t used = 1;

	CLAIM(capfile_reason_name(fault->reason) != NULL);
	CLAIM(memchr(fault->text, '\0', sizeof(fault->text)) != NULL && fault->text[0] != '\0');
	CLAIM(fault->offset <= feed->length);
	CLAIM(capfile_next(file, &nothing, 1, true, &used, &packet) == CAPFILE_FAULT && used == 0);
	digest_add(digest, &fault->offset, sizeof(fault->offset));
	digest_add(digest, &fault->reason, sizeof(fault->reason));
	digest_add(digest, fault->text, strlen(fault->text));
}

static struct digest read_file(struct feed feed)
{
	struct capfile *file = capfile_create();
	enum capfile_result result;
	struct digest digest = {0};
	uint64_t packets = 0;

	CLAIM(file != NULL);
	do {
		size_t at = 0, used;
		struct capfile_packet packet;

		feed_piece(&feed, false);
		for (;;) {
			uint8_t *begin = feed.piece + at;

			result = capfile_next(file, feed.piece_length == 0 ? NULL : begin, feed.piece_length - at,
					      feed_last(&feed), &used, &packet);
			CLAIM(used <= feed.piece_length - at);
			at += used;
			if (result != CAPFILE_PACKET)
				break;
			CLAIM(used > 0);
			packets++;
			digest_packet(&digest, file, &packet, begin, used);
		}
		feed.used += at;
		CLAIM(feed.used == capfile_offset(file));
		CLAIM(result != CAPFILE_MORE || !feed_last(&feed));
		CLAIM(result != CAPFILE_MORE || feed.offered - feed.used < CAPFILE_RECORD_MOST);
	} while (result == CAPFILE_MORE);
	CLAIM(result != CAPFILE_END || (feed.used == feed.length && feed_last(&feed)));
	CLAIM((result == CAPFILE_FAULT) == (capfile_fault(file)->reason != CAPFILE_SOUND));
	if (result == CAPFILE_FAULT)
		digest_fault(&digest, file, &feed);
	digest_interfaces(&digest, file, packets);
	capfile_destroy(file);
	free(feed.piece);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < FUZZ_SETTINGS)
		return 0;
	CLAIM(read_file(feed_of(data, size, true)).value == read_file(feed_of(data, size, false)).value);
	return 0;
}
