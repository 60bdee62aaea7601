# SPDX-License-Identifier: Apache-2.0
"""An event ring in another order: what may be news for a route server comes before steps that never are. Of
one session nothing overtakes anything."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import numpy

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.session.record import EventType
from pydp.events import EVENT_DTYPE

#: Fewer records that come together are no storm.
_CROWD = 16
#: So long, by the records' own times, may a step wait behind others.
_LONGEST_NS = 500_000_000
#: numpy copies records field by field, unless it does not know of the fields.
_OCTETS = numpy.dtype((numpy.void, EVENT_DTYPE.itemsize))
_BETWEEN = numpy.zeros(256, dtype=bool)
_BETWEEN[[BfdState.DOWN, BfdState.INIT]] = True


class Ring(Protocol):
    """pydp's events."""

    @property
    def fd(self) -> int: ...
    def arm(self) -> bool: ...
    def drain(self, most: int) -> Any: ...


class UrgentFirst:
    """A source of arrays of EVENT_DTYPE, as the ring is that it reads. One owner."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._waiting: deque[Any] = deque()
        self._sessions: dict[int, int] = {}
        """How many records wait of each session that has any."""
        self._newest_ns = 0

    @property
    def fd(self) -> int:
        return self._ring.fd

    def arm(self) -> bool:
        """Ask for one wake-up; True when records are waiting already."""
        return bool(self._waiting) or self._ring.arm()

    def drain(self, most: int) -> Any:
        """At most so many of what is there, the most urgent first and then the oldest; the next drain may
        overwrite them. Empty when nothing waits."""
        while not self._overdue():
            batch = self._ring.drain(most)
            if not len(batch) and not self._waiting:
                return batch
            if not len(batch):
                break
            urgent = self._sift(batch)
            if len(urgent):
                return urgent
        return self._take(most)

    def _overdue(self) -> bool:
        """Whether the oldest has waited for long enough, however much there is that is more urgent."""
        return bool(self._waiting) and self._newest_ns - int(self._waiting[0]["time_ns"][0]) > _LONGEST_NS

    def _sift(self, batch: Any) -> Any:
        """Those that may not wait; the others are kept, and what follows on them."""
        if len(batch) < _CROWD and not self._waiting:
            return batch
        self._newest_ns = int(batch["time_ns"][-1])
        patient = _patient(batch)
        if not self._waiting and not patient.any():
            return batch
        sessions, waits = self._sessions, []
        for session, can_wait in zip(batch["session"].tolist(), patient.tolist(), strict=True):
            waits.append(behind := can_wait or session in sessions)
            if behind:
                sessions[session] = sessions.get(session, 0) + 1
        if not any(waits):
            return batch
        later, rows = numpy.array(waits), batch.view(_OCTETS)
        self._waiting.append(rows[later].view(EVENT_DTYPE))
        return rows[~later].view(EVENT_DTYPE)

    def _take(self, most: int) -> Any:
        """The oldest that wait."""
        parts, room = [], most
        while self._waiting and room > 0:
            part = self._waiting.popleft()
            if len(part) > room:
                self._waiting.appendleft(part[room:])
            parts.append(part[:room].view(_OCTETS))
            room -= len(parts[-1])
        taken = numpy.concatenate(parts).view(EVENT_DTYPE)
        for session in taken["session"].tolist():
            left = self._sessions[session] - 1
            if left:
                self._sessions[session] = left
            else:
                del self._sessions[session]
        return taken


def _patient(batch: Any) -> Any:
    """Steps between Down and Init: the next hop of such a session was not Up, is not now, and nobody says
    AdminDown. What was read again after steps were lost is none of them."""
    step = (batch["type"] == int(EventType.STATE)) & (batch["flags"] == 0)
    step &= _BETWEEN[batch["old_state"]] & _BETWEEN[batch["new_state"]]
    return step & (batch["remote_state"] != int(BfdState.ADMIN_DOWN))
