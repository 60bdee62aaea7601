# SPDX-License-Identifier: Apache-2.0
"""Throughput by RFC 2544 26.1 with one arm: the far end sends data, the engine forwards it back by the port
it came from, and holds sessions with that far end meanwhile. The rate is searched at which all but a stated
share comes back and no session goes down.
"""

import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.search import Searched, Trial, search
from bfd_fastpath.bench.stages import cycles_a_packet
from bfd_fastpath.bench.suites.envelope.hold import Held, watched
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS, LocalRig, Wanted, standing
from pydp.generate import Flow, FlowConfig

#: Of the packets offered.
LOSS: Final = 1e-3
LEAST_PPS, MOST_PPS = 1e4, 40e6
#: An offered rate that stays below this part of the one asked for is the far end's limit.
_KEPT: Final = 0.97
_QUEUE: Final = 1 << 14
_DESTINATIONS: Final = 1024
_FIRST: Final = IPv4Address("198.18.0.0")
_SETTLE_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What was found. far_limit: whether the far end, not the engine, set the limit."""

    wanted: Wanted
    size: int
    #: One after the other; each begins where the one before ended.
    searches: tuple[Searched, ...]
    false_downs: int
    far_downs: int
    far_limit: bool
    engine_gaps: Gaps
    far_gaps: Gaps
    #: Cycles a packet by stage of the engine.
    stages: dict[str, float]


def measure(wanted: Wanted, size: int, seconds: float, most_pps: float, searches: int) -> Throughput:
    """In a process of its own, since EAL starts once. seconds: of a trial. Raises NotUpError."""
    with standing(wanted, _QUEUE) as rig:
        engine = rig.engine
        engine.nexthops.set(1, pydp.NextHopConfig.adjacent(str(FIRST_PEER), 0))
        engine.routes.set("198.18.0.0/15", 1)
        engine.forwarding_set(pydp.ForwardingConfig())
        config = FlowConfig(
            source=OURS + 1,
            gateway=OURS,
            destinations=[_FIRST + number for number in range(_DESTINATIONS)],
            sizes=(size,),
        )
        flow = rig.generator.flow(0, config)
        rig.begin()
        seen = _Seen()
        found = list[Searched]()
        for _ in range(searches):
            found.append(
                search(
                    lambda rate: _trial(rig, flow, rate, seconds, seen),
                    LEAST_PPS,
                    most_pps,
                    bound=LOSS,
                    near=found[-1].rate if found else None,
                )
            )
        return Throughput(
            wanted=wanted,
            size=size,
            searches=tuple(found),
            false_downs=seen.false_downs,
            far_downs=seen.far_downs,
            far_limit=seen.least_slow <= max(one.rate for one in found) * 1.1,
            engine_gaps=seen.engine_gaps,
            far_gaps=seen.far_gaps,
            stages=cycles_a_packet(engine.stats.stages()),
        )


@dataclass(slots=True)
class _Seen:
    """In all trials."""

    false_downs: int = 0
    far_downs: int = 0
    #: The least rate that the far end did not reach.
    least_slow: float = float("inf")
    engine_gaps: Gaps = field(default_factory=Gaps)
    far_gaps: Gaps = field(default_factory=Gaps)

    def add(self, held: Held) -> None:
        self.false_downs += held.false_downs
        self.far_downs += held.far_downs
        self.engine_gaps += held.engine_gaps
        self.far_gaps += held.far_gaps


def _trial(rig: LocalRig, flow: Flow, pps: float, seconds: float, seen: _Seen) -> Trial:
    flow.start(pps)
    held = watched(rig, 0.0, seconds)
    flow.stop()
    time.sleep(_SETTLE_S)
    state = flow.read()
    seen.add(held)
    kept = state.sent >= _KEPT * pps * seconds
    if not kept:
        seen.least_slow = min(seen.least_slow, pps)
    return Trial(pps, state.lost / max(state.sent, 1), gate=held.false_downs == 0, offered=kept)
