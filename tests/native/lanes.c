/* SPDX-License-Identifier: Apache-2.0 */
/* Sifting IPv4 headers that have one thing wrong, or nothing, each in any lane of a vector. Inside the library. */
#include "bursts.h"

enum { ROUNDS = 20000, USUAL = 60, SIXTEEN = 16 };

/* IPv4 of the usual length with nothing wrong, none of them suspect. */
static void make_usual(struct rng *rng, struct burst *burst, uint16_t count)
{
	burst->count = count;
	for (uint16_t i = 0; i < count;) {
		struct frame *frame = &burst->frames[i];

		make_frame(rng, frame, false);
		burst->mbufs[i] = &frame->mbuf;
		if (!frame->spoilt && !frame->ours && !is_suspect(frame) && frame->mbuf.data_len >= USUAL)
			i++;
		else
			free(frame->mbuf.buf_addr);
	}
}

static uint8_t *header_of(struct burst *burst, uint32_t lane)
{
	burst->frames[lane].spoilt = true;
	return (uint8_t *)burst->frames[lane].mbuf.buf_addr + ETHER_LENGTH;
}

/* Each value of an octet, with a checksum that is right, in each of sixteen lanes. beside: what the octet behind it has. */
static void try_octet(uint8_t at, uint8_t beside)
{
	static struct burst burst;
	struct rng rng;

	rng_seed(&rng, 3);
	make_usual(&rng, &burst, SIXTEEN);
	for (uint32_t lane = 0; lane < SIXTEEN; lane++) {
		uint8_t *header = header_of(&burst, lane), whole[IP4_LENGTH];

		memcpy(whole, header, sizeof(whole));
		for (uint32_t value = 0; value < 256; value++) {
			header[at] = (uint8_t)value;
			header[at + 1] = beside;
			sum4(header);
			CHECK(sift_by_all(&burst) >= SIXTEEN - 1, "lane %u, octet %u: %u", lane, at, value);
		}
		memcpy(header, whole, sizeof(whole));
		CHECK(sift_by_all(&burst) == SIXTEEN, "as it was");
	}
	drop_burst(&burst);
}

static void any_header_is_found_in_any_lane(void)
{
	stand(false);
	try_octet(0, 0);
	try_octet(IP4_TOTAL_AT, 46);
	try_octet(IP4_TOTAL_AT + 1, 0);
	try_octet(IP4_TTL_AT, PROTOCOL_UDP);
	for (uint32_t beside = 253; beside <= 255; beside++) {
		try_octet(IP4_SOURCE_AT, (uint8_t)beside);
		try_octet(IP4_DESTINATION_AT, (uint8_t)beside);
	}
}

/* Right ones, by all identifications, and wrong ones by one bit. */
static void any_checksum_is_asked(void)
{
	static struct burst burst;
	struct rng rng;

	stand(false);
	rng_seed(&rng, 4);
	make_usual(&rng, &burst, PATH_BURST);
	for (uint32_t id = 0; id < 65536; id++) {
		uint8_t *header = header_of(&burst, id % PATH_BURST), bit;
		uint32_t at;

		store16(header + 4, (uint16_t)id);
		sum4(header);
		if (id % PATH_BURST < PATH_BURST - 1)
			continue;
		CHECK(sift_by_all(&burst) == PATH_BURST, "up to %u", id);
		at = rng_below(&rng, IP4_LENGTH);
		bit = (uint8_t)(1u << rng_below(&rng, 8));
		header[at] ^= bit;
		CHECK(sift_by_all(&burst) == PATH_BURST - 1, "up to %u", id);
		header[at] ^= bit;
	}
	drop_burst(&burst);
}

/* Frames as long as their datagrams, longer and shorter, padded and not. */
static void any_length_is_asked(void)
{
	static struct burst burst;
	struct rng rng;

	stand(false);
	rng_seed(&rng, 5);
	make_usual(&rng, &burst, SIXTEEN);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t lane = round % SIXTEEN, length = LEAST4 + rng_below(&rng, FRAME_MOST - LEAST4), i = rng_below(&rng, 4);
		const uint32_t totals[] = {length - ETHER_LENGTH, length - ETHER_LENGTH - 1, length,
					   rng_below(&rng, FRAME_MOST)};
		uint8_t *header;

		burst.frames[lane].mbuf.buf_addr = realloc(burst.frames[lane].mbuf.buf_addr, length);
		burst.frames[lane].mbuf.data_len = (uint16_t)length;
		header = header_of(&burst, lane);
		store16(header + IP4_TOTAL_AT, (uint16_t)totals[i]);
		sum4(header);
		CHECK(sift_by_all(&burst) >= 1 || i != 0, "%u octets", length);
	}
	drop_burst(&burst);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"any_header_is_found_in_any_lane", any_header_is_found_in_any_lane},
		{"any_checksum_is_asked", any_checksum_is_asked},
		{"any_length_is_asked", any_length_is_asked},
	};

	return RUN_CASES(argc, argv, cases);
}
