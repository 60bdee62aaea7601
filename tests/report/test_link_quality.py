# SPDX-License-Identifier: Apache-2.0
"""Link quality in reports: told of Links that are up, again only when it differs enough and not too soon."""

import dataclasses

import pytest

from bfd_fastpath.report import QualityPolicy, Reporter
from bfd_fastpath.wire.bgpls import LinkPerformance
from tests.report.receiver import Receiver, attributes, nlris
from tests.report.scene import A4, A6, DOWN, SESSION, SETTINGS, UNKNOWN, UP, X4, X6, change, entry

S = 1_000_000_000
POLICY = QualityPolicy(30 * S, 0.1, 100, 33_333)
ON = dataclasses.replace(SETTINGS, link_quality=POLICY)
CALM = LinkPerformance(2000, (1800, 2500), 200, 0)
SLOW = dataclasses.replace(CALM, delay_us=4000)


def opened(*entries, settings=ON):
    reporter = Reporter(settings)
    reporter.open(SESSION, entries)
    return reporter


def told(said):
    """What each UPDATE says: its NLRIs and the octets of attribute 29 (None: it has none)."""
    found = []
    for one in said:
        parts = attributes(one.update.encode())
        quality = parts.get(29)
        length = parts[14][3]
        found.append((nlris(parts[14][4 + length + 1 :]), None if quality is None else quality.hex()))
    return found


CALM_OCTETS = "045a0004000007d0" + "045b000800000708000009c4" + "045c0004000000c8" + "045d000400000000"


def test_it_is_said_of_the_link_alone_in_an_update_of_its_own():
    reporter = opened(entry(X4, UP))
    said = reporter.measured({X4: CALM}, 0)
    assert told(said) == [([("link", (A4, X4))], CALM_OCTETS)]
    assert [one.told for one in said] == [()], "it is no news of the next hop"
    assert reporter.view().quality == {X4: CALM}
    assert reporter.view().told == {X4: UP}


def test_links_that_are_alike_share_an_update():
    reporter = opened(entry(X4, UP), entry(X6, UP))
    ((links, _),) = told(reporter.measured({X4: CALM, X6: CALM}, 0))
    assert links == [("link", (A4, X4)), ("link", (A6, X6))]


def test_off_nothing_is_said():
    reporter = opened(entry(X4, UP), settings=SETTINGS)
    assert reporter.measured({X4: CALM}, 0) == []


def test_nothing_is_said_of_a_next_hop_without_a_link_or_without_a_session():
    reporter = opened(entry(X4, DOWN))
    assert reporter.measured({X4: CALM, X6: CALM}, 0) == []
    reporter.lost()
    assert reporter.measured({X4: CALM}, 0) == []


@pytest.mark.parametrize(
    ("change", "worth"),
    [
        ({}, False),
        ({"delay_us": 2200}, False),  # 10 %: not more than the threshold
        ({"delay_us": 2201}, True),
        ({"delay_us": 1799}, True),
        ({"loss": 33_332}, False),
        ({"loss": 33_333}, True),
        ({"delay_range_us": (1800, 3125)}, False),  # one bucket
        ({"delay_range_us": (1800, 3126)}, True),
        ({"variation_us": 290}, False),  # a large share of a small time
        ({"variation_us": 300}, True),
        ({"variation_us": None}, True),
    ],
)
def test_a_change_is_worth_telling_above_both_share_and_floor(change, worth):
    reporter = opened(entry(X4, UP))
    reporter.measured({X4: CALM}, 0)
    assert bool(reporter.measured({X4: dataclasses.replace(CALM, **change)}, 60 * S)) is worth


def test_small_steps_add_up_because_what_was_told_is_what_they_are_compared_with():
    reporter = opened(entry(X4, UP))
    said = [
        bool(reporter.measured({X4: dataclasses.replace(CALM, delay_us=2000 + 150 * step)}, 30 * S * step))
        for step in range(4)
    ]
    assert said == [True, False, True, False]


def test_never_sooner_than_the_interval_however_the_values_swing():
    reporter = opened(entry(X4, UP))
    times = [
        second for second in range(120) if reporter.measured({X4: SLOW if second % 2 else CALM}, second * S)
    ]
    assert times == [0, 31, 62, 93]


def test_up_and_down_never_wait_for_it_and_a_flapping_link_does_not_churn_its_quality():
    reporter, receiver = opened(entry(X4, UP)), Receiver(frozenset({A4, A6}))
    for one in Reporter(ON).open(SESSION, [entry(X4, UP)]):
        receiver.receive(one.update.encode())
    assert reporter.measured({X4: CALM}, 0)
    for second in range(1, 29, 2):
        for before, after in ((UP, DOWN), (DOWN, UP)):
            (said,) = reporter.report([change(X4, before, after)])
            assert 29 not in attributes(said.update.encode())
            receiver.receive(said.update.encode())
            assert receiver.state(X4) is after
        assert reporter.view().quality == {}, "a Link that comes again has no attribute"
        assert reporter.measured({X4: CALM}, second * S) == []
    assert told(reporter.measured({X4: CALM}, 30 * S)) == [([("link", (A4, X4))], CALM_OCTETS)]


def test_a_next_hop_that_is_forgotten_and_comes_back_keeps_its_interval():
    reporter = opened(entry(X4, UP))
    reporter.measured({X4: CALM}, 0)
    reporter.report([change(X4, UP, UNKNOWN)])
    reporter.report([change(X4, UNKNOWN, UP)])
    assert reporter.measured({X4: CALM}, 29 * S) == []
    assert reporter.measured({X4: CALM}, 30 * S)


def test_what_is_no_longer_measured_is_taken_off_the_link_which_stays():
    reporter = opened(entry(X4, UP))
    reporter.measured({X4: CALM}, 0)
    assert reporter.measured({X4: None}, 10 * S) == []
    assert told(reporter.measured({X4: None}, 30 * S)) == [([("link", (A4, X4))], None)]
    assert reporter.measured({X4: None}, 90 * S) == []


def test_switched_off_it_is_taken_off_at_once():
    reporter = opened(entry(X4, UP), entry(X6, UP))
    reporter.measured({X4: CALM}, 0)
    assert told(reporter.set_settings(SETTINGS, [entry(X4, UP), entry(X6, UP)])) == [
        ([("link", (A4, X4))], None)
    ]
    assert reporter.view().quality == {}


def test_switched_on_or_tuned_it_says_nothing_until_something_is_measured():
    entries = [entry(X4, UP)]
    reporter = opened(*entries, settings=SETTINGS)
    assert reporter.set_settings(ON, entries) == []
    reporter.measured({X4: CALM}, 0)
    patient = dataclasses.replace(ON, link_quality=dataclasses.replace(POLICY, interval_ns=60 * S))
    assert reporter.set_settings(patient, entries) == []
    assert reporter.measured({X4: SLOW}, 59 * S) == []
    assert reporter.measured({X4: SLOW}, 60 * S)


def test_a_refresh_says_it_again_before_end_of_rib_and_a_new_session_starts_afresh():
    reporter = opened(entry(X4, UP))
    reporter.measured({X4: CALM}, 0)
    *said, _ = reporter.refresh()
    assert told(said)[-1] == ([("link", (A4, X4))], CALM_OCTETS)
    assert all(quality is None for _, quality in told(reporter.open(SESSION, [entry(X4, UP)])[:-1]))
    assert reporter.measured({X4: CALM}, 1 * S)
