# SPDX-License-Identifier: Apache-2.0
"""What a row showed: cycles a packet of each part, those above io, and whether the goal is met."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from bfd_fastpath.bench.method import Difference, difference, ratio, too_few
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.rounds import Windows
from bfd_fastpath.bench.suites.forward.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one row. Parts that could not take part are missing from windows, with the reason in absent."""

    row: Row
    #: Of the time stamp counter.
    hz: float
    windows: dict[str, Windows]
    absent: Mapping[str, PartError]
    #: Packets that ours dropped in all windows, by reason; BFD sessions that were Up at the end.
    drops: dict[str, int]
    up: int
    #: Cycles a packet by stage of ours.
    stages: dict[str, float]
    #: At most so much of l3fwd's cycles above io; None: no goal.
    goal: float | None
    #: Microseconds that the core took for fixed work (bfd_fastpath.bench.pace).
    pace_us: float = 0.0
    #: Turns that do not count: the core itself had another pace in them.
    left_out: int = 0

    def cycles(self, name: str) -> tuple[float, ...]:
        """A packet's, by round."""
        return tuple(ns * self.hz / 1e9 for ns in self.windows[name].ns)

    def rate(self, name: str) -> float:
        """Packets in a second of the core's time, median."""
        return 1e9 / median(self.windows[name].ns)

    def above(self, name: str) -> Difference | None:
        """Cycles a packet above io."""
        if name == "io" or name not in self.windows or "io" not in self.windows:
            return None
        differences = self.windows[name].above(self.windows["io"])
        return difference([ns * self.hz / 1e9 for ns in differences])

    def believed(self, name: str) -> bool:
        """Nobody is faster than the ports."""
        return "io" not in self.windows or self.rate(name) <= self.rate("io")

    @property
    def ratio(self) -> float | None:
        """Ours above io to l3fwd's above io, medians."""
        return ratio(self.above("ours"), self.above("l3fwd"))

    @property
    def verdict(self) -> str:
        ours, theirs = self.above("ours"), self.above("l3fwd")
        if self.drops:
            return "ours dropped packets"
        if self.up != self.row.sessions:
            return f"{self.up} of {self.row.sessions} BFD sessions up"
        if ours is None or theirs is None or self.ratio is None:
            return "not measured"
        believed = self.believed("ours") and self.believed("l3fwd")
        if too_few(len(self.windows["ours"].ns)) or not (ours.judges and theirs.judges and believed):
            return "no verdict"
        if self.goal is None:
            return ""
        return "met" if self.ratio <= self.goal else "not met"
