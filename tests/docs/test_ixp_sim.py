# SPDX-License-Identifier: Apache-2.0
"""docs/ixp-sim.md keeps its word: patterns, sabotages, options and the names of counts are the program's."""

import re
from pathlib import Path

from bfd_fastpath.cli.ixp_sim import _PATTERNS, _SABOTAGES, ixp_sim
from bfd_fastpath.lab.exchange.result import Result
from bfd_fastpath.lab.exchange.wanted import Pattern, Sabotage, Wanted

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ixp-sim.md").read_text("utf-8")


def first_cells(after: str) -> list[str]:
    lines = PAGE.split(after, 1)[1].splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            return rows
        rows += re.findall(r"^\| `([^`]+)` \|", line)
    return rows


def test_every_pattern_is_explained_and_offered():
    assert first_cells("## What it breaks") == list(_PATTERNS) == [str(one) for one in Pattern]


def test_every_sabotage_is_explained_and_offered():
    told = PAGE.split("## Can it see a fault?")[1]
    assert set(_SABOTAGES) == {str(one) for one in Sabotage}
    assert all(f"`{name}`" in told for name in _SABOTAGES)


def test_every_count_is_in_the_document():
    wanted = Wanted(clients=4, prefixes=1, patterns=(Pattern.LINK,))
    empty = Result(
        wanted=wanted,
        members_without_bfd=0,
        sessions=0,
        entries=0,
        bring_up_s=0,
        bring_up_messages=0,
        played=(),
        rss_bytes=0,
        seconds=0,
    )
    assert set(first_cells("## How to read it")) <= set(empty.as_json())


def test_every_option_it_names_is_there():
    options = {option for one in ixp_sim.params for option in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE)) <= options
