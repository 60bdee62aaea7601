/* SPDX-License-Identifier: Apache-2.0 */
/* A session goes on in another engine: the peer never notices, what cannot be is refused, and given discriminators live
 * beside made ones. */
#include "rig.h"

static struct pydp_session_takeover where_it_stood(const struct pydp_session_state *state)
{
	return (struct pydp_session_takeover){.local_discriminator = state->local_discriminator,
					      .remote_discriminator = state->remote_discriminator,
					      .remote_desired_min_tx_us = state->remote_desired_min_tx_us,
					      .remote_required_min_rx_us = state->remote_required_min_rx_us,
					      .source_port = state->source_port,
					      .local_state = state->local_state,
					      .local_diagnostic = state->local_diagnostic,
					      .remote_state = state->remote_state,
					      .remote_multiplier = state->remote_multiplier};
}

/* Another engine at the left end of the cable, which knows the time and has no session. */
static void replace_left(struct rig *rig, struct pydp_engine_config config)
{
	OK(pydp_engine_destroy(rig->left.engine));
	OK(pydp_engine_create(&config, &rig->left.engine));
	OK(pydp_engine_attach(rig->left.engine, rig->left.port, &rig->left.index));
	OK(pydp_engine_address_add(rig->left.engine, rig->left.index, rig->left.session.vlan, &rig->left.session.source, 24));
	OK(pydp_engine_step(rig->left.engine, rig->now, NULL));
}

static struct pydp_engine_config third(void)
{
	return (struct pydp_engine_config){.name = "third", .seed = 3};
}

static void the_peer_never_notices(struct rig_options options)
{
	struct rig rig = rig_make(options);
	struct pydp_session_takeover stood;
	struct pydp_session_state left, right, before;
	struct pydp_session_config other;
	struct pydp_event event;
	uint32_t count;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	left = rig_read(&rig.left);
	before = rig_read(&rig.right);
	stood = where_it_stood(&left);
	do
		OK(pydp_event_drain(rig.right.engine, &event, 1, &count));
	while (count > 0);
	replace_left(&rig, third());
	/* another session first, so that the given discriminator names no slot of its own */
	other = rig.left.session;
	other.destination = options.family == 6 ? address6(99) : address4(192, 0, 2, 99);
	OK(pydp_session_upsert(rig.left.engine, &other, NULL));
	OK(pydp_session_adopt(rig.left.engine, &rig.left.session, &stood, &rig.left.id));
	event = rig_event(&rig.left, PYDP_EVENT_STATE);
	CHECK(event.new_state == PYDP_BFD_UP && event.old_state == PYDP_BFD_DOWN && event.nexthop_state == PYDP_NEXTHOP_LIVE &&
		      event.session == rig.left.id && event.detection_time_us == 150000,
	      "%u -> %u, next hop %u", event.old_state, event.new_state, event.nexthop_state);
	rig_run(&rig, 10 * SECOND);
	left = rig_read(&rig.left);
	right = rig_read(&rig.right);
	CHECK(left.local_state == PYDP_BFD_UP && left.up_count == 1 && left.down_count == 0, "%u", left.local_state);
	CHECK(left.local_discriminator == stood.local_discriminator && left.source_port == stood.source_port, "0x%x, port %u",
	      left.local_discriminator, left.source_port);
	CHECK(left.remote_discriminator == right.local_discriminator, "0x%x", left.remote_discriminator);
	CHECK(left.was_up && left.poll_count == 0 && left.rx_invalid == 0, "%u polls", left.poll_count);
	CHECK(left.tx_packets > 190 && left.tx_packets < 270 && left.rx_packets > 190, "%lu, %lu", left.tx_packets,
	      left.rx_packets);
	CHECK(right.local_state == PYDP_BFD_UP && right.up_count == before.up_count && right.down_count == 0 &&
		      right.poll_count == before.poll_count && right.rx_invalid == before.rx_invalid &&
		      right.remote_discriminator == before.remote_discriminator,
	      "right is %u", right.local_state);
	OK(pydp_event_drain(rig.right.engine, &event, 1, &count));
	CHECK(count == 0, "right tells an event of type %u", event.type);
	/* and it is watched like any other */
	OK(pydp_port_cut(rig.right.port, 1));
	rig_run(&rig, 155 * MS);
	CHECK(rig_read(&rig.left).local_diagnostic == PYDP_DIAG_CONTROL_EXPIRY, "%u", rig_read(&rig.left).local_diagnostic);
	CHECK(rig_read(&rig.left).nexthop_state == PYDP_NEXTHOP_DEAD, "%u", rig_read(&rig.left).nexthop_state);
	OK(pydp_port_cut(rig.right.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	rig_break(&rig);
}

static void the_peer_never_notices_over_ipv4(void)
{
	the_peer_never_notices((struct rig_options){.family = 4});
}

static void the_peer_never_notices_over_ipv6_in_a_vlan(void)
{
	the_peer_never_notices((struct rig_options){.family = 6, .vlan = 100});
}

/* A rig whose left session was taken over, Up. */
static struct rig taken_over(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_takeover stood;
	struct pydp_session_state left;

	rig_until(&rig, PYDP_BFD_UP);
	rig_run(&rig, SECOND);
	left = rig_read(&rig.left);
	stood = where_it_stood(&left);
	replace_left(&rig, third());
	OK(pydp_session_adopt(rig.left.engine, &rig.left.session, &stood, &rig.left.id));
	rig_run(&rig, 100 * MS);
	return rig;
}

static void commands_work_as_on_any_session(void)
{
	struct rig rig = taken_over();
	struct pydp_session_state left;
	uint32_t ids[4], count;

	OK(pydp_session_list(rig.left.engine, 0, ids, 4, &count));
	CHECK(count == 1 && ids[0] == rig.left.id, "%u sessions", count);
	left = rig_read(&rig.left);
	CHECK(memcmp(&left.config, &rig.left.session, sizeof(left.config)) == 0, "the configuration is not what was wanted");
	rig.left.session.desired_min_tx_us = rig.left.session.required_min_rx_us = 200000;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &count));
	CHECK(count == rig.left.id && rig_read(&rig.left).poll_count == 1, "%u polls", rig_read(&rig.left).poll_count);
	rig_run(&rig, 2 * SECOND);
	CHECK(rig_read(&rig.right).detection_time_us == 600000 && rig_read(&rig.right).down_count == 0, "%lu us",
	      rig_read(&rig.right).detection_time_us);
	rig.left.session.admin_down = 1;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_run(&rig, 5 * MS);
	CHECK(rig_read(&rig.right).remote_state == PYDP_BFD_ADMIN_DOWN, "%u", rig_read(&rig.right).remote_state);
	rig.left.session.admin_down = 0;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, NULL));
	rig_until(&rig, PYDP_BFD_UP);
	OK(pydp_session_remove(rig.left.engine, rig.left.id, 0));
	rig_run(&rig, 5 * MS);
	CHECK(rig_read(&rig.right).remote_state == PYDP_BFD_ADMIN_DOWN, "%u", rig_read(&rig.right).remote_state);
	rig_run(&rig, 5 * SECOND);
	CHECK(rig_event(&rig.left, PYDP_EVENT_REMOVED).session == rig.left.id, "another session went");
	rig_break(&rig);
}

static void an_admin_down_that_is_wanted_is_told_to_the_peer(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_takeover stood;
	struct pydp_session_state left;

	rig_until(&rig, PYDP_BFD_UP);
	left = rig_read(&rig.left);
	stood = where_it_stood(&left);
	replace_left(&rig, third());
	rig.left.session.admin_down = 1;
	OK(pydp_session_adopt(rig.left.engine, &rig.left.session, &stood, &rig.left.id));
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_ADMIN_DOWN && rig_read(&rig.left).admin_down_count == 1, "%u",
	      rig_read(&rig.left).local_state);
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.right).remote_state == PYDP_BFD_ADMIN_DOWN && rig_read(&rig.right).down_count == 1, "%u",
	      rig_read(&rig.right).remote_state);
	rig_break(&rig);
}

static void an_ended_one_is_found_no_more(void)
{
	struct rig rig = taken_over();
	uint32_t given = rig_read(&rig.left).local_discriminator;
	uint64_t before = counter(rig.left.engine, 0, "drop-bfd-your-discriminator");

	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	rig_run(&rig, 100 * MS);
	CHECK(counter(rig.left.engine, 0, "drop-bfd-your-discriminator") > before, "%lu", before);
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &rig.left.id));
	CHECK(rig_read(&rig.left).local_discriminator != given, "0x%x again", given);
	rig_until(&rig, PYDP_BFD_DOWN);
	rig_until(&rig, PYDP_BFD_UP);
	rig_break(&rig);
}

static int adopt(struct side *side, uint8_t host, uint32_t discriminator)
{
	struct pydp_session_config config = side->session;
	struct pydp_session_takeover stood = {.local_discriminator = discriminator, .local_state = PYDP_BFD_DOWN};

	config.destination = address4(192, 0, 2, host);
	return pydp_session_adopt(side->engine, &config, &stood, NULL);
}

static void a_discriminator_has_one_session(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	uint32_t made, given = 0xfffffffe, id, again;

	OK(pydp_engine_step(rig.left.engine, rig.now, NULL));
	made = rig_read(&rig.left).local_discriminator;
	CHECK(adopt(&rig.left, 50, made) == PYDP_E_EXIST && strstr(pydp_last_error(), "another session's") != NULL, "%s",
	      pydp_last_error());
	OK(adopt(&rig.left, 50, given));
	CHECK(adopt(&rig.left, 51, given) == PYDP_E_EXIST, "two sessions with one discriminator");
	CHECK(adopt(&rig.left, 50, given - 1) == PYDP_E_EXIST && strstr(pydp_last_error(), "is there already") != NULL, "%s",
	      pydp_last_error());
	/* what was refused left nothing behind */
	OK(pydp_session_list(rig.left.engine, rig.left.id, &id, 1, &again));
	CHECK(again == 1, "%u sessions behind the first", again);
	OK(pydp_session_remove(rig.left.engine, id, 1));
	OK(adopt(&rig.left, 51, given));
	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	OK(adopt(&rig.left, 52, made));
	rig_break(&rig);
}

/* The discriminator that the second session of an engine, of this seed, gets beside a given one. */
static uint32_t made_beside(struct rig *rig, uint32_t given)
{
	struct pydp_session_config config = rig->left.session;

	replace_left(rig, third());
	OK(adopt(&rig->left, 50, given));
	config.destination = address4(192, 0, 2, 51);
	OK(pydp_session_upsert(rig->left.engine, &config, &rig->left.id));
	return rig_read(&rig->left).local_discriminator;
}

static void a_made_discriminator_is_no_given_one(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	uint32_t first = made_beside(&rig, 7), other;

	CHECK(made_beside(&rig, 8) == first, "one seed, two discriminators");
	other = made_beside(&rig, first);
	CHECK(other != first && other >> 20 != 0 && (other & 0xfffff) == (first & 0xfffff), "0x%x beside 0x%x", other, first);
	rig_break(&rig);
}

static void what_cannot_be_is_refused(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_takeover good = {.local_discriminator = 9, .local_state = PYDP_BFD_DOWN}, wrong;
	struct pydp_session_config config = rig.left.session;

	config.destination = address4(192, 0, 2, 50);
	CHECK(pydp_session_adopt(rig.left.engine, &config, &good, NULL) == PYDP_E_STATE &&
		      strstr(pydp_last_error(), "no time yet") != NULL,
	      "%s", pydp_last_error());
	OK(pydp_engine_step(rig.left.engine, rig.now, NULL));
#define WRONG(word, ...)                                                                                             \
	do {                                                                                                         \
		wrong = good;                                                                                        \
		__VA_ARGS__;                                                                                         \
		CHECK(pydp_session_adopt(rig.left.engine, &config, &wrong, NULL) == PYDP_E_INVAL, "%s taken", word); \
		CHECK(strstr(pydp_last_error(), word) != NULL, "%s", pydp_last_error());                             \
	} while (0)
	WRONG("local_discriminator", wrong.local_discriminator = 0);
	WRONG("local_state", wrong.local_state = PYDP_BFD_ADMIN_DOWN);
	WRONG("local_state", wrong.local_state = 4);
	WRONG("local_diagnostic", wrong.local_diagnostic = 32);
	WRONG("remote_state", wrong.remote_state = 4);
	WRONG("remote_discriminator", wrong.local_state = PYDP_BFD_UP);
	WRONG("no address", config.source = address4(192, 0, 2, 77));
	CHECK(pydp_session_adopt(rig.left.engine, NULL, &good, NULL) == PYDP_E_INVAL, "NULL taken");
	CHECK(pydp_session_adopt(rig.left.engine, &config, NULL, NULL) == PYDP_E_INVAL, "NULL taken");
	rig_break(&rig);
}

enum { MANY = 300 };

/* More than the event ring holds: what did not fit is told from the table, and every session is found by its number. */
static void many_are_told_of_and_found(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	static uint32_t told[MANY * 8];
	struct pydp_event events[64];
	struct pydp_session_takeover stood = {.local_state = PYDP_BFD_UP, .remote_state = PYDP_BFD_UP, .remote_multiplier = 3};
	struct pydp_session_config config = rig.left.session;
	uint32_t id, count, up = 0, rereads = 0, slots = 0;

	stood.remote_desired_min_tx_us = stood.remote_required_min_rx_us = 50000;
	replace_left(&rig, (struct pydp_engine_config){.name = "third", .seed = 3, .event_capacity = 64});
	for (uint32_t i = 0; i < MANY; i++) {
		config.destination = address4(10, 0, (uint8_t)(i / 100), (uint8_t)(i % 100 + 1));
		stood.local_discriminator = 0x80000000u + i * 7919;
		stood.remote_discriminator = i + 1;
		OK(pydp_session_adopt(rig.left.engine, &config, &stood, &id));
		slots = id >> 12;
	}
	CHECK(slots == MANY - 1, "%u slots", slots);
	do {
		OK(pydp_event_drain(rig.left.engine, events, 64, &count));
		for (uint32_t i = 0; i < count; i++) {
			if (events[i].type != PYDP_EVENT_STATE)
				continue;
			CHECK(events[i].new_state == PYDP_BFD_UP, "%u", events[i].new_state);
			rereads += events[i].flags & PYDP_EVENT_REREAD;
			up += told[events[i].session >> 12]++ == 0;
		}
	} while (count > 0);
	CHECK(up == MANY && rereads > 0, "%u of %u told, %u from the table", up, (uint32_t)MANY, rereads);
	rig_break(&rig);
}

static void a_running_worker_takes_over_too(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_takeover stood = {.local_discriminator = 5,
					      .remote_discriminator = 6,
					      .local_state = PYDP_BFD_UP,
					      .remote_state = PYDP_BFD_UP,
					      .remote_multiplier = 255,
					      .remote_desired_min_tx_us = 1000000,
					      .remote_required_min_rx_us = 1000000};
	struct pydp_session_config config = rig.left.session;
	struct pydp_session_state state;
	uint32_t id;

	config.destination = address4(192, 0, 2, 50);
	OK(pydp_engine_start(rig.left.engine, &(struct pydp_worker_config){.cpu = -1}));
	OK(pydp_session_adopt(rig.left.engine, &config, &stood, &id));
	CHECK(pydp_session_adopt(rig.left.engine, &config, &stood, &id) == PYDP_E_EXIST, "taken over twice");
	OK(pydp_session_read(rig.left.engine, id, &state));
	CHECK(state.local_state == PYDP_BFD_UP && state.local_discriminator == 5, "%u", state.local_state);
	OK(pydp_session_remove(rig.left.engine, id, 1));
	OK(pydp_engine_stop(rig.left.engine));
	rig_break(&rig);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"the_peer_never_notices_over_ipv4", the_peer_never_notices_over_ipv4},
		{"the_peer_never_notices_over_ipv6_in_a_vlan", the_peer_never_notices_over_ipv6_in_a_vlan},
		{"commands_work_as_on_any_session", commands_work_as_on_any_session},
		{"an_admin_down_that_is_wanted_is_told_to_the_peer", an_admin_down_that_is_wanted_is_told_to_the_peer},
		{"an_ended_one_is_found_no_more", an_ended_one_is_found_no_more},
		{"a_discriminator_has_one_session", a_discriminator_has_one_session},
		{"a_made_discriminator_is_no_given_one", a_made_discriminator_is_no_given_one},
		{"what_cannot_be_is_refused", what_cannot_be_is_refused},
		{"many_are_told_of_and_found", many_are_told_of_and_found},
		{"a_running_worker_takes_over_too", a_running_worker_takes_over_too},
	};

	return RUN_CASES(argc, argv, cases);
}
