# SPDX-License-Identifier: Apache-2.0
"""What a person sees of the story when the output is not a terminal."""

import io

import pytest

from bfd_fastpath.lab.bounds import Moments, bounds, measure
from bfd_fastpath.lab.result import Result
from bfd_fastpath.lab.screen import Screen
from bfd_fastpath.lab.story import STEPS, Remark, Step


def shown(*, late=0, faults=()):
    moments = Moments(
        1_000_000, 990_000, 1_140_000 + late, 1_140_000, 1_141_000, 1_142_000, 3_000_000, 3_500_000
    )
    steps = tuple(Step(name, i * 1000, f"text {i}") for i, name in enumerate(STEPS))
    result = Result(steps, faults, measure(moments), bounds(150_000, 2_000), 150_000, 2_000)
    stream = io.StringIO()
    screen = Screen(stream)
    for step in steps:
        screen.step(step)
    screen.remark(Remark(12_345_678, "the cable is plugged in"))
    screen.result(result)
    return stream.getvalue()


def test_lines_are_plain_text_without_escapes_or_frames():
    text = shown()
    assert text.isascii()
    assert "\x1b" not in text
    assert "    0.004 s  link-cut             text 4\n" in text
    assert "   12.346 s                       the cable is plugged in\n" in text


def test_table_shows_each_time_beside_its_bound():
    text = shown()
    (row,) = [line for line in text.splitlines() if "detection after the last hello" in line]
    assert "150.00 ms" in row
    assert "162.00 ms" in row
    assert "T + 10 ms + G" in row
    assert text.endswith("the story is right, and every time is within its bound\n")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"late": 20_000}, "missed: detection after the last hello took 170000 us, more than 162000 us"),
        ({"faults": ("A still has a route",)}, "wrong: A still has a route"),
    ],
)
def test_last_lines_say_what_was_wrong(change, line):
    text = shown(**change)
    assert line in text
    assert "every time is within its bound" not in text
