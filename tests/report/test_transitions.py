# SPDX-License-Identifier: Apache-2.0
"""Each transition is exactly one UPDATE with exactly the octets of the published vectors."""

import dataclasses

import pytest

from bfd_fastpath.report import Reporter
from tests.report.scene import A4, A6, DOWN, SESSION, SETTINGS, UNKNOWN, UP, X4, X6, change, entry, octets

MARK = "ff" * 16
LINK4 = "000200310500000000000000000100000802030004c63364010101000802030004c633640201030004c633640101040004c6336402"
LINK6 = (
    "000200510500000000000000000100000c0203000800000000000000010101000c0203000800000000000000020105001020010d"
    "b80000000000000000000000010106001020010db8000000000000000000000002"
)
NODE4 = "000100150500000000000000000100000802030004c6336402"
NODE6 = "000100190500000000000000000100000c020300080000000000000002"
PATH = "4001010040020602010000fbf4"
REACH4 = "40044704c633640100"

UNKNOWN_TO_UP = f"{MARK}007f0200000068900e0057{REACH4}{LINK4}{NODE4}{PATH}"
UP_TO_DOWN = f"{MARK}0053020000003c900f0038400447{LINK4}"
DOWN_TO_UP = f"{MARK}0066020000004f900e003e{REACH4}{LINK4}{PATH}"
UP_TO_UNKNOWN = f"{MARK}006c0200000055900f0051400447{NODE4}{LINK4}"
DOWN_TO_UNKNOWN = f"{MARK}00370200000020900f001c400447{NODE4}"
END_OF_RIB = f"{MARK}001e0200000007900f0003400447"


def opened(settings=SETTINGS, *entries):
    reporter = Reporter(settings)
    reporter.open(SESSION, entries)
    return reporter


@pytest.mark.parametrize(
    ("before", "old", "new", "expected"),
    [
        (UNKNOWN, UNKNOWN, UP, UNKNOWN_TO_UP),
        (UP, UP, DOWN, UP_TO_DOWN),
        (DOWN, DOWN, UP, DOWN_TO_UP),
        (UP, UP, UNKNOWN, UP_TO_UNKNOWN),
        (DOWN, DOWN, UNKNOWN, DOWN_TO_UNKNOWN),
        (UP, UP, None, UP_TO_UNKNOWN),
        (DOWN, DOWN, None, DOWN_TO_UNKNOWN),
    ],
)
def test_a_transition_is_one_update(before, old, new, expected):
    reporter = opened(SETTINGS, entry(X4, before))
    assert octets(reporter.report([change(X4, old, new)])) == [expected]


@pytest.mark.parametrize(("old", "new"), [(None, UNKNOWN), (UNKNOWN, None)])
def test_nothing_is_said_before_the_session_was_up(old, new):
    reporter = opened(SETTINGS)
    assert reporter.report([change(X4, old, new)]) == []


def test_ipv6_is_told_with_eight_octets_of_node_id():
    reporter = opened(SETTINGS)
    (told,) = octets(reporter.report([change(X6, UNKNOWN, UP)]))
    assert told == f"{MARK}00a3020000008c900e007b{REACH4}{LINK6}{NODE6}{PATH}"


def test_ipv6_may_be_told_with_sixteen():
    link = (
        "00020061050000000000000000010000140203001020010db80000000000000000000000010101001402030010"
        "20010db80000000000000000000000020105001020010db80000000000000000000000010106001020010db8000000000000000000000002"
    )
    reporter = opened(dataclasses.replace(SETTINGS, full_ipv6_id=True))
    (told,) = octets(reporter.report([change(X6, UNKNOWN, UP)]))
    assert link in told


def test_a_failure_whose_up_was_never_told_is_a_node_alone():
    reporter = opened(SETTINGS)
    (said,) = reporter.report([change(X4, UNKNOWN, UP), change(X4, UP, DOWN)])
    assert said.update.mp_reach is not None
    assert octets([said])[0].endswith(f"{NODE4}{PATH}")
    assert LINK4 not in octets([said])[0]
    assert said.told == ((X4, DOWN),)


def test_an_up_and_down_and_up_within_a_batch_says_nothing():
    reporter = opened(SETTINGS, entry(X4, UP))
    assert reporter.report([change(X4, UP, DOWN), change(X4, DOWN, UP)]) == []


def test_what_was_told_is_never_told_again():
    reporter = opened(SETTINGS, entry(X4, UP))
    assert reporter.report([change(X4, UNKNOWN, UP)]) == []
    assert reporter.resync([entry(X4, UP)]) == []


def test_each_update_says_what_the_peer_holds_after_it():
    reporter = opened(SETTINGS)
    (up,) = reporter.report([change(X4, UNKNOWN, UP)])
    (down,) = reporter.report([change(X4, UP, DOWN)])
    (gone,) = reporter.report([change(X4, DOWN, UNKNOWN)])
    assert [one.told for one in (up, down, gone)] == [
        ((X4, UP),),
        ((X4, DOWN),),
        ((X4, None),),
    ]


def test_withdrawals_of_a_batch_go_before_its_announcements():
    reporter = opened(SETTINGS, entry(X4, UP))
    said = reporter.report([change(X6, UNKNOWN, UP), change(X4, UP, DOWN)])
    assert [one.told for one in said] == [((X4, DOWN),), ((X6, UP),)]


@pytest.mark.parametrize(
    ("before", "old", "new", "expected"),
    [
        (None, None, UNKNOWN, UNKNOWN_TO_UP),
        (UNKNOWN, UNKNOWN, UP, None),
        (UP, UP, UNKNOWN, None),
        (UP, UP, DOWN, UP_TO_DOWN),
        (DOWN, DOWN, UNKNOWN, DOWN_TO_UP),
        (UNKNOWN, UNKNOWN, None, UP_TO_UNKNOWN),
    ],
)
def test_announce_unverified_makes_unknown_look_like_up(before, old, new, expected):
    settings = dataclasses.replace(SETTINGS, announce_unverified=True)
    reporter = opened(settings, *([] if before is None else [entry(X4, before)]))
    assert octets(reporter.report([change(X4, old, new)])) == ([] if expected is None else [expected])


def test_an_internal_session_has_an_empty_path_and_a_local_preference():
    reporter = Reporter(SETTINGS)
    reporter.open(dataclasses.replace(SESSION, peer_as=64500), [])
    (said,) = octets(reporter.report([change(X4, UNKNOWN, UP)]))
    assert said.endswith("40010100" + "400200" + "40050400000064")


def test_the_next_hop_is_the_sessions_own_address():
    reporter = Reporter(SETTINGS)
    reporter.open(dataclasses.replace(SESSION, local=A6), [])
    (said,) = reporter.report([change(X4, UNKNOWN, UP)])
    assert said.update.mp_reach is not None
    assert said.update.mp_reach.next_hop == A6


def test_a_loopback_session_gives_our_lan_address_as_next_hop():
    from ipaddress import ip_address

    reporter = Reporter(SETTINGS)
    reporter.open(dataclasses.replace(SESSION, local=ip_address("127.0.0.1")), [])
    (said,) = reporter.report([change(X6, UNKNOWN, UP)])
    assert said.update.mp_reach is not None
    assert said.update.mp_reach.next_hop == A4
