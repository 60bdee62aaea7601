# SPDX-License-Identifier: Apache-2.0
"""Whether the machine was quiet enough to judge by, for each suite: time stolen by its host, the pace of the
core that is measured, and the gaps that a thread sees which does nothing but look at the clock.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Final

from bfd_fastpath.bench.document import Noise
from bfd_fastpath.bench.pace import on_core, pieces

#: The least of each bucket; the first also has all below.
EDGES_US: Final = tuple(2**power for power in range(17))
_PIECES: Final = 2000
_GLANCE: Final = 500
_LOOK_S: Final = 0.5
#: More is noisy: percent of time stolen, percent between quartiles of fixed work, and in a second gaps of a
#: millisecond and more.
STEAL_PERCENT: Final = 2.0
SPREAD_PERCENT: Final = 10.0
LONG_GAPS: Final = 20.0
_LONG_US: Final = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: what pieces of the same work took, and gaps by EDGES_US in so many seconds."""

    pieces_us: tuple[float, ...]
    gaps: tuple[int, ...] = (0,) * len(EDGES_US)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a suite began: its first sample, and what was stolen by then."""

    first: int
    stolen: tuple[int, int]


@dataclass(slots=True)
class Listener:
    """Looks at one core between suites, and at the time that was stolen from all of them since it began."""

    cpu: int
    samples: list[Sample] = field(default_factory=list)

    def listen(self, seconds: float = _LOOK_S) -> Mark:
        """A whole look; what it found counts for the suite before it and for the one behind it."""
        with on_core(self.cpu):
            self.samples.append(_sample(seconds))
        return Mark(len(self.samples) - 1, stolen())

    def glance(self) -> None:
        """At the core's pace alone, between two rows."""
        with on_core(self.cpu):
            self.samples.append(Sample(pieces(_GLANCE)))

    def since(self, mark: Mark) -> Noise:
        """From that look to now."""
        steal, total = (now - then for now, then in zip(stolen(), mark.stolen, strict=True))
        return judge(100 * steal / max(total, 1), self.samples[mark.first :])


def judge(steal_percent: float, samples: Sequence[Sample]) -> Noise:
    """The verdict on samples, with the reasons of a noisy one. Pieces of all samples are one crowd: what
    happened to fewer than a quarter of them decides nothing.
    """
    spread = _spread_percent([one for sample in samples for one in sample.pieces_us])
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


def whole(steal_percent: float, suites: Mapping[str, Noise], samples: Sequence[Sample]) -> Noise:
    """Of a run: noisy where a suite was, by name."""
    reasons = tuple(f"{name}: {reason}" for name, one in suites.items() for reason in one.reasons)
    return Noise(
        "noisy" if reasons else "quiet",
        round(steal_percent, 2),
        max((one.calibration_spread_percent for one in suites.values()), default=0.0),
        judge(0.0, samples).poll_gap,
        reasons,
    )


def _spread_percent(times: Sequence[float]) -> float:
    if len(times) < 2:
        return 0.0
    first, middle, third = quantiles(times, n=4, method="inclusive")
    return 100 * (third - first) / middle


def _sample(seconds: float) -> Sample:
    took = pieces(_PIECES)
    gaps = [0] * len(EDGES_US)
    start = before = time.monotonic_ns()
    end = start + int(seconds * 1e9)
    while before < end:
        now = time.monotonic_ns()
        gaps[min(max((now - before) // 1000, 1), EDGES_US[-1]).bit_length() - 1] += 1
        before = now
    return Sample(took, tuple(gaps), (before - start) / 1e9)


def stolen(path: Path = Path("/proc/stat")) -> tuple[int, int]:
    """Ticks stolen from all cores so far, and all ticks."""
    ticks = [int(word) for word in path.read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks)
