# SPDX-License-Identifier: Apache-2.0
"""One client as the route server runs it: its sessions and its NHIB. Routes and messages are elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.identity import Member
from bfd_fastpath.routeserver.outbound import AdjRibOut
from bfd_fastpath.routeserver.reach import SessionReach
from bfd_fastpath.routeserver.records import MemberFlag, ReachChange, SessionFacts
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.routeserver.table import SessionId


@dataclass(slots=True)
class ClientSession:
    """One Established session of a client."""

    facts: SessionFacts
    out: AdjRibOut
    #: What it says about next hops; empty for ever on a session without BGP-LS.
    reach: SessionReach
    #: Members that it has been told, by address.
    members: dict[Address, MemberFlag] = field(default_factory=dict)


class Client:
    """A client router. All its sessions speak for it, and what they say governs the routes of all of them."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.sessions: dict[SessionId, ClientSession] = {}
        self._states: dict[Address, Reachability] = {}

    @property
    def name(self) -> str:
        return self.member.name

    def state(self, address: Address) -> Reachability:
        return self._states.get(address, Reachability.UNKNOWN)

    def states(self) -> dict[Address, Reachability]:
        """Its NHIB: every next hop that is not Unknown."""
        return dict(self._states)

    def excluded(self) -> frozenset[Address]:
        """Next hops that must not be resolvable for this client (rs-bfd-09 4.4): Down only, Unknown is
        optimistic."""
        return frozenset(a for a, state in self._states.items() if state is Reachability.DOWN)

    def combine(self, addresses: Iterable[Address]) -> list[ReachChange]:
        """Ask all sessions again about these addresses: Up if any says Up, else Down if any does, else
        Unknown."""
        changes = []
        for address in addresses:
            said = {session.reach.state(address) for session in self.sessions.values()}
            new = next((s for s in (Reachability.UP, Reachability.DOWN) if s in said), Reachability.UNKNOWN)
            old = self.state(address)
            if new is old:
                continue
            if new is Reachability.UNKNOWN:
                del self._states[address]
            else:
                self._states[address] = new
            changes.append(ReachChange(self.name, address, old, new))
        return changes

    def open(self, session: ClientSession) -> None:
        self.sessions[session.facts.session] = session

    def close(self, session: SessionId) -> list[ReachChange]:
        """A session is gone, and with it what it said (rs-bfd rule 7: Unknown, not Down)."""
        closed = self.sessions.pop(session)
        return self.combine(closed.reach.states())
