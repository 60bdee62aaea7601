/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting a packet up. Options without the copied flag become no-operations in all fragments but the first, so that every header
 * has the same length; those of a fragment that is none of the first stay as they came. */
#include "path/fragment.h"
#include "core/ip_check.h"

enum { MORE_FRAGMENTS = 0x2000, OFFSET_MASK = 0x1fff, OFFSET_UNIT = 8, OPTION_COPIED = 0x80 };

static void blank_options(uint8_t *header, uint16_t header_length)
{
	for (uint16_t i = IP4_LENGTH; i < header_length && header[i] != IP4_OPTION_END;) {
		uint8_t length = header[i] == IP4_OPTION_NOTHING ? 1 : header[i + 1];

		if (!(header[i] & OPTION_COPIED))
			memset(header + i, IP4_OPTION_NOTHING, length);
		i += length;
	}
}

static void write_header(uint8_t *header, uint16_t header_length, uint16_t length, uint16_t fragment)
{
	uint16_t checksum;

	store16(header + IP4_TOTAL_AT, header_length + length);
	store16(header + IP4_FRAGMENT_AT, fragment);
	store16(header + IP4_CHECKSUM_AT, 0);
	checksum = (uint16_t)~checksum_sum(header, header_length);
	memcpy(header + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
}

struct rte_mbuf *path_fragment_next(struct path_fragments *fragments, struct rte_mempool *pool)
{
	uint16_t header_length = (fragments->packet[0] & 15) * 4;
	uint32_t left = load16(fragments->packet + IP4_TOTAL_AT) - header_length - fragments->done;
	uint32_t most = fragments->mtu - header_length, length = left <= most ? left : most / OFFSET_UNIT * OFFSET_UNIT;
	uint16_t was = load16(fragments->packet + IP4_FRAGMENT_AT);
	uint16_t offset = (uint16_t)((was & OFFSET_MASK) + fragments->done / OFFSET_UNIT);
	struct rte_mbuf *mbuf = left > 0 ? rte_pktmbuf_alloc(pool) : NULL;
	uint8_t *header;

	if (mbuf == NULL)
		return NULL;
	header = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(header_length + length));
	if (header == NULL) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	memcpy(header, fragments->packet, header_length);
	if (fragments->done > 0 && !(was & OFFSET_MASK))
		blank_options(header, header_length);
	memcpy(header + header_length, fragments->packet + header_length + fragments->done, length);
	write_header(header, header_length, (uint16_t)length,
		     offset | (length < left || was & MORE_FRAGMENTS ? MORE_FRAGMENTS : 0));
	fragments->done += length;
	return mbuf;
}
