# SPDX-License-Identifier: Apache-2.0
"""Whether the machine was quiet enough to judge by: time stolen by its host, a loop of the same work timed
again and again, and the gaps that a thread sees which does nothing but look at the clock.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Final

from bfd_fastpath.bench.document import Noise

#: The least of each bucket; the first also has all below.
EDGES_US: Final = tuple(2**power for power in range(17))
_LOOPS: Final = 30
_WORK: Final = 100_000
_LOOK_S: Final = 0.5
#: More is noisy: percent of time stolen, percent between quartiles of the loop, and in a second gaps of a
#: millisecond and more.
STEAL_PERCENT: Final = 2.0
SPREAD_PERCENT: Final = 10.0
LONG_GAPS: Final = 20.0
_LONG_US: Final = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: the loop's times, and gaps by EDGES_US in so many seconds."""

    loop_s: tuple[float, ...]
    gaps: tuple[int, ...]
    seconds: float


@dataclass(slots=True)
class Listener:
    """Looks at one core between suites, and at the time that was stolen from all of them since it began."""

    cpu: int
    samples: list[Sample] = field(default_factory=list)
    _stolen: tuple[int, int] = field(default_factory=lambda: stolen())

    def listen(self, seconds: float = _LOOK_S) -> None:
        """Takes one second on the core, and gives this thread its cores back."""
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {self.cpu} & cores or cores)
        try:
            self.samples.append(_sample(seconds))
        finally:
            os.sched_setaffinity(0, cores)

    def noise(self) -> Noise:
        """All of it."""
        steal, total = (now - then for now, then in zip(stolen(), self._stolen, strict=True))
        return judge(100 * steal / max(total, 1), self.samples)


def judge(steal_percent: float, samples: Sequence[Sample]) -> Noise:
    """The verdict on samples, with the reasons of a noisy one."""
    spread = max((_spread_percent(one.loop_s) for one in samples), default=0.0)
    counts = [sum(each) for each in zip(*(one.gaps for one in samples), strict=True)] if samples else []
    seconds = sum(one.seconds for one in samples)
    long = sum(count for edge, count in zip(EDGES_US, counts, strict=False) if edge >= _LONG_US)
    long_a_second = long / seconds if seconds else 0.0
    reasons = []
    if steal_percent > STEAL_PERCENT:
        reasons.append(
            f"{steal_percent:.1f} % of the time was stolen by the host, more than {STEAL_PERCENT:g} %"
        )
    if spread > SPREAD_PERCENT:
        reasons.append(
            f"the same work took times that are {spread:.0f} % apart, more than {SPREAD_PERCENT:g} %"
        )
    if long_a_second > LONG_GAPS:
        reasons.append(f"{long_a_second:.0f} gaps of a millisecond or more a second, more than {LONG_GAPS:g}")
    return Noise(
        "noisy" if reasons else "quiet",
        round(steal_percent, 2),
        round(spread, 2),
        {"edges-us": list(EDGES_US), "counts": counts},
        tuple(reasons),
    )


def _spread_percent(times: Sequence[float]) -> float:
    first, middle, third = quantiles(times, n=4, method="inclusive")
    return 100 * (third - first) / middle


def _sample(seconds: float) -> Sample:
    loops = []
    for _ in range(_LOOPS):
        begin = time.perf_counter()
        for _ in range(_WORK):
            pass
        loops.append(time.perf_counter() - begin)
    gaps = [0] * len(EDGES_US)
    start = before = time.monotonic_ns()
    end = start + int(seconds * 1e9)
    while before < end:
        now = time.monotonic_ns()
        gaps[min(max((now - before) // 1000, 1), EDGES_US[-1]).bit_length() - 1] += 1
        before = now
    return Sample(tuple(loops), tuple(gaps), (before - start) / 1e9)


def stolen(path: Path = Path("/proc/stat")) -> tuple[int, int]:
    """Ticks stolen from all cores so far, and all ticks."""
    ticks = [int(word) for word in path.read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks)
