# SPDX-License-Identifier: Apache-2.0
"""When a machine is too noisy for a verdict, from made-up samples; and a look at this one."""

import os

from bfd_fastpath.bench.noise import EDGES_US, Listener, Sample, judge, stolen, whole


def sample(pieces=(40.0,) * 100, long=0):
    gaps = [1000] + [0] * (len(EDGES_US) - 1)
    gaps[EDGES_US.index(4096)] = long
    return Sample(tuple(pieces), tuple(gaps), 0.5)


def test_a_quiet_machine_has_no_reasons():
    found = judge(0.1, [sample(), sample(long=5)])
    assert (found.verdict, found.reasons) == ("quiet", ())
    assert sum(found.poll_gap["counts"]) == 2005


def test_stolen_time_is_noise():
    found = judge(3.0, [sample()])
    assert found.verdict == "noisy"
    assert "stolen" in found.reasons[0]


def test_pieces_that_were_interrupted_decide_nothing():
    """Not even where most of one look were: the others speak for the core."""
    found = judge(0.0, [sample((40.0,) * 80 + (9000.0,) * 20), sample((40.0,) * 10 + (80.0,) * 20), sample()])
    assert (found.verdict, found.calibration_spread_percent) == ("quiet", 0.0)


def test_a_core_that_was_slower_for_a_third_of_the_time_is_noise():
    found = judge(0.0, [sample(), sample(), sample((79.0,) * 100)])
    assert found.verdict == "noisy"
    assert found.calibration_spread_percent > 90


def test_a_run_is_noisy_where_a_suite_was_and_says_which():
    quiet, noisy = judge(0.0, [sample()]), judge(0.0, [sample(), sample((79.0,) * 100)])
    found = whole(0.5, {"forward": quiet, "shed": noisy}, [sample(), sample((79.0,) * 100)])
    assert (found.verdict, found.steal_percent) == ("noisy", 0.5)
    assert [reason.split(":")[0] for reason in found.reasons] == ["shed"]
    assert whole(0.5, {"forward": quiet}, [sample()]).verdict == "quiet"


def test_long_gaps_are_noise():
    assert judge(0.0, [sample(long=15)]).verdict == "noisy"


def test_this_machine_is_listened_to_and_its_cores_are_given_back():
    cores = os.sched_getaffinity(0)
    listener = Listener(min(cores))
    mark = listener.listen(0.05)
    listener.glance()
    assert os.sched_getaffinity(0) == cores
    look, glance = listener.samples
    assert sum(look.gaps) > 1000
    assert len(look.gaps) == len(EDGES_US)
    assert all(took > 0 for took in (*look.pieces_us, *glance.pieces_us))
    heard = listener.since(mark)
    assert heard.calibration_spread_percent == judge(0.0, listener.samples).calibration_spread_percent
    assert (heard.verdict == "noisy") == bool(heard.reasons)


def test_stolen_ticks_are_the_eighth_of_the_first_line(tmp_path):
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 1 5 100 2 0 1 7 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    assert stolen(stat) == (7, 126)
