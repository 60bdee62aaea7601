# SPDX-License-Identifier: Apache-2.0
"""Between BGP sessions and the route server's logic: session events go in, UPDATEs come out through each
session's own
sender. It opens no socket and reads no clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bfd_fastpath.routeserver.core import RouteServer
from bfd_fastpath.routeserver.inbound import read_update
from bfd_fastpath.routeserver.messages import Envelope, updates
from bfd_fastpath.routeserver.records import Outcome, ReachChange, SessionFacts
from bfd_fastpath.routeserver.settings import Address, Prefix, ServerSettings, find_client
from bfd_fastpath.routeserver.table import SessionId
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    Cease,
    Closed,
    EndOfRib,
    Established,
    Event,
    Family,
    FamilyDisabled,
    PeerInfo,
    RefreshRequested,
    SessionError,
    Update,
    UpdateReceived,
)

_VERSIONS = {IPV4_UNICAST: 4, IPV6_UNICAST: 6}
FAMILIES: tuple[Family, ...] = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS)


class Sender(Protocol):
    """One BGP session as far as the route server needs it."""

    def send(self, *updates: Update) -> object:
        """Hand UPDATEs to the session, to go out together. Raises SessionError for one that is ending."""

    def refuse(self, text: str, subcode: int = Cease.REJECTED) -> None:
        """End the session with Cease, by default connection rejected; the text is for logs."""

    @property
    def limit(self) -> int:
        """Octets that a message to this peer may have. Raises SessionError for a session that is ending."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A client's session is Established and has been sent everything."""

    session: SessionId
    client: str
    peer_address: Address


@dataclass(frozen=True, slots=True)
class Left:
    """A client's session ended."""

    session: SessionId
    client: str
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A session with nobody that the configuration knows was ended."""

    peer_address: Address
    asn: int
    text: str


@dataclass(frozen=True, slots=True)
class RoutesSent:
    """Route changes were handed to a client's session."""

    session: SessionId
    client: str
    withdrawn: tuple[Prefix, ...]
    announced: tuple[Prefix, ...]


ServiceEvent = Joined | Left | Refused | ReachChange | RoutesSent


class RouteService:
    """Feed it each session's events in order.

    `observe` hears of a changed view before, and of the rest after what follows from it has been sent.
    """

    def __init__(
        self, settings: ServerSettings, observe: Callable[[ServiceEvent], None] = lambda event: None
    ) -> None:
        self.settings = settings
        self.server = RouteServer(settings)
        self._observe = observe
        self._senders: dict[SessionId, tuple[Sender, Envelope, str]] = {}

    def handle(self, session: SessionId, sender: Sender, event: Event) -> None:
        """One event of one session. Events of sessions that were refused are ignored."""
        if isinstance(event, Established):
            self._established(session, sender, event.peer)
            return
        if session not in self._senders:
            return
        client = self._senders[session][2]
        if isinstance(event, UpdateReceived):
            inbound = read_update(event.update, event.faults, self.server.reader(client))
            self._deliver(self.server.received(session, inbound))
            if excess := self.server.excess(session):
                sender.refuse(excess, Cease.MAX_PREFIXES)
        elif isinstance(event, EndOfRib) and event.family == BGP_LS:
            self._deliver(self.server.entries_complete(session))
        elif isinstance(event, RefreshRequested):
            if event.family == BGP_LS:
                self._deliver(self.server.refresh_members(session))
            else:
                self._deliver(self.server.refresh_routes(session, _VERSIONS[event.family]))
        elif isinstance(event, FamilyDisabled):
            if event.family == BGP_LS:
                self._deliver(self.server.entries_disabled(session))
            else:
                self._deliver(self.server.routes_disabled(session, _VERSIONS[event.family]))
        elif isinstance(event, Closed):
            del self._senders[session]
            self._deliver(self.server.lost(session))
            self._observe(Left(session, client, event.text))

    def ask(self, on: bool) -> None:
        """Tell clients of each other, or stop that; see RouteServer.ask."""
        self._deliver(self.server.ask(on))

    def _established(self, session: SessionId, sender: Sender, peer: PeerInfo) -> None:
        if peer.remote is None or peer.local is None:
            raise ValueError("a route server needs to know the ends of its sessions' connections")
        address = peer.remote.address
        client = find_client(self.settings.clients, peer.asn, peer.router_id, address)
        if client is None:
            text = (
                f"no client is configured for AS {peer.asn} with BGP identifier {peer.router_id} at {address}"
            )
            sender.refuse(text)
            self._observe(Refused(address, peer.asn, text))
            return
        try:
            envelope = Envelope(peer.local.address, sender.limit, peer.as4)
        except SessionError:
            return  # it ended in the same breath, before anybody was told of it
        versions = frozenset(version for family, version in _VERSIONS.items() if family in peer.families)
        facts = SessionFacts(session, client.name, peer.router_id, address, versions, BGP_LS in peer.families)
        self._senders[session] = (sender, envelope, client.name)
        self._deliver(self.server.established(facts))
        self._observe(Joined(session, client.name, address))

    def _deliver(self, outcome: Outcome) -> None:
        for change in outcome.changes:
            self._observe(change)
        sent: list[RoutesSent] = []
        for session, tell in outcome.tells.items():
            if not tell or session not in self._senders:
                continue
            sender, envelope, client = self._senders[session]
            try:
                sender.send(*updates(tell, self.settings, envelope))
            except SessionError:
                continue  # it is closing, and will say so; the others must hear all the same
            if tell.difference:
                announced = [p for prefixes in tell.difference.announced.values() for p in prefixes]
                sent.append(RoutesSent(session, client, tuple(tell.difference.withdrawn), tuple(announced)))
        for told in sent:
            self._observe(told)
