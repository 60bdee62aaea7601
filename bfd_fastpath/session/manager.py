# SPDX-License-Identifier: Apache-2.0
"""One BFD session for each tracked next hop, shared by all who want it, and never touched without need.

It drives the engine with what choice.py decides for each NHIB entry, and turns the engine's events into what
the NHIB observes. It knows no BGP and no configuration file; time is an argument; one owner, not thread-safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bfd_fastpath.nhib import BfdState, Change, Nhib, NhibPolicy, Observation, Reachability, Reason, Slot
from bfd_fastpath.session.choice import Choice
from bfd_fastpath.session.dampening import Dampened, Dampening, DampeningPolicy
from bfd_fastpath.session.engine import EngineRefusedError, SessionEngine
from bfd_fastpath.session.known_address import known
from bfd_fastpath.session.path import Attachment
from bfd_fastpath.session.record import EventRecord, EventType, Records
from bfd_fastpath.session.spec import Address, EngineSession, LearnedPolicy, PathSignal, SessionSpec
from bfd_fastpath.session.table import Live, SessionTable

# A name of its own: to look one up in its enumeration takes longer than all else that is done with it.
_UP = BfdState.UP
_REMOTE, _REMOVED, _NEXTHOP = int(EventType.REMOTE), int(EventType.REMOVED), int(EventType.NEXTHOP)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session that the engine has, for people and tests; the engine's own snapshot is read by its id."""

    id: int
    wanted: EngineSession
    users: tuple[str, ...]
    explicit: bool
    """True when it was written down by an operator."""
    leaving: bool


@dataclass(frozen=True, slots=True)
class Drained:
    """What a batch of event records came to."""

    records: Records
    destinations: list[Address | None] = field(default_factory=list)
    """Of the session of each record; None for one that guards no next hop."""
    changes: list[Change] = field(default_factory=list)
    foreign: list[EventRecord] = field(default_factory=list)
    """Records of what guards no next hop."""

    def seen(self) -> Iterator[tuple[Address, EventRecord]]:
        """Every record of a session of ours, with its destination, in order; made as they are taken."""
        for destination, record in zip(self.destinations, self.records, strict=True):
            if destination is not None:
                yield destination, record


class SessionManager:
    """Owns the sessions of one engine and the asks of one NHIB.

    Hand the Changes that a method returns to the reporter first and call settle() after that: leaving is
    withdrawing, then AdminDown, so that no peer reports a failure for it.
    """

    def __init__(self, engine: SessionEngine, nhib: Nhib, policy: LearnedPolicy | None = None) -> None:
        self._engine = engine
        self._nhib = nhib
        self._choice = Choice(policy or LearnedPolicy())
        self._table = SessionTable()
        self._dampening = Dampening()
        self._refusals: dict[Address, str] = {}
        self._waiting: set[Address] = set()

    def want(self, destination: Address, user: str, spec: SessionSpec | None, now_ns: int) -> list[Change]:
        """User wants this next hop tracked: as spec says, or (None) by the rules for learned next hops.

        Repeating it changes nothing; another spec changes the session in place. Where several users bring a
        spec, that of the one whose name sorts first counts.
        """
        destination = known(destination)
        before = self._choice.wants_down(destination)
        if spec is None:
            self._choice.forget(destination, user)
        else:
            self._choice.specs.setdefault(destination, {})[user] = spec
        if self._choice.wants_down(destination) is not before:
            self._choice.forced.pop(destination, None)
        return self._nhib.ask(destination, user, now_ns) + self._reconcile(destination, now_ns)

    def unwant(self, destination: Address, user: str, now_ns: int) -> list[Change]:
        """User no longer wants it. A session that was written down goes at once, a learned one lingers."""
        written_down = self._choice.forget(destination, user)
        changes = self._nhib.unask(destination, user, now_ns, linger=not written_down)
        return changes + self._reconcile(destination, now_ns)

    def set_without_bfd(self, destination: Address, known: bool, now_ns: int) -> list[Change]:
        """The member behind this address is known (or no longer known) to run no BFD."""
        (self._choice.without_bfd.add if known else self._choice.without_bfd.discard)(destination)
        return self._reconcile(destination, now_ns)

    def set_attachments(self, attachments: Iterable[Attachment], now_ns: int) -> list[Change]:
        """All our addresses on the engine's ports. Sessions whose path stays the same are not touched."""
        self._choice.attachments = tuple(attachments)
        return self._reconcile_all(now_ns)

    def set_policy(self, policy: LearnedPolicy, now_ns: int) -> list[Change]:
        """The rules for learned next hops."""
        self._choice.policy = policy
        return self._reconcile_all(now_ns)

    def set_nhib_policy(self, policy: NhibPolicy, now_ns: int) -> list[Change]:
        """How long the NHIB keeps things."""
        self._nhib.set_policy(policy)
        return self.timer(now_ns)

    def set_admin(self, destination: Address, down: bool | None, now_ns: int) -> list[Change]:
        """Hold a session in AdminDown, let it run (both against its spec), or (None) do as the spec says.

        KeyError when the destination has no entry. What is set here holds until the entry leaves or the spec
        changes its mind.
        """
        if destination not in self._nhib:
            raise KeyError(destination)
        if down is None or down is self._choice.wants_down(destination):
            self._choice.forced.pop(destination, None)
        else:
            self._choice.forced[destination] = down
        return self._reconcile(destination, now_ns)

    def set_path(self, destination: Address, signal: PathSignal, now_ns: int) -> list[Change]:
        """What is known of the path otherwise than by BFD; it holds until the entry leaves. KeyError when the
        destination has no entry."""
        if destination not in self._nhib:
            raise KeyError(destination)
        if signal is PathSignal.UP:
            self._choice.paths.pop(destination, None)
        else:
            self._choice.paths[destination] = signal
        return self._reconcile(destination, now_ns)

    def set_dampening(self, policy: DampeningPolicy, now_ns: int) -> list[Change]:
        """When next hops of sessions that flap are not believed."""
        self._dampening.set_policy(policy, now_ns)
        return self.timer(now_ns)

    def dampened(self, destination: Address, now_ns: int) -> Dampened | None:
        """How a next hop stands with dampening; None for one that has not failed lately."""
        return self._dampening.standing(destination, now_ns)

    def clear(self, destination: Address, now_ns: int) -> list[Change]:
        """Believe a Down no longer. KeyError when the destination has no entry."""
        return self._follow(self._nhib.clear(destination, now_ns))

    def events(self, batch: Any) -> Drained:
        """Carry event records (a numpy array of EVENT_DTYPE) into the NHIB, at the records' own times."""
        records = Records(batch)
        drained = Drained(records)
        destinations, changes = drained.destinations, drained.changes
        for session, type_, time_ns, seen in records.observations():
            live = self._table.by_id(session)
            if live is not None:
                destinations.append(live.destination)
                changes += self._event(live, type_, seen, time_ns)
            elif (leaving := self._table.leaving.get(session)) is not None:
                destinations.append(leaving.destination)
                if type_ == _REMOVED:
                    del self._table.leaving[session]
                    changes += self._retry_waiting(time_ns)
            else:
                drained.foreign.append(records[len(destinations)])
                destinations.append(None)
        return drained

    def timer(self, now_ns: int) -> list[Change]:
        """Whatever down-retry, linger and the end of a dampening bring about."""
        changes = self._follow(self._nhib.expire(now_ns))
        for destination in self._dampening.due(now_ns):
            live = self._table.get(destination)
            if live is None:
                continue
            live.held = False
            self._engine.hold_nexthop(live.id, False)
            seen = None if live.condemned else self._engine.look(live.id)
            if seen is not None:
                changes += self._observe(live, seen, now_ns)
        return changes

    def next_deadline(self) -> int | None:
        """When timer() has something to do."""
        times = (self._nhib.next_deadline(), self._dampening.next_deadline())
        return min((time for time in times if time is not None), default=None)

    def next_release(self) -> int | None:
        """When dampening lets a next hop go whose session is Up."""
        return self._dampening.next_deadline()

    def settle(self, now_ns: int) -> list[Change]:
        """End the sessions that nobody wants any more, after what was told of them has been withdrawn."""
        condemned = self._table.condemned()
        for live in condemned:
            self._end(live)
        return self._retry_waiting(now_ns) if condemned else []

    def leave(self) -> int:
        """An orderly stop: AdminDown on every session, after everything that was told has been withdrawn.

        Returns how many sessions have yet to say that they are gone, see leaving().
        """
        for live in self._table.all():
            self._end(live)
        return self.leaving()

    def leaving(self) -> int:
        """How many sessions are saying AdminDown before they go."""
        return len(self._table.leaving)

    def sessions(self) -> list[SessionView]:
        """Every session of ours that the engine has, those on their way out included."""
        views = []
        for live in self._table.all():
            entry = self._nhib.get(live.destination)
            users = entry.askers if entry is not None else ()
            views.append(SessionView(live.id, live.wanted, users, live.explicit, live.condemned))
        for id_, wanted in self._table.leaving.items():
            views.append(SessionView(id_, wanted, (), False, True))
        return views

    @property
    def revision(self) -> int:
        """Grows whenever sessions() may have changed, but for what happens to them."""
        return self._table.revision

    def session_of(self, destination: Address) -> int | None:
        """The engine's id of the session to a destination."""
        live = self._table.get(destination)
        return None if live is None else live.id

    def port_of(self, destination: Address) -> int | None:
        """The engine's port of the session to a destination; None without one."""
        live = self._table.get(destination)
        return None if live is None else live.wanted.port

    def refusals(self) -> dict[Address, str]:
        """What the engine said where it would not carry out the latest wish for a destination."""
        return dict(self._refusals)

    def _reconcile_all(self, now_ns: int) -> list[Change]:
        changes: list[Change] = []
        for entry in self._nhib.entries():
            changes += self._reconcile(entry.address, now_ns)
        return changes

    def _reconcile(self, destination: Address, now_ns: int) -> list[Change]:
        """Make the session of one destination what it should be; what is as wanted is left alone."""
        self._waiting.discard(destination)
        if destination not in self._nhib:
            self._forget(destination)
            return []
        live = self._table.get(destination)
        has_place = live is not None and not live.condemned and not live.explicit
        room = has_place or self._table.learned() < self._choice.policy.max_sessions
        wanted = self._choice.session(destination, room=room)
        if isinstance(wanted, Reason):
            if wanted is Reason.SESSION_LIMIT:
                self._waiting.add(destination)
            if live is not None:
                self._table.condemn(live)
            return self._nhib.without_session(destination, wanted, now_ns)
        explicit = self._choice.spec(destination) is not None
        if live is not None and live.wanted == wanted:
            self._table.change(live, wanted, explicit)
            return self._meet(live, now_ns) if live.condemned else []
        if live is not None and live.wanted.key != wanted.key:
            self._end(live)
        return self._upsert(wanted, explicit, now_ns)

    def _upsert(self, wanted: EngineSession, explicit: bool, now_ns: int) -> list[Change]:
        before = self._table.get(wanted.destination)
        try:
            id_ = self._engine.upsert(wanted)
        except EngineRefusedError as refusal:
            self._refusals[wanted.destination] = str(refusal)
            self._waiting.add(wanted.destination)
            if before is not None and not before.condemned:
                return []  # it runs on as it was
            return self._nhib.without_session(wanted.destination, Reason.ENGINE_REFUSED, now_ns)
        self._refusals.pop(wanted.destination, None)
        if before is not None and before.id == id_ and not before.condemned:
            self._table.change(before, wanted, explicit)
            return []
        live = Live(id_, wanted, explicit)
        self._table.put(live)
        return self._meet(live, now_ns)

    def _meet(self, live: Live, now_ns: int) -> list[Change]:
        """A session meets an entry that may be younger than itself: the entry learns where it stands."""
        self._table.condemn(live, False)
        seen = self._engine.look(live.id)
        if seen is None:
            return []
        live.state = seen.state
        if seen.slot is Slot.DEAD:
            # What the session went through before this entry was made is not this entry's failure.
            self._engine.clear_nexthop(live.id)
            seen = replace(seen, slot=Slot.UNKNOWN)
        return self._observe(live, seen, now_ns)

    def _observe(self, live: Live, seen: Observation, now_ns: int) -> list[Change]:
        """The NHIB hears of what is believed: not that a session is Up whose next hop is held."""
        held = self._dampening.see(live.destination, seen, now_ns)
        if held is not live.held:
            live.held = held
            self._engine.hold_nexthop(live.id, held)
        if held and seen.state is _UP:
            return []
        return self._nhib.observe(live.destination, seen, now_ns)

    def _event(self, live: Live, type_: int, seen: Observation, now_ns: int) -> list[Change]:
        if type_ == _REMOVED:
            self._table.drop(live.destination)
            return self._reconcile(live.destination, now_ns)
        if live.condemned or type_ == _NEXTHOP:
            return []
        if type_ == _REMOTE:  # our own state did not change
            seen.state = seen.old_state = live.state
        if seen.reread:
            seen = self._engine.look(live.id) or seen
        live.state = seen.state
        return self._observe(live, seen, now_ns)

    def _follow(self, changes: list[Change]) -> list[Change]:
        """What a Change of the NHIB's own making means for the session behind it."""
        for change in changes:
            live = self._table.get(change.address)
            if change.old is Reachability.DOWN and live is not None:
                self._engine.clear_nexthop(live.id)
            if change.new is None:
                self._forget(change.address)
        return changes

    def _retry_waiting(self, now_ns: int) -> list[Change]:
        changes: list[Change] = []
        for destination in sorted(self._waiting, key=lambda one: (one.version, int(one))):
            changes += self._reconcile(destination, now_ns)
        return changes

    def _forget(self, destination: Address) -> None:
        """The entry is gone, and with it what was only ever said of it."""
        self._choice.forced.pop(destination, None)
        self._choice.paths.pop(destination, None)
        self._dampening.forget(destination)
        self._refusals.pop(destination, None)
        self._waiting.discard(destination)
        live = self._table.get(destination)
        if live is not None:
            self._table.condemn(live)

    def _end(self, live: Live) -> None:
        self._table.drop(live.destination)
        self._table.leaving[live.id] = live.wanted
        self._engine.remove(live.id)
