# SPDX-License-Identifier: Apache-2.0
"""When the end that was lost was heard last, in captures put together packet by packet."""

from pathlib import Path

from pydp.replay import Code
from tests.replay.crafting import DOWN, A, B
from tests.replay.play import EXPIRED, TOLD, Play


def test_a_hello_with_the_stamp_of_the_down_was_heard(tmp_path: Path) -> None:
    """Two packets in one microsecond: the peer was heard no time ago, which is not the same as never."""
    play = Play()
    play.one(A, 3)
    play.say(B)
    play.say(A, DOWN, EXPIRED)
    play.say(B, DOWN, TOLD, after_ms=0.1)
    (outage,) = play.story(tmp_path).outages
    assert outage.last_heard_ns == outage.time_ns
    assert outage.verdict.code is Code.PATH_CUT_ONE_WAY
    assert "the last hello of 192.0.2.2 was 0 ns old" in outage.verdict.evidence[0]


def test_an_end_that_began_anew_was_heard_last_before_that(tmp_path: Path) -> None:
    """B restarts, and A waits for the B that was, while B says Down."""
    play = Play()
    heard_us = play.capture.now_us
    play.my[B] = 77
    play.say(B, DOWN, after_ms=30)
    play.one(B, 3, DOWN, every_ms=60)
    play.say(A, DOWN, EXPIRED)
    (outage,) = play.story(tmp_path).outages
    assert outage.noticed_first == 0
    assert outage.last_heard_ns == (play.capture.start_us + heard_us) * 1000
