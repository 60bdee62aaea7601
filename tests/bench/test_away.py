# SPDX-License-Identifier: Apache-2.0
"""What looks at a far end, here or on another machine, say of a Down, and what becomes of that in a row."""

from dataclasses import replace
from ipaddress import IPv4Address

from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Skipped, Verdict
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.place import Place
from bfd_fastpath.bench.suites.envelope import scale_rows
from bfd_fastpath.bench.suites.envelope.away import Away
from bfd_fastpath.bench.suites.envelope.far.end import Look
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError
from bfd_fastpath.bench.suites.envelope.hold import Held
from bfd_fastpath.bench.suites.envelope.rig import Wanted

QUIET = (9,) + (0,) * 23
ELSEWHERE = Place(IPv4Address("192.0.2.2"))


class Clock:
    """Of both ends; milliseconds."""

    def __init__(self):
        self.ms = 0

    def __call__(self):
        return self.ms * 1_000_000


class Scripted:
    """A far end that takes a while to answer: by look, the milliseconds, and whether it was away."""

    def __init__(self, clock, looks):
        self._clock, self._looks, self._away = clock, iter([(0, False), *looks]), 0

    def look(self):
        took_ms, away = next(self._looks)
        self._clock.ms += took_ms
        self._away += away
        # A gap of 131 to 262 ms.
        gaps = Gaps((9, *(0,) * 16, self._away, *(0,) * 6), 7000)
        return Look(up=100, sent=5, received=6, late_us_log2=QUIET, gaps=gaps)


def judging(*looks):
    clock = Clock()
    return clock, Away(Scripted(clock, looks), detection_us=150_000, interval_us=50_000, clock=clock)


def counts(away):
    return away.false_downs, away.far_downs


def ms(*times):
    return [one * 1_000_000 for one in times]


def test_a_down_behind_a_gap_of_the_far_end_is_not_false():
    clock, away = judging((0, True), (0, False), (0, False))
    clock.ms = 1000
    away.look()
    away.downs(ms(990))
    assert counts(away) == (0, 1)
    clock.ms = 1140
    away.look()
    away.downs(ms(1140))
    assert counts(away) == (0, 2)
    clock.ms = 1160
    away.look()
    away.downs(ms(1151))
    assert counts(away) == (1, 2)


def test_the_way_of_a_look_is_part_of_what_it_says():
    clock, away = judging((40, True))
    clock.ms = 1000
    away.look()
    # The answer came at 1040: the gap may have ended as late as that.
    away.downs(ms(990, 1000))
    assert counts(away) == (0, 2)
    assert away.slowest_ns == 40_000_000


def test_a_down_while_a_look_is_on_its_way_is_judged_by_the_next_one():
    clock, away = judging((40, False), (40, True))
    clock.ms = 1000
    away.look()
    away.downs(ms(1001))
    assert counts(away) == (0, 0)
    clock.ms = 1100
    away.look()
    away.downs([])
    assert counts(away) == (0, 1)


def test_nothing_is_left_unjudged_at_the_end():
    clock, away = judging((40, False), (40, False))
    clock.ms = 1000
    away.look()
    away.downs(ms(1001, 1002))
    away.end()
    assert counts(away) == (2, 0)


def held(**changes):
    gaps = Gaps(QUIET, 7000)
    return Held(
        wanted=Wanted(sessions=100_000, interval_us=10_000, ports=("0000:81:00.0",), far_end=ELSEWHERE),
        **{
            "seconds": 10.0,
            "up_after_s": 1.0,
            "false_downs": 0,
            "far_downs": 0,
            "deferred": 0,
            "tx_pps": 1e6,
            "rx_pps": 1e6,
            "missed": (0, 0),
            "engine_gaps": gaps,
            "far_gaps": gaps,
            "far_late_us_log2": QUIET,
            "look_max_ns": 2_500_000,
            **changes,
        },
    )


def test_a_row_says_where_its_far_end_was_and_how_long_a_look_took():
    row = scale_rows.told(held())
    assert row.parameters["far-end"] == str(ELSEWHERE)
    assert row.detail["far-end-look-ms-most"] == 2.5
    assert row.met is True


def test_downs_that_were_explained_by_slow_looks_take_the_verdict():
    slow = held(look_max_ns=400_000_000)
    assert scale_rows.told(slow).met is True
    row = scale_rows.told(replace(slow, far_downs=1))
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)
    assert "400 ms" in row.detail["doubt"]


def test_a_far_end_that_is_lost_is_a_row_that_is_skipped(monkeypatch):
    def lost(*_):
        raise FarEndError("the far end at 192.0.2.2: the connection ended")

    monkeypatch.setattr(scale_rows, "alone", lost)
    monkeypatch.setattr(scale_rows, "cells", lambda asked: [(100, 50), (1000, 50)])
    given_ = Asked(soak=True, ports=("0000:81:00.0",), far_end=ELSEWHERE, say=lambda text: None)
    found = list(scale_rows.rows(given_))
    assert [type(one) for one in found] == [Skipped, Skipped]
    assert found[0].why == "the far end at 192.0.2.2: the connection ended"
