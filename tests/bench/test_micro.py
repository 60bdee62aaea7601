# SPDX-License-Identifier: Apache-2.0
"""pytest-benchmark's results become rows of the suite they belong to."""

import subprocess
import sys
from pathlib import Path

from benches.goals import ROWS
from bfd_fastpath.bench import micro
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Broken, Skipped, Verdict
from bfd_fastpath.bench.micro import left_out, told

TREE = Path(__file__).parents[2]


def result(name="test_receive[1000]", data=(0.1, 0.1, 0.2), **extra):
    known = {
        "operations": 10_000_000,
        "operation": "hello checked",
        "goal": None,
        "ratio": None,
    }
    return {"name": name, "stats": {"data": list(data)}, "extra_info": {**known, **extra}}


def test_without_pytest_benchmark_it_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setattr(micro, "find_spec", lambda name: None)
    (said,) = micro.rows("python", Asked(say=[].append))
    assert (type(said), said.install) == (Skipped, "pip install -e .[test]")


def test_rates_are_millions_a_second():
    (row,) = told([result()])
    assert (row.name, row.unit) == ("hello checked", "M/s")
    assert row.ours.windows == (100.0, 100.0, 50.0)
    assert row.parameters == {"bench": "test_receive[1000]"}


def collected(*words):
    command = [sys.executable, "-m", "pytest", "benches", "--collect-only", "-q", *words]
    said = subprocess.check_output(command, cwd=TREE, text=True)
    return {line.rpartition("::test_")[2] for line in said.splitlines() if "::" in line}


def test_each_bench_belongs_to_a_suite_and_a_suite_has_only_its_own():
    assert collected() == {row.bench for row in ROWS}
    assert collected("--suite=replay") == {row.bench for row in ROWS if row.suite == "replay"}


def test_a_quick_run_takes_one_window_of_every_bench_of_a_suite():
    found = list(micro.rows("control", Asked(scale=Scale.QUICK, say=[].append)))
    assert {row.name for row in found} == {row.operation for row in ROWS if row.suite == "control"}
    assert {len(row.ours.windows) for row in found} == {1}


def test_a_goal_is_a_rate_or_times_a_peer():
    (row,) = told([result(data=(0.1, 0.1), goal=60e6)])
    assert row.goal is not None
    assert (row.goal.limit, row.met) == (60.0, True)
    peer = {"limit": "tshark", "limit_rates": [2e6, 2e6], "ratio": 100}
    (row,) = told([result(data=(0.1, 0.1), **peer)])
    assert row.goal is not None
    assert (row.goal.of, row.peers["tshark"].median, row.met) == ("tshark", 2.0, False)
    assert row.verdict is Verdict.OK


BENCHES = """
import pytest

def test_away():
    pytest.skip("tshark is not here; .ci/packages test")

def test_wrong():
    assert 3 == 4

@pytest.fixture
def broken():
    raise OSError("no memory")

def test_beside(broken):
    pass
"""


def test_a_bench_without_a_result_is_told_with_the_reason(tmp_path):
    (tmp_path / "benches").mkdir()
    (tmp_path / "benches" / "test_some.py").write_text(BENCHES)
    command = [sys.executable, "-m", "pytest", "benches", "-q", "-rsfE", "-p", "no:cacheprovider"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert sorted(left_out("replay", said), key=lambda one: one.what) == [
        Skipped("replay", "test_some.py", "tshark is not here", ".ci/packages test"),
        Broken("replay", "test_some.py::test_beside", "OSError: no memory", ""),
        Broken("replay", "test_some.py::test_wrong", "assert 3 == 4", ""),
    ]
