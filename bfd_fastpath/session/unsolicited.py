# SPDX-License-Identifier: Apache-2.0
"""Passive sessions to strangers that begin BFD with us (RFC 9468): who gets one, how many there are, and when
one goes. The engine tells of strangers, and standing.py has the sessions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.session.engine import EngineRefusedError
from bfd_fastpath.session.path import Attachment, find_path
from bfd_fastpath.session.record import EventRecord, EventType, Stranger
from bfd_fastpath.session.spec import Address, EngineSession, Network, UnsolicitedPolicy
from bfd_fastpath.session.standing import StandingSessions

#: Who has not come Up by then was none that wanted to.
ESTABLISH_NS = 10_000_000_000


@dataclass(slots=True)
class _Guest:
    session: EngineSession
    prefix: Network
    deadline_ns: int | None
    """When it has to be Up; None: it has been."""


class Unsolicited:
    """One owner, not thread-safe. A session that a local client asks for itself becomes that client's."""

    def __init__(self, standing: StandingSessions) -> None:
        self._standing = standing
        self._policy = UnsolicitedPolicy()
        self._attachments: tuple[Attachment, ...] = ()
        self._guests: dict[Hashable, _Guest] = {}
        self._turned_away = self._said_so = False

    def set_policy(self, policy: UnsolicitedPolicy) -> None:
        """Guests whom it does not allow go; the others get its timers."""
        self._policy = policy
        self._judge_again()

    def set_attachments(self, attachments: Iterable[Attachment]) -> None:
        """All our addresses on the engine's ports."""
        self._attachments = tuple(attachments)
        self._judge_again()

    def heard(self, stranger: Stranger, now_ns: int) -> EngineSession | None:
        """The session that the stranger gets; None: none, by policy or for want of room.

        Raises EngineRefusedError.
        """
        session = EngineSession(
            stranger.port,
            stranger.vlan,
            stranger.destination,
            stranger.source,
            replace(self._policy.timers, passive=True),
            guards_next_hop=False,
        )
        prefix = self._prefix(session)
        if prefix is None or session.key in self._guests:
            return None
        if not self._room(prefix):
            self._turned_away = True
            return None
        self._turned_away = self._said_so = False
        self._standing.want(session.key, session)
        self._guests[session.key] = _Guest(session, prefix, now_ns + ESTABLISH_NS)
        return session

    def full(self) -> bool:
        """Whether a stranger was turned away for want of room: once, until another one gets a session."""
        news = self._turned_away and not self._said_so
        self._said_so = self._turned_away
        return news

    def event(self, session: EngineSession, record: EventRecord) -> None:
        """What happened to a standing session, whosoever it is."""
        guest = self._guests.get(session.key)
        if guest is None or self._standing.id_of(session.key) not in (record.session, None):
            return
        if record.type == EventType.REMOVED:
            del self._guests[session.key]
        elif record.type == EventType.STATE and record.new_state == BfdState.UP:
            guest.deadline_ns = None
        elif record.type == EventType.STATE and record.new_state == BfdState.DOWN:
            self._end(session.key)

    def timer(self, now_ns: int) -> None:
        """Those that did not come Up in time go."""
        for key, guest in list(self._guests.items()):
            if guest.deadline_ns is not None and guest.deadline_ns <= now_ns:
                self._end(key)

    def next_deadline(self) -> int | None:
        """When timer() has something to do."""
        times = [one.deadline_ns for one in self._guests.values() if one.deadline_ns is not None]
        return min(times, default=None)

    def yield_to(self, session_of: Callable[[Address], int | None]) -> None:
        """session_of: a local client's session to a destination. A guest's is the client's then."""
        for key, guest in list(self._guests.items()):
            session = self._standing.id_of(key)
            if session is not None and session_of(guest.session.destination) == session:
                self._standing.release(session)
                del self._guests[key]

    def ids(self) -> set[int]:
        """The engine's ids of the sessions."""
        return {found for key in self._guests if (found := self._standing.id_of(key)) is not None}

    def _prefix(self, session: EngineSession) -> Network | None:
        """The allowed prefix that the stranger, a neighbour (RFC 5881 6), is in; None: not allowed."""
        policy = self._policy
        path = find_path(self._attachments, session.destination, source=session.source, vlan=session.vlan)
        if not policy.enabled or path is None or path.port != session.port:
            return None
        if policy.interfaces and path.interface not in policy.interfaces:
            return None
        found = [
            one
            for one in (path.peering if policy.allowed is None else policy.allowed)
            if one.version == session.destination.version and session.destination in one
        ]
        return max(found, key=lambda one: one.prefixlen, default=None)

    def _room(self, prefix: Network) -> bool:
        beside = sum(one.prefix == prefix for one in self._guests.values())
        return len(self._guests) < self._policy.max_sessions and beside < self._policy.max_per_prefix

    def _judge_again(self) -> None:
        for key, guest in list(self._guests.items()):
            prefix = self._prefix(guest.session)
            if prefix is None:
                self._end(key)
                continue
            guest.prefix = prefix
            wanted = replace(guest.session, timers=replace(self._policy.timers, passive=True))
            if wanted != guest.session:
                guest.session = wanted
                try:
                    self._standing.want(key, wanted)
                except EngineRefusedError:
                    self._end(key)

    def _end(self, key: Hashable) -> None:
        del self._guests[key]
        self._standing.unwant(key)
