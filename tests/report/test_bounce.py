# SPDX-License-Identifier: Apache-2.0
"""Next hops that bounce: Up waits, Down does not, and a single failure returns at once."""

import random

import pytest

from bfd_fastpath.report.bounce import Bounce, BouncePolicy
from tests.report.scene import DOWN, UNKNOWN, UP, X4, X6, change

S = 1_000_000_000
POLICY = BouncePolicy(window_ns=60 * S, hold_ns=10 * S)


def at(address, old, new, time_ns):
    one = change(address, old, new)
    return type(one)(address, old, new, one.reason, time_ns)


def play(bounce, *steps):
    """(seconds, old, new) of X4, one after another; what was reported, in order."""
    said = []
    for second, old, new in steps:
        said += [(now // S, one.new) for now, one in until(bounce, second * S)]
        said += [(second, one.new) for one in bounce.sift([at(X4, old, new, second * S)], second * S)]
    return said


def until(bounce, now_ns):
    while (deadline := bounce.next_deadline()) is not None and deadline <= now_ns:
        for one in bounce.due(deadline):
            yield deadline, one


def test_one_failure_returns_at_once():
    assert play(Bounce(POLICY), (1, UP, DOWN), (2, DOWN, UP)) == [(1, DOWN), (2, UP)]


def test_the_second_within_the_window_has_to_stay_up():
    bounce = Bounce(POLICY)
    said = play(bounce, (1, UP, DOWN), (2, DOWN, UP), (30, UP, DOWN), (31, DOWN, UP), (45, UNKNOWN, UNKNOWN))
    assert said[:4] == [(1, DOWN), (2, UP), (30, DOWN), (41, UP)]


def test_down_is_never_late_and_not_said_twice():
    bounce = Bounce(POLICY)
    play(bounce, (1, UP, DOWN), (2, DOWN, UP), (3, UP, DOWN), (4, DOWN, UP))
    assert bounce.holds(X4) == 14 * S
    assert bounce.told(X4) is DOWN
    # It fails while it waits: Down is what was said last.
    assert play(bounce, (5, UP, DOWN)) == []
    assert bounce.holds(X4) is None
    # Once Up has been said, the next Down goes out at once.
    assert play(bounce, (6, DOWN, UP), (20, UP, DOWN)) == [(16, UP), (20, DOWN)]


def test_long_after_it_is_a_single_failure_again():
    steps = (1, UP, DOWN), (2, DOWN, UP), (3, UP, DOWN), (4, DOWN, UP), (100, UP, DOWN), (101, DOWN, UP)
    assert play(Bounce(POLICY), *steps)[-2:] == [(100, DOWN), (101, UP)]


def test_admin_down_counts_as_leaving_and_is_said_at_once():
    steps = (1, UP, UNKNOWN), (2, UNKNOWN, UP), (3, UP, UNKNOWN), (4, UNKNOWN, UP), (6, UP, DOWN)
    assert play(Bounce(POLICY), *steps) == [(1, UNKNOWN), (2, UP), (3, UNKNOWN), (6, DOWN)]


def test_an_entry_that_leaves_is_forgotten():
    bounce = Bounce(POLICY)
    play(bounce, (1, UP, DOWN), (2, DOWN, UP), (3, UP, DOWN), (4, DOWN, UP))
    assert play(bounce, (5, UP, None), (6, None, UNKNOWN), (7, UNKNOWN, UP)) == [
        (5, None),
        (6, UNKNOWN),
        (7, UP),
    ]
    assert bounce.next_deadline() is None


def test_off_nothing_waits():
    steps = [(second, *((UP, DOWN) if second % 2 else (DOWN, UP))) for second in range(1, 21)]
    assert len(play(Bounce(BouncePolicy(hold_ns=0)), *steps)) == 20


def test_a_shorter_policy_shortens_a_wait():
    bounce = Bounce(POLICY)
    play(bounce, (1, UP, DOWN), (2, DOWN, UP), (3, UP, DOWN), (4, DOWN, UP))
    bounce.set_policy(BouncePolicy(hold_ns=2 * S))
    assert [(now, one.new) for now, one in until(bounce, 6 * S)] == [(6 * S, UP)]


def test_others_are_not_concerned():
    bounce = Bounce(POLICY)
    play(bounce, (1, UP, DOWN), (2, DOWN, UP), (3, UP, DOWN))
    passed = bounce.sift([at(X4, DOWN, UP, 4 * S), at(X6, UNKNOWN, UP, 4 * S)], 4 * S)
    assert [one.address for one in passed] == [X6]


@pytest.mark.parametrize("seed", range(5))
def test_what_a_flapping_next_hop_costs_is_bounded(seed):
    """Whatever it does: after the first two failures at most two reports in each hold time."""
    dice = random.Random(seed)
    bounce, state, now = Bounce(POLICY), UP, 0
    said = []
    while now < 600 * S:
        now += dice.randrange(1, 12_000) * 1_000_000
        said += [when for when, _ in until(bounce, now)]
        new = DOWN if state is UP else UP
        said += [now] * len(bounce.sift([at(X4, state, new, now)], now))
        state = new
    later = [when for when in said if when > 60 * S]
    for first in later:
        assert sum(first <= when < first + 10 * S for when in later) <= 2
    assert said == sorted(said)
