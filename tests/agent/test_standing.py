# SPDX-License-Identifier: Apache-2.0
"""Who is a member, learned from the route server's neighbours, and what it must leave out for whom."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

from bfd_fastpath.agent.driver import Neighbour, Wanted
from bfd_fastpath.agent.drivers.openbgpd import rules
from bfd_fastpath.agent.settings import Agent, Kind, Member, RouteServer
from bfd_fastpath.agent.standing import learned, wanted

SETTINGS = Agent(
    64500,
    IPv4Address("192.0.2.251"),
    (ip_address("192.0.2.251"),),
    (ip_network("192.0.2.0/24"), ip_network("2001:db8::/64")),
    RouteServer(Kind.OPENBGPD, Path("x")),
)
A4, A6, B4, B6, X4 = map(ip_address, ("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2", "192.0.2.9"))


def neighbour(address, asn, identifier=None):
    return Neighbour(ip_address(address), asn, IPv4Address(identifier) if identifier else None)


def test_neighbours_with_the_same_as_and_identifier_are_one_router():
    both = [neighbour("192.0.2.1", 65001, "10.0.0.1"), neighbour("2001:db8::1", 65001, "10.0.0.1")]
    second = neighbour("192.0.2.3", 65001, "10.0.0.3")
    outside, silent = neighbour("198.51.100.1", 65002, "10.0.0.2"), neighbour("192.0.2.4", 65004)
    found = learned(SETTINGS, [*both, second, outside, silent], [])
    assert [(one.name, one.asn, one.addresses) for one in found] == [
        ("as65001@10.0.0.1", 65001, (A4, A6)),
        ("as65001@10.0.0.3", 65001, (ip_address("192.0.2.3"),)),
    ]
    down = [neighbour("192.0.2.1", 65001), both[1], second]
    assert learned(SETTINGS, down, found) == found, "a session that is down parts no router"
    other = [neighbour("192.0.2.1", 65001, "10.0.0.9"), both[1], second]
    assert [one.addresses for one in learned(SETTINGS, other, found)] == [
        (A6,),
        (ip_address("192.0.2.3"),),
        (A4,),
    ], "an address has one owner"


def test_who_is_no_neighbour_any_more_is_no_member():
    first = neighbour("192.0.2.1", 65001, "10.0.0.1")
    found = learned(SETTINGS, [first, neighbour("192.0.2.2", 65002, "10.0.0.2")], [])
    assert [one.asn for one in found] == [65001, 65002]
    assert [one.asn for one in learned(SETTINGS, [first], found)] == [65001]
    assert [one.asn for one in learned(SETTINGS, [first, neighbour("192.0.2.2", 65003)], found)] == [65001]
    assert learned(SETTINGS, [], found) == found, "bgpd says so for a moment when it begins"


def test_who_is_configured_is_not_learned():
    known = replace(SETTINGS, members=(Member("a", 65001, (A4,), (X4,)),))
    neighbours = [neighbour("192.0.2.1", 65001, "10.0.0.1"), neighbour("192.0.2.9", 65001, "10.0.0.9")]
    assert learned(known, neighbours, []) == []


def test_what_a_member_lost_is_left_out_in_all_of_its_sessions():
    members = [Member("a", 65001, (A4, A6)), Member("b", 65002, (B4, B6))]
    found = wanted(members, {"a": {B6, B4}, "b": set()}, [X4])
    assert found == Wanted((A4, B4, X4, A6, B6), {A4: (B4, B6), A6: (B4, B6)})


def test_rules_of_openbgpd_name_an_as_where_all_of_it_lost_the_next_hop():
    neighbours = [
        neighbour("192.0.2.1", 65001),
        neighbour("2001:db8::1", 65001),
        neighbour("192.0.2.2", 65002),
    ]
    neighbours.append(neighbour("192.0.2.3", 65002))
    lost = {A4: (X4,), A6: (X4,), B4: (X4, A4), ip_address("192.0.2.200"): (X4,)}
    assert list(rules(lost, neighbours)) == [
        "deny quick to { 192.0.2.2 } nexthop 192.0.2.1\n",
        "deny quick to { AS 65001 192.0.2.2 } nexthop 192.0.2.9\n",
    ], "192.0.2.200 is no neighbour, and bgpd would refuse it"
