# SPDX-License-Identifier: Apache-2.0
"""Interleaved windows: before each round of a bench one window of its limit or peer runs, so that both see
the same machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from pytest_benchmark.fixture import BenchmarkFixture

from benches.goals import ROWS

ROUNDS = 7

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Windows:
    """What times a bench."""

    benchmark: BenchmarkFixture
    #: One window and no warm-up: whether it works.
    quick: bool

    def run(
        self,
        operations: int,
        subject: Callable[[], T],
        *,
        limit: tuple[str, int, Callable[[], object]] | None = None,
        prepare: Callable[[], None] | None = None,
        rounds: int = ROUNDS,
    ) -> T:
        """Times subject(), which does that many operations, in `rounds` windows after a warm-up.

        limit: what the other one is, how many operations its call does, and the call. prepare() runs before
        each window of the subject, untimed. Returns what the last subject() returned; benches.table and
        bfd_fastpath.bench.micro read the figures from benchmark.extra_info.
        """
        windows: list[float] = []

        def between() -> None:
            if limit is not None:
                start = perf_counter()
                limit[2]()
                windows.append(limit[1] / (perf_counter() - start))
            if prepare is not None:
                prepare()

        told = self.benchmark.extra_info
        told["operations"] = operations
        row = next((one for one in ROWS if f"test_{one.bench}" == self.benchmark.name), None)
        if row is not None:
            told.update({"operation": row.operation, "goal": row.goal, "ratio": row.ratio})
        if self.quick:
            rounds = 1
        else:
            if prepare is not None:
                prepare()
            subject()
        result: T = self.benchmark.pedantic(  # type: ignore[no-untyped-call]
            subject, setup=between, rounds=rounds
        )
        if limit is not None:
            told["limit"] = limit[0]
            told["limit_rates"] = windows[:rounds]
        return result
