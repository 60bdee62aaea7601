# SPDX-License-Identifier: Apache-2.0
"""What the suites make of measurements that are given: their rows, goals and doubts."""

import itertools
from dataclasses import replace

import numpy
import pytest

from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Row as Kept
from bfd_fastpath.bench.document import Skipped, Verdict
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.histogram import cdf
from bfd_fastpath.bench.search import Searched, Trial
from bfd_fastpath.bench.suites.envelope import daemons, detect_rows, scale_rows
from bfd_fastpath.bench.suites.envelope.detect import Detected
from bfd_fastpath.bench.suites.envelope.hold import Held
from bfd_fastpath.bench.suites.envelope.rig import Wanted
from bfd_fastpath.bench.suites.failover import rows as failover
from bfd_fastpath.bench.suites.failover.divert import Diverted
from bfd_fastpath.bench.suites.forward import rows as forward
from bfd_fastpath.bench.suites.forward.process import NotInstalledError
from bfd_fastpath.bench.suites.forward.result import Result
from bfd_fastpath.bench.suites.forward.rounds import Windows
from bfd_fastpath.bench.suites.forward.row import Row
from bfd_fastpath.bench.suites.nodrop import rows as nodrop
from bfd_fastpath.bench.suites.nodrop.throughput import Throughput
from bfd_fastpath.bench.suites.python import rows as python
from bfd_fastpath.bench.suites.python.loops import Looped
from bfd_fastpath.bench.suites.shed import rows as shed
from bfd_fastpath.bench.suites.shed.load import Alone, Loaded
from bfd_fastpath.bench.suites.shed.search import Found
from bfd_fastpath.bench.suites.telling import rows as telling
from bfd_fastpath.bench.suites.telling.member import Told
from pydp.generate import Action

GAPS = Gaps((100, 5, 1), 7000)


def result(ours, l3fwd=(40.0,) * 5, io=(20.0,) * 5, *, absent=None, drops=None, up=0):
    parts = {"io": io, "l3fwd": l3fwd, "ours": ours}
    windows = {name: Windows(name, tuple(ns)) for name, ns in parts.items() if ns is not None}
    return Result(
        row=Row(destinations=1024),
        hz=2e9,
        windows=windows,
        absent=absent or {},
        drops=drops or {},
        up=up,
        stages={"classify": 7.0},
        goal=0.8,
    )


def only(found):
    (row,) = (one for one in found if isinstance(one, Kept))
    return row


def test_forwarding_is_judged_by_cycles_above_io():
    row = only(forward.told(result((35.0,) * 5), huge=True))
    assert row.ours.median == pytest.approx(1e3 / 35)
    assert row.ours.cycles_over_io == pytest.approx(30.0)
    assert row.peers["l3fwd-lpm"].cycles_over_io == pytest.approx(40.0)
    assert row.ceiling == pytest.approx(50.0)
    assert row.met is True
    assert row.detail["stages"] == {"classify": 7.0}
    assert only(forward.told(result((37.0,) * 5), huge=True)).met is False


def test_forwarding_faster_than_its_ports_is_rejected():
    row = only(forward.told(result((15.0,) * 5), huge=True))
    assert (row.verdict, row.met) == (Verdict.ABOVE_CEILING, None)


@pytest.mark.parametrize(
    "found",
    [
        result((35.0,) * 5, drops={"drop-no-route": 3}),
        result((35.0,) * 5, up=-1),
        result((25.0, 35.0, 45.0, 55.0, 65.0)),
        result((35.0,) * 4, (40.0,) * 4, (20.0,) * 4),
        result((35.0,), (40.0,), (20.0,)),
        result((35.0,) * 5, io=None),
        result((25.0,) * 5, io=None),
    ],
)
def test_forwarding_that_may_not_be_believed_has_no_verdict(found):
    row = only(forward.told(found, huge=True))
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)
    assert row.detail["doubt"]


def test_a_peer_that_is_missing_is_skipped_and_the_row_stays():
    found = list(
        forward.told(
            result((35.0,) * 5, l3fwd=None, absent={"l3fwd": NotInstalledError("no compiler")}), huge=True
        )
    )
    assert isinstance(found[0], Skipped)
    assert found[0].install.startswith("apt-get install")
    assert only(found).met is None
    assert only(found).detail["doubt"] == "l3fwd-lpm did not take part"


def test_the_default_rows_of_forwarding_are_those_of_the_report():
    rows = set(forward.chosen(Asked()))
    for family in (4, 6):
        for size in (64, 0):
            assert Row(family=family, size=size, routes=1000, destinations=1024) in rows
            assert Row(family=family, size=size, routes=1_000_000, destinations=65_536) in rows
    assert any(row.sessions for row in rows)


def test_the_whole_matrix_has_each_goal_beside_sessions_too():
    rows = list(forward.chosen(Asked(scale=Scale.FULL)))
    assert len(rows) == len(set(rows)) == 68
    beside = {(row.family, row.routes) for row in rows if row.size == 64 and row.sessions == 10_000}
    assert beside == {(4, 1000), (4, 1_000_000), (6, 1000), (6, 1_000_000)}


def held(**changes):
    base = {
        "wanted": Wanted(sessions=100_000, interval_us=10_000),
        "seconds": 10.0,
        "up_after_s": 1.0,
        "false_downs": 0,
        "far_downs": 3,
        "deferred": 0,
        "tx_pps": 1e6,
        "rx_pps": 1e6,
        "missed": (0, 0),
        "engine_gaps": GAPS,
        "far_gaps": GAPS,
        "far_late_us_log2": (1,),
    }
    return Held(**{**base, **changes})


def test_sessions_are_held_when_none_went_down_for_no_reason():
    row = scale_rows.told(held())
    assert (row.name, row.met, row.detail["held"]) == ("held 100,000 x 10 ms", True, True)
    assert row.parameters["interval-ms"] == 10
    assert row.detail["poll-gap"]["edges-us"] == [1, 2, 4]
    assert scale_rows.told(held(false_downs=1)).met is False


def test_sessions_that_did_not_come_up_are_all_lost():
    row = scale_rows.told(held(seconds=0.0, reason="3 of 100000 came up"))
    assert (row.ours.median, row.met, row.detail["held"]) == (100_000, False, False)


def test_the_whole_matrix_has_what_is_held_by_default():
    some, every = (set(scale_rows.cells(Asked(scale=scale))) for scale in (Scale.DEFAULT, Scale.FULL))
    assert set(scale_rows.GOALS) <= some < every
    assert scale_rows.seconds(Asked(), True) > scale_rows.seconds(Asked(), False)


def test_a_soak_is_of_the_goals_and_lasts_ten_minutes():
    asked = Asked(soak=True)
    assert set(scale_rows.GOALS) <= set(scale_rows.cells(asked))
    assert scale_rows.seconds(asked, True) == 600
    assert "ten minutes" in scale_rows.told(held(), soak=True).name


def test_the_memory_of_a_million_sessions_has_a_goal_and_that_of_fewer_none():
    row = scale_rows.memory_row(1_000_000, 300 << 20)
    assert (row.ours.median, row.met, row.detail["octets-a-session"]) == (300.0, False, 314.6)
    assert scale_rows.memory_row(1_000_000, 256 << 20).met is True
    assert scale_rows.memory_row(10_000, 300 << 20).goal is None


@pytest.mark.parametrize(
    ("held", "begin", "found", "asked"),
    [
        (1000, 0, (1000, 2000), [200, 500, 1000, 2000]),
        (1000, 2, (1000, 2000), [1000, 2000]),
        (2000, 2, (2000, 0), [1000, 2000]),
        (200, 2, (200, 500), [1000, 500, 200]),
        (100, 2, (0, 200), [1000, 500, 200]),
    ],
)
def test_sessions_are_doubled_until_some_flap_or_halved_until_none_do(held, begin, found, asked):
    tried = []

    def attempt(count):
        tried.append(count)
        return daemons.Tried(f"{count} flapped" if count > held else "", sent_pps=20.0 * count)

    flapped = daemons.climbed("BIRD", 50_000, attempt, (200, 500, 1000, 2000), begin)
    assert (flapped.most, flapped.least_not) == found
    assert flapped.reason == (f"{found[1]} flapped" if found[1] else "")
    assert flapped.sent_pps == 20 * flapped.most
    assert tried == asked


def detected(others=0):
    rounds = tuple(
        numpy.array([[50_000.0, 10_000.0, 40_000.0]] * 490 + [[200_000.0, 10_000.0, 90_000.0]] * 10)
        for _ in range(4)
    )
    shares = {0.5: 50_000.0}
    return Detected(
        wanted=Wanted(sessions=10_000, interval_us=50_000),
        silenced=2000,
        seen=2000,
        others=others,
        overshoot_ns=shares,
        least_ns=1.0,
        beyond_gap_ns=shares,
        after_heard_ns=shares,
        engine_gaps=GAPS,
        far_gaps=GAPS,
        rounds_ns=rounds,
    )


def test_detection_is_told_as_a_distribution_and_judged_beyond_the_poll_gap():
    whole, beyond, heard = detect_rows.told(detected())
    assert whole.goal is None
    assert whole.detail["cdf"][-1] == [200.0, 1.0]
    assert whole.detail["shares"]["p50"] == 50.0
    assert beyond.met is False
    assert beyond.ours.windows == (190.0, 190.0)
    assert heard.ours.median == 90


def test_downs_of_strangers_take_the_verdict():
    assert all(row.verdict is Verdict.NO_VERDICT for row in detect_rows.told(detected(others=1)))


def test_a_window_of_failover_is_the_slowest_of_its_rounds():
    diverted = Diverted(
        routes=1,
        how=Action.DOWN,
        pps=1e6,
        times_ns=(1000, 9000, 2000, 3000, 4000, 4000, 5000, 12_000),
        since_down_ns=(0,) * 8,
        engine_gaps=GAPS,
    )
    row = failover.told(diverted, "the peer says Down")
    assert row.ours.windows == (9.0, 12.0)
    assert row.met is False


def test_a_distribution_is_kept_with_its_end():
    points = cdf([float(value) for value in range(10_000)])
    assert len(points) <= 201
    assert points[-1] == [9999.0, 1.0]
    # The tail is told as well as the middle: a goal is about the last in a thousand.
    for nines in (0.9, 0.99, 0.999):
        assert sum(nines <= share < 1 - (1 - nines) / 10 for _, share in points) >= 9
    assert all(one[1] < two[1] for one, two in itertools.pairwise(points))
    assert cdf([3.0]) == [[3.0, 1.0]]


def test_python_is_held_against_the_same_loop_in_c():
    rates = {"python": 8e6, "C": 10e6, "python, header fields": 6e6, "C, header fields": 8e6}
    plain, columns = python.told(Looped({name: (rate,) * 3 for name, rate in rates.items()}))
    assert plain.goal is None
    assert columns.peers["C loop"].median == 8.0
    assert columns.met is False


def told_of(events, server, downs=40):
    return Told(
        sessions=1000,
        interval_ms=50,
        at_ns=tuple(number * 10_000_000 for number in range(events)),
        event_ns=(100_000,) * events,
        server_ns=(*(400_000,) * server, *(None,) * (events - server)),
        span_ns=30_000_000,
        downs=downs,
        engine_gaps=GAPS,
    )


def test_downs_are_told_in_windows_of_a_hundred():
    event, server = telling.one_by_one(told_of(250, 250, downs=250))
    assert event.ours.windows == (100.0, 100.0)
    assert server.ours.median == pytest.approx(400.0)
    assert server.met is True
    assert telling.at_once([told_of(40, 40)] * 3).met is True


def test_a_down_right_behind_another_is_left_out():
    crowd = told_of(4, 4)
    crowd = replace(
        crowd, at_ns=(5_000_000, 6_900_000, 8_900_000, 9_000_000), server_ns=(1000, 2000, 3000, 4000)
    )
    assert telling.lone(crowd) == [0, 2]
    assert list(telling.one_by_one(crowd))[1].ours.windows == pytest.approx((3.0,))


@pytest.mark.parametrize(("events", "server"), [(41, 40), (40, 39)])
def test_downs_that_were_not_told_or_not_asked_for_take_the_verdict(events, server):
    assert all(row.met is None for row in telling.one_by_one(told_of(events, server)) if row.goal)
    assert telling.at_once([told_of(40, 40), told_of(events, server)]).verdict is Verdict.NO_VERDICT


def test_a_rate_without_loss_says_who_set_the_limit():
    def found(*rates, at_most=False, **changes):
        base = {
            "wanted": Wanted(sessions=1, interval_us=50_000),
            "size": 64,
            "searches": tuple(Searched(rate, (Trial(rate, 0.0),), at_most) for rate in rates),
            "false_downs": 0,
            "far_downs": 0,
            "far_limit": False,
            "engine_gaps": GAPS,
            "far_gaps": GAPS,
            "stages": {},
        }
        return Throughput(**{**base, **changes})

    row = nodrop.told(found(5e6, 6e6, 5e6))
    assert row.ours.windows == (5.0, 6.0, 5.0)
    assert row.detail["limit"] == "the engine"
    assert nodrop.told(found(5e6, far_limit=True)).detail["limit"] == "the far end"
    assert nodrop.told(found(5e6, at_most=True)).detail["limit"] == "the far end"


def test_loads_of_shed_stand_beside_receive_and_classify_alone():
    load = Loaded(
        offered_pps=25e6,
        forwarded_pps=15e6,
        shed_pps=10e6,
        lost_pps=0.0,
        hellos_lost=0,
        hellos_lost_away=0,
        sessions=held(),
    )
    found = Found(
        wanted=Wanted(sessions=10_000, interval_us=50_000),
        source_pps=60e6,
        classify=tuple(
            Alone(pps=pps, receive_cycles=30.0, classify_cycles=20.0) for pps in (28e6, 30e6, 31e6)
        ),
        forwards=None,
        holds=load,
    )
    skipped, row = shed.told([found])
    assert isinstance(skipped, Skipped)
    assert isinstance(row, Kept)
    assert row.ours.median == 25.0
    assert row.peers["receive and classify alone"].median == 30.0
    assert row.ceiling == 31.0
