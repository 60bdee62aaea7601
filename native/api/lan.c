/* SPDX-License-Identifier: Apache-2.0 */
/* Peering LANs in virtual time at the border. */
#include <pydp/lan.h>
#include <string.h>
#include "api/check.h"
#include "lan/lan.h"

static_assert(sizeof(struct pydp_lan_session_config) == 12, "pydp_lan_session_config has a hole");
static_assert(sizeof(struct pydp_lan_totals) == 64, "pydp_lan_totals has a hole");

#define DELAY_MOST_NS UINT64_C(1000000000)

/* What callers hold is the LAN itself. */
static struct lan *lan_of(pydp_lan_t *lan)
{
	return (struct lan *)lan;
}

static const struct lan *lan_of_const(const pydp_lan_t *lan)
{
	return (const struct lan *)lan;
}

static int check_member(const struct lan *lan, uint32_t member)
{
	CHECK(member < lan->config.members, "there is no member %u: the LAN has %u", member, lan->config.members);
	return PYDP_OK;
}

static int check_switch(const struct lan *lan, uint32_t number)
{
	CHECK(number < lan->config.switches, "there is no switch %u: the LAN has %u", number, lan->config.switches);
	return PYDP_OK;
}

static int check_pair(const struct lan *lan, uint32_t from, uint32_t to)
{
	int result = check_member(lan, from);

	if (result == PYDP_OK)
		result = check_member(lan, to);
	if (result != PYDP_OK)
		return result;
	CHECK(from != to, "member %u and itself are no pair", from);
	return PYDP_OK;
}

int pydp_lan_create(const struct pydp_lan_config *config, pydp_lan_t **lan)
{
	struct lan *made;

	CHECK_POINTER(config);
	CHECK_POINTER(lan);
	CHECK(config->members >= 2 && config->members <= PYDP_LAN_MEMBERS_MOST, "members %u is not in 2 to %u", config->members,
	      (unsigned int)PYDP_LAN_MEMBERS_MOST);
	CHECK(config->switches >= 1 && config->switches <= PYDP_LAN_SWITCHES_MOST, "switches %u is not in 1 to %u",
	      config->switches, (unsigned int)PYDP_LAN_SWITCHES_MOST);
	CHECK(config->delay_ns <= DELAY_MOST_NS, "delay_ns %llu is more than a second", (unsigned long long)config->delay_ns);
	made = lan_create(config);
	if (made == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for the sessions between %u members", config->members);
	*lan = (pydp_lan_t *)made;
	return PYDP_OK;
}

int pydp_lan_destroy(pydp_lan_t *lan)
{
	CHECK_POINTER(lan);
	lan_destroy(lan_of(lan));
	return PYDP_OK;
}

int pydp_lan_place(pydp_lan_t *lan, uint32_t member, uint32_t at_switch)
{
	int result;

	CHECK_POINTER(lan);
	result = check_member(lan_of(lan), member);
	if (result == PYDP_OK)
		result = check_switch(lan_of(lan), at_switch);
	if (result == PYDP_OK)
		lan_of(lan)->places[member] = (uint16_t)at_switch;
	return result;
}

int pydp_lan_port(pydp_lan_t *lan, uint32_t member, uint32_t sends, uint32_t hears)
{
	int result;

	CHECK_POINTER(lan);
	result = check_member(lan_of(lan), member);
	if (result != PYDP_OK)
		return result;
	lan_of(lan)->sends[member] = sends != 0;
	lan_of(lan)->hears[member] = hears != 0;
	return PYDP_OK;
}

int pydp_lan_trunk(pydp_lan_t *lan, uint32_t from_switch, uint32_t to_switch, uint32_t carries)
{
	int result;

	CHECK_POINTER(lan);
	result = check_switch(lan_of(lan), from_switch);
	if (result == PYDP_OK)
		result = check_switch(lan_of(lan), to_switch);
	if (result == PYDP_OK)
		lan_of(lan)->trunks[from_switch * lan_of(lan)->config.switches + to_switch] = carries != 0;
	return result;
}

int pydp_lan_link(pydp_lan_t *lan, uint32_t from, uint32_t to, uint32_t carries)
{
	int result;

	CHECK_POINTER(lan);
	result = check_pair(lan_of(lan), from, to);
	if (result == PYDP_OK)
		lan_of(lan)->links[lan_slot(lan_of(lan), from, to)] = carries != 0;
	return result;
}

int pydp_lan_probe(pydp_lan_t *lan, uint8_t *reached)
{
	CHECK_POINTER(lan);
	CHECK_POINTER(reached);
	return lan_probe(lan_of(lan), reached) ? PYDP_OK : error_set(PYDP_E_NOMEM, "no memory for the frames of a probe");
}

int pydp_lan_session(pydp_lan_t *lan, uint32_t member, uint32_t peer, const struct pydp_lan_session_config *config,
		     uint32_t *id)
{
	struct bfd_session_config wanted;
	int result;

	CHECK_POINTER(lan);
	CHECK_POINTER(config);
	CHECK_POINTER(id);
	result = check_pair(lan_of(lan), member, peer);
	if (result != PYDP_OK)
		return result;
	CHECK(config->desired_min_tx_us > 0, "desired_min_tx_us is 0");
	CHECK(config->multiplier > 0, "multiplier is 0");
	CHECK(config->role == PYDP_ROLE_ACTIVE || config->role == PYDP_ROLE_PASSIVE, "role %u is neither active nor passive",
	      config->role);
	wanted = (struct bfd_session_config){.desired_min_tx_us = config->desired_min_tx_us,
					     .required_min_rx_us = config->required_min_rx_us,
					     .multiplier = config->multiplier,
					     .role = config->role,
					     .admin_down = config->admin_down ? PYDP_DIAG_ADMIN_DOWN : 0};
	lan_session_want(lan_of(lan), lan_slot(lan_of(lan), member, peer), &wanted);
	*id = lan_slot(lan_of(lan), member, peer) + 1;
	return PYDP_OK;
}

static int find(const struct lan *lan, uint32_t id, struct bfd_session **session)
{
	*session = lan_session_of(lan, id);
	return *session != NULL ? PYDP_OK : error_set(PYDP_E_NOENT, "there is no session %u", id);
}

int pydp_lan_remove(pydp_lan_t *lan, uint32_t id)
{
	struct bfd_session *session;
	struct bfd_actions actions;
	int result;

	CHECK_POINTER(lan);
	result = find(lan_of(lan), id, &session);
	if (result != PYDP_OK)
		return result;
	bfd_session_remove(session, lan_of(lan)->now_ns, &lan_of(lan)->rng, &actions);
	lan_session_acted(lan_of(lan), id - 1, &actions);
	return PYDP_OK;
}

int pydp_lan_crash(pydp_lan_t *lan, uint32_t member)
{
	int result;

	CHECK_POINTER(lan);
	result = check_member(lan_of(lan), member);
	if (result != PYDP_OK)
		return result;
	for (uint32_t peer = 0; peer < lan_of(lan)->config.members; peer++) {
		uint32_t slot = lan_slot(lan_of(lan), member, peer);

		if (lan_session_of(lan_of(lan), slot + 1) != NULL)
			lan_session_end(lan_of(lan), slot);
	}
	return PYDP_OK;
}

int pydp_lan_clear(pydp_lan_t *lan, uint32_t id)
{
	struct bfd_session *session;
	struct bfd_actions actions;
	int result;

	CHECK_POINTER(lan);
	result = find(lan_of(lan), id, &session);
	if (result != PYDP_OK)
		return result;
	bfd_session_clear(session, &actions);
	lan_session_acted(lan_of(lan), id - 1, &actions);
	return PYDP_OK;
}

int pydp_lan_hold(pydp_lan_t *lan, uint32_t id, uint32_t held)
{
	struct bfd_session *session;
	struct bfd_actions actions;
	int result;

	CHECK_POINTER(lan);
	result = find(lan_of(lan), id, &session);
	if (result != PYDP_OK)
		return result;
	bfd_session_hold(session, held != 0, &actions);
	lan_session_acted(lan_of(lan), id - 1, &actions);
	return PYDP_OK;
}

int pydp_lan_hellos(const pydp_lan_t *lan, uint32_t member, uint64_t within_ns, struct pydp_hellos *hellos)
{
	int result;

	CHECK_POINTER(lan);
	CHECK_POINTER(hellos);
	result = check_member(lan_of_const(lan), member);
	if (result != PYDP_OK)
		return result;
	lan_hellos(lan_of_const(lan), member, within_ns, hellos);
	return PYDP_OK;
}

int pydp_lan_look(const pydp_lan_t *lan, uint32_t id, struct pydp_event *event)
{
	struct bfd_session *session;
	int result;

	CHECK_POINTER(lan);
	CHECK_POINTER(event);
	result = find(lan_of_const(lan), id, &session);
	if (result != PYDP_OK)
		return result;
	memset(event, 0, sizeof(*event));
	event->type = PYDP_EVENT_STATE;
	event->flags = PYDP_EVENT_REREAD;
	event->time_ns = lan_of_const(lan)->now_ns;
	event->last_rx_ns = session->last_rx_ns;
	event->old_state = session->state;
	event->old_nexthop_state = session->nexthop;
	event->sequence = session->caller[LAN_EVENTS];
	lan_describe(lan_of_const(lan), id - 1, event);
	return PYDP_OK;
}

int pydp_lan_run(pydp_lan_t *lan, uint64_t until_ns, uint64_t slice_ns, struct pydp_event *events, uint32_t capacity,
		 uint32_t *count)
{
	bool ran;

	CHECK_POINTER(lan);
	CHECK_POINTER(events);
	CHECK_POINTER(count);
	CHECK(capacity > 0, "room for no events");
	ran = lan_run(lan_of(lan), until_ns, slice_ns, capacity);
	*count = lan_drain(lan_of(lan), events, capacity);
	return ran ? PYDP_OK : error_set(PYDP_E_NOMEM, "no memory for frames on their way, or for events");
}

int pydp_lan_totals(const pydp_lan_t *lan, struct pydp_lan_totals *totals)
{
	CHECK_POINTER(lan);
	CHECK_POINTER(totals);
	*totals = lan_of_const(lan)->totals;
	totals->now_ns = lan_of_const(lan)->now_ns;
	return PYDP_OK;
}
