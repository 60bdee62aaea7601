# SPDX-License-Identifier: Apache-2.0
"""How late a failure is seen: a part of the far end falls silent at once, again and again, and the engine's
Down is compared with what the far end knows: when its last hello went out, and the Detection Time from there.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope.rig import STATE_CHANGED, LocalRig, NotUpError, Wanted, standing
from pydp.generate import Action

_SHARES: Final = (0.5, 0.99, 0.999, 1.0)
_MARGIN_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """Overshoots are Down less (last hello sent + Detection Time), nanoseconds."""

    wanted: Wanted
    #: Sessions whose far end fell silent, all rounds together.
    silenced: int
    #: Of those, seen.
    seen: int
    #: Downs of sessions whose far end had not fallen silent.
    others: int
    #: By share: 0.5 is the median, 1.0 the longest.
    overshoot_ns: dict[float, float]
    #: The shortest; below 0 it would be a false Down.
    least_ns: float
    #: The same less the engine's longest poll gap within the Detection Time before each Down.
    beyond_gap_ns: dict[float, float]
    #: Down less (last hello received + Detection Time): the engine's part alone.
    after_heard_ns: dict[float, float]
    engine_gaps: Gaps
    far_gaps: Gaps
    #: By round, and there by session that was seen: overshoot, the engine's poll gap, overshoot after the
    #: last hello was heard.
    rounds_ns: tuple["numpy.ndarray[Any, Any]", ...] = ()


def detect(wanted: Wanted, silent: int, rounds: int) -> Detected:
    """In a process of its own, since EAL starts once. Each round silences other sessions than the one before.
    Raises NotUpError.
    """
    with standing(wanted) as rig:
        rig.begin()
        rig.reset_gaps()
        downs, others = [], 0
        for number in range(rounds):
            first = number * silent % max(wanted.sessions - silent + 1, 1)
            found, strangers = _round(rig, first, silent)
            downs.append(found)
            others += strangers
        ours, far = rig.gaps()
    each = numpy.concatenate(downs)
    if len(each) == 0:
        raise NotUpError("no session went Down, though their far ends fell silent")
    return Detected(
        wanted=wanted,
        silenced=silent * rounds,
        seen=len(each),
        others=others,
        overshoot_ns=_shares(each[:, 0]),
        least_ns=float(each[:, 0].min()),
        beyond_gap_ns=_shares(each[:, 0] - each[:, 1]),
        after_heard_ns=_shares(each[:, 2]),
        engine_gaps=ours,
        far_gaps=far,
        rounds_ns=tuple(one for one in downs if len(one)),
    )


def _round(rig: LocalRig, first: int, silent: int) -> tuple["numpy.ndarray[Any, Any]", int]:
    """Overshoot, poll gap and overshoot since the engine heard the last hello of each that was seen, in
    nanoseconds; and how many others went Down.
    """
    rig.drain()
    wanted = {session: i for i, session in enumerate(rig.ids[first : first + silent])}
    rig.peers.act(Action.SILENT, first=first, count=silent)
    time.sleep(2 * rig.wanted.detection_us / 1e6 + _MARGIN_S)
    events = rig.drain()
    left = events[
        (events["type"] == STATE_CHANGED)
        & (events["old_state"] == pydp.State.UP)
        & (events["new_state"] == pydp.State.DOWN)
    ]
    last_tx = rig.peers.read(first=first, count=silent)["last_tx_ns"]
    rows, strangers = [], 0
    detection_ns = rig.wanted.detection_us * 1000
    for session, at_ns, gap_us, heard_ns in zip(
        *(left[name].tolist() for name in ("session", "time_ns", "poll_gap_us", "last_rx_ns")), strict=True
    ):
        index = wanted.get(session)
        if index is None:
            strangers += 1
        else:
            sent_ns = int(last_tx[index])
            rows.append((at_ns - sent_ns - detection_ns, gap_us * 1000, at_ns - heard_ns - detection_ns))
    # To say Down and let go of it is to say it at once, not at the next slow hello.
    for back in (Action.DOWN, Action.RESUME):
        rig.peers.act(back, first=first, count=silent)
    limit = time.monotonic() + 10
    while rig.peers.summary().up < rig.wanted.sessions and time.monotonic() < limit:
        time.sleep(0.1)
    return numpy.array(rows, dtype=float).reshape(-1, 3), strangers


def _shares(values: "numpy.ndarray[Any, Any]") -> dict[float, float]:
    return {share: float(numpy.quantile(values, share)) for share in _SHARES}
