# SPDX-License-Identifier: Apache-2.0
"""The replay's story of each recorded case, held against what the daemons' own logs said happened to them."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pydp import replay
from tests.replay.journal import Change, changes, told_of

CASES = Path(__file__).parent / "cases"
RECORDED = sorted(path.parent for path in CASES.glob("*/daemon.log"))
cases = pytest.mark.parametrize("case", RECORDED, ids=lambda case: case.name)
#: Between the line in a log and the packet that shows it: a daemon tells a change at once.
NEAR_US = 20_000
#: But BIRD tells Init with its next hello, and hellos are a second apart then.
NEXT_HELLO_US = 1_050_000


@dataclass(frozen=True, slots=True)
class Told:
    """A change of state to or from Up, as the story has it."""

    time_us: int
    address: str
    old: str
    new: str
    diagnostic: str


@cache
def story_of(case: Path) -> replay.Story:
    (capture,) = case.glob("capture.*")
    return replay.watch(capture)


def recording(case: Path) -> dict[str, Any]:
    described: dict[str, Any] = tomllib.loads((case / "case.toml").read_text()).get("recording", {})
    return described


def logged(case: Path) -> list[Change]:
    """What the capture has to show: logged while it ran, by an end that it could see."""
    story = story_of(case)
    hidden = recording(case).get("hidden", [])

    def shown(change: Change) -> bool:
        return story.start_ns // 1000 < change.time_us < story.end_ns // 1000 and not any(
            one["address"] == change.address and one["from-us"] <= change.time_us <= one["to-us"]
            for one in hidden
        )

    with (case / "daemon.log").open() as file:
        found = [change for change in changes(file) if shown(change)]
    return told_of(found)


def near(change: Change, one: Told) -> bool:
    """Whether this is the packet of that line."""
    late = NEXT_HELLO_US if change.new == "init" else NEAR_US
    same = change.address == one.address and change.new == one.new
    return same and -NEAR_US < one.time_us - change.time_us < late


def told(case: Path) -> list[Told]:
    return [
        Told(
            change.time_ns // 1000,
            str(session.ends[change.end].address),
            str(change.old),
            str(change.state),
            str(change.diagnostic),
        )
        for session in story_of(case).sessions
        for change in session.state_changes
    ]


def unlogged(case: Path, change: Told) -> bool:
    """Changes that the daemons do not log: bfdd its own AdminDown and its Init, a new process that it begins as Down,
    and what happened while the capture could not see it, which shows in the first packet afterwards."""
    done = recording(case)
    if "admin-down" in (change.old, change.new) or "init" in (change.old, change.new):
        return True
    started = [one["time-us"] for one in done.get("done", []) if "starts again" in one["what"]]
    if change.new == "down" and any(0 < change.time_us - at < 1_500_000 for at in started):
        return True
    return any(
        one["address"] == change.address and change.time_us >= one["from-us"]
        for one in done.get("hidden", [])
    )


def test_there_are_recordings() -> None:
    assert len(RECORDED) > 30


@cases
def test_each_change_in_the_log_has_its_packet_in_the_story(case: Path) -> None:
    left = told(case)
    for change in logged(case):
        match = [one for one in left if near(change, one) and change.diagnostic in (None, one.diagnostic)]
        assert match, f"{change} has no packet; there are {left}"
        left.remove(match[0])


@cases
def test_each_change_in_the_story_is_in_the_log(case: Path) -> None:
    there = logged(case)
    for change in told(case):
        assert unlogged(case, change) or any(near(one, change) for one in there), (
            f"{change} is not in the log: {there}"
        )


@cases
def test_the_verdict_is_what_was_done(case: Path) -> None:
    (expected,) = json.loads((case / "expect.json").read_text())["sessions"]
    (session,) = story_of(case).sessions
    verdict = None if session.verdict is None else str(session.verdict.code)
    assert verdict == expected["verdict"], session.verdict


@cases
def test_a_session_was_lost_only_after_something_was_done(case: Path) -> None:
    first = min((one["time-us"] for one in recording(case).get("done", [])), default=None)
    for session in story_of(case).sessions:
        for outage in session.outages:
            assert first is not None
            assert outage.time_ns // 1000 > first


@cases
def test_a_recording_holds_our_own_addresses_alone_and_is_small(case: Path) -> None:
    (capture,) = case.glob("capture.*")
    assert capture.stat().st_size < 64 * 1024
    for session in story_of(case).sessions:
        for end in session.ends:
            assert str(end.address).startswith(("192.0.2.", "2001:db8:"))
