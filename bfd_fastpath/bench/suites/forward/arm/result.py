# SPDX-License-Identifier: Apache-2.0
"""What a row by one arm showed: rates, what they were bound by, and cycles where that was the core."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from bfd_fastpath.bench.method import Difference, difference, ratio, too_few
from bfd_fastpath.bench.suites.forward.arm.window import OWN, Limit, Window
from bfd_fastpath.bench.suites.forward.process import PartError
from bfd_fastpath.bench.suites.forward.row import Row

#: Drops that say what the limit was, not that a packet was wrong.
_TOO_FAST: Final = ("drop-shed", "drop-tx-full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one row. Parts that could not take part are missing from windows, with the reason in absent."""

    row: Row
    #: Of the time stamp counter.
    hz: float
    #: Devargs: the parts' port, the source's, and the driver of the latter.
    ports: tuple[str, ...]
    driver: str
    #: What the wire carries; 0 unknown.
    line_pps: float
    #: By part, one a round.
    windows: Mapping[str, tuple[Window, ...]]
    absent: Mapping[str, PartError]
    #: Cycles a packet by stage of ours.
    stages: Mapping[str, float]
    #: Microseconds that the core took for fixed work, before each window (bfd_fastpath.bench.pace).
    paces_us: tuple[float, ...]
    #: At most so much of l3fwd's cycles above io; None: no goal.
    goal: float | None

    def rates(self, name: str) -> tuple[float, ...]:
        """Packets a second that came back, by round."""
        return tuple(one.back_pps for one in self.windows[name])

    def limit(self, name: str) -> Limit:
        """What most of a part's windows were bound by."""
        counted = Counter(one.limit(self.driver, self.line_pps) for one in self.windows[name])
        return counted.most_common(1)[0][0]

    @property
    def source_pps(self) -> float:
        """The most that the source was seen to send, the median of one part's windows."""
        return max(median(one.sent_pps for one in windows) for windows in self.windows.values())

    def cycles(self, name: str) -> tuple[float, ...] | None:
        """Of the core for each packet that came back, by round; None where something else was the limit."""
        if name not in self.windows or self.limit(name) is not Limit.CORE:
            return None
        return tuple(one.ns * self.hz / 1e9 for one in self.windows[name])

    def above(self, name: str) -> Difference | None:
        """Cycles a packet above io, of the same rounds."""
        own, io = self.cycles(name), self.cycles("io")
        if name == "io" or own is None or io is None:
            return None
        return difference([one - base for one, base in zip(own, io, strict=True)])

    @property
    def ratio(self) -> float | None:
        """Ours above io to l3fwd's above io, medians."""
        return ratio(self.above("ours"), self.above("l3fwd"))

    @property
    def drops(self) -> dict[str, int]:
        """Packets that ours dropped in its windows, by reason, besides those that came or left too fast."""
        dropped = Counter[str]()
        for one in self.windows.get("ours", ()):
            dropped.update(one.drops)
        return {name: count for name, count in dropped.items() if name not in _TOO_FAST}

    @property
    def doubt(self) -> str:
        """Why no verdict is given, if none is."""
        if self.drops:
            return "ours dropped packets: " + ", ".join(f"{n} {name}" for name, n in self.drops.items())
        up = min((one.up for one in self.windows.get("ours", ())), default=0)
        if up != self.row.sessions:
            return f"{up} of {self.row.sessions} BFD sessions were up at the end of a window"
        for name in ("ours", "l3fwd", "io"):
            share = min((one.busy for one in self.windows.get(name, ())), default=1.0)
            if share < OWN:
                return f"{name} had {share:.0%} of its core: something else runs there"
        if self.goal is None:
            return ""
        for name in ("ours", "l3fwd", "io"):
            if name not in self.windows:
                return f"{name} did not take part"
            if self.limit(name) is not Limit.CORE:
                return f"{name} is bound by {self.limit(name).value}, not by its core"
        if why := too_few(len(self.windows["ours"])):
            return why
        for name in ("ours", "l3fwd"):
            above = self.above(name)
            if above is not None and not above.judges:
                return f"{name}: cycles above io are {above.middle:.1f}, quartiles {above.spread:.1f} apart"
        return ""
