# SPDX-License-Identifier: Apache-2.0
"""When a machine is too noisy for a verdict, from made-up samples; and a look at this one."""

import os

from bfd_fastpath.bench.noise import EDGES_US, Listener, Sample, judge, stolen


def sample(loops=(1.0,) * 10, long=0):
    gaps = [1000] + [0] * (len(EDGES_US) - 1)
    gaps[EDGES_US.index(4096)] = long
    return Sample(tuple(loops), tuple(gaps), 0.5)


def test_a_quiet_machine_has_no_reasons():
    found = judge(0.1, [sample(), sample(long=5)])
    assert (found.verdict, found.reasons) == ("quiet", ())
    assert sum(found.poll_gap["counts"]) == 2005


def test_stolen_time_is_noise():
    found = judge(3.0, [sample()])
    assert found.verdict == "noisy"
    assert "stolen" in found.reasons[0]


def test_the_worst_sample_counts_for_the_loop():
    found = judge(0.0, [sample(), sample([1.0, 1.3, 1.0, 1.4, 1.0, 1.5])])
    assert found.verdict == "noisy"
    assert found.calibration_spread_percent > 10


def test_long_gaps_are_noise():
    assert judge(0.0, [sample(long=15)]).verdict == "noisy"


def test_this_machine_is_listened_to_and_its_cores_are_given_back():
    cores = os.sched_getaffinity(0)
    listener = Listener(min(cores))
    listener.listen(0.05)
    assert os.sched_getaffinity(0) == cores
    (found,) = listener.samples
    assert sum(found.gaps) > 1000
    assert len(found.gaps) == len(EDGES_US)
    assert listener.noise().verdict in ("quiet", "noisy")


def test_stolen_ticks_are_the_eighth_of_the_first_line(tmp_path):
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 1 5 100 2 0 1 7 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    assert stolen(stat) == (7, 126)
