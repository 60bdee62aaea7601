# SPDX-License-Identifier: Apache-2.0
"""Two histories of one session beside each other: which change of the recorded end is which of ours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.replay.end_report import ChangePair, Moment

#: How far ahead a better partner is looked for.
_AHEAD: Final = 8
_TELLING: Final = (BfdState.DOWN, BfdState.ADMIN_DOWN)


class Step(NamedTuple):
    """A change, and the negotiated interval of the peer's hellos then."""

    moment: Moment
    interval_us: int


def pair(recorded: Sequence[Step], ours: Sequence[Step]) -> tuple[ChangePair, ...]:
    """Both histories in one, in the order of time as far as their orders agree.

    Changes to the same state are one pair unless a later one to that state is nearer; a change that the other
    side does not have stands alone.
    """
    found: list[ChangePair] = []
    i = j = 0
    while i < len(recorded) and j < len(ours):
        one, other = recorded[i], ours[j]
        skip_recorded, skip_ours = _skips(recorded, i, ours, j)
        if skip_recorded:
            found.append(ChangePair(one.moment, None, one.interval_us, ()))
            i += 1
        elif skip_ours:
            found.append(ChangePair(None, other.moment, other.interval_us, ()))
            j += 1
        else:
            found.append(_both(one, other))
            i, j = i + 1, j + 1
    found += [ChangePair(one.moment, None, one.interval_us, ()) for one in recorded[i:]]
    found += [ChangePair(None, one.moment, one.interval_us, ()) for one in ours[j:]]
    return tuple(found)


def _both(one: Step, other: Step) -> ChangePair:
    differs = []
    if abs(other.moment.time_ns - one.moment.time_ns) > one.interval_us * 1000:
        differs.append("time")
    # A diagnostic is about the last time that Up was left (RFC 5880 6.8.1); some clear it later.
    if one.moment.new in _TELLING and one.moment.diagnostic != other.moment.diagnostic:
        differs.append("diagnostic")
    return ChangePair(one.moment, other.moment, one.interval_us, tuple(differs))


def _skips(recorded: Sequence[Step], i: int, ours: Sequence[Step], j: int) -> tuple[bool, bool]:
    """Whether the recorded change, or ours, has no partner here."""
    one, other = recorded[i], ours[j]
    apart = other.moment.time_ns - one.moment.time_ns
    if one.moment.new is other.moment.new:
        if abs(apart) <= one.interval_us * 1000:
            return False, False
        return (
            apart > 0 and _nearer(recorded, i, other, apart),
            apart < 0 and _nearer(ours, j, one, -apart),
        )
    ours_follows = _follows(ours, j, one.moment.new)
    recorded_follows = _follows(recorded, i, other.moment.new)
    if ours_follows != recorded_follows:
        return recorded_follows, ours_follows
    return apart > 0, apart <= 0


def _nearer(steps: Sequence[Step], at: int, to: Step, apart: int) -> bool:
    """Whether a later change to the same state is nearer in time."""
    return any(
        step.moment.new is to.moment.new and abs(step.moment.time_ns - to.moment.time_ns) < apart
        for step in steps[at + 1 : at + 1 + _AHEAD]
    )


def _follows(steps: Sequence[Step], at: int, state: BfdState) -> bool:
    return at + 1 < len(steps) and steps[at + 1].moment.new is state
