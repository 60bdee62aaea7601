# SPDX-License-Identifier: Apache-2.0
"""Columns line up, numbers stand right, and nothing a peer says reaches the terminal raw."""

import pytest

from bfd_fastpath.cli.table import age, interval, table


def test_columns_line_up_and_numbers_stand_right():
    text = table(("NAME", "N"), [("a", 5), ("longer", 1234)], right=("N",))
    assert text.splitlines() == ["NAME       N", "a          5", "longer  1234"]


def test_nothing_is_a_dash():
    assert table(("A", "B"), [(None, "")]).splitlines()[1] == "-  -"


def test_control_characters_do_not_reach_the_terminal():
    assert "\x1b" not in table(("A",), [("\x1b[2Jcleared",)])


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(None, "-"), (0, "-"), (800, "800 us"), (1500, "1.5 ms"), (50_000, "50 ms"), (1_000_000, "1 s")],
)
def test_intervals_have_the_unit_that_fits(microseconds, text):
    assert interval(microseconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "never"), (0.42, "0.4 s"), (59, "59 s"), (600, "10 min"), (3 * 3600, "3 h"), (5 * 86_400, "5 d")],
)
def test_ages_have_the_unit_that_fits(seconds, text):
    assert age(seconds) == text
