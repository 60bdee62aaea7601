# SPDX-License-Identifier: Apache-2.0
"""Who is asked about whom, by either transport, and what a client's answers make of its NHIB."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.asking import SOMEBODY
from bfd_fastpath.routeserver.records import Claimed, Inbound, MemberFlag, SessionFacts, Standing
from bfd_fastpath.routeserver.settings import ClientSettings
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState
from tests.routeserver.lan import ASNS, IDS, LAN4, LAN6, Lan

P, Q = ip_network("203.0.113.0/24"), ip_network("203.0.112.0/24")
STRANGER = ip_address("198.51.100.99")
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN


@pytest.fixture
def lan():
    """a and b speak NH-Reach, c BGP-LS, and d is not there yet."""
    lan = Lan()
    lan.join("a", link_state=False, nh_reach=(4, 6))
    lan.join("b", link_state=False, nh_reach=(4,))
    lan.join("c")
    return lan


def test_every_other_members_address_is_asked_for_in_the_next_hops_own_family(lan):
    assert lan.asks[1] == {*LAN4.values(), *LAN6.values()} - {LAN4["a"], LAN6["a"]}
    assert lan.asks[2] == set(LAN4.values()) - {LAN4["b"]}
    assert lan.asks[3] == set()
    assert lan.members[1] == lan.members[2] == {}


def test_both_ends_are_asked_though_nobody_announces_anything(lan):
    """Rule 4, over both transports at once."""
    assert LAN4["c"] in lan.asks[1]
    assert LAN4["a"] in lan.members[3]


def test_each_negotiated_family_ends_with_a_marker():
    tell = Lan().join("a", link_state=True, nh_reach=(4, 6)).tells[1]
    assert (tell.end_of_asks, tell.end_of_members) == ([4, 6], True)


def test_a_session_with_both_transports_is_told_by_both():
    lan = Lan()
    lan.join("a", nh_reach=(4, 6))
    assert lan.asks[1] == set(lan.members[1]) != set()


def test_a_member_known_to_have_no_bfd_is_asked_about_by_nobody_and_told_as_such():
    lan = Lan({"b": {"flag": Flag.NO_BFD}})
    lan.join("a", nh_reach=(4, 6))
    assert LAN4["b"] not in lan.asks[1]
    assert lan.members[1][LAN4["b"]].flag is Flag.NO_BFD
    assert LAN4["b"] not in lan.server.exchange.nhib("a")


@pytest.mark.parametrize("transport", [{"link_state": True}, {"link_state": False, "nh_reach": (6,)}])
def test_either_transport_makes_a_member_one_that_takes_part(lan, transport):
    assert lan.members[3][LAN4["d"]].flag is Flag.UNKNOWN
    lan.join("d", **transport)
    told = lan.members[3][LAN4["d"]]
    assert (told.flag, told.asn, told.identifier) == (Flag.TAKES_PART, ASNS["d"], IDS["d"])


def test_what_a_router_can_do_is_what_its_newest_sessions_say(lan):
    lan.join("d")
    lan.leave(4)
    assert lan.members[3][LAN4["d"]].flag is Flag.TAKES_PART
    lan.join("d", link_state=False)
    assert lan.members[3][LAN4["d"]].flag is Flag.UNKNOWN


def test_a_next_hop_that_is_nobodys_is_asked_about_while_routes_have_it(lan):
    lan.announce("b", P, Q, next_hop=STRANGER)
    assert STRANGER in lan.asks[1]
    assert lan.members[3][STRANGER].flag is Flag.UNKNOWN
    assert STRANGER not in lan.asks[2]
    lan.withdraw("b", P)
    assert STRANGER in lan.asks[1]
    lan.withdraw("b", Q)
    assert STRANGER not in lan.asks[1]
    assert STRANGER not in lan.members[3]


def test_a_session_that_ends_takes_its_third_party_next_hops_along(lan):
    lan.announce("b", P, next_hop=STRANGER)
    lan.announce("c", P, next_hop=STRANGER)
    lan.leave(2)
    assert STRANGER in lan.asks[1]
    lan.leave(3)
    assert STRANGER not in lan.asks[1]


def test_next_hops_outside_the_lan_are_asked_about_by_nobody(lan):
    lan.announce("b", P, next_hop=ip_address("203.0.113.1"))
    assert all(ip_address("203.0.113.1") not in asks for asks in lan.asks.values())


def test_one_client_cannot_have_the_others_asked_about_the_whole_lan():
    lan = Lan(third_party_limit=3)
    lan.join("a", nh_reach=(4,))
    lan.join("b")
    for number, prefix in enumerate(ip_network("10.0.0.0/16").subnets(new_prefix=24), 100):
        if number < 110:
            lan.announce("b", prefix, next_hop=LAN4["a"] + number)
    members = {address for address in LAN4.values() if address != LAN4["a"]}
    assert lan.asks[1] - members == {LAN4["a"] + number for number in (100, 101, 102)}
    assert lan.server.exchange.asking.dropped["b"] == 7


def test_clients_that_are_apart_exchange_no_routes_and_are_not_asked_about_each_other():
    lan = Lan({"a": {"apart": ("b",)}})
    lan.join("a", nh_reach=(4,))
    lan.join("b", nh_reach=(4,))
    lan.join("c")
    lan.announce("b", P)
    lan.announce("c", Q)
    assert lan.ribs[1] == {Q: LAN4["c"]}
    assert lan.ribs[3] == {P: LAN4["b"]}
    assert LAN4["b"] not in lan.asks[1]
    assert LAN4["a"] not in lan.asks[2]


def test_both_parties_of_a_third_party_next_hop_are_asked_in_both_directions():
    lan = Lan({"a": {"apart": ("b",)}})
    lan.join("a", nh_reach=(4,))
    lan.join("b", nh_reach=(4,))
    lan.join("c")
    lan.announce("c", P, next_hop=LAN4["b"])
    assert LAN4["b"] in lan.asks[1]
    assert LAN4["a"] in lan.asks[2]
    lan.withdraw("c", P)
    assert LAN4["b"] not in lan.asks[1]
    assert LAN4["a"] not in lan.asks[2]


def test_next_hops_of_routes_that_came_another_way_are_asked_about(lan):
    exchange = lan.server.exchange
    limit = lan.server.settings.third_party_limit
    lan.take(exchange.next_hops(SOMEBODY, [STRANGER, LAN4["d"], ip_address("203.0.113.1")]))
    assert all(STRANGER in lan.asks[session] for session in (1, 2))
    assert lan.members[3][STRANGER].flag is Flag.UNKNOWN
    lan.take(exchange.next_hops(SOMEBODY, []))
    assert STRANGER not in lan.asks[1]
    lan.take(exchange.next_hops(SOMEBODY, [STRANGER + number for number in range(limit + 2)]))
    assert exchange.asking.dropped[SOMEBODY] == 2


def test_configured_addresses_are_asked_about_besides():
    lan = Lan({"a": {"ask": (STRANGER, LAN4["b"]), "apart": ("b",)}})
    lan.join("a", nh_reach=(4,))
    lan.join("c")
    assert {STRANGER, LAN4["b"]} <= lan.asks[1]
    assert STRANGER not in lan.members[3]


def test_a_server_that_stops_asking_takes_its_asks_back(lan):
    lan.take(lan.server.ask(False))
    assert lan.asks == {1: set(), 2: set(), 3: set()}
    lan.take(lan.server.ask(True))
    assert LAN4["c"] in lan.asks[1]


def test_refresh_sends_the_asks_of_one_family_again(lan):
    tell = lan.server.exchange.refresh_asks(1, 6).tells[1]
    assert tell.asks == dict.fromkeys((LAN6["b"], LAN6["c"], LAN6["d"]), True)
    assert (tell.end_of_asks, tell.end_of_members, tell.members) == ([6], False, {})
    assert not lan.server.exchange.refresh_asks(2, 6).tells


def test_the_draft_s_words_up_down_unknown_and_withdrawn(lan):
    lan.announce("b", P)
    lan.tells("a", (LAN4["b"], "up"))
    assert lan.state("a", LAN4["b"]) is UP
    outcome = lan.tells("a", (LAN4["b"], "down"))
    assert [(c.old, c.new) for c in outcome.changes] == [(UP, DOWN)]
    assert lan.ribs[1] == {}
    assert lan.ribs[3] == {P: LAN4["b"]}
    lan.tells("a", (LAN4["b"], "unknown"))
    assert lan.ribs[1] == {P: LAN4["b"]}
    lan.tells("a", (LAN4["b"], "down"))
    lan.tells("a", withdraw=[LAN4["b"]])
    assert lan.state("a", LAN4["b"]) is UNKNOWN
    assert lan.ribs[1] == {P: LAN4["b"]}


def test_a_down_needs_no_end_of_rib_and_each_family_stands_alone(lan):
    lan.tells("a", (LAN6["b"], "down"))
    assert (lan.state("a", LAN6["b"]), lan.state("a", LAN4["b"])) == (DOWN, UNKNOWN)


def test_the_nhib_tells_unknown_from_unanswered(lan):
    lan.tells("a", (LAN4["b"], "up"), (LAN4["c"], "unknown"), (LAN6["b"], "down"), (STRANGER, "up"))
    nhib = lan.server.exchange.nhib("a")
    assert nhib[LAN4["b"]] is Standing.UP
    assert nhib[LAN4["c"]] is Standing.UNKNOWN
    assert nhib[LAN4["d"]] is Standing.UNANSWERED
    assert nhib[LAN6["b"]] is Standing.DOWN
    assert nhib[STRANGER] is Standing.UP
    assert LAN4["a"] not in nhib
    assert lan.server.exchange.nhib("d") == {}


def test_a_received_ask_is_dropped_and_counted(lan):
    """GAP 5: asks flow from the server, tells to it."""
    outcome = lan.server.received(1, Inbound(told=(NhReachNlri(LAN4["b"], False, NhState.DOWN),)))
    assert not outcome.changes
    assert lan.server.clients["a"].sessions[1].tells.counters.asks_dropped == 1
    assert lan.state("a", LAN4["b"]) is UNKNOWN


def test_two_states_of_one_address_in_one_update_are_unknown(lan):
    lan.tells("a", (LAN4["b"], "down"))
    outcome = lan.tells("a", (LAN4["b"], "up"), (LAN4["b"], "down"))
    assert [(c.old, c.new) for c in outcome.changes] == [(DOWN, UNKNOWN)]
    assert lan.server.clients["a"].sessions[1].tells.counters.contradictions == 1


@pytest.mark.parametrize("address", [LAN4["a"], LAN6["a"], ip_address("203.0.113.1"), ip_address("fe80::2")])
def test_tells_about_itself_or_about_what_is_not_on_the_lan_are_refused(lan, address):
    assert not lan.tells("a", (address, "down")).changes
    assert lan.server.clients["a"].sessions[1].tells.counters.refused == 1


def test_losing_the_session_makes_everything_unknown(lan):
    lan.announce("b", P)
    lan.tells("a", (LAN4["b"], "down"), (LAN4["c"], "up"))
    outcome = lan.leave(1)
    assert {(c.address, c.new) for c in outcome.changes} == {(LAN4["b"], UNKNOWN), (LAN4["c"], UNKNOWN)}
    lan.join("a", link_state=False, nh_reach=(4, 6))
    assert lan.ribs[1] == {P: LAN4["b"]}


def test_losing_nh_reach_of_one_version_makes_that_unknown_and_keeps_the_routes(lan):
    """GAP 7: the family is given up, not the session."""
    lan.announce("b", P)
    lan.tells("a", (LAN4["b"], "down"), (LAN6["b"], "down"))
    lan.take(lan.server.tells_disabled(1, 4))
    assert (lan.state("a", LAN4["b"]), lan.state("a", LAN6["b"])) == (UNKNOWN, DOWN)
    assert lan.ribs[1] == {P: LAN4["b"]}


def test_sessions_and_transports_of_one_client_are_one_up_beats_down(lan):
    lan.join("a", session=9, link_state=True)
    lan.tells("a", (LAN4["b"], "down"))
    assert lan.state("a", LAN4["b"]) is DOWN
    lan.up("a", "b", session=9)
    assert lan.state("a", LAN4["b"]) is UP
    lan.down("a", "b", session=9)
    assert lan.state("a", LAN4["b"]) is DOWN
    lan.tells("a", (LAN4["b"], "up"))
    assert lan.state("a", LAN4["b"]) is UP
    lan.leave(1)
    assert lan.state("a", LAN4["b"]) is DOWN


def test_links_of_another_client_are_refused_counted_and_told_once(lan):
    for _ in range(2):
        outcome = lan.says("c", [link(LAN4["a"], LAN4["b"]), node(LAN4["b"])], end=True)
        lan.says("c", withdraw=[link(LAN4["a"], LAN4["b"])])
    assert not outcome.claims
    lan.join("d")
    outcome = lan.says("d", [link(LAN4["a"], LAN4["b"])])
    assert outcome.claims == [Claimed(4, "d", str(LAN4["a"]))]
    assert lan.state("d", LAN4["b"]) is UNKNOWN
    assert lan.state("a", LAN4["b"]) is UNKNOWN
    counters = lan.server.clients["c"].sessions[3].reach.counters
    assert (counters.links_of_others, counters.links_discarded) == (2, 2)


def test_too_many_tells_are_too_many(lan):
    small = Lan(entry_limit=2)
    small.join("a", nh_reach=(4,))
    small.tells("a", *((LAN4["a"] + number, "up") for number in (20, 21)))
    assert small.server.excess(1) == ""
    small.tells("a", (LAN4["a"] + 22, "up"))
    assert small.server.excess(1) == "3 NH-Reach entries, the limit is 2"


def test_a_client_that_is_added_is_told_of_and_one_that_is_removed_no_more(lan):
    fresh = ip_address("198.51.100.60")
    settings = ClientSettings("e", 64999, (fresh,), apart=("b",))
    lan.take(lan.server.add(settings))
    assert fresh in lan.asks[1]
    assert fresh not in lan.asks[2]
    assert lan.members[3][fresh] == MemberFlag(Flag.UNKNOWN, 64999, IPv4Address(0))
    facts = SessionFacts(7, "e", IPv4Address("192.0.2.60"), fresh, frozenset({4}), True)
    lan.ribs[7], lan.members[7], lan.asks[7] = {}, {}, set()
    lan.take(lan.server.established(facts))
    lan.announce("b", P)
    lan.announce("e", Q, next_hop=fresh, session=7)
    assert (lan.ribs[7], lan.ribs[2], lan.ribs[1]) == ({}, {}, {P: LAN4["b"], Q: fresh})
    with pytest.raises(ValueError, match="has a session"):
        lan.server.remove("e")
    lan.leave(7)
    lan.take(lan.server.remove("e"))
    assert fresh not in lan.asks[1]
    assert fresh not in lan.members[3]
    lan.take(lan.server.add(settings))
    assert fresh in lan.asks[1]
    for taken, words in ((settings, "already"), (ClientSettings("f", 64998, (fresh,)), "belongs to 'e'")):
        with pytest.raises(ValueError, match=words):
            lan.server.add(taken)
