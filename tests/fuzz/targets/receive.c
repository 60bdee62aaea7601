/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer (libFuzzer) of the whole receive path: an input is a play of frames, time and commands for an engine with a session of
 * every kind (receive/world.h), and receive/watch.c holds what must hold after each of its acts. */
#include "../receive/world.h"

enum { SETTINGS = 1, ACTS = 300, TURNS = 1500, HELD_MOST = 48, SAID_MOST = 255, STARVINGS = 4 };

enum act { ACT_FRAME, ACT_SAY, ACT_WAIT, ACT_UNTIL, ACT_COMMAND, ACT_RETURN, ACT_STARVE, ACT_HOLD, ACT_KINDS };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* DPDK keeps what it allocates until the process ends. */
const char *__lsan_default_suppressions(void)
{
	return "leak:librte_\nleak:eal_\nleak:rte_\nleak:libnuma\nleak:copy_arguments\nleak:fopencookie\n";
}

struct play {
	const uint8_t *at, *end;
	struct world world;
	uint32_t turns, starvings;
	uint32_t holding, held; /* frames still to be held back, and those that are */
};

/* 0 behind the end. */
static uint8_t take(struct play *play)
{
	return play->at < play->end ? *play->at++ : 0;
}

static uint16_t take16(struct play *play)
{
	uint16_t high = take(play);

	return (uint16_t)(high << 8 | take(play));
}

static const uint8_t *take_octets(struct play *play, uint32_t *length)
{
	const uint8_t *octets = play->at;

	*length = RTE_MIN(*length, (uint32_t)(play->end - play->at));
	play->at += *length;
	return octets;
}

static void let_go(struct play *play)
{
	watch_burst(&play->world, play->held);
	play->held = play->holding = 0;
}

static void put(struct play *play, const struct frame *frame, uint8_t fixes)
{
	if (frame->length == 0)
		return;
	if (play->holding == 0) {
		watch_receive(&play->world, frame, fixes);
		return;
	}
	frame_send(&play->world, frame, fixes);
	play->held++;
	if (--play->holding == 0)
		let_go(play);
}

static void act_frame(struct play *play)
{
	struct frame frame = {.port = take(play) % WORLD_PORTS};
	uint8_t fixes = take(play), which = take(play);
	const uint8_t *octets;

	frame.length = take16(play) % FRAME_MOST;
	octets = take_octets(play, &frame.length);
	memcpy(frame.octets, octets, frame.length);
	frame_fix(&play->world, &frame, which, fixes);
	put(play, &frame, fixes);
}

static void act_say(struct play *play)
{
	uint8_t which = take(play), fixes = take(play), ttl = take(play);
	uint32_t length = take(play);
	const uint8_t *payload = take_octets(play, &length);
	struct frame frame;

	frame_say(&play->world, &frame, which % WORLD_SESSIONS, fixes, ttl, payload, length);
	put(play, &frame, fixes);
}

static void act_wait(struct play *play)
{
	static const uint64_t units_ns[] = {1000, 100000, 10000000, 1000000000};
	uint64_t unit_ns = units_ns[take(play) % 4];

	let_go(play);
	watch_until(&play->world, play->world.now_ns + take16(play) * unit_ns);
	play->turns++;
}

/* From deadline to deadline; each is reached, so time goes on. */
static void act_until(struct play *play)
{
	uint32_t times = 1 + take(play) % 64;

	let_go(play);
	while (times-- > 0 && play->turns++ < TURNS) {
		uint64_t next_ns;

		CLAIM(pydp_engine_next_deadline(play->world.engine, &next_ns) == PYDP_OK);
		if (next_ns == UINT64_MAX)
			return;
		watch_settle(&play->world);
		CLAIM(pydp_engine_next_deadline(play->world.engine, &next_ns) == PYDP_OK && next_ns > play->world.now_ns);
		if (next_ns != UINT64_MAX)
			watch_until(&play->world, next_ns);
	}
}

/* What the engine sent, so many frames ago, comes back: as a router would bring it, with another octet, or as it is. */
static void act_return(struct play *play)
{
	const struct kept_frame *kept = &play->world.kept[(play->world.kept_next - 1 - take(play)) % KEPT_FRAMES];
	uint8_t how = take(play), at = take(play), change = take(play);
	struct frame frame = {.length = kept->length, .port = kept->port};

	if (kept->length < ETHER_LENGTH)
		return;
	memcpy(frame.octets, kept->octets, kept->length);
	memcpy(frame.octets + 6, (uint8_t[]){2, 0, 0, 0, 0, 0x99}, 6);
	if (how & 1)
		frame.octets[at % frame.length] ^= change;
	frame_fix(&play->world, &frame, 0, FIX_MAC | (how & 2 ? FIX_SUMS : 0));
	put(play, &frame, 0);
}

static void act_command(struct play *play)
{
	uint8_t kind = take(play), which = take(play) % WORLD_SESSIONS;
	uint16_t value = take16(play);

	let_go(play);
	command_give(&play->world, kind, which, value);
	watch_command(&play->world);
}

static void act(struct play *play)
{
	switch (take(play) % ACT_KINDS) {
	case ACT_FRAME:
		act_frame(play);
		break;
	case ACT_SAY:
		act_say(play);
		break;
	case ACT_WAIT:
		act_wait(play);
		break;
	case ACT_UNTIL:
		act_until(play);
		break;
	case ACT_COMMAND:
		act_command(play);
		break;
	case ACT_RETURN:
		act_return(play);
		break;
	case ACT_STARVE:
		if (play->world.starved_count != 0 || play->starvings++ < STARVINGS)
			world_starve(&play->world, play->world.starved_count == 0);
		break;
	default:
		let_go(play);
		play->holding = take(play) % HELD_MOST;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	world_prepare();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;

	if (size < SETTINGS)
		return 0;
	play = (struct play){.at = data + SETTINGS, .end = data + size};
	world_begin(&play.world, data[0]);
	for (uint32_t acts = 0; acts < ACTS && play.at < play.end; acts++)
		act(&play);
	let_go(&play);
	world_end(&play.world);
	return 0;
}
