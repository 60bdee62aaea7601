/* SPDX-License-Identifier: Apache-2.0 */
/* What a pcapng file says of its interfaces: descriptions, statistics, and how their stamps become nanoseconds. */
#include "framing.h"
#include <string.h>

enum {
	OPTION_END = 0,
	OPTION_NAME = 2,
	OPTION_PACKET_DROPS = 4,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
	OPTION_INTERFACE_DROPS = 5,
	OPTION_SYSTEM_DROPS = 7,
	OPTION_DELIVERED = 8,
	RESOLUTION_BINARY = 0x80,
	RESOLUTION_MICROSECOND = 6,
	TEN_EXPONENT_MOST = 28, /* 2^64 ticks of 10^-29 s are less than a nanosecond */
	NANOSECOND_EXPONENT = 9
};
static const uint64_t SECOND_NS = 1000000000;
static const uint64_t TIME_MOST = INT64_MAX;

struct option {
	const uint8_t *value;
	uint16_t code;
	uint16_t length;
};

/* The options that are left; a length that leads beyond the block ends them. */
struct options {
	const uint8_t *at;
	size_t left;
	bool big;
};

static bool options_next(struct options *options, struct option *option)
{
	size_t padded;

	if (options->left < 4)
		return false;
	option->code = load16(options->at, options->big);
	option->length = load16(options->at + 2, options->big);
	option->value = options->at + 4;
	if (option->code == OPTION_END || option->length > options->left - 4)
		return false;
	padded = 4 + ((option->length + 3u) & ~3u);
	if (padded > options->left)
		padded = options->left;
	options->at += padded;
	options->left -= padded;
	return true;
}

static uint64_t plus(uint64_t one, uint64_t other)
{
	uint64_t sum;

	return __builtin_add_overflow(one, other, &sum) ? UINT64_MAX : sum;
}

uint64_t tick_time_ns(const struct tick *tick, uint64_t ticks)
{
	unsigned __int128 wide;
	__int128 moved;
	uint64_t ns;

	if (tick->shape == TICK_MULTIPLY && tick->offset_s == 0)
		return __builtin_mul_overflow(ticks, tick->factor, &ns) || ns > TIME_MOST ? TIME_MOST : ns;
	if (tick->shape == TICK_BINARY)
		wide = (unsigned __int128)ticks * SECOND_NS >> tick->shift;
	else if (tick->shape == TICK_DIVIDE)
		wide = tick->factor == 0 ? 0 : ticks / tick->factor;
	else
		wide = (unsigned __int128)ticks * tick->factor;
	moved = (__int128)wide + (__int128)tick->offset_s * (__int128)SECOND_NS;
	if (moved < 0)
		return 0;
	return moved > (__int128)TIME_MOST ? TIME_MOST : (uint64_t)moved;
}

static void tick_resolution(struct tick *tick, uint8_t resolution)
{
	const uint8_t exponent = resolution & (uint8_t)~RESOLUTION_BINARY;
	uint32_t i;

	tick->shift = exponent;
	tick->factor = 1;
	if (resolution & RESOLUTION_BINARY) {
		tick->shape = TICK_BINARY;
	} else if (exponent <= NANOSECOND_EXPONENT) {
		tick->shape = TICK_MULTIPLY;
		for (i = exponent; i < NANOSECOND_EXPONENT; i++)
			tick->factor *= 10;
	} else {
		tick->shape = TICK_DIVIDE;
		if (exponent > TEN_EXPONENT_MOST)
			tick->factor = 0;
		for (i = NANOSECOND_EXPONENT; tick->factor != 0 && i < exponent; i++)
			tick->factor *= 10;
	}
}

static bool is_c1(uint8_t octet)
{
	return octet >= 0x80 && octet <= 0x9f;
}

/* C0, DEL, and either octet of a C1 control character in UTF-8 (U+0080 to U+009F: c2 80 to c2 9f). */
static bool is_control(const uint8_t *text, size_t at, size_t length)
{
	if (text[at] == 0xc2)
		return at + 1 < length && is_c1(text[at + 1]);
	if (is_c1(text[at]))
		return at > 0 && text[at - 1] == 0xc2;
	return text[at] < 0x20 || text[at] == 0x7f;
}

/* For terminals: no control characters, and no half character at the end. */
static void copy_name(char name[CAPFILE_NAME_ROOM], const struct option *option)
{
	size_t length = 0;

	while (length < option->length && option->value[length] != '\0')
		length++;
	if (length > CAPFILE_NAME_ROOM - 1) {
		length = CAPFILE_NAME_ROOM - 1;
		while (length > 0 && (option->value[length] & 0xc0) == 0x80)
			length--;
	}
	for (size_t i = 0; i < length; i++)
		name[i] = is_control(option->value, i, length) ? '?' : (char)option->value[i];
	name[length] = '\0';
}

static struct interface read_description(const uint8_t *body, uint32_t length, bool big)
{
	struct interface read = {0};
	struct options options = {.at = body + 8, .left = length - 8, .big = big};
	struct option option;
	uint8_t resolution = RESOLUTION_MICROSECOND;

	read.said.link_type = load16(body, big);
	read.said.snap_length = load32(body + 4, big);
	while (options_next(&options, &option)) {
		if (option.code == OPTION_NAME)
			copy_name(read.said.name, &option);
		else if (option.code == OPTION_RESOLUTION && option.length == 1)
			resolution = option.value[0];
		else if (option.code == OPTION_OFFSET && option.length == 8)
			read.tick.offset_s = (int64_t)load64(option.value, big);
	}
	tick_resolution(&read.tick, resolution);
	/* 2^-20 s is the coarsest power of two below a microsecond. */
	read.said.nanosecond = read.tick.shape == TICK_BINARY ? read.tick.shift >= 20
							      : read.tick.shift > RESOLUTION_MICROSECOND;
	return read;
}

static bool same(const struct interface *one, const struct interface *other)
{
	return one->said.link_type == other->said.link_type && one->said.snap_length == other->said.snap_length &&
	       one->tick.shape == other->tick.shape && one->tick.shift == other->tick.shift &&
	       one->tick.offset_s == other->tick.offset_s && strcmp(one->said.name, other->said.name) == 0;
}

/* Files joined end to end describe their interfaces again in each section: one described as the interface of its number was
 * in the section before is that interface. */
static bool described_before(struct capfile *file, const struct interface *read, uint32_t *index)
{
	const uint32_t number = file->pcapng.count;
	struct interface *before;

	if (number >= file->pcapng.former_count)
		return false;
	*index = file->pcapng.former[number];
	before = &file->interfaces[*index];
	if (!same(read, before))
		return false;
	before->dropped_before = before->said.dropped;
	before->dropped_statistics = 0;
	before->dropped_between = 0;
	before->delivered_before = before->said.delivered;
	before->delivered_statistics = 0;
	return true;
}

enum capfile_result pcapng_describe(struct capfile *file, const uint8_t *body, uint32_t length, uint64_t offset)
{
	const struct interface read = read_description(body, length, file->big);
	void *numbers = file->pcapng.numbers;
	uint32_t index;

	if (!capfile_grow(file, &numbers, file->pcapng.count, &file->pcapng.room, sizeof(*file->pcapng.numbers), offset))
		return CAPFILE_FAULT;
	file->pcapng.numbers = numbers;
	if (!described_before(file, &read, &index)) {
		index = capfile_add_interface(file, offset);
		if (index == CAPFILE_INTERFACES_MOST)
			return CAPFILE_FAULT;
		file->interfaces[index] = read;
	}
	file->pcapng.numbers[file->pcapng.count++] = index;
	return CAPFILE_PACKET;
}

void pcapng_section(struct capfile *file)
{
	uint32_t *const numbers = file->pcapng.numbers;
	const uint32_t count = file->pcapng.count, room = file->pcapng.room;

	file->pcapng.numbers = file->pcapng.former;
	file->pcapng.room = file->pcapng.former_room;
	file->pcapng.count = 0;
	file->pcapng.former = numbers;
	file->pcapng.former_count = count;
	file->pcapng.former_room = room;
}

static void tell_dropped(struct interface *interface)
{
	const uint64_t statistics = interface->dropped_statistics, between = interface->dropped_between;

	/* Both ways may be used of the same losses. */
	interface->said.dropped = plus(interface->dropped_before, statistics > between ? statistics : between);
}

void pcapng_dropped(struct interface *interface, uint64_t packets)
{
	if (packets == 0)
		return;
	interface->dropped_between = plus(interface->dropped_between, packets);
	tell_dropped(interface);
}

uint64_t pcapng_drop_option(const uint8_t *options, size_t length, bool big)
{
	struct options all = {.at = options, .left = length, .big = big};
	struct option option;

	while (options_next(&all, &option)) {
		if (option.code == OPTION_PACKET_DROPS && option.length == 8)
			return load64(option.value, big);
	}
	return 0;
}

/* Statistics count from the capture's start, so later ones take the place of earlier ones. */
void pcapng_statistics(struct capfile *file, const uint8_t *body, uint32_t length)
{
	const uint32_t number = load32(body, file->big);
	struct options options = {.at = body + 12, .left = length - 12, .big = file->big};
	uint64_t by_interface = 0, by_system = 0;
	struct interface *interface;
	struct option option;
	bool told = false;

	if (number >= file->pcapng.count)
		return;
	interface = &file->interfaces[file->pcapng.numbers[number]];
	while (options_next(&options, &option)) {
		if (option.length != 8)
			continue;
		if (option.code == OPTION_INTERFACE_DROPS) {
			by_interface = load64(option.value, file->big);
			told = true;
		} else if (option.code == OPTION_SYSTEM_DROPS) {
			by_system = load64(option.value, file->big);
			told = true;
		} else if (option.code == OPTION_DELIVERED) {
			interface->delivered_statistics = load64(option.value, file->big);
			interface->said.delivered = plus(interface->delivered_before, interface->delivered_statistics);
		}
	}
	if (told) {
		interface->dropped_statistics = plus(by_interface, by_system);
		tell_dropped(interface);
	}
}
