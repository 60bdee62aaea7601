# SPDX-License-Identifier: Apache-2.0
"""An engine that only keeps books: what it was told, and what a look at a session finds. The real one is in
test_native.py."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy
from numpy.typing import NDArray

from bfd_fastpath.nhib import BfdState, Observation, Slot
from bfd_fastpath.session import EngineRefusedError, EngineSession, EventRecord, EventType
from bfd_fastpath.session.spec import Address
from pydp.events import EVENT_DTYPE

#: A session just made.
LOOK = Observation(BfdState.DOWN, BfdState.DOWN, reread=True)


class LedgerEngine:
    """A SessionEngine with the engine's rules about keys and ids."""

    def __init__(self) -> None:
        self.sessions: dict[int, EngineSession] = {}
        self.looks: dict[int, Observation] = {}
        self.log: list[tuple[str, str]] = []
        self.room = 1_000_000
        self._next = 1

    def upsert(self, wanted: EngineSession) -> int:
        for id_, there in self.sessions.items():
            if there.key == wanted.key:
                self.log.append(("change", str(wanted.destination)))
                self.sessions[id_] = wanted
                return id_
        if len(self.sessions) >= self.room:
            raise EngineRefusedError(f"the table of {self.room} sessions is full")
        id_, self._next = self._next, self._next + 1
        self.log.append(("make", str(wanted.destination)))
        self.sessions[id_] = wanted
        self.looks[id_] = LOOK
        return id_

    def remove(self, session: int) -> None:
        self.log.append(("remove", str(self.sessions[session].destination)))

    def look(self, session: int) -> Observation | None:
        return self.looks.get(session)

    def hold_nexthop(self, session: int, held: bool) -> None:
        self.log.append(("hold" if held else "let go", str(self.sessions[session].destination)))

    def clear_nexthop(self, session: int) -> None:
        self.log.append(("clear", str(self.sessions[session].destination)))
        self.looks[session] = replace(self.looks[session], slot=Slot.UNKNOWN)

    def id_of(self, destination: Address) -> int:
        return max(id_ for id_, one in self.sessions.items() if one.destination == destination)

    def taken(self) -> list[tuple[str, str]]:
        """The commands since the last call."""
        log, self.log = self.log, []
        return log

    def gone(self, session: int, time_ns: int) -> EventRecord:
        """AdminDown has been said for long enough."""
        del self.sessions[session], self.looks[session]
        return record(session, EventType.REMOVED, time_ns)


def batch(records: Iterable[EventRecord]) -> NDArray[Any]:
    """Records as the ring has them."""
    rows = [(*(getattr(one, name) for name in EventRecord.__slots__), (0,) * 10) for one in records]
    return numpy.array(rows, dtype=EVENT_DTYPE)


def record(session: int, type_: EventType, time_ns: int, **more: int) -> EventRecord:
    fields = dict.fromkeys(EventRecord.__slots__, 0)
    fields |= {"session": session, "type": type_, "time_ns": time_ns, "remote_state": 1, "neighbour_state": 1}
    return EventRecord(**(fields | more))


def state(session: int, old: BfdState, new: BfdState, time_ns: int, **more: int) -> EventRecord:
    slot = Slot.LIVE if new is BfdState.UP else Slot.UNKNOWN
    return record(
        session,
        EventType.STATE,
        time_ns,
        **({"old_state": old, "new_state": new, "nexthop_state": slot, "last_rx_ns": 1} | more),
    )


def came_up(session: int, time_ns: int) -> EventRecord:
    return state(session, BfdState.INIT, BfdState.UP, time_ns, remote_state=3)


def failed(session: int, time_ns: int) -> EventRecord:
    return state(
        session,
        BfdState.UP,
        BfdState.DOWN,
        time_ns,
        remote_state=3,
        local_diagnostic=1,
        nexthop_state=Slot.DEAD,
    )
