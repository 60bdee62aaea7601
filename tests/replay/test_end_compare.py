# SPDX-License-Identifier: Apache-2.0
"""Which change of one history is which of the other, with histories written by hand."""

from __future__ import annotations

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.replay.end_compare import Step, pair
from bfd_fastpath.replay.end_report import Moment

MS = 1_000_000
STATES = {"D": BfdState.DOWN, "I": BfdState.INIT, "U": BfdState.UP, "A": BfdState.ADMIN_DOWN}


def history(text: str, *, diagnostic: int = 1) -> list[Step]:
    """ "U10 D200": Up at 10 ms, Down at 200; the interval is 50 ms."""
    made, old = [], BfdState.DOWN
    for word in text.split():
        new = STATES[word[0]]
        moment = Moment(int(word[1:]) * MS, None, old, new, diagnostic)
        made.append(Step(moment, 50_000))
        old = new
    return made


def told(recorded: list[Step], ours: list[Step]) -> list[str]:
    """ "U10/12 same": a letter, both times in milliseconds, and how they compare."""
    found = []
    for one in pair(recorded, ours):
        times = ["-" if moment is None else str(moment.time_ns // MS) for moment in (one.recorded, one.ours)]
        found.append(f"{one.new.name[0]}{'/'.join(times)} {one.outcome.value}")
    return found


def test_like_histories_are_the_same_within_an_interval():
    assert told(history("I1 U2 D150"), history("I3 U40 D200")) == [
        "I1/3 same",
        "U2/40 same",
        "D150/200 same",
    ]


def test_beyond_an_interval_the_time_differs():
    (one,) = pair(history("D150"), history("D201"))
    assert one.differs == ("time",)
    assert one.offset_ns == 51 * MS


def test_an_init_that_no_packet_said_stands_alone():
    assert told(history("U5 D200"), history("I1 U5 D200")) == [
        "I-/1 only-ours",
        "U5/5 same",
        "D200/200 same",
    ]
    assert told(history("I1 U5"), history("U5")) == ["I1/- only-recorded", "U5/5 same"]


def test_an_outage_that_one_slept_through_is_nobody_elses():
    recorded, ours = history("U1 D1000 U1500 D9000 U9500"), history("U1 D9100 U9500")
    assert told(recorded, ours) == [
        "U1/1 same",
        "D1000/- only-recorded",
        "U1500/- only-recorded",
        "D9000/9100 differs",
        "U9500/9500 same",
    ]
    assert told(ours, recorded) == [
        "U1/1 same",
        "D-/1000 only-ours",
        "U-/1500 only-ours",
        "D9100/9000 differs",
        "U9500/9500 same",
    ]


def test_a_down_that_came_much_sooner_is_still_that_down():
    assert told(history("D5000 U5500"), history("D200 U5500")) == ["D5000/200 differs", "U5500/5500 same"]


def test_another_diagnostic_is_a_difference_of_a_down_alone():
    (down, up) = pair(history("D100 U200"), history("D100 U200", diagnostic=3))
    assert down.differs == ("diagnostic",)
    assert up.differs == ()


def test_what_comes_after_the_others_end_is_told():
    assert told(history("U1"), history("U1 D200")) == ["U1/1 same", "D-/200 only-ours"]
    assert told(history("U1 D200"), history("U1")) == ["U1/1 same", "D200/- only-recorded"]
    assert told([], []) == []
