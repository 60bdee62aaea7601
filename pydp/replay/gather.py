# SPDX-License-Identifier: Apache-2.0
"""Events of the C replay into happenings, a list for each session, and into faults. Lists are capped, counts
are exact.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import numpy

from pydp.addresses import Address
from pydp.ffi import lib, text
from pydp.replay.columns import EVENT_FIELDS
from pydp.replay.happenings import (
    DiagnosticChange,
    First,
    Happening,
    Late,
    LongGap,
    Restart,
    StateChange,
    TimerChange,
    Timers,
    Unreachable,
)
from pydp.replay.records import Fault
from pydp.states import Diagnostic, State

#: Records kept of a whole capture.
MOST_FAULTS = 10_000
MOST_STATE_CHANGES = 100_000
MOST_LATE = 100_000
MOST_OTHERS = 100_000

_SESSION, _FIRST, _STATE, _TIMERS, _RESTART, _LATE, _GAP, _FAULT, _UNREACHABLE, _PAIRED, _DIAGNOSTIC = range(
    1, 12
)

_NUMBER = EVENT_FIELDS["number"]
_TYPE = EVENT_FIELDS["type"]
_SESSION_AT = EVENT_FIELDS["session"]
_VALUE = EVENT_FIELDS["value"]
_TIME, _GAP_AT, _OTHER_GAP, _DETECTION = (
    EVENT_FIELDS[name] for name in ("time_ns", "gap_ns", "other_gap_ns", "detection_ns")
)
_TX, _RX, _ECHO_RX = (
    EVENT_FIELDS[name] for name in ("desired_min_tx_us", "required_min_rx_us", "required_min_echo_rx_us")
)
_END, _REASON, _OLD, _NEW, _DIAG, _MULTIPLIER, _FAMILY, _SOURCE, _DESTINATION, _MINE = (
    EVENT_FIELDS[name]
    for name in (
        "end",
        "reason",
        "old_state",
        "new_state",
        "diagnostic",
        "multiplier",
        "family",
        "source",
        "destination",
        "my_discriminator",
    )
)
#: By number.
STATES = tuple(State)
DIAGNOSTICS = tuple(Diagnostic(number) for number in range(32))


def address(family: int, octets: bytes) -> Address:
    """family 6, or anything else for IPv4 in the first four octets."""
    return IPv6Address(octets) if family == 6 else IPv4Address(octets[:4])


@lru_cache(maxsize=4096)
def timers(multiplier: int, tx: int, rx: int, echo_rx: int) -> Timers:
    """One record for all who say the same."""
    return Timers(multiplier, tx, rx, echo_rx)


class Gatherer:
    """Takes events as they are drained, in order."""

    def __init__(self) -> None:
        #: By the session's number from 0.
        self.happenings: dict[int, list[Happening]] = {}
        self.faults: list[Fault] = []
        #: How many there were of each type.
        self.counts = [0] * 12
        #: How many were left out of each type.
        self.omitted = [0] * 12
        self._kept = [0] * 12
        self._most = [0] + [MOST_OTHERS] * 11
        self._most[_FAULT] = MOST_FAULTS
        self._most[_STATE] = MOST_STATE_CHANGES
        self._most[_LATE] = self._most[_GAP] = MOST_LATE
        self._most[_FIRST] = self._most[_SESSION] = self._most[_PAIRED] = 1 << 62

    def take(self, events: "numpy.ndarray[Any, Any]") -> None:
        """Structured array of columns.EVENT_DTYPE."""
        types = events["type"]
        counts = numpy.bincount(types, minlength=12)
        for kind in numpy.flatnonzero(counts):
            self.counts[kind] += int(counts[kind])
            # Of a kind that is full nothing becomes an object: a hostile file costs no more than a good one.
            if self._kept[kind] >= self._most[kind]:
                self.omitted[kind] += int(counts[kind])
                events = events[events["type"] != kind]
        for event in events.tolist():
            kind = event[_TYPE]
            if kind == _SESSION:
                continue
            if kind == _PAIRED:
                self._swap(event)
            elif self._kept[kind] >= self._most[kind]:
                self.omitted[kind] += 1
            else:
                self._kept[kind] += 1
                self._keep(kind, event)

    def _keep(self, kind: int, event: tuple[Any, ...]) -> None:
        if kind == _FAULT:
            self.faults.append(_fault(event))
            return
        made = _happening(kind, event)
        if made is not None:
            self.happenings.setdefault(event[_SESSION_AT], []).append(made)

    def _swap(self, event: tuple[Any, ...]) -> None:
        """Two sessions had mixed up one of their ends: all told of it so far is the other's."""
        one, other, end = event[_SESSION_AT], event[_VALUE], event[_END]
        here, there = self.happenings.get(one, []), self.happenings.get(other, [])
        for session, kept, gained in ((one, here, there), (other, there, here)):
            mixed = [it for it in kept if it.end != end] + [it for it in gained if it.end == end]
            self.happenings[session] = sorted(mixed, key=lambda it: it.packet)


def _fault(event: tuple[Any, ...]) -> Fault:
    name = lib.pydp_replay_reason_name(event[_REASON])
    line = lib.pydp_replay_reason_text(event[_REASON])
    return Fault(
        packet=event[_NUMBER],
        time_ns=event[_TIME],
        reason=text(name) if name else f"reason-{event[_REASON]}",
        text=text(line) if line else "",
        source=address(event[_FAMILY], event[_SOURCE]),
        destination=address(event[_FAMILY], event[_DESTINATION]),
    )


def _gap(gap_ns: int) -> Any:
    """None for PYDP_REPLAY_NEVER; kinds that follow a packet always have one."""
    return gap_ns if gap_ns >= 0 else None


def _happening(kind: int, event: tuple[Any, ...]) -> Happening | None:
    base = (
        event[_NUMBER],
        event[_TIME],
        event[_END],
        _gap(event[_GAP_AT]),
        _gap(event[_OTHER_GAP]),
        event[_DETECTION],
        STATES[event[_NEW] & 3],
        DIAGNOSTICS[event[_DIAG] & 31],
        timers(event[_MULTIPLIER], event[_TX], event[_RX], event[_ECHO_RX]),
    )
    if kind == _STATE:
        return StateChange(*base, old=STATES[event[_OLD] & 3])
    if kind == _RESTART:
        return Restart(*base, former=event[_VALUE], discriminator=event[_MINE])
    if kind == _UNREACHABLE:
        return Unreachable(*base, port=event[_REASON] == 1, source=address(event[_FAMILY], event[_SOURCE]))
    if kind == _LATE:
        return Late(*base[:5], 1000 * event[_VALUE], *base[6:])
    plain = {_FIRST: First, _TIMERS: TimerChange, _GAP: LongGap, _DIAGNOSTIC: DiagnosticChange}.get(kind)
    return plain(*base) if plain is not None else None
