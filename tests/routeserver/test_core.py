# SPDX-License-Identifier: Apache-2.0
"""The route server's logic: who is offered which route, and what clients are told about each other."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.core import RouteServer
from bfd_fastpath.routeserver.entries import read_entry
from bfd_fastpath.routeserver.records import Inbound, SessionFacts
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgpls import Flag, NodeDescriptor, NodeNlri
from bfd_fastpath.wire.bgpls.profile_l5 import link
from tests.routeserver.lan import ASNS, IDS, LAN, LAN4, LAN6, Lan

P, Q = ip_network("203.0.113.0/24"), ip_network("203.0.112.0/24")
P6 = ip_network("2001:db8:1::/48")
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN


@pytest.fixture
def exchange():
    exchange = Lan()
    for name in "abc":
        exchange.join(name)
    return exchange


def told(outcome):
    """Sessions to which routes are sent."""
    return {session for session, tell in outcome.tells.items() if tell.difference}


def test_each_client_gets_the_others_routes_and_never_its_own(exchange):
    exchange.announce("b", P, P6)
    assert exchange.ribs == {1: {P: LAN4["b"], P6: LAN6["b"]}, 2: {}, 3: {P: LAN4["b"], P6: LAN6["b"]}}


def test_late_joiner_gets_everything_and_end_of_rib_for_each_family(exchange):
    exchange.announce("b", P, P6)
    outcome = exchange.join("d")
    assert exchange.ribs[4] == {P: LAN4["b"], P6: LAN6["b"]}
    assert outcome.tells[4].end_of_routes == [4, 6]
    assert outcome.tells[4].end_of_members


def test_end_of_rib_is_sent_even_with_nothing_to_say():
    outcome = Lan().join("a", versions=(4,), link_state=False)
    assert outcome.tells[1].end_of_routes == [4]
    assert not outcome.tells[1].end_of_members


def test_family_that_was_not_negotiated_is_not_sent(exchange):
    exchange.join("d", versions=(6,))
    exchange.announce("b", P, P6)
    assert exchange.ribs[4] == {P6: LAN6["b"]}


def test_withdrawal_reaches_the_others(exchange):
    exchange.announce("b", P)
    exchange.withdraw("b", P)
    assert exchange.ribs[1] == {}


def test_optimistic_start_routes_flow_before_anything_is_said(exchange):
    exchange.announce("b", P)
    assert exchange.server.clients["a"].state(LAN4["b"]) is UNKNOWN
    assert P in exchange.ribs[1]


def test_down_withdraws_from_that_client_alone_and_only_what_goes_through_it(exchange):
    exchange.announce("b", P)
    exchange.announce("c", Q)
    exchange.up("a", "b")
    outcome = exchange.down("a", "b")
    assert exchange.server.clients["a"].state(LAN4["b"]) is DOWN
    assert told(outcome) == {1}
    assert exchange.ribs[1] == {Q: LAN4["c"]}
    assert P in exchange.ribs[3]


def test_return_of_the_link_brings_the_route_back(exchange):
    exchange.announce("b", P)
    exchange.up("a", "b")
    exchange.down("a", "b")
    outcome = exchange.up("a", "b")
    assert told(outcome) == {1}
    assert exchange.ribs[1] == {P: LAN4["b"]}


def test_excluding_before_choosing_offers_the_next_best_path(exchange):
    exchange.announce("b", P, length=1)
    exchange.announce("c", P, length=3)
    exchange.join("d")
    exchange.up("a", "b")
    exchange.down("a", "b")
    assert exchange.ribs[1] == {P: LAN4["c"]}
    assert exchange.ribs[4] == {P: LAN4["b"]}


def test_route_learned_while_its_next_hop_is_down_is_not_offered(exchange):
    exchange.up("a", "b")
    exchange.down("a", "b")
    exchange.announce("b", P)
    assert exchange.ribs[1] == {}
    assert exchange.ribs[3] == {P: LAN4["b"]}


def test_third_party_next_hop_is_judged_by_address_not_by_who_announced_it(exchange):
    exchange.announce("c", P, next_hop=LAN4["b"])
    exchange.up("a", "b")
    exchange.down("a", "b")
    assert exchange.ribs[1] == {}


def test_route_that_points_at_the_client_itself_is_not_offered_to_it(exchange):
    exchange.announce("c", P, next_hop=LAN4["a"])
    assert exchange.ribs[1] == {}
    assert exchange.ribs[2] == {P: LAN4["a"]}


def test_families_of_one_neighbour_fail_apart(exchange):
    exchange.announce("b", P, P6)
    exchange.up("a", "b", LAN6)
    exchange.down("a", "b", LAN6)
    assert exchange.ribs[1] == {P: LAN4["b"]}


def test_losing_the_session_makes_everything_unknown_and_takes_its_routes_away(exchange):
    # Rule 7: what was said over the session goes with it; Unknown, never Down.
    exchange.announce("a", Q)
    exchange.announce("b", P)
    exchange.up("a", "b")
    exchange.down("a", "b")
    outcome = exchange.leave(1)
    assert [(c.address, c.new) for c in outcome.changes] == [(LAN4["b"], UNKNOWN)]
    assert exchange.ribs[2] == {}
    exchange.join("a")
    assert exchange.ribs[1] == {P: LAN4["b"]}


def test_two_sessions_of_one_client_share_one_view_up_beats_down(exchange):
    exchange.join("a", session=9)
    exchange.announce("b", P)
    exchange.up("a", "b")
    exchange.up("a", "b", session=9)
    exchange.down("a", "b")
    assert exchange.server.clients["a"].state(LAN4["b"]) is UP
    exchange.down("a", "b", session=9)
    assert exchange.server.clients["a"].state(LAN4["b"]) is DOWN
    assert P not in exchange.ribs[1]
    assert P not in exchange.ribs[9]


def test_losing_the_session_that_said_up_leaves_what_the_other_says(exchange):
    exchange.join("a", session=9)
    exchange.up("a", "b")
    exchange.down("a", "b")
    exchange.up("a", "b", session=9)
    outcome = exchange.leave(9)
    assert [(c.old, c.new) for c in outcome.changes] == [(UP, DOWN)]


def test_routes_of_a_client_are_not_echoed_over_its_other_session(exchange):
    exchange.join("a", session=9)
    exchange.announce("a", P)
    assert exchange.ribs[9] == {}


def test_entries_of_one_client_are_never_passed_on(exchange):
    outcome = exchange.up("a", "b")
    assert not any(tell for tell in outcome.tells.values())


def test_both_ends_are_told_of_each_other_when_only_one_announces(exchange):
    # Rule 4: only b announces prefixes, yet b is asked about a as well.
    exchange.announce("b", P)
    assert LAN4["b"] in exchange.members[1]
    assert LAN4["a"] in exchange.members[2]
    assert LAN6["a"] in exchange.members[2]


def test_client_is_not_told_of_itself(exchange):
    assert LAN4["a"] not in exchange.members[1]
    assert LAN6["a"] not in exchange.members[1]


def test_server_that_stops_asking_takes_the_nodes_back_and_nothing_else(exchange):
    exchange.announce("b", P)
    exchange.up("a", "b")
    exchange.take(exchange.server.ask(False))
    assert exchange.members[1] == {}
    assert exchange.ribs[1] == {P: LAN4["b"]}
    assert exchange.server.clients["a"].state(LAN4["b"]) is UP
    exchange.join("d")
    assert exchange.members[4] == {}
    exchange.take(exchange.server.ask(True))
    assert LAN4["b"] in exchange.members[1]
    assert LAN4["a"] in exchange.members[4]


def test_flag_says_takes_part_once_a_member_negotiated_it_and_unknown_before(exchange):
    assert exchange.members[1][LAN4["d"]].flag is Flag.UNKNOWN
    exchange.join("d")
    flag = exchange.members[1][LAN4["d"]]
    assert (flag.flag, flag.asn, flag.identifier) == (Flag.TAKES_PART, ASNS["d"], IDS["d"])


def test_member_without_the_capability_stays_unknown_since_that_proves_nothing(exchange):
    exchange.join("d", link_state=False)
    assert exchange.members[1][LAN4["d"]].flag is Flag.UNKNOWN
    assert exchange.members[4] == {}


def test_no_bfd_is_told_only_where_configured():
    exchange = Lan({"b": {"flag": Flag.NO_BFD}})
    exchange.join("a")
    exchange.join("b")
    assert exchange.members[1][LAN4["b"]].flag is Flag.NO_BFD


def test_address_whose_identifier_part_could_not_be_read_back_is_not_told():
    far = ip_address("2001:db8:9::2")
    lan = (*LAN, ip_network("2001:db8:9::/64"))
    clients = (ClientSettings("a", 64500, (LAN4["a"],)), ClientSettings("b", 64501, (far,)))
    server = RouteServer(ServerSettings(64510, IPv4Address("192.0.2.254"), lan, clients))
    facts = SessionFacts(1, "a", IDS["a"], ip_address("127.0.0.1"), frozenset({4}), True)
    assert far not in server.established(facts).tells[1].members


def test_refresh_sends_one_family_again_and_end_of_rib(exchange):
    exchange.announce("b", P, P6)
    outcome = exchange.server.refresh_routes(1, 6)
    tell = outcome.tells[1]
    assert [run for _, run in tell.difference.announced] == [(P6,)]
    assert tell.end_of_routes == [6]


def test_refresh_of_members_sends_the_nodes_again(exchange):
    tell = exchange.server.exchange.refresh_members(1).tells[1]
    assert LAN4["b"] in tell.members
    assert tell.end_of_members


def test_session_address_on_the_lan_counts_as_the_clients(exchange):
    address = ip_address("198.51.100.50")
    facts = SessionFacts(20, "d", IDS["d"], address, frozenset({4}), True)
    exchange.ribs[20], exchange.members[20], exchange.asks[20] = {}, {}, set()
    exchange.take(exchange.server.established(facts))
    assert address in exchange.server.clients["d"].member.addresses
    assert address in exchange.members[1]


def test_losing_bgp_ls_alone_makes_everything_unknown_and_keeps_the_routes(exchange):
    exchange.announce("a", Q)
    exchange.announce("b", P)
    exchange.up("a", "b")
    exchange.down("a", "b")
    outcome = exchange.take(exchange.server.entries_disabled(1))
    assert [c.new for c in outcome.changes] == [UNKNOWN]
    assert exchange.ribs[1] == {P: LAN4["b"]}
    assert exchange.ribs[2] == {Q: LAN4["a"]}


def test_losing_a_unicast_family_takes_only_its_routes_away(exchange):
    exchange.announce("b", P, P6)
    exchange.take(exchange.server.routes_disabled(2, 6))
    assert exchange.ribs[1] == {P: LAN4["b"]}


def test_identifier_learned_from_a_new_session_is_applied_at_once():
    """rs-bfd-01's form names nodes by BGP identifier: whom it means may become clear only later."""
    clients = (ClientSettings("a", 64500, (LAN4["a"],)), ClientSettings("b", 64501, (LAN4["b"],)))
    server = RouteServer(ServerSettings(64510, IPv4Address("192.0.2.254"), LAN, clients))
    server.established(facts := SessionFacts(1, "a", IDS["a"], ip_address("127.0.0.1"), frozenset({4}), True))
    plain = link(LAN4["a"], LAN4["b"])
    far = NodeDescriptor.make(igp_router_id=IDS["b"].packed)
    readers, by_identifier = server.readers("a"), replace(plain, remote=far)
    entries = [read_entry(one, readers) for one in (by_identifier, NodeNlri(far))]
    server.received(1, Inbound(entries=tuple(entries)))
    server.entries_complete(1)
    server.received(1, Inbound(withdrawn_entries=(by_identifier.encode(),)))
    assert server.clients["a"].state(LAN4["b"]) is UNKNOWN
    there = replace(facts, session=2, client="b", identifier=IDS["b"])
    outcome = server.established(there)
    assert [(c.client, c.address, c.new) for c in outcome.changes] == [("a", LAN4["b"], DOWN)]
    outcome = server.established(replace(there, session=3, identifier=IDS["c"]))
    assert [(c.client, c.address, c.new) for c in outcome.changes] == [("a", LAN4["b"], UNKNOWN)]
