# SPDX-License-Identifier: Apache-2.0
"""The micro benches of the source tree (pytest-benchmark, benches/) as rows of a suite."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Broken, Goal, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged

_TREE: Final = Path(__file__).parents[2]
_BOUND_S: Final = 600


def rows(suite: str, asked: Asked) -> Iterator[Row | Skipped]:
    """Those in benches/ that belong to the suite."""
    benches = _TREE / "benches"
    if not benches.is_dir():
        yield Skipped(suite, "micro benches", "they are in the source tree: run make bench there", "")
        return
    if find_spec("pytest_benchmark") is None:
        yield Skipped(suite, "micro benches", "pytest-benchmark is not installed", "pip install -e .[test]")
        return
    asked.say(f"micro benches of {suite}")
    with TemporaryDirectory() as room:
        report = Path(room) / "report.json"
        command = [sys.executable, "-m", "pytest", "benches", f"--suite={suite}", "-q", "-rsfE"]
        command += ["--benchmark-quiet", "--benchmark-disable-gc", f"--benchmark-json={report}"]
        command += ["--quick"] if asked.quick else []
        done = subprocess.run(
            command, cwd=_TREE, capture_output=True, text=True, timeout=_BOUND_S, check=False
        )
        text = report.read_text() if report.exists() else ""
        yield from left_out(suite, done.stdout)
        if not text:
            yield Broken(suite, "micro benches", done.stdout.strip()[-300:] or done.stderr.strip()[-300:], "")
            return
        yield from told(json.loads(text)["benchmarks"])


def left_out(suite: str, text: str) -> Iterator[Skipped]:
    """Benches without a result, from pytest's summary: who is missing, and what went wrong."""
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "SKIPPED":
            why, _, install = rest.partition("]")[2].partition(": ")[2].partition("; ")
            yield Skipped(suite, rest.split("benches/")[-1].split(":")[0], why, install)
        elif kind in ("FAILED", "ERROR"):
            what, _, why = rest.removeprefix("benches/").partition(" - ")
            yield Broken(suite, what, why or "it failed", "")


def told(benchmarks: list[Mapping[str, Any]]) -> Iterator[Row]:
    """pytest-benchmark's results as rows, millions of operations a second."""
    for one in benchmarks:
        extra = one["extra_info"]
        rates = [extra["operations"] / seconds / 1e6 for seconds in one["stats"]["data"]]
        limit, peers, goal = extra.get("limit"), {}, None
        if limit is not None:
            peers = {limit: Figure.of([rate / 1e6 for rate in extra["limit_rates"]])}
        if extra.get("goal") is not None:
            goal = Goal(f"{extra['goal'] / 1e6:g} M a second", extra["goal"] / 1e6)
        elif extra.get("ratio") is not None and limit is not None:
            goal = Goal(f"{extra['ratio']:g} x {limit}", extra["ratio"], limit)
        yield judged(
            Row(
                name=extra["operation"],
                parameters={"bench": one["name"]},
                unit="M/s",
                better=Better.HIGHER,
                ours=Figure.of(rates),
                peers=peers,
                goal=goal,
            )
        )
