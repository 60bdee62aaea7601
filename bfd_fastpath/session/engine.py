# SPDX-License-Identifier: Apache-2.0
"""What the session manager needs of an engine. native.py is the real one."""

from __future__ import annotations

from typing import Protocol

from bfd_fastpath.nhib import Observation
from bfd_fastpath.session.spec import EngineSession


class EngineRefusedError(Exception):
    """The engine would not carry out a command; the text is one sentence with the reason."""


class SessionEngine(Protocol):
    """Commands to the owner of the sessions. Each returns when it has been carried out."""

    def upsert(self, wanted: EngineSession) -> int:
        """Make or change the session with this key; its id. EngineRefusedError when it cannot be had."""

    def remove(self, session: int) -> None:
        """Say AdminDown for the peer's detection time, then end (an event tells). Unknown ids are ignored."""

    def look(self, session: int) -> Observation | None:
        """The session as it stands, marked as reread; None when there is no such session."""

    def hold_nexthop(self, session: int, held: bool) -> None:
        """Held: the forwarding slot does not become Live when the session comes Up. Unknown ids are
        ignored."""

    def clear_nexthop(self, session: int) -> None:
        """The forwarding slot forgets that it is dead. Unknown ids are ignored."""
