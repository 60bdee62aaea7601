# SPDX-License-Identifier: Apache-2.0
"""Sessions held for a while: who left Up, and whether the path had been silent for a Detection Time.

Downs of which the far end is the reason are counted apart (away). Every other one is false: of a late engine,
of a full queue, of a peer that did not hear us.
"""

import time
from dataclasses import dataclass
from typing import Final

import pydp
from bfd_fastpath.bench.gaps import Gaps, difference
from bfd_fastpath.bench.suites.envelope.away import Away
from bfd_fastpath.bench.suites.envelope.rig import (
    STATE_CHANGED,
    NotUpError,
    Rig,
    Wanted,
    standing,
    standing_apart,
)

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
    #: The far end's hellos by how late they went out (bfd_fastpath.bench.gaps).
    far_late_us_log2: tuple[int, ...]
    #: What the longest look at the far end took, nanoseconds.
    look_max_ns: int = 0
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
    """In a process of its own, since EAL starts once. Raises FarEndError where the far end is on another
    machine and is lost.
    """
    apart = wanted.far_end
    with standing(wanted) if apart is None else standing_apart(wanted, apart) as rig:
        try:
            took = rig.begin()
        except NotUpError as error:
            return watched(rig, 0.0, 0.0, reason=str(error))
        return watched(rig, took, seconds)


def watched(rig: Rig, up_after_s: float, seconds: float, reason: str = "") -> Held:
    """Sessions that are up, for so many seconds. reason: why they are not."""
    rig.reset_gaps()
    wanted = rig.wanted
    away = Away(rig.far, detection_us=wanted.detection_us, interval_us=wanted.interval_us)
    before, missed = away.last, rig.missed()
    deferred = rig.engine.stats.worker().stalled_sessions
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        time.sleep(_LOOK_S)
        away.look()
        events = rig.drain()
        left = events[
            (events["type"] == STATE_CHANGED)
            & (events["old_state"] == pydp.State.UP)
            & (events["new_state"] != pydp.State.UP)
        ]
        away.downs(left["time_ns"].tolist())
    away.end()
    took = time.monotonic() - start
    after, lost = away.last, rig.missed()
    ours, far = rig.gaps()
    return Held(
        wanted=wanted,
        seconds=took if seconds else 0.0,
        up_after_s=up_after_s,
        false_downs=away.false_downs,
        far_downs=away.far_downs,
        deferred=rig.engine.stats.worker().stalled_sessions - deferred,
        tx_pps=(after.received - before.received) / max(took, 1e-3),
        rx_pps=(after.sent - before.sent) / max(took, 1e-3),
        missed=(lost[0] - missed[0], lost[1] - missed[1]),
        engine_gaps=ours,
        far_gaps=far,
        far_late_us_log2=difference(after.late_us_log2, before.late_us_log2),
        look_max_ns=away.slowest_ns,
        reason=reason,
    )
