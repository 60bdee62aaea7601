# SPDX-License-Identifier: Apache-2.0
"""What one window by one arm showed, and what set its rate."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from bfd_fastpath.bench.prediction import line_pps
from bfd_fastpath.bench.suites.forward.arm.source import Source
from bfd_fastpath.bench.suites.forward.peers import Count
from bfd_fastpath.bench.suites.forward.process import PartError

#: Counts of two programs are not taken at the same moment.
_ALIKE: Final = 0.98
#: Of its core, what who polls there has at least.
OWN: Final = 0.95
#: Of the source's turns: where it is refused in fewer, it is as slow as the part, and sets the rate as well.
_OFTEN: Final = 0.9
#: Of the line rate: clocks of two ports differ, and frames are counted, not their octets.
_LINE: Final = 0.97
#: Drivers of memory whose sender has to wait until the receiver has made room.
_MEMORY: Final = ("net_memif", "net_vhost", "net_virtio_user", "net_ring")


class Limit(Enum):
    """What a part's rate was bound by."""

    CORE = "its core"
    OTHERS = "others on its core"
    SOURCE = "the source"
    WIRE = "the wire"
    BACK = "the way back to the source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Packets a second each: sent by the source, received by the part to be forwarded, and come back."""

    sent_pps: float
    taken_pps: float
    back_pps: float
    #: Of the part's core: CPU time by time.
    busy: float
    #: Of the source's turns, those in which its port took no more.
    refused: float
    up: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)

    @property
    def ns(self) -> float:
        """Of the core's time, for each packet that came back."""
        return self.busy * 1e9 / self.back_pps

    def limit(self, driver: str, line: float) -> Limit:
        """driver: the source's; line: its rate, 0 where none is known."""
        if self.busy < OWN:
            return Limit.OTHERS
        if self.back_pps < _ALIKE * self.taken_pps:
            return Limit.BACK
        if self.taken_pps < _ALIKE * self.sent_pps:
            # Its queue was full: it was sent more than it took.
            return Limit.CORE
        if line and self.back_pps >= _LINE * line:
            return Limit.WIRE
        if self.refused < _OFTEN:
            return Limit.SOURCE
        return Limit.CORE if driver in _MEMORY else Limit.WIRE


class Taker(Protocol):
    """Who takes the port for a window."""

    name: str
    mac: str
    #: Packets dropped so far, by reason; as far as it says.
    drops: dict[str, int]

    def connect(self) -> None: ...

    def count(self) -> Count: ...

    def leave(self) -> None: ...


def line_rate(driver: str, speed_mbps: int, size: float) -> float:
    """Packets a second of this mean size that the wire carries; 0 where there is none, or its speed is not
    known.
    """
    return 0.0 if driver in _MEMORY else line_pps(size, speed_mbps / 1000)


def measure(part: Taker, source: Source, seconds: float) -> Window:
    """While packets pass; PartError when they do not."""
    there, here, at_ns = source.count(), part.count(), time.monotonic_ns()
    dropped = part.drops
    time.sleep(seconds)
    then, now, end_ns = source.count(), part.count(), time.monotonic_ns()
    if then.received == there.received:
        raise PartError(f"nothing came back in {seconds:g} s")
    took_s, part_s = (then.ns - there.ns) / 1e9, (end_ns - at_ns) / 1e9
    return Window(
        sent_pps=(then.sent - there.sent) / took_s,
        taken_pps=(now.taken - here.taken) / part_s,
        back_pps=(then.received - there.received) / took_s,
        busy=(now.cpu_ns - here.cpu_ns) / 1e9 / part_s,
        refused=(then.full - there.full) / max(then.turns - there.turns, 1),
        up=then.up,
        drops={
            name: count - dropped.get(name, 0)
            for name, count in part.drops.items()
            if count > dropped.get(name, 0)
        },
    )
