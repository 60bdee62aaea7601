/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops at the public border: what BFD and the neighbours make of them, and what is refused. */
#include "frames.h"

enum { WATCHED = 1, GROUP = 5 };

static struct pydp_nexthop_config neighbour(const struct pydp_address *address, uint16_t vlan)
{
	return (struct pydp_nexthop_config){.kind = PYDP_NEXTHOP_ADJACENT, .address = *address, .vlan = vlan};
}

static void add(pydp_engine_t *engine, uint32_t id, struct pydp_address address)
{
	struct pydp_nexthop_config config = neighbour(&address, 0);

	OK(pydp_nexthop_set(engine, id, &config));
}

static struct pydp_nexthop read(pydp_engine_t *engine, uint32_t id)
{
	struct pydp_nexthop nexthop;

	OK(pydp_nexthop_read(engine, id, &nexthop));
	return nexthop;
}

static bool live(pydp_engine_t *engine, uint32_t id)
{
	return read(engine, id).live;
}

/* Two engines whose left one has the right one as next hop 1, watched by its session, which is Up. */
static struct rig watched(struct rig_options options)
{
	struct rig rig = rig_make(options);
	struct pydp_nexthop_config config = neighbour(&rig.left.session.destination, options.vlan);

	OK(pydp_nexthop_set(rig.left.engine, WATCHED, &config));
	rig_until(&rig, PYDP_BFD_UP);
	return rig;
}

static void never_up_keeps_forwarding(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];

	session(&wire, 4);
	add(wire.engine, 1, address4(192, 0, 2, 2));
	CHECK(!live(wire.engine, 1), "live before its MAC address is known");
	inject(&wire, frame, arp(&wire, frame, 2, peer, us));
	step(&wire);
	CHECK(live(wire.engine, 1), "not live, with a neighbour that answers and a peer that has no BFD");
	for (int i = 0; i < 10000; i++)
		step(&wire);
	CHECK(live(wire.engine, 1) && read(wire.engine, 1).state == PYDP_NEXTHOP_UNKNOWN, "%u", read(wire.engine, 1).state);
	wire_break(&wire);
}

/* In the very step in which the session goes Down. */
static void failed_session_is_dead_at_once(struct rig_options options)
{
	struct rig rig = watched(options);
	uint32_t steps = 0;

	CHECK(live(rig.left.engine, WATCHED) && read(rig.left.engine, WATCHED).state == PYDP_NEXTHOP_LIVE, "not live");
	OK(pydp_port_cut(rig.left.port, 1));
	while (rig_read(&rig.left).local_state == PYDP_BFD_UP) {
		CHECK(live(rig.left.engine, WATCHED), "dead before its session is Down");
		CHECK(steps++ < 1000, "never Down");
		rig_run(&rig, MS);
	}
	CHECK(!live(rig.left.engine, WATCHED) && read(rig.left.engine, WATCHED).state == PYDP_NEXTHOP_DEAD, "still live");
	CHECK(read(rig.left.engine, WATCHED).neighbour_state == PYDP_NEIGHBOUR_REACHABLE, "it is resolved all the same");
	OK(pydp_port_cut(rig.left.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	CHECK(live(rig.left.engine, WATCHED), "Up again and still dead");
	rig_break(&rig);
}

static void up_then_down_diverts_and_up_again_returns(void)
{
	failed_session_is_dead_at_once((struct rig_options){.family = 4});
}

static void so_it_does_over_ipv6_in_a_vlan(void)
{
	failed_session_is_dead_at_once((struct rig_options){.family = 6, .vlan = 100});
}

static void admin_down_of_either_side_keeps_forwarding(void)
{
	struct rig rig = watched((struct rig_options){0});

	rig.right.session.admin_down = 1;
	OK(pydp_session_upsert(rig.right.engine, &rig.right.session, &rig.right.id));
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_DOWN && live(rig.left.engine, WATCHED), "theirs");
	rig.right.session.admin_down = 0;
	OK(pydp_session_upsert(rig.right.engine, &rig.right.session, &rig.right.id));
	rig_until(&rig, PYDP_BFD_UP);
	rig.left.session.admin_down = 1;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &rig.left.id));
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).local_state == PYDP_BFD_ADMIN_DOWN && live(rig.left.engine, WATCHED), "ours");
	rig_break(&rig);
}

static struct rig dead(void)
{
	struct rig rig = watched((struct rig_options){0});

	OK(pydp_port_cut(rig.left.port, 1));
	rig_run(&rig, SECOND);
	CHECK(!live(rig.left.engine, WATCHED), "live");
	return rig;
}

static void admin_down_ends_a_failure(void)
{
	struct rig rig = dead();

	rig.left.session.admin_down = 1;
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &rig.left.id));
	CHECK(live(rig.left.engine, WATCHED), "dead, and nobody watches it any more");
	rig_break(&rig);
}

static void clear_ends_a_failure(void)
{
	struct rig rig = dead();

	OK(pydp_nexthop_clear(rig.left.engine, rig.left.id));
	CHECK(live(rig.left.engine, WATCHED), "dead");
	rig_break(&rig);
}

static void a_session_that_is_gone_holds_nothing(void)
{
	struct rig rig = dead();

	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	CHECK(live(rig.left.engine, WATCHED), "dead by a session that is gone");
	OK(pydp_session_upsert(rig.left.engine, &rig.left.session, &rig.left.id));
	CHECK(live(rig.left.engine, WATCHED), "dead by a session that was never Up");
	rig_break(&rig);
}

static void a_held_next_hop_stays_dead(void)
{
	struct rig rig = dead();

	OK(pydp_nexthop_hold(rig.left.engine, rig.left.id, 1));
	OK(pydp_port_cut(rig.left.port, 0));
	rig_until(&rig, PYDP_BFD_UP);
	CHECK(!live(rig.left.engine, WATCHED), "live, and held");
	OK(pydp_nexthop_hold(rig.left.engine, rig.left.id, 0));
	CHECK(live(rig.left.engine, WATCHED), "dead, and not held any more");
	rig_break(&rig);
}

/* Dead only when one session is and none is Live. */
static void one_live_session_is_enough(void)
{
	struct rig rig = watched((struct rig_options){0});
	struct pydp_session_config from = rig.left.session, to = rig.right.session;
	struct side other = {.engine = rig.left.engine};
	uint32_t id;

	from.source = to.destination = address4(192, 0, 2, 11);
	OK(pydp_engine_address_add(rig.left.engine, 0, 0, &from.source, 24));
	OK(pydp_session_upsert(rig.left.engine, &from, &other.id));
	OK(pydp_session_upsert(rig.right.engine, &to, &id));
	for (int i = 0; i < 10000 && rig_read(&other).local_state != PYDP_BFD_UP; i++)
		rig_run(&rig, MS);
	OK(pydp_session_remove(rig.right.engine, rig.right.id, 1));
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).nexthop_state == PYDP_NEXTHOP_DEAD, "%u", rig_read(&rig.left).nexthop_state);
	CHECK(rig_read(&other).nexthop_state == PYDP_NEXTHOP_LIVE, "%u", rig_read(&other).nexthop_state);
	CHECK(live(rig.left.engine, WATCHED), "dead, and one session is Up");
	OK(pydp_session_remove(rig.right.engine, id, 1));
	rig_run(&rig, SECOND);
	CHECK(!live(rig.left.engine, WATCHED), "live, and both have failed");
	rig_break(&rig);
}

static void what_is_behind_a_neighbour_says_nothing_of_it(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_config far = rig.left.session, near = rig.right.session;
	struct side other = {.engine = rig.left.engine};
	uint32_t id;

	far.path_type = near.path_type = PYDP_PATH_IP_MH;
	far.destination = near.source = address4(203, 0, 113, 9);
	far.gateway = rig.left.session.destination;
	near.gateway = rig.right.session.destination;
	far.rx_ttl = near.rx_ttl = 1;
	OK(pydp_session_remove(rig.left.engine, rig.left.id, 1));
	OK(pydp_engine_address_add(rig.right.engine, 0, 0, &near.source, 32));
	OK(pydp_session_upsert(rig.left.engine, &far, &other.id));
	OK(pydp_session_upsert(rig.right.engine, &near, &id));
	add(rig.left.engine, WATCHED, rig.left.session.destination);
	for (int i = 0; i < 10000 && rig_read(&other).local_state != PYDP_BFD_UP; i++)
		rig_run(&rig, MS);
	OK(pydp_session_remove(rig.right.engine, id, 1));
	rig_run(&rig, SECOND);
	CHECK(rig_read(&other).nexthop_state == PYDP_NEXTHOP_DEAD, "%u", rig_read(&other).nexthop_state);
	CHECK(live(rig.left.engine, WATCHED), "dead by a multihop session");
	rig_break(&rig);
}

static void a_group_is_live_by_its_members_and_backups(void)
{
	struct wire wire = wire_make();
	struct pydp_mac mac = {{2, 0, 0, 0, 0, 5}}, none = {{0}};
	struct pydp_address first = address4(192, 0, 2, 3), second = address6(4);
	struct pydp_nexthop_config group = {
		.kind = PYDP_NEXTHOP_GROUP, .member_count = 2, .backup_count = 1, .members = {{1, 3}, {2, 1}}, .backups = {3}};
	struct pydp_nexthop found;

	add(wire.engine, 1, first);
	add(wire.engine, 2, second);
	add(wire.engine, 3, address4(192, 0, 2, 5));
	OK(pydp_nexthop_set(wire.engine, GROUP, &group));
	found = read(wire.engine, GROUP);
	CHECK(!found.live && found.buckets[0] == 192 && found.buckets[1] == 64, "%u and %u", found.buckets[0],
	      found.buckets[1]);
	CHECK(read(wire.engine, 1).groups == 1 && read(wire.engine, 3).groups == 1, "not counted");
	OK(pydp_neighbour_set(wire.engine, 0, 0, &second, &mac));
	CHECK(live(wire.engine, GROUP), "a member of IPv6 is live");
	OK(pydp_neighbour_set(wire.engine, 0, 0, &second, &none));
	CHECK(!live(wire.engine, GROUP), "nobody is live");
	/* A member becomes another neighbour, and the group with it. */
	OK(pydp_neighbour_set(wire.engine, 0, 0, &first, &mac));
	add(wire.engine, 1, address4(192, 0, 2, 33));
	CHECK(!live(wire.engine, GROUP), "the member is another one now");
	add(wire.engine, 3, first);
	CHECK(live(wire.engine, GROUP), "the backup is live");
	wire_break(&wire);
}

static void refused(pydp_engine_t *engine, uint32_t id, struct pydp_nexthop_config config, int status, const char *why)
{
	int found = pydp_nexthop_set(engine, id, &config);

	CHECK(found == status, "%s, %s", pydp_status_name(found), found == PYDP_OK ? "" : pydp_last_error());
	CHECK(strstr(pydp_last_error(), why) != NULL, "\"%s\" says nothing of \"%s\"", pydp_last_error(), why);
}

static void what_cannot_be_is_refused_with_its_name(void)
{
	struct wire wire = wire_make();
	struct pydp_address near = address4(192, 0, 2, 2), own = address4(192, 0, 2, 1), six = address6(3);
	struct pydp_nexthop_config group = {.kind = PYDP_NEXTHOP_GROUP, .member_count = 1, .members = {{7, 1}}};
	struct pydp_nexthop_config other = neighbour(&near, 0), twice = group;
	struct pydp_nexthop found;

	refused(wire.engine, 0, neighbour(&near, 0), PYDP_E_INVAL, "next hop 0");
	refused(wire.engine, 4096, neighbour(&near, 0), PYDP_E_INVAL, "next hop 4096");
	refused(wire.engine, 1, neighbour(&own, 0), PYDP_E_INVAL, "our own");
	refused(wire.engine, 1, neighbour(&six, 7), PYDP_E_INVAL, "VLAN 7 has no IPv6 address");
	other.port = 3;
	refused(wire.engine, 1, other, PYDP_E_INVAL, "port 3");
	refused(wire.engine, 1, (struct pydp_nexthop_config){.kind = 9}, PYDP_E_INVAL, "kind 9");
	refused(wire.engine, 1, (struct pydp_nexthop_config){.kind = PYDP_NEXTHOP_GROUP}, PYDP_E_INVAL, "at least one");
	refused(wire.engine, 1, group, PYDP_E_NOENT, "no next hop 7");
	OK(pydp_nexthop_set(wire.engine, 7, &(struct pydp_nexthop_config){.kind = PYDP_NEXTHOP_BLACKHOLE}));
	refused(wire.engine, 1, group, PYDP_E_INVAL, "next hop 7");
	add(wire.engine, 7, near);
	twice.backup_count = 1;
	twice.backups[0] = 7;
	refused(wire.engine, 1, twice, PYDP_E_INVAL, "next hop 7 is in the group twice");
	refused(wire.engine, 7, group, PYDP_E_INVAL, "group 7");
	OK(pydp_nexthop_set(wire.engine, 1, &group));
	refused(wire.engine, 7, (struct pydp_nexthop_config){.kind = PYDP_NEXTHOP_LOCAL}, PYDP_E_BUSY, "group 1");
	CHECK(pydp_nexthop_remove(wire.engine, 7) == PYDP_E_BUSY && strstr(pydp_last_error(), "group 1") != NULL, "%s",
	      pydp_last_error());
	CHECK(read(wire.engine, 7).config.kind == PYDP_NEXTHOP_ADJACENT && read(wire.engine, 7).groups == 1, "half done");
	group.members[0].weight = 0;
	refused(wire.engine, 1, group, PYDP_E_INVAL, "weight");
	OK(pydp_nexthop_remove(wire.engine, 1));
	OK(pydp_nexthop_remove(wire.engine, 7));
	OK(pydp_nexthop_remove(wire.engine, 7));
	CHECK(pydp_nexthop_read(wire.engine, 7, &found) == PYDP_E_NOENT, "still there");
	wire_break(&wire);
}

static void a_next_hop_keeps_its_neighbour_wanted(void)
{
	struct wire wire = wire_make();
	uint8_t frame[128];
	struct pydp_neighbour entry;
	uint32_t count, ids[4];

	step(&wire);
	add(wire.engine, 1, address4(192, 0, 2, 2));
	add(wire.engine, 9, address4(192, 0, 2, 2));
	step(&wire);
	CHECK(collect(&wire) == 1, "not asked for, or twice");
	OK(pydp_nexthop_list(wire.engine, ids, 4, &count));
	CHECK(count == 2 && ids[0] == 1 && ids[1] == 9, "%u", count);
	inject(&wire, frame, arp(&wire, frame, 2, peer, us));
	step(&wire);
	CHECK(live(wire.engine, 1) && live(wire.engine, 9), "not live");
	for (int i = 0; i < 34000; i++)
		step(&wire);
	CHECK(!live(wire.engine, 1) && read(wire.engine, 1).neighbour_state == PYDP_NEIGHBOUR_FAILED,
	      "asked in vain, and live");
	OK(pydp_nexthop_remove(wire.engine, 1));
	OK(pydp_neighbour_list(wire.engine, &entry, 1, &count));
	CHECK(count == 1, "forgotten, and next hop 9 has it");
	OK(pydp_nexthop_remove(wire.engine, 9));
	OK(pydp_neighbour_list(wire.engine, &entry, 1, &count));
	CHECK(count == 0, "nobody has it");
	wire_break(&wire);
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"never_up_keeps_forwarding", never_up_keeps_forwarding},
		{"up_then_down_diverts_and_up_again_returns", up_then_down_diverts_and_up_again_returns},
		{"so_it_does_over_ipv6_in_a_vlan", so_it_does_over_ipv6_in_a_vlan},
		{"admin_down_of_either_side_keeps_forwarding", admin_down_of_either_side_keeps_forwarding},
		{"admin_down_ends_a_failure", admin_down_ends_a_failure},
		{"clear_ends_a_failure", clear_ends_a_failure},
		{"a_session_that_is_gone_holds_nothing", a_session_that_is_gone_holds_nothing},
		{"a_held_next_hop_stays_dead", a_held_next_hop_stays_dead},
		{"one_live_session_is_enough", one_live_session_is_enough},
		{"what_is_behind_a_neighbour_says_nothing_of_it", what_is_behind_a_neighbour_says_nothing_of_it},
		{"a_group_is_live_by_its_members_and_backups", a_group_is_live_by_its_members_and_backups},
		{"what_cannot_be_is_refused_with_its_name", what_cannot_be_is_refused_with_its_name},
		{"a_next_hop_keeps_its_neighbour_wanted", a_next_hop_keeps_its_neighbour_wanted},
	};

	return RUN_CASES(argc, argv, cases);
}
