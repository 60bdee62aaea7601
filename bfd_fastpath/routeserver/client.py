# SPDX-License-Identifier: Apache-2.0
"""One client as the route server runs it: its sessions and its NHIB. Routes and messages are elsewhere."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.identity import Member
from bfd_fastpath.routeserver.reach import SessionReach
from bfd_fastpath.routeserver.records import ReachChange, SessionFacts, Standing
from bfd_fastpath.routeserver.settings import Address, ClientSettings
from bfd_fastpath.routeserver.table import SessionId
from bfd_fastpath.routeserver.tells import TellTable


@dataclass(slots=True)
class ClientSession:
    """One Established session of a client."""

    facts: SessionFacts
    #: What it says by BGP-LS, and by NH-Reach; empty for ever where that was not negotiated.
    reach: SessionReach
    tells: TellTable

    def says(self, address: Address) -> set[Reachability]:
        """By either transport."""
        told = self.tells.state(address)
        return {self.reach.state(address), told or Reachability.UNKNOWN}

    def not_taken(self) -> dict[str, int]:
        """What it said that was well-formed and is not believed, by reason."""
        counted = {**asdict(self.reach.counters), **asdict(self.tells.counters)}
        return {name.replace("_", "-"): count for name, count in counted.items()}

    def speaks_of(self) -> set[Address]:
        """All addresses that it says anything about."""
        return {*self.reach.states(), *self.tells.states()}


class Client:
    """A client router. All its sessions speak for it, and what they say governs the routes of all of them."""

    def __init__(self, member: Member, settings: ClientSettings) -> None:
        self.member = member
        self.settings = settings
        self.sessions: dict[SessionId, ClientSession] = {}
        self.introduced = False
        """Whether a session of it, perhaps one that has ended, said its BGP identifier."""
        self._states: dict[Address, Reachability] = {}
        self._down: set[Address] = set()

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def reports(self) -> bool:
        """Whether a session of it negotiated a reachability family."""
        return any(session.facts.reports for session in self.sessions.values())

    def state(self, address: Address) -> Reachability:
        return self._states.get(address, Reachability.UNKNOWN)

    def states(self) -> dict[Address, Reachability]:
        """Its NHIB: every next hop that is not Unknown."""
        return dict(self._states)

    def excluded(self) -> frozenset[Address]:
        """Next hops that must not be resolvable for this client (rs-bfd-09 4.4): Down only, Unknown is
        optimistic."""
        return frozenset(self._down)

    def reached(self) -> frozenset[Address]:
        """Next hops that it said it reaches."""
        return frozenset(a for a, state in self._states.items() if state is Reachability.UP)

    def standing(self, address: Address) -> Standing:
        """What is known of an address that it was asked about, or that it told of."""
        state = self.state(address)
        if state is not Reachability.UNKNOWN:
            return Standing(state.value)
        told = any(session.tells.state(address) is not None for session in self.sessions.values())
        return Standing.UNKNOWN if told else Standing.UNANSWERED

    def told_of(self) -> set[Address]:
        """All addresses that it says anything about, in any session."""
        return {address for session in self.sessions.values() for address in session.speaks_of()}

    def combine(self, addresses: Iterable[Address]) -> list[ReachChange]:
        """Ask all sessions again about these addresses: Up if any says Up, else Down if any does, else
        Unknown."""
        changes = []
        for address in addresses:
            said: set[Reachability] = set()
            for session in self.sessions.values():
                said |= session.says(address)
            new = next((s for s in (Reachability.UP, Reachability.DOWN) if s in said), Reachability.UNKNOWN)
            old = self.state(address)
            if new is old:
                continue
            if new is Reachability.UNKNOWN:
                del self._states[address]
            else:
                self._states[address] = new
            (self._down.add if new is Reachability.DOWN else self._down.discard)(address)
            changes.append(ReachChange(self.name, address, old, new))
        return changes

    def open(self, session: ClientSession) -> None:
        self.sessions[session.facts.session] = session
        self.introduced = True

    def close(self, session: SessionId) -> list[ReachChange]:
        """A session is gone, and with it what it said (rs-bfd rule 7: Unknown, not Down)."""
        return self.combine(self.sessions.pop(session).speaks_of())
