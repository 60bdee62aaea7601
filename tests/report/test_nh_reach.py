# SPDX-License-Identifier: Apache-2.0
"""NH-Reach: each transition is one UPDATE with the octets of the published vectors, in the family of its address."""

import dataclasses
import random
from ipaddress import ip_address

import pytest

from bfd_fastpath.report import Reporter, Transport, Untellable
from bfd_fastpath.wire.bgp import nh_reach
from bfd_fastpath.wire.bgp.message import STANDARD_LIMIT
from tests.report.scene import A4, DOWN, SESSION, SETTINGS, UNKNOWN, UP, X4, X6, change, entry, octets

MARK = "ff" * 16
BOTH = dataclasses.replace(
    SESSION, transport=Transport.NH_REACH, families=frozenset((nh_reach(4), nh_reach(6)))
)
TELL_UP = f"{MARK}0031020000001a800e0a0001f1000081c63364024001010040020602010000fbf4"
TELL_UNKNOWN = TELL_UP.replace("81c6336402", "80c6336402")
TELL_DOWN_6 = (
    f"{MARK}003d0200000026800e160002f100008220010db80000000000000000000000024001010040020602010000fbf4"
)
WITHDRAW = f"{MARK}0022020000000b800f080001f181c6336402"
END_OF_RIB = [f"{MARK}001d0200000006800f03000{version}f1" for version in (1, 2)]


def opened(*entries, session=BOTH):
    reporter = Reporter(SETTINGS)
    reporter.open(session, entries)
    return reporter


def test_a_session_that_begins_gets_every_entry_then_end_of_rib_of_each_family():
    said = octets(Reporter(SETTINGS).open(BOTH, [entry(X4, UP), entry(X6, DOWN)]))
    assert said == [TELL_UP, TELL_DOWN_6, *END_OF_RIB]
    assert octets(Reporter(SETTINGS).open(BOTH, [])) == END_OF_RIB


@pytest.mark.parametrize("old", [UP, DOWN])
def test_what_is_unknown_again_is_told_explicitly_and_what_left_is_withdrawn(old):
    """Rules 2 and 3."""
    reporter = opened(entry(X4, old))
    assert octets(reporter.report([change(X4, old, UNKNOWN)])) == [TELL_UNKNOWN]
    (said,) = reporter.report([change(X4, UNKNOWN, None)])
    assert octets([said]) == [WITHDRAW.replace("f181", "f180")]
    assert said.told == ((X4, None),)
    assert reporter.view().told == {}


def test_an_entry_that_was_never_up_is_told_to_be_unknown():
    reporter = opened()
    assert octets(reporter.report([change(X4, None, UNKNOWN)])) == [TELL_UNKNOWN]
    (said,) = reporter.report([change(X4, UNKNOWN, UP)])
    assert octets([said]) == [TELL_UP]
    assert said.told == ((X4, UP),)


def test_repeating_says_nothing():
    reporter = opened(entry(X4, UP))
    assert reporter.report([change(X4, UNKNOWN, UP)]) == []
    assert reporter.resync([entry(X4, UP)]) == []
    assert octets(reporter.resync([])) == [WITHDRAW]


def test_leaving_withdraws_everything():
    reporter = opened(entry(X4, UP))
    assert octets(reporter.leave()) == [WITHDRAW]
    assert reporter.report([change(X4, UP, DOWN)]) == []


def test_a_family_that_was_not_negotiated_is_not_told():
    session = dataclasses.replace(BOTH, families=frozenset((nh_reach(6),)))
    reporter = Reporter(SETTINGS)
    assert octets(reporter.open(session, [entry(X4, UP), entry(X6, DOWN)])) == [TELL_DOWN_6, END_OF_RIB[1]]
    assert reporter.view().untellable == {X4: Untellable.FAMILY}
    reporter.report([change(X4, UP, None)])
    assert reporter.view().untellable == {}


def test_link_local_next_hops_are_not_told():
    reporter = opened(entry(ip_address("fe80::1"), UP))
    assert reporter.view().untellable == {ip_address("fe80::1"): Untellable.LINK_LOCAL}


def test_a_refresh_repeats_one_family():
    reporter = opened(entry(X4, UP), entry(X6, DOWN))
    assert octets(reporter.refresh(nh_reach(6))) == [TELL_DOWN_6, END_OF_RIB[1]]
    assert reporter.refresh(nh_reach(6, 242)) == []


def test_the_safi_is_the_sessions():
    session = dataclasses.replace(BOTH, families=frozenset((nh_reach(4, 250),)))
    said = octets(Reporter(SETTINGS).open(session, [entry(X4, UP)]))
    assert said == [TELL_UP.replace("0001f1", "0001fa"), END_OF_RIB[0].replace("0001f1", "0001fa")]


def test_our_own_addresses_are_no_entries_of_ours():
    assert octets(Reporter(SETTINGS).open(BOTH, [])) == END_OF_RIB
    assert SESSION.local == A4


def test_many_are_packed_and_no_address_stands_twice_in_an_update():
    """Two different states of one address in an UPDATE would mean Unknown (draft-ietf-idr-rs-bfd-09 5)."""
    dice, states = random.Random(1), {}
    reporter = opened()
    for _ in range(20):
        changes = []
        for _ in range(500):
            address = X4 + dice.randrange(1000)
            new = dice.choice([UP, DOWN, UNKNOWN])
            changes.append(change(address, states.get(address), new))
            states[address] = new
        for one in reporter.report(changes):
            nlris = one.update.mp_reach.nlris
            assert len({nlri.address for nlri in nlris}) == len(nlris)
            assert len(one.update.encode()) <= STANDARD_LIMIT
    assert reporter.view().told == states
