# SPDX-License-Identifier: Apache-2.0
"""Sessions that guard no next hop: they watch a path because somebody says so, and the NHIB never hears of
them. Each has a name of its owner's choice. It drives the engine; time and policy are others'."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from bfd_fastpath.session.engine import SessionEngine
from bfd_fastpath.session.record import EventRecord, EventType
from bfd_fastpath.session.spec import Address, EngineSession, PathSignal


class StandingSessions:
    """One owner, not thread-safe. Hand it the records that are no next hop's session's."""

    def __init__(self, engine: SessionEngine) -> None:
        self._engine = engine
        self._wanted: dict[Hashable, EngineSession] = {}
        self._held: dict[Hashable, bool] = {}
        self._paths: dict[Hashable, PathSignal] = {}
        self._ids: dict[Hashable, int] = {}
        self._named: dict[int, Hashable] = {}
        self._leaving: dict[int, EngineSession] = {}
        self.revision = 0
        """Grows whenever what is wanted may be other than it was."""

    def want(self, name: Hashable, wanted: EngineSession) -> None:
        """Make it so, or change it in place. EngineRefusedError: what was there before runs on, unless
        its key is another."""
        before = self._wanted.get(name)
        if before is not None and before.admin_down is not wanted.admin_down:
            self._held.pop(name, None)
        if before is not None and before.key != wanted.key:
            self.unwant(name)
        self._upsert(name, wanted)

    def unwant(self, name: Hashable) -> None:
        """AdminDown for the peer's detection time, then gone. Nothing happens where there is none."""
        self._held.pop(name, None)
        self._paths.pop(name, None)
        wanted = self._wanted.pop(name, None)
        session = self._ids.pop(name, None)
        self.revision += 1
        if wanted is not None and session is not None:
            del self._named[session]
            self._leaving[session] = wanted
            self._engine.remove(session)

    def release(self, session: int) -> None:
        """Somebody else goes on with a session of the engine: it is none of these any more."""
        self._leaving.pop(session, None)
        name = self._named.pop(session, None)
        if name is not None:
            self.revision += 1
            del self._wanted[name], self._ids[name]
            self._held.pop(name, None)
            self._paths.pop(name, None)

    def hold(self, destination: Address, down: bool) -> bool:
        """Hold the sessions to a destination in AdminDown, or let them run; False when there are none."""
        for name in (found := self._towards(destination)):
            self._held[name] = down
            self._upsert(name, self._wanted[name])
        return bool(found)

    def set_path(self, destination: Address, signal: PathSignal) -> bool:
        """What is known of the paths to a destination otherwise than by BFD; False when there are none."""
        for name in (found := self._towards(destination)):
            self._paths[name] = signal
            self._upsert(name, self._wanted[name])
        return bool(found)

    def ids(self, destination: Address) -> list[int]:
        """The engine's ids of the sessions to a destination."""
        return [self._ids[name] for name in self._towards(destination)]

    def event(self, record: EventRecord) -> EngineSession | None:
        """The session that a record is about; None: none of these."""
        if record.session in self._leaving:
            leaving = self._leaving[record.session]
            if record.type == EventType.REMOVED:
                del self._leaving[record.session]
            return leaving
        name = self._named.get(record.session)
        if name is None:
            return None
        wanted = self._wanted[name]
        if record.type == EventType.REMOVED:
            self.revision += 1
            del self._wanted[name], self._ids[name], self._named[record.session]
        return wanted

    def leave(self) -> int:
        """End all of them; how many have yet to say that they are gone."""
        for name in list(self._wanted):
            self.unwant(name)
        return self.leaving()

    def leaving(self) -> int:
        return len(self._leaving)

    def id_of(self, name: Hashable) -> int | None:
        """The engine's id of a session."""
        return self._ids.get(name)

    def __iter__(self) -> Iterator[EngineSession]:
        """What is wanted, without those on their way out."""
        return iter(self._wanted.values())

    def _towards(self, destination: Address) -> list[Hashable]:
        return [name for name, one in self._wanted.items() if one.destination == destination]

    def _upsert(self, name: Hashable, wanted: EngineSession) -> None:
        down = self._held.get(name, wanted.admin_down)
        path = self._paths.get(name, wanted.path)
        session = self._engine.upsert(replace(wanted, admin_down=down, path=path))
        # A session that was leaving and has the same key is taken back.
        self._leaving.pop(session, None)
        former = self._ids.get(name)
        if former is not None:
            self._named.pop(former, None)
        self.revision += 1
        self._wanted[name] = wanted
        self._ids[name] = session
        self._named[session] = name
