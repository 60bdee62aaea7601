# SPDX-License-Identifier: Apache-2.0
"""The sessions that the engine has for us, by destination and by id. Bookkeeping; it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.session.spec import Address, EngineSession


@dataclass(slots=True)
class Live:
    """A session in use, or condemned: to be ended at the next settling, its events no longer count."""

    id: int
    wanted: EngineSession
    explicit: bool
    state: BfdState = BfdState.DOWN
    condemned: bool = False
    held: bool = False
    """Dampening keeps its next hop as it is."""
    destination: Address = field(init=False)

    def __post_init__(self) -> None:
        self.destination = self.wanted.destination


class SessionTable:
    """At most one live session a destination; any number that are saying AdminDown on their way out."""

    def __init__(self) -> None:
        self._live: dict[Address, Live] = {}
        self._by_id: dict[int, Live] = {}
        self._learned: set[Address] = set()
        self._condemned: set[Address] = set()
        self.leaving: dict[int, EngineSession] = {}
        self.revision = 0
        """Grows whenever what is live, or wanted of it, may be other than it was."""

    def get(self, destination: Address) -> Live | None:
        return self._live.get(destination)

    def by_id(self, id_: int) -> Live | None:
        return self._by_id.get(id_)

    def put(self, live: Live) -> None:
        """Add or replace the session of its destination."""
        self.drop(live.destination)
        self.leaving.pop(live.id, None)
        self._live[live.destination] = live
        self._by_id[live.id] = live
        self._account(live)

    def drop(self, destination: Address) -> Live | None:
        live = self._live.pop(destination, None)
        if live is not None:
            self.revision += 1
            del self._by_id[live.id]
            self._learned.discard(destination)
            self._condemned.discard(destination)
        return live

    def change(self, live: Live, wanted: EngineSession, explicit: bool) -> None:
        live.wanted, live.explicit = wanted, explicit
        self._account(live)

    def condemn(self, live: Live, condemned: bool = True) -> None:
        live.condemned = condemned
        self._account(live)

    def condemned(self) -> list[Live]:
        return [self._live[destination] for destination in self._condemned]

    def learned(self) -> int:
        """How many sessions nobody wrote down."""
        return len(self._learned)

    def all(self) -> list[Live]:
        return list(self._live.values())

    def _account(self, live: Live) -> None:
        self.revision += 1
        (self._condemned.add if live.condemned else self._condemned.discard)(live.destination)
        counts = not live.explicit and not live.condemned
        (self._learned.add if counts else self._learned.discard)(live.destination)
