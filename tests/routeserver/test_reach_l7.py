# SPDX-License-Identifier: Apache-2.0
"""What Links and Nodes of profile L7 mean, beside those of L5 in the same session."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.inbound import read_update
from bfd_fastpath.routeserver.records import SessionFacts
from bfd_fastpath.routeserver.settings import ClientSettings
from bfd_fastpath.wire.bgp import BGP_LS, AsPath, Attributes, MpReach, Origin, Update
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls.profile_l7 import RouterName, link, node
from tests.routeserver.lan import ASNS, IDS, LAN4, LAN6, Lan

UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN
NAMES = {name: RouterName(ASNS[name], IDS[name]) for name in "abcd"}
LINK = link(NAMES["a"], NAMES["b"], LAN4["a"], LAN4["b"])
LINK6 = link(NAMES["a"], NAMES["b"], LAN6["a"], LAN6["b"])
NODE, NODE6 = node(NAMES["b"], 4), node(NAMES["b"], 6)


@pytest.fixture
def lan():
    lan = Lan()
    lan.join("a")
    lan.join("b")
    return lan


def test_up_down_and_unknown(lan):
    lan.says("a", [LINK, NODE], end=True)
    assert lan.state("a", LAN4["b"]) is UP
    lan.says("a", withdraw=[LINK])
    assert lan.state("a", LAN4["b"]) is DOWN
    lan.says("a", [LINK])
    assert lan.state("a", LAN4["b"]) is UP
    lan.says("a", withdraw=[NODE, LINK])
    assert lan.state("a", LAN4["b"]) is UNKNOWN


def test_a_node_alone_is_down_only_after_end_of_rib(lan):
    lan.says("a", [NODE])
    assert lan.state("a", LAN4["b"]) is UNKNOWN
    lan.says("a", end=True)
    assert lan.state("a", LAN4["b"]) is DOWN
    lan.says("a", withdraw=[NODE])
    assert lan.state("a", LAN4["b"]) is UNKNOWN


def test_each_ip_version_has_its_own_node(lan):
    lan.says("a", [LINK, NODE, LINK6, NODE6], end=True)
    lan.says("a", withdraw=[LINK6])
    assert (lan.state("a", LAN4["b"]), lan.state("a", LAN6["b"])) == (UP, DOWN)


def test_a_node_of_a_router_with_two_addresses_is_down_only_for_what_a_link_named(lan):
    second = ip_address("198.51.100.52")
    member = lan.server.clients["b"].member
    lan.server.exchange.members.claim(member, [second])
    lan.says("a", [NODE], end=True)
    assert lan.state("a", LAN4["b"]) is lan.state("a", second) is UNKNOWN
    lan.says("a", [link(NAMES["a"], NAMES["b"], LAN4["a"], second)])
    lan.says("a", withdraw=[link(NAMES["a"], NAMES["b"], LAN4["a"], second)])
    assert (lan.state("a", LAN4["b"]), lan.state("a", second)) == (UNKNOWN, DOWN)


@pytest.mark.parametrize(
    ("bad", "claim"),
    [
        (link(NAMES["a"], NAMES["b"], LAN4["c"], LAN4["b"]), str(LAN4["c"])),
        (
            link(NAMES["c"], NAMES["b"], LAN4["a"], LAN4["b"]),
            f"AS {ASNS['c']} with BGP identifier {IDS['c']}",
        ),
    ],
)
def test_a_link_of_another_router_is_refused_and_its_node_is_no_down(lan, bad, claim):
    outcome = lan.says("a", [bad, NODE], end=True)
    assert lan.state("a", LAN4["b"]) is UNKNOWN
    assert [one.claimed for one in outcome.claims] == [claim]


def test_a_name_that_is_nobodys_and_ones_own_name_card_say_nothing(lan):
    stranger = RouterName(ASNS["c"], IPv4Address("192.0.2.99"))
    other_as = RouterName(ASNS["c"], IDS["b"])
    lan.says("a", [node(stranger, 4), node(other_as, 4), node(NAMES["a"], 4)], end=True)
    assert lan.server.clients["a"].states() == {}
    assert lan.server.clients["a"].sessions[1].reach.counters.nodes_ignored == 2


def test_profiles_in_one_session_do_not_disturb_each_other(lan):
    lan.says("a", [LINK, NODE, l5.link(LAN4["a"], LAN4["c"]), l5.node(LAN4["c"])], end=True)
    lan.says("a", withdraw=[l5.link(LAN4["a"], LAN4["c"])])
    assert (lan.state("a", LAN4["b"]), lan.state("a", LAN4["c"])) == (UP, DOWN)


def test_another_identifier_is_not_read(lan):
    lan.says("a", [LINK, NODE], end=True)
    attributes = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(ASNS["a"]))
    foreign = MpReach(BGP_LS, (LAN4["a"],), (node(NAMES["c"], 4, identifier=2),))
    inbound = read_update(Update(attributes=attributes, mp_reach=foreign), (), lan.server.readers("a"), 64510)
    assert (inbound.foreign, inbound.entries) == (1, ())
    assert not lan.server.received(1, inbound).changes


def test_a_router_without_a_session_goes_by_the_name_that_others_know(lan):
    fresh, prefix = ip_address("198.51.100.60"), ip_network("203.0.113.0/24")
    first, second, own = (IPv4Address(f"192.0.2.{number}") for number in (60, 61, 62))
    lan.take(lan.server.add(ClientSettings("e", 64999, (fresh,))))
    lan.announce("b", prefix, next_hop=fresh)
    lan.says("a", [node(RouterName(64999, first), 4)], end=True)
    assert (lan.members[1][fresh].identifier, lan.state("a", fresh)) == (IPv4Address(0), UNKNOWN)
    lan.take(lan.server.identify("e", first))
    assert (lan.members[1][fresh].identifier, lan.state("a", fresh), lan.ribs[1]) == (first, DOWN, {})
    assert not lan.server.identify("e", first).tells
    lan.take(lan.server.identify("e", second))
    assert (lan.members[1][fresh].identifier, lan.state("a", fresh)) == (second, UNKNOWN)
    assert lan.ribs[1] == {prefix: fresh}
    lan.ribs[7], lan.members[7], lan.asks[7] = {}, {}, set()
    lan.take(lan.server.established(SessionFacts(7, "e", own, fresh, frozenset(), True)))
    assert lan.members[1][fresh].identifier == own
    lan.leave(7)
    assert not lan.server.identify("e", second).tells, "its own word stands"
    assert lan.members[1][fresh].identifier == own
