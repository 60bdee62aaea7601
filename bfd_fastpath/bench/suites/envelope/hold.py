# SPDX-License-Identifier: Apache-2.0
"""Sessions held for a while: who left Up, and whether the path had been silent for a Detection Time.

A far end that does not send for as long as Detection Time less one interval makes a true Down, whatever kept
it from sending: such Downs are counted apart. It is seen ten times a second by its poll gaps and by how late
its hellos went out. Every other Down is false: of a late engine, of a full queue, of a peer that did not hear
us.
"""

import time
from collections import deque
from dataclasses import dataclass
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.gaps import Gaps, at_least, difference
from bfd_fastpath.bench.suites.envelope.rig import STATE_CHANGED, NotUpError, Rig, Wanted, standing

_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What happened to the sessions while they were watched."""

    wanted: Wanted
    #: Seconds that they were watched; 0: they did not come up.
    seconds: float
    #: Seconds until all were Up.
    up_after_s: float
    #: Downs without a Detection Time of silence on the path.
    false_downs: int
    #: Downs of sessions whose far end was away from its core.
    far_downs: int
    #: Detections that waited because the engine itself was late (law 5).
    deferred: int
    #: Hellos a second: sent by the engine, received by it.
    tx_pps: float
    rx_pps: float
    #: Frames lost because a queue was full: the engine's, the far end's.
    missed: tuple[int, int]
    engine_gaps: Gaps
    far_gaps: Gaps
    #: The far end's hellos by how late they went out (bfd_fastpath.bench.suites.envelope.gaps).
    far_late_us_log2: tuple[int, ...]
    #: Why it did not begin; "" where it did.
    reason: str = ""

    @property
    def held(self) -> bool:
        """All of them, all the time."""
        return self.seconds > 0 and self.false_downs == 0

    @property
    def verdict(self) -> str:
        if self.held:
            return "held" if self.far_downs == 0 else "held, but for the far end"
        return "not held" if self.seconds > 0 else "not up"


def hold(wanted: Wanted, seconds: float) -> Held:
    """In a process of its own, since EAL starts once."""
    with standing(wanted) as rig:
        try:
            took = rig.begin()
        except NotUpError as error:
            return watched(rig, 0.0, 0.0, reason=str(error))
        return watched(rig, took, seconds)


@dataclass(frozen=True, slots=True)
class _Moment:
    """The far end between two looks, and until when."""

    end_ns: int
    away: bool


class _FarEnd:
    """Whether the far end was away at a time."""

    def __init__(self, rig: Rig) -> None:
        wanted = rig.wanted
        self._rig = rig
        self._limit_us = wanted.detection_us - wanted.interval_us
        self._window_ns = wanted.detection_us * 1000
        self._gaps = rig.generator.worker().poll_gap_us_log2
        self._late = rig.summary().tx_late_us_log2
        self._moments: deque[_Moment] = deque(maxlen=1 + int(2 + wanted.detection_us / 1e6 / _LOOK_S))

    def look(self) -> None:
        gaps, late = self._rig.generator.worker().poll_gap_us_log2, self._rig.summary().tx_late_us_log2
        away = at_least(difference(gaps, self._gaps), self._limit_us) or at_least(
            difference(late, self._late), self._limit_us
        )
        self._gaps, self._late = gaps, late
        self._moments.append(_Moment(pydp.engine.clock_ns(), away))

    def away(self, time_ns: int) -> bool:
        """In the Detection Time before; a gap is known at its end."""
        return any(one.away and one.end_ns >= time_ns - self._window_ns for one in self._moments)


def watched(rig: Rig, up_after_s: float, seconds: float, reason: str = "") -> Held:
    """Sessions that are up, for so many seconds. reason: why they are not."""
    rig.reset_gaps()
    far_end, before, missed = _FarEnd(rig), rig.summary(), rig.missed()
    deferred = rig.engine.stats.worker().stalled_sessions
    false_downs = far_downs = 0
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        time.sleep(_LOOK_S)
        far_end.look()
        events = rig.drain()
        left = events[
            (events["type"] == STATE_CHANGED)
            & (events["old_state"] == pydp.State.UP)
            & (events["new_state"] != pydp.State.UP)
        ]
        explained = sum(far_end.away(int(moment)) for moment in left["time_ns"])
        far_downs += explained
        false_downs += len(left) - explained
    took = time.monotonic() - start
    after, lost = rig.summary(), rig.missed()
    ours, far = rig.gaps()
    return Held(
        wanted=rig.wanted,
        seconds=took if seconds else 0.0,
        up_after_s=up_after_s,
        false_downs=false_downs,
        far_downs=far_downs,
        deferred=rig.engine.stats.worker().stalled_sessions - deferred,
        tx_pps=(after.rx_packets - before.rx_packets) / max(took, 1e-3),
        rx_pps=(after.tx_packets - before.tx_packets) / max(took, 1e-3),
        missed=(lost[0] - missed[0], lost[1] - missed[1]),
        engine_gaps=ours,
        far_gaps=far,
        far_late_us_log2=difference(after.tx_late_us_log2, before.tx_late_us_log2),
        reason=reason,
    )
