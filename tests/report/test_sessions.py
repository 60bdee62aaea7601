# SPDX-License-Identifier: Apache-2.0
"""What a session is told when it begins, is asked again, ends in order, or is lost (our rules 5 and 7)."""

import dataclasses
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Nhib
from bfd_fastpath.report import LanAddress, Reporter, ReportSettings, Untellable
from tests.nhib.looks import expired, up
from tests.report.receiver import Receiver
from tests.report.scene import (
    A4,
    A6,
    DOWN,
    LAN4,
    SESSION,
    SETTINGS,
    UNKNOWN,
    UP,
    X4,
    X6,
    change,
    entry,
    octets,
)

OWN = frozenset({A4, A6})
NAME_ATTRIBUTE = "801d0c" + "04020008" + b"client-a".hex()


def deliver(receiver, said):
    for one in said:
        receiver.receive(one.update.encode())


def test_a_new_session_gets_our_own_nodes_then_everything_then_end_of_rib():
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    said = reporter.open(SESSION, [entry(X4, UP), entry(X6, DOWN), entry(X4 + 1, UNKNOWN)])
    assert octets(said)[-1].endswith("900f0003400447")
    for one in said[:-1]:
        receiver.receive(one.update.encode())
        assert DOWN not in receiver.view().values(), "before End-of-RIB nobody is Down"
    deliver(receiver, said[-1:])
    assert receiver.view() == {X4: UP, X6: DOWN}
    assert receiver.nodes == {A4, A6, X4, X6}


def test_our_own_node_has_the_node_name_where_one_is_configured():
    reporter = Reporter(dataclasses.replace(SETTINGS, node_name="client-a"))
    own, end = reporter.open(SESSION, [])
    assert octets([own])[0].endswith(NAME_ATTRIBUTE)
    assert own.update.mp_reach is not None
    assert len(own.update.mp_reach.nlris) == 2
    assert end.update.mp_unreach is not None


def test_the_node_name_never_rides_on_a_next_hops_node():
    reporter = Reporter(dataclasses.replace(SETTINGS, node_name="client-a"))
    said = reporter.open(SESSION, [entry(X4, UP)])
    named = [one for one in said if NAME_ATTRIBUTE in one.update.encode().hex()]
    assert len(named) == 1
    assert named[0].told == ()


def test_nothing_is_said_while_no_session_is_open():
    reporter = Reporter(SETTINGS)
    assert reporter.report([change(X4, UNKNOWN, UP)]) == []
    assert reporter.resync([entry(X4, UP)]) == []
    assert reporter.refresh() == []
    assert reporter.leave() == []
    assert not reporter.view().open


def test_rule_7_a_lost_session_leaves_nothing_told_and_the_nhib_as_it_was():
    nhib = Nhib()
    nhib.ask(X4, "bgp", 0)
    reporter = Reporter(SETTINGS)
    reporter.open(SESSION, nhib.entries())
    reporter.report(nhib.observe(X4, up(), 1))
    reporter.lost()
    assert reporter.view().told == {}
    assert reporter.report(nhib.observe(X4, expired(), 2)) == []
    receiver = Receiver(OWN)
    deliver(receiver, reporter.open(SESSION, nhib.entries()))
    assert receiver.view() == {X4: DOWN}


def test_opening_again_without_losing_first_forgets_what_the_old_session_was_told():
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    reporter.open(SESSION, [entry(X4, UP)])
    deliver(receiver, reporter.open(SESSION, [entry(X6, UP)]))
    assert receiver.view() == {X6: UP}


def test_rule_5_leaving_withdraws_everything_and_never_says_down():
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    deliver(receiver, reporter.open(SESSION, [entry(X4, UP), entry(X6, DOWN)]))
    for one in reporter.leave():
        receiver.receive(one.update.encode())
        assert receiver.state(X4) is not DOWN
        assert DOWN not in receiver.passed.get(X4, [])
    assert (receiver.nodes, receiver.links) == (set(), set())
    assert reporter.leave() == []
    assert reporter.report([change(X4, DOWN, UP)]) == [], "who leaves says nothing more"


def test_a_refresh_says_all_of_it_again_and_ends_with_end_of_rib():
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    reporter.open(SESSION, [entry(X4, UP), entry(X6, DOWN)])
    deliver(receiver, reporter.refresh())
    assert receiver.view() == {X4: UP, X6: DOWN}
    assert receiver.end_of_rib
    assert reporter.resync([entry(X4, UP), entry(X6, DOWN)]) == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (ip_address("2001:db8:0:1::2"), Untellable.NO_LAN_ADDRESS),
        (ip_address("203.0.113.1"), Untellable.NO_LAN_ADDRESS),
        (ip_address("fe80::2"), Untellable.LINK_LOCAL),
    ],
)
def test_addresses_that_cannot_be_told_are_counted_and_shown(address, why):
    reporter = Reporter(SETTINGS)
    assert len(reporter.open(SESSION, [entry(address, UP)])) == 2
    assert reporter.view().untellable == {address: why}
    assert reporter.report([change(address, UP, UNKNOWN)]) == []
    assert reporter.view().untellable == {}


def test_eight_octets_cannot_tell_an_address_outside_the_lans_64():
    wide = ReportSettings(64500, (LanAddress(A6, (ip_network("2001:db8::/48"),)),))
    outside = ip_address("2001:db8:0:7::2")
    reporter = Reporter(wide)
    reporter.open(SESSION, [entry(outside, UP)])
    assert reporter.view().untellable == {outside: Untellable.OUTSIDE_64}
    full = Reporter(dataclasses.replace(wide, full_ipv6_id=True))
    full.open(SESSION, [entry(outside, UP)])
    assert full.view().told == {outside: UP}


def test_a_link_local_address_of_ours_is_no_end_of_a_link():
    lan = LanAddress(ip_address("fe80::1"), (ip_network("fe80::/64"), ip_network("2001:db8::/64")))
    reporter = Reporter(dataclasses.replace(SETTINGS, lan=(lan,)))
    assert len(reporter.open(SESSION, [entry(X6, UP)])) == 1
    assert reporter.view().untellable == {X6: Untellable.NO_LAN_ADDRESS}


def test_a_large_batch_is_cut_at_the_message_size_and_pairs_stay_whole():
    many = [LAN4.network_address + index for index in range(2, 250)]
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    deliver(receiver, reporter.open(SESSION, []))
    said = reporter.report([change(one, UNKNOWN, UP) for one in many])
    assert len(said) > 1
    for one in said:
        assert len(one.update.encode()) <= 4096
        receiver.receive(one.update.encode())
        assert receiver.odd == 0, "a pair was split"
    assert receiver.view() == dict.fromkeys(many, UP)
    assert [address for one in said for address, _ in one.told] == many
    said = reporter.report([change(one, UP, UNKNOWN) for one in many])
    for one in said:
        receiver.receive(one.update.encode())
        assert DOWN not in receiver.view().values(), "a pair was split"
    assert receiver.view() == {}


def test_an_extended_message_takes_it_all():
    many = [LAN4.network_address + index for index in range(2, 250)]
    reporter = Reporter(SETTINGS)
    reporter.open(dataclasses.replace(SESSION, limit=65535), [])
    assert len(reporter.report([change(one, UNKNOWN, UP) for one in many])) == 1


def test_other_settings_say_only_what_they_change():
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN)
    entries = [entry(X4, UP), entry(X6, UNKNOWN)]
    deliver(receiver, reporter.open(SESSION, entries))
    assert reporter.set_settings(SETTINGS, entries) == []
    said = reporter.set_settings(dataclasses.replace(SETTINGS, announce_unverified=True), entries)
    assert [one.told for one in said] == [((X6, UP),)]
    deliver(receiver, said)
    deliver(receiver, reporter.set_settings(SETTINGS, entries))
    assert receiver.view() == {X4: UP}


def test_another_lan_address_of_ours_moves_the_links_without_a_moment_of_down():
    other = A4 + 8
    reporter, receiver = Reporter(SETTINGS), Receiver(OWN | {other})
    entries = [entry(X4, UP), entry(X6, DOWN)]
    deliver(receiver, reporter.open(SESSION, entries))
    moved = dataclasses.replace(SETTINGS, lan=(LanAddress(other, (LAN4,)), SETTINGS.lan[1]))
    for one in reporter.set_settings(moved, entries):
        receiver.receive(one.update.encode())
        assert receiver.state(X4) is UP
        assert DOWN not in receiver.passed.get(X4, [])
    assert receiver.links == {(other, X4)}
    assert receiver.nodes == {other, A6, X4, X6}


def test_the_view_counts_what_was_said():
    reporter = Reporter(SETTINGS)
    reporter.open(SESSION, [entry(X4, UP)])
    reporter.report([change(X4, UP, DOWN)])
    view = reporter.view()
    assert (view.updates, view.announced, view.withdrawn) == (4, 4, 1)
    assert view.told == {X4: DOWN}
