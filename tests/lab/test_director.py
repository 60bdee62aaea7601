# SPDX-License-Identifier: Apache-2.0
"""The director on a stage that answers from a script: what it accepts as the story, and what it does not."""

import asyncio
import time

import pytest

from bfd_fastpath.lab import director, story
from bfd_fastpath.lab.chronicle import BGP_DOWN, WITHDRAWAL_SENT, Chronicle, Fact
from bfd_fastpath.lab.director import Director
from bfd_fastpath.lab.options import DemoOptions

OPTIONS = DemoOptions(interval_us=1000, multiplier=1)


class Script:
    """A stage on which everything happens at once and as it should, but for what a test changes."""

    def __init__(self):
        self.chronicle = Chronicle()
        self.joined = 0
        self.on_join = [story.BFD_UP, story.LINK_ANNOUNCED]
        self.on_return = [*self.on_join, story.ROUTE_LEARNED]
        self.on_cut = [story.BFD_DOWN, WITHDRAWAL_SENT, story.LINK_WITHDRAWN, story.ROUTE_WITHDRAWN]
        self.left = []
        self.shown = {"a": 1000, "b": 1000}
        self.note(story.BGP_UP, story.ROUTE_LEARNED)

    def note(self, *kinds, who="ab"):
        for kind in kinds:
            for one in who:
                now = time.monotonic_ns()
                self.chronicle.note(Fact(kind, one, now, last_hello_ns=now - 1_000_000))

    async def open(self): ...

    async def close(self): ...

    def reporters(self):
        return ("a", "b")

    def join(self):
        self.joined += 1
        self.note(*(self.on_join if self.joined == 1 else self.on_return))

    def cut(self):
        self.note(*self.on_cut)

    def ask(self, on): ...

    async def detection_times_us(self):
        return self.shown

    async def forget_poll_gap(self): ...

    async def poll_gap_us(self):
        return 40

    async def leftovers(self):
        return self.left


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.setattr(director, "BRING_UP_S", 0.2)
    monkeypatch.setattr(director, "GRACE_S", 0.2)
    monkeypatch.setattr(director, "WAIT_ON_S", 0.0)
    return Script()


def play(stage):
    seen = []
    result = asyncio.run(Director(stage, OPTIONS, seen.append, lambda text: None).play())
    assert list(result.steps) == seen
    return result


def test_story_as_it_should_be(stage):
    result = play(stage)
    assert [step.name for step in result.steps] == list(story.STEPS)
    assert result.wrong() == []
    assert result.exit_code() == 0
    assert result.measured.detection_us == 1000


@pytest.mark.parametrize("missing", ["bfd-down", "link-withdrawn", "route-withdrawn"])
def test_step_that_does_not_come_after_the_cut_is_wrong(stage, missing):
    stage.on_cut.remove(missing)
    result = play(stage)
    assert result.exit_code() == 1
    assert f"step {missing} did not come at A and B" in result.wrong()[0]


def test_step_that_comes_at_one_end_only_is_wrong(stage):
    stage.on_cut = []
    stage.cut = lambda: stage.note(story.BFD_DOWN, who="a")
    assert "step bfd-down did not come at B" in play(stage).wrong()[0]


def test_cut_waits_for_the_negotiated_detection_time(stage):
    stage.shown = {"a": 1000, "b": 3_000_000}
    result = play(stage)
    assert result.exit_code() == 1
    assert "link-cut" not in [step.name for step in result.steps]


def test_flap_before_the_cut_is_wrong(stage):
    stage.on_join.append(story.BFD_DOWN)
    assert any("while the cable was whole" in fault for fault in play(stage).wrong())


def test_route_that_comes_back_while_the_cable_is_cut_is_wrong(stage):
    stage.on_cut.append(story.ROUTE_LEARNED)
    assert any("while the cable was cut" in fault for fault in play(stage).wrong())


def test_bgp_session_lost_on_the_way_is_wrong(stage):
    stage.on_return.append(BGP_DOWN)
    assert any("at any time" in fault for fault in play(stage).wrong())


def test_leftover_of_the_lost_next_hop_is_wrong(stage):
    stage.left = ["A still has 203.0.113.0/24 through 198.51.100.2"]
    assert play(stage).exit_code() == 1


def test_down_that_nobody_noticed_by_silence_is_wrong(stage):
    def cut():
        for kind in stage.on_cut:
            for who in "ab":
                stage.chronicle.note(Fact(kind, who, time.monotonic_ns()))

    stage.cut = cut
    assert "no end noticed the silence by itself" in play(stage).wrong()
