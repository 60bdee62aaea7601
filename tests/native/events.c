/* SPDX-License-Identifier: Apache-2.0 */
/* The event ring when it is full, and the descriptor to wake on. */
#include <poll.h>
#include "rig.h"

enum { SESSIONS = 40 };

static bool readable(pydp_engine_t *engine)
{
	int fd;

	OK(pydp_event_fd(engine, &fd));
	return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) == 1;
}

/* Forty sessions of the left engine to the one neighbour, of which the right one knows nothing, and a ring of eight. */
static struct rig crowd(uint32_t *ids)
{
	struct rig rig = rig_make((struct rig_options){.event_capacity = 8});
	struct pydp_session_config left = rig.left.session, right = rig.right.session;

	for (uint8_t i = 0; i < SESSIONS; i++) {
		left.destination = right.source = address4(192, 0, 2, (uint8_t)(10 + i));
		OK(pydp_engine_address_add(rig.right.engine, 0, 0, &right.source, 24));
		OK(pydp_session_upsert(rig.right.engine, &right, NULL));
		OK(pydp_session_upsert(rig.left.engine, &left, &ids[i]));
	}
	rig_run(&rig, 3 * SECOND);
	return rig;
}

static void the_latest_state_survives_a_full_ring(void)
{
	uint32_t ids[SESSIONS], count, seen = 0;
	struct rig rig = crowd(ids);
	struct pydp_event events[16];
	uint8_t latest[SESSIONS];
	uint64_t overflows;

	memset(latest, 0xff, sizeof(latest));
	OK(pydp_event_overflows(rig.left.engine, &overflows));
	CHECK(overflows > 0, "the ring never was full");
	do {
		OK(pydp_event_drain(rig.left.engine, events, 16, &count));
		for (uint32_t i = 0; i < count; i++)
			for (uint32_t k = 0; k < SESSIONS; k++)
				if (ids[k] == events[i].session && events[i].type == PYDP_EVENT_STATE) {
					latest[k] = events[i].new_state;
					seen += events[i].flags & PYDP_EVENT_REREAD ? 1 : 0;
				}
	} while (count > 0);
	CHECK(seen > 0, "nothing was re-read");
	for (uint32_t k = 0; k < SESSIONS; k++)
		CHECK(latest[k] == PYDP_BFD_UP, "session %u is %u as far as anybody was told", k, latest[k]);
	rig_break(&rig);
}

static void the_end_of_a_session_survives_a_full_ring(void)
{
	uint32_t ids[SESSIONS], discriminators[SESSIONS], count, gone = 0;
	struct rig rig = crowd(ids);
	struct pydp_session_state state;
	struct pydp_event events[16];

	for (uint32_t k = 0; k < SESSIONS; k++) {
		OK(pydp_session_read(rig.left.engine, ids[k], &state));
		discriminators[k] = state.local_discriminator;
	}
	for (uint32_t k = 0; k < SESSIONS; k++)
		OK(pydp_session_remove(rig.left.engine, ids[k], 1));
	do {
		OK(pydp_event_drain(rig.left.engine, events, 16, &count));
		for (uint32_t i = 0; i < count; i++)
			for (uint32_t k = 0; k < SESSIONS && events[i].type == PYDP_EVENT_REMOVED; k++)
				if (ids[k] == events[i].session) {
					CHECK(events[i].local_discriminator == discriminators[k], "session %u was %u, not %u",
					      k, discriminators[k], events[i].local_discriminator);
					gone++;
				}
	} while (count > 0);
	CHECK(gone == SESSIONS, "%u of %u ends were told", gone, SESSIONS);
	rig_break(&rig);
}

static void the_descriptor_is_readable_once_for_who_asked(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_event events[64];
	uint32_t count;

	CHECK(!readable(rig.left.engine), "news before anything happened");
	rig_until(&rig, PYDP_BFD_UP);
	CHECK(!readable(rig.left.engine), "nobody asked");
	CHECK(pydp_event_arm(rig.left.engine) == 1, "records wait");
	rig_run(&rig, SECOND);
	OK(pydp_event_drain(rig.left.engine, events, 64, &count));
	CHECK(count > 0, "no records");
	CHECK(pydp_event_arm(rig.left.engine) == 0, "the ring is empty");
	CHECK(!readable(rig.left.engine), "no news since");
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, SECOND);
	CHECK(readable(rig.left.engine), "not woken");
	OK(pydp_event_drain(rig.left.engine, events, 64, &count));
	CHECK(pydp_event_arm(rig.left.engine) == 0 && !readable(rig.left.engine), "arming takes the old wake-up back");
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"the_latest_state_survives_a_full_ring", the_latest_state_survives_a_full_ring},
		{"the_end_of_a_session_survives_a_full_ring", the_end_of_a_session_survives_a_full_ring},
		{"the_descriptor_is_readable_once_for_who_asked", the_descriptor_is_readable_once_for_who_asked},
	};

	return RUN_CASES(argc, argv, cases);
}
