# SPDX-License-Identifier: Apache-2.0
"""UPDATEs become routes, member nodes and events; what cannot be used is counted."""

from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.events import NodeLearned, NodeWithdrawn, RoutesLearned, RoutesWithdrawn
from bfd_fastpath.router.intake import Intake
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    MpReach,
    MpUnreach,
    Origin,
    Update,
)
from bfd_fastpath.wire.bgpls import Flag, LinkState, Participation
from bfd_fastpath.wire.bgpls.profile_l5 import Reader, link, node

SERVER = ip_address("198.51.100.254")
B, B6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
P, P6 = ip_network("192.0.2.0/24"), ip_network("2001:db8:2::/48")
LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64501), next_hop=B)


@pytest.fixture
def intake():
    return Intake(SERVER, 64500, Reader(LANS), Learned())


def member(address, flag=None, identifier=0):
    said = None if flag is None else LinkState.make(participation=Participation(flag))
    attributes = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64499), link_state=said)
    return Update(
        attributes=attributes, mp_reach=MpReach(BGP_LS, (SERVER,), (node(address, identifier=identifier),))
    )


def test_routes_of_both_families_are_learned_and_withdrawn(intake):
    six = Update(
        attributes=Attributes(as_path=AsPath.sequence(64501)), mp_reach=MpReach(IPV6_UNICAST, (B6,), (P6,))
    )
    assert intake.update(Update(attributes=ATTRIBUTES, announced=(P,)), 5) == [
        RoutesLearned(5, SERVER, Run.of([P])[0], B)
    ]
    assert intake.update(six, 6) == [RoutesLearned(6, SERVER, Run.of([P6])[0], B6)]
    assert intake.learned.wanted() == {B, B6}
    assert intake.update(Update(withdrawn=(P,)), 7) == [RoutesWithdrawn(7, SERVER, Run.of([P])[0], B)]
    assert intake.update(Update(mp_unreach=MpUnreach(IPV6_UNICAST, (P6,))), 8) == [
        RoutesWithdrawn(8, SERVER, Run.of([P6])[0], B6)
    ]
    assert intake.learned.wanted() == set()


def test_the_global_next_hop_of_two_is_wanted(intake):
    hops = (B6, ip_address("fe80::2"))
    intake.update(Update(attributes=ATTRIBUTES, mp_reach=MpReach(IPV6_UNICAST, hops, (P6,))), 1)
    assert intake.learned.wanted() == {B6}


def test_a_repeated_route_and_an_unknown_withdrawal_are_no_events(intake):
    update = Update(attributes=ATTRIBUTES, announced=(P,))
    intake.update(update, 1)
    assert intake.update(update, 2) == []
    assert intake.update(Update(withdrawn=(ip_network("203.0.113.0/24"),)), 3) == []


def test_a_route_with_our_own_as_replaces_the_usable_one_by_nothing(intake):
    """RFC 4271 9.1.2: a loop is not usable, and the announcement before it is superseded all the same."""
    intake.update(Update(attributes=ATTRIBUTES, announced=(P,)), 1)
    loop = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64501, 64500), next_hop=B)
    assert intake.update(Update(attributes=loop, announced=(P,)), 2) == [
        RoutesWithdrawn(2, SERVER, Run.of([P])[0], B)
    ]
    assert intake.counts.loops == 1


def test_a_link_local_next_hop_alone_is_counted_and_not_wanted(intake):
    update = Update(attributes=ATTRIBUTES, mp_reach=MpReach(IPV6_UNICAST, (ip_address("fe80::2"),), (P6,)))
    assert intake.update(update, 1) == []
    assert intake.counts.without_next_hop == 1
    assert intake.learned.wanted() == set()


def test_members_are_learned_with_their_flag_and_leave(intake):
    assert intake.update(member(B, Flag.NO_BFD), 1) == [NodeLearned(1, SERVER, B, 2)]
    assert intake.learned.without_bfd() == {B}
    assert intake.update(member(B), 2) == [NodeLearned(2, SERVER, B, 0)]
    assert intake.learned.without_bfd() == set()
    gone = Update(mp_unreach=MpUnreach(BGP_LS, (node(B),)))
    assert intake.update(gone, 3) == [NodeWithdrawn(3, SERVER, B)]


def test_an_ipv6_member_is_found_by_the_low_half_of_its_address(intake):
    assert intake.update(member(B6), 1) == [NodeLearned(1, SERVER, B6, 0)]


def test_what_is_no_member_of_our_lan_is_counted(intake):
    for update in (
        member(ip_address("203.0.113.9")),
        member(B, identifier=7),
        Update(attributes=ATTRIBUTES, mp_reach=MpReach(BGP_LS, (SERVER,), (link(SERVER, B),))),
    ):
        assert intake.update(update, 1) == []
    assert intake.counts.foreign == 3
    assert intake.learned.wanted() == set()


def test_losing_the_session_says_so_of_every_route_and_node_and_keeps_the_wants(intake):
    intake.update(Update(attributes=ATTRIBUTES, announced=(P,)), 1)
    intake.update(member(B6), 2)
    assert intake.lost(9) == [RoutesWithdrawn(9, SERVER, Run.of([P])[0], B), NodeWithdrawn(9, SERVER, B6)]
    assert intake.learned.wanted() == {B, B6}
