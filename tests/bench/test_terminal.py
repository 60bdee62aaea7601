# SPDX-License-Identifier: Apache-2.0
"""What a run ends with on a terminal: a hundred columns, goals by sign and word, and no colour where there is none."""

from dataclasses import replace

import pytest

from bfd_fastpath.bench.progress import Screen
from bfd_fastpath.bench.report import terminal
from bfd_fastpath.bench.report.numbers import number
from tests.bench import samples

WHOLE = samples.document()


@pytest.mark.parametrize("every", [False, True])
def test_lines_fit_a_hundred_columns(every):
    lines = [line.plain for line in terminal.lines(WHOLE, every=every)]
    assert max(map(len, lines)) <= 100
    assert any(len(line) == 100 for line in lines)


def test_goals_are_told_with_what_was_asked():
    lines = [line.plain.rstrip() for line in terminal.lines(WHOLE)]
    assert lines[0] == "Forwarding: IPv4, 64 B"
    (missed,) = (line for line in lines if "cycles above io" in line and "missed" in line)
    assert missed.split("  ")[1] == "\N{MULTIPLICATION X} missed"
    assert missed.endswith("30.1 \N{LESS-THAN OR EQUAL TO} 17.6 cycles above io")
    beside = WHOLE.suites["forward"][0]
    words = lines[lines.index(missed) + 1].split()
    assert words == [number(beside.ours.median), "Mpps,", "predicted", number(beside.prediction)]
    assert lines[-1] == "5 goals met, 3 missed, 0 without a verdict"
    # Suites without a goal are in the summary.
    assert not any("How late" in line for line in lines)


def test_every_row_has_its_windows_peers_and_prediction():
    text = "\n".join(line.plain for line in terminal.lines(WHOLE, every=True))
    row = WHOLE.suites["forward"][2]
    assert f"windows {row.ours.min:.1f} - {row.ours.max:.1f}; l3fwd-lpm" in text
    assert f"predicted {row.prediction:.1f}" in " ".join(text.split())
    assert "no verdict: 2 windows" in text


def test_a_run_without_rows_has_no_lines():
    assert list(terminal.lines(replace(WHOLE, suites={"python": ()}), every=True)) == []


def test_what_is_going_on_is_shown_as_it_was_said():
    screen = Screen(1)
    screen.say("the far end at [fe80::1]:17784 [/]")
    (task,) = screen._progress.tasks
    shown = [column.render(task) for column in screen._progress.columns]
    assert "the far end at [fe80::1]:17784 [/]" in [str(one) for one in shown]
