# SPDX-License-Identifier: Apache-2.0
"""The judge: which story is right, which bound is missed, and the exit code that follows."""

import pytest

from bfd_fastpath.lab.bounds import Measured, Moments, bounds, measure, missed
from bfd_fastpath.lab.options import DemoOptions
from bfd_fastpath.lab.result import Result
from bfd_fastpath.lab.story import STEPS, Step, misplaced

WHOLE = [Step(name, 1000 * i) for i, name in enumerate(STEPS)]
T = 150_000
GOOD = Moments(
    cut_us=1_000_000,
    last_hello_us=990_000,
    detected_us=1_141_000,
    down_us=1_140_500,
    withdrawal_sent_us=1_141_500,
    route_gone_us=1_143_000,
    restored_us=3_000_000,
    route_back_us=3_900_000,
)


def result(steps=WHOLE, faults=(), moments=GOOD, gap=2000):
    return Result(tuple(steps), tuple(faults), measure(moments), bounds(T, gap), T, gap)


def test_whole_story_within_its_bounds_is_0():
    assert result().exit_code() == 0
    assert result().as_json()["ok"] is True


@pytest.mark.parametrize("name", STEPS)
def test_missing_step_is_1(name):
    steps = [step for step in WHOLE if step.name != name]
    assert misplaced(steps) == [f"step {name} is missing"] or f"step {name} is missing" in misplaced(steps)
    assert result(steps).exit_code() == 1


@pytest.mark.parametrize("position", range(len(STEPS) - 1))
def test_swapped_steps_are_1(position):
    steps = list(WHOLE)
    steps[position], steps[position + 1] = steps[position + 1], steps[position]
    assert result(steps).exit_code() == 1


def test_step_that_comes_twice_or_does_not_belong_is_1():
    assert "step link-cut came 2 times" in misplaced([*WHOLE, Step("link-cut", 99_000)])
    assert "step nap is not part of the story" in misplaced([*WHOLE, Step("nap", 99_000)])


def test_times_that_run_backwards_are_1():
    steps = list(WHOLE)
    steps[5] = Step(steps[5].name, steps[4].t_us - 7)
    assert result(steps).exit_code() == 1


def test_fault_is_1_even_with_all_steps_in_order():
    assert result(faults=["A still has a route"]).exit_code() == 1


@pytest.mark.parametrize(
    "late",
    [
        {"detected_us": 990_000 + T + 10_000 + 2000 + 1},
        {"route_gone_us": 1_000_000 + T + 100_000 + 2000 + 1},
        {"route_back_us": 3_000_000 + 2_000_000 + 2000 + 1},
    ],
)
def test_missed_bound_alone_is_3_and_with_a_wrong_step_1(late):
    moments = Moments(**{name: getattr(GOOD, name) for name in Moments.__slots__} | late)
    assert result(moments=moments).exit_code() == 3
    assert len(result(moments=moments).missed()) == 1
    assert result(moments=moments).as_json()["ok"] is False
    assert result(WHOLE[:-1], moments=moments).exit_code() == 1
    # The same time is within bounds when our own poll gap was that much larger.
    assert result(moments=moments, gap=2001).exit_code() == 0


def test_times_are_differences_of_the_right_moments():
    assert measure(GOOD) == Measured(151_000, 1_000, 1_500, 143_000, 900_000)
    assert measure(Moments(cut_us=5)) == Measured(None, None, None, None, None)
    assert missed(measure(Moments()), bounds(T, 0)) == []


def test_json_has_steps_and_measured_times_under_kebab_case_names():
    shown = result().as_json()
    assert shown["steps"][4] == {"step": "link-cut", "t-us": 4000}
    assert shown["measured"]["cut-to-route-gone-us"] == 143_000
    assert shown["bounds"]["restore-to-route-back-us"] == 2_002_000


@pytest.mark.parametrize(
    "bad", [{"interval_us": 10}, {"multiplier": 0}, {"multiplier": 256}, {"cut": "b-to-a"}]
)
def test_impossible_options_are_refused(bad):
    with pytest.raises(ValueError):
        DemoOptions(**bad)
