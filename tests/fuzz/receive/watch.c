/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of the engine whatever comes in: a refused packet changes nothing and is not answered, an accepted one moves its
 * own session as RFC 5880 says, time moves a session only after silence, and no packet or moment costs more than a bound. */
#include "watch.h"

/* Work in basic blocks of ours, frames in the engine's own: a few times what was ever seen, and far below what one more loop over
 * sessions or neighbours would make of it. */
enum { TURN_BLOCKS = 4000, PACKET_BLOCKS = 6000, OCTET_BLOCKS = 4, SESSION_BLOCKS = 4000, PACKET_SENDS = 3, SESSION_SENDS = 4 };
enum { SETTLING_TURNS = 8, EVENTS = 64 };

static struct snapshot before, after;

static bool is_verdict(uint32_t counter)
{
	if (counter == PYDP_CNT_DROP_NEIGHBOUR_UNRESOLVED || counter == PYDP_CNT_DROP_NEIGHBOUR_QUEUE ||
	    counter == PYDP_CNT_DROP_NEIGHBOUR_FAILED || counter == PYDP_CNT_DROP_NEIGHBOUR_LIMIT ||
	    counter == PYDP_CNT_DROP_NO_MBUF || counter == PYDP_CNT_DROP_TX_FULL)
		return false;
	return counter_is_drop(counter) || strncmp(counter_name(counter), "rx-", 3) == 0 ||
	       counter == PYDP_CNT_TX_BFD_ECHO_REFLECTED;
}

static uint64_t counted(uint32_t counter)
{
	return after.counters[counter] - before.counters[counter];
}

/* Packets that the host was to have. What ARP and ND understood is among them, and counted twice. */
static uint64_t for_the_host(void)
{
	return counted(PYDP_CNT_RX_HOST) + counted(PYDP_CNT_DROP_HOST_RATE) + counted(PYDP_CNT_DROP_HOST_FULL);
}

static bool is_copied(uint32_t counter)
{
	return (counter == PYDP_CNT_RX_HOST || counter == PYDP_CNT_DROP_HOST_RATE || counter == PYDP_CNT_DROP_HOST_FULL) &&
	       counted(PYDP_CNT_RX_ARP) + counted(PYDP_CNT_RX_ND) > 0;
}

/* How many of the packets that were received have been counted as what became of them; verdict: of one, as what. */
static uint64_t count_verdicts(uint32_t *verdict)
{
	uint64_t verdicts = 0;

	for (uint32_t i = 0; i < PYDP_CNT_COUNT; i++)
		if (is_verdict(i) && counted(i) != 0 && !is_copied(i)) {
			verdicts += counted(i);
			*verdict = i;
		}
	return verdicts;
}

static void turn(struct world *world)
{
	uint32_t packets;

	CLAIM(pydp_engine_step(world->engine, world->now_ns, &packets) == PYDP_OK);
	world_collect(world);
}

static void hear_events(struct world *world)
{
	struct pydp_event events[EVENTS];
	uint32_t count;

	do {
		CLAIM(pydp_event_drain(world->engine, events, EVENTS, &count) == PYDP_OK);
		for (uint32_t i = 0; i < count; i++)
			chronicle_add(&events[i], world->now_ns);
	} while (count != 0);
	chronicle_agrees(world);
}

/* Each session has a timer that goes off a tick after its deadline at the latest. A deadline may come to lie in the past, as when a
 * session that goes Down has another detection time; then the next tick it is. */
static void deadlines_are_kept(const struct world *world)
{
	const struct pydp_engine *engine = world->engine;
	const uint64_t tick_ns = UINT64_C(1) << AGENDA_TICK_BITS;
	uint64_t next_ns = agenda_next(&engine->agenda);

	for (uint32_t slot = 0; slot < engine->sessions.slots; slot++) {
		const struct path_session *cold = &engine->sessions.cold[slot];
		uint64_t deadline_ns = bfd_session_deadline(&engine->sessions.hot[slot]), latest;

		if (cold->id == 0 || cold->flags & PATH_SESSION_GONE)
			continue;
		if (engine->sessions.hot[slot].features & BFD_FEATURE_ECHO)
			deadline_ns = RTE_MIN(deadline_ns, bfd_echo_deadline(&engine->sessions.extra[slot].echo));
		if (deadline_ns == BFD_NEVER)
			continue;
		deadline_ns = RTE_MAX(deadline_ns, world->now_ns) + tick_ns;
		latest = RTE_MIN(deadline_ns >> AGENDA_TICK_BITS, engine->agenda.tick + AGENDA_TICKS - 1);
		CLAIM(agenda_is_armed(&engine->agenda, slot) &&
		      (int32_t)(engine->agenda.armed[slot] - agenda_mark(latest)) <= 0 && next_ns <= deadline_ns);
	}
}

void watch_settle(struct world *world)
{
	uint32_t turns = 0;
	uint64_t sent;

	do {
		CLAIM(turns++ < SETTLING_TURNS);
		sent = world->sent;
		turn(world);
	} while (world->sent != sent || agenda_next(&world->engine->agenda) <= world->now_ns);
	hear_events(world);
	deadlines_are_kept(world);
}

void watch_begin(struct world *world)
{
	chronicle_begin();
	watch_settle(world);
}

static void costs_at_most(uint64_t blocks, uint64_t sends, const struct world *world, uint64_t work)
{
	CLAIM(work_done() - work <= blocks);
	CLAIM(world->sent - before.sent <= sends);
}

/* Counts of what was refused aside. */
static void session_is_unchanged(uint32_t slot)
{
	struct path_session cold = after.cold[slot];
	struct path_session_extra extra = after.extra[slot];

	cold.rx_invalid = before.cold[slot].rx_invalid;
	memcpy(extra.refused, before.extra[slot].refused, sizeof(extra.refused));
	CLAIM(memcmp(&after.hot[slot], &before.hot[slot], sizeof(after.hot[slot])) == 0);
	CLAIM(memcmp(&cold, &before.cold[slot], sizeof(cold)) == 0);
	CLAIM(memcmp(&extra, &before.extra[slot], sizeof(extra)) == 0);
}

/* 6.8.6 has a session in AdminDown learn what the peer says before the packet is discarded; nothing of its own changes. */
static void only_learnt(uint32_t slot)
{
	const struct bfd_session *was = &before.hot[slot], *is = &after.hot[slot];

	CLAIM(is->state == PYDP_BFD_ADMIN_DOWN && was->state == PYDP_BFD_ADMIN_DOWN);
	CLAIM(is->diagnostic == was->diagnostic && is->nexthop == was->nexthop && is->rx_packets == was->rx_packets);
	CLAIM(is->local_discriminator == was->local_discriminator && is->multiplier == was->multiplier);
	CLAIM(is->desired_min_tx_us == was->desired_min_tx_us && is->required_min_rx_us == was->required_min_rx_us);
}

static void nothing_changed(uint32_t verdict)
{
	for (uint32_t slot = 0; slot < after.slots; slot++)
		if (verdict == PYDP_CNT_DROP_BFD_ADMIN_DOWN &&
		    after.extra[slot].refused[BFD_FAULT_ADMIN_DOWN] != before.extra[slot].refused[BFD_FAULT_ADMIN_DOWN])
			only_learnt(slot);
		else
			session_is_unchanged(slot);
	CLAIM(memcmp(after.neighbours, before.neighbours, sizeof(after.neighbours)) == 0);
	CLAIM(memcmp(after.macs, before.macs, sizeof(after.macs)) == 0);
	CLAIM(after.sent == before.sent);
}

static void states_are_unchanged(uint32_t but)
{
	for (uint32_t slot = 0; slot < after.slots; slot++)
		if (slot != but)
			CLAIM(memcmp(&after.hot[slot], &before.hot[slot], sizeof(after.hot[slot])) == 0);
}

/* The one session that took the packet. */
static uint32_t taker(void)
{
	uint32_t slot = PATH_NONE;

	for (uint32_t i = 0; i < after.slots; i++)
		if (after.hot[i].rx_packets != before.hot[i].rx_packets) {
			CLAIM(slot == PATH_NONE && after.hot[i].rx_packets == before.hot[i].rx_packets + 1);
			slot = i;
		}
	CLAIM(slot != PATH_NONE);
	return slot;
}

static void was_taken(const struct world *world, const struct frame *frame)
{
	uint32_t slot = taker(), length;
	const uint8_t *packet = frame_payload(frame, &length);

	CLAIM(packet != NULL && length >= BFD_PACKET_LENGTH);
	states_are_unchanged(slot);
	CLAIM(after.hot[slot].state == book_next_state(&before.hot[slot], packet[1] >> 6));
	CLAIM(after.hot[slot].last_rx_ns == world->now_ns);
	book_admits(world, slot, &before, frame, packet, length);
}

void watch_receive(struct world *world, const struct frame *frame, uint8_t fixes)
{
	uint64_t work, verdicts;
	uint32_t verdict = PYDP_CNT_COUNT;

	watch_settle(world);
	snapshot_take(&before, world);
	frame_send(world, frame, fixes);
	work = work_done();
	turn(world);
	costs_at_most(TURN_BLOCKS + PACKET_BLOCKS + (uint64_t)OCTET_BLOCKS * frame->length, PACKET_SENDS, world, work);
	snapshot_take(&after, world);
	verdicts = count_verdicts(&verdict);
	CLAIM(verdicts == 1 || (verdicts == 0 && counted(PYDP_CNT_DROP_NO_MBUF) > 0));
	if (verdicts == 1 && counter_is_drop(verdict))
		nothing_changed(verdict);
	else if (verdict == PYDP_CNT_RX_BFD)
		was_taken(world, frame);
	else
		states_are_unchanged(PATH_NONE);
	hear_events(world);
	deadlines_are_kept(world);
}

void watch_burst(struct world *world, uint32_t frames)
{
	uint32_t verdict, slots = world->engine->sessions.slots;
	uint64_t work, verdicts;

	if (frames == 0)
		return;
	snapshot_take(&before, world);
	work = work_done();
	turn(world);
	costs_at_most(TURN_BLOCKS + frames * (PACKET_BLOCKS + (uint64_t)OCTET_BLOCKS * FRAME_MOST) +
			      (uint64_t)slots * SESSION_BLOCKS,
		      (uint64_t)frames * PACKET_SENDS + (uint64_t)slots * SESSION_SENDS, world, work);
	snapshot_take(&after, world);
	verdicts = count_verdicts(&verdict);
	CLAIM(verdicts <= frames && verdicts + for_the_host() + counted(PYDP_CNT_DROP_NO_MBUF) >= frames);
	hear_events(world);
}

void watch_until(struct world *world, uint64_t now_ns)
{
	uint32_t slots = world->engine->sessions.slots;
	uint64_t work;

	snapshot_take(&before, world);
	world->now_ns = now_ns;
	work = work_done();
	turn(world);
	costs_at_most(TURN_BLOCKS + (uint64_t)slots * SESSION_BLOCKS, (uint64_t)slots * SESSION_SENDS, world, work);
	snapshot_take(&after, world);
	for (uint32_t slot = 0; slot < slots; slot++)
		if (after.cold[slot].id == before.cold[slot].id && after.hot[slot].state != before.hot[slot].state)
			CLAIM(book_may_expire(&before, slot, now_ns) && after.hot[slot].state == PYDP_BFD_DOWN);
	hear_events(world);
}

void watch_command(struct world *world)
{
	watch_settle(world);
}
