# SPDX-License-Identifier: Apache-2.0
"""A steady stream's schedule against exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import ffi, lib

rates = st.integers(1, 10**12 - 1) | st.sampled_from([1, 1000, 333_333, 10**9, 14_880_952_381])


def pace(millirate: int, start: int = 1000) -> object:
    made = ffi.new("struct pace *")
    lib.pace_start(made, millirate, start)
    return made


@given(rates, st.integers(0, 3600 * 10**9))
def test_as_many_are_due_as_the_rate_says(millirate: int, elapsed_ns: int) -> None:
    exact = int(Fraction(elapsed_ns * millirate, 10**12)) + 1
    assert lib.pace_due(pace(millirate), 1000 + elapsed_ns) == exact


@pytest.mark.parametrize(("pps", "seconds"), [(1000, 10), (3, 7), (14_880_952, 60), (999_999_999, 1)])
def test_whole_seconds_have_whole_rates(pps: int, seconds: int) -> None:
    made = pace(pps * 1000)
    assert lib.pace_due(made, 1000 + seconds * 10**9 - 1) == pps * seconds
    assert lib.pace_due(made, 1000 + seconds * 10**9) == pps * seconds + 1


def test_nothing_is_due_before_the_start() -> None:
    made = pace(10**6)
    assert lib.pace_due(made, 999) == 0
    assert lib.pace_due(made, 1000) == 1


@given(rates, st.integers(0, 10**9))
def test_a_number_is_due_at_its_time_and_not_before(millirate: int, number: int) -> None:
    made = pace(millirate)
    # Within the 292 years that nanoseconds last.
    number = min(number, 2**63 * millirate // 10**12)
    time = lib.pace_time(made, number)
    assert lib.pace_due(made, time) > number
    assert number == 0 or lib.pace_due(made, time - 1) <= number
