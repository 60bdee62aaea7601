# SPDX-License-Identifier: Apache-2.0
"""pytest-benchmark's results become rows of the suite they belong to."""

from bfd_fastpath.bench.document import Verdict
from bfd_fastpath.bench.micro import told


def result(name="test_receive[1000]", data=(0.1, 0.1, 0.2), **extra):
    known = {
        "operations": 10_000_000,
        "operation": "hello checked",
        "suite": "bfd-scale",
        "goal": None,
        "ratio": None,
    }
    return {"name": name, "stats": {"data": list(data)}, "extra_info": {**known, **extra}}


def test_rates_are_millions_a_second():
    (row,) = told("bfd-scale", [result()])
    assert (row.name, row.unit) == ("hello checked", "M/s")
    assert row.ours.windows == (100.0, 100.0, 50.0)
    assert row.parameters == {"bench": "test_receive[1000]"}


def test_those_of_other_suites_are_left_out():
    assert list(told("replay", [result()])) == []
    assert len(list(told("replay", [result(suite="replay")]))) == 1


def test_a_goal_is_a_rate_or_times_a_peer():
    (row,) = told("bfd-scale", [result(data=(0.1, 0.1), goal=60e6)])
    assert row.goal is not None
    assert (row.goal.limit, row.met) == (60.0, True)
    peer = {"limit": "tshark", "limit_rates": [2e6, 2e6], "ratio": 100}
    (row,) = told("bfd-scale", [result(data=(0.1, 0.1), **peer)])
    assert row.goal is not None
    assert (row.goal.of, row.peers["tshark"].median, row.met) == ("tshark", 2.0, False)
    assert row.verdict is Verdict.OK
