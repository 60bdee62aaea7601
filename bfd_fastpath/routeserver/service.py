# SPDX-License-Identifier: Apache-2.0
"""Between BGP sessions and the route server's logic: session events go in, UPDATEs come out through each
session's own sender. It opens no socket and reads no clock."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.asking import SOMEBODY
from bfd_fastpath.routeserver.core import RouteServer
from bfd_fastpath.routeserver.inbound import read_update
from bfd_fastpath.routeserver.messages import Envelope, updates
from bfd_fastpath.routeserver.records import Claimed, Outcome, ReachChange, SessionFacts
from bfd_fastpath.routeserver.roles import by_roles
from bfd_fastpath.routeserver.settings import Address, ClientSettings, ServerSettings, find_client
from bfd_fastpath.routeserver.table import SessionId
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    NH_REACH_SAFI,
    Cease,
    Closed,
    EndOfRib,
    Established,
    Event,
    ExtendedNextHop,
    Family,
    FamilyDisabled,
    PeerInfo,
    RefreshBegun,
    RefreshEnded,
    RefreshRequested,
    Role,
    SessionError,
    SessionSettings,
    Update,
    UpdateReceived,
    nh_reach,
)
from bfd_fastpath.wire.bgp.family import Afi
from bfd_fastpath.wire.bgp.refresh import RefreshKind

_VERSIONS = {IPV4_UNICAST: 4, IPV6_UNICAST: 6}
EXTENDED_NEXT_HOP = ExtendedNextHop(IPV4_UNICAST, Afi.IPV6)


def session_settings(settings: ServerSettings, client: ClientSettings) -> SessionSettings:
    """How the server's end of a client's session is set."""
    safi = settings.nh_reach_safi
    return SessionSettings(
        local_asn=settings.asn,
        router_id=settings.identifier,
        families=settings.families,
        peer_asn=client.asn,
        peer_router_id=client.identifier,
        hold_time_s=settings.hold_time_s,
        enhanced_refresh=True,
        enforce_first_as=settings.enforce_first_as,
        role=Role.RS if settings.roles and settings.versions else None,
        strict_role=client.strict_role,
        extended_next_hop=(EXTENDED_NEXT_HOP,) if 4 in settings.versions else (),
        nh_reach_safi=NH_REACH_SAFI if safi is None else safi,
    )


def _version(family: Family) -> int:
    return 4 if family.afi == Afi.IPV4 else 6


class Sender(Protocol):
    """One BGP session as far as the route server needs it."""

    def send(self, *updates: Update) -> object:
        """Hand UPDATEs to the session, to go out together. Raises SessionError for one that is ending."""

    def refuse(self, text: str, subcode: int = Cease.REJECTED) -> None:
        """End the session with Cease, by default connection rejected; the text is for logs."""

    def mark(self, family: Family, kind: RefreshKind) -> None:
        """Say where a repetition of the family begins or ends, to a peer that knows such marks (RFC 7313)."""

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
    withdrawn: tuple[Run, ...]
    announced: tuple[Run, ...]


ServiceEvent = Joined | Left | Refused | ReachChange | Claimed | RoutesSent


class RouteService:
    """Feed it each session's events in order.

    `observe` hears of a changed view before, and of the rest after what follows from it has been sent.
    `seed`: any number, so that nobody can choose prefixes that are slow to find.
    """

    def __init__(
        self,
        settings: ServerSettings,
        observe: Callable[[ServiceEvent], None] = lambda event: None,
        *,
        seed: int = 0,
    ) -> None:
        self.settings = settings
        self.server = RouteServer(settings, seed)
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
            readers = self.server.readers(client)
            inbound = read_update(event.update, event.faults, readers, self.settings.asn)
            if self.settings.roles:
                inbound = by_roles(inbound, self.settings.asn)
            self._deliver(self.server.received(session, inbound))
            if excess := self.server.excess(session):
                sender.refuse(excess, Cease.MAX_PREFIXES)
        elif isinstance(event, EndOfRib) and event.family == BGP_LS:
            self._deliver(self.server.entries_complete(session))
        elif isinstance(event, RefreshRequested):
            # Its End-of-RIB goes before the mark of the end (RFC 7313 4).
            sender.mark(event.family, RefreshKind.BEGIN)
            self._deliver(self._refreshed(session, event.family))
            sender.mark(event.family, RefreshKind.END)
        elif isinstance(event, RefreshBegun) and event.family in _VERSIONS:
            self.server.refresh_begun(session, _VERSIONS[event.family])
        elif isinstance(event, RefreshEnded) and event.family in _VERSIONS:
            self._deliver(self.server.refresh_ended(session, _VERSIONS[event.family]))
        elif isinstance(event, FamilyDisabled):
            self._deliver(self._disabled(session, event.family))
        elif isinstance(event, Closed):
            del self._senders[session]
            self._deliver(self.server.lost(session))
            self._observe(Left(session, client, event.text))

    def _refreshed(self, session: SessionId, family: Family) -> Outcome:
        if family == BGP_LS:
            return self.server.exchange.refresh_members(session)
        if family in _VERSIONS:
            return self.server.refresh_routes(session, _VERSIONS[family])
        return self.server.exchange.refresh_asks(session, _version(family))

    def _disabled(self, session: SessionId, family: Family) -> Outcome:
        if family == BGP_LS:
            return self.server.entries_disabled(session)
        if family in _VERSIONS:
            return self.server.routes_disabled(session, _VERSIONS[family])
        return self.server.tells_disabled(session, _version(family))

    def join(self, client: ClientSettings) -> None:
        """One more client. Raises ValueError, naming it, for a name or an address that another has."""
        self._deliver(self.server.add(client))

    def leave(self, client: str) -> None:
        """A client is one no more; its sessions have ended before. Raises ValueError while one stands."""
        self._deliver(self.server.remove(client))

    def identify(self, client: str, identifier: IPv4Address) -> None:
        """The BGP identifier of a client that never had a session here, as others know it."""
        self._deliver(self.server.identify(client, identifier))

    def next_hops(self, found: Iterable[Address]) -> None:
        """Routes that did not come by here have these next hops, too: clients are asked about those of the
        LAN."""
        self._deliver(self.server.exchange.next_hops(SOMEBODY, found))

    def ask(self, on: bool) -> None:
        """Tell clients of each other, or stop that; see RouteServer.ask."""
        self._deliver(self.server.ask(on))

    def _established(self, session: SessionId, sender: Sender, peer: PeerInfo) -> None:
        if peer.remote is None or peer.local is None:
            raise ValueError("a route server needs to know the ends of its sessions' connections")
        address = peer.remote.address
        clients = tuple(each.settings for each in self.server.clients.values())
        client = find_client(clients, peer.asn, peer.router_id, address)
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
        facts = self._facts(session, client.name, peer, address)
        self._senders[session] = (sender, envelope, client.name)
        self._deliver(self.server.established(facts))
        self._observe(Joined(session, client.name, address))

    def _facts(self, session: SessionId, client: str, peer: PeerInfo, address: Address) -> SessionFacts:
        families, safi = peer.families, self.settings.nh_reach_safi
        asked = [] if safi is None else [v for v in (4, 6) if nh_reach(v, safi) in families]
        return SessionFacts(
            session,
            client,
            peer.router_id,
            address,
            frozenset(version for family, version in _VERSIONS.items() if family in families),
            BGP_LS in families,
            frozenset(asked),
            EXTENDED_NEXT_HOP in peer.capabilities.extended_next_hop,
        )

    def _deliver(self, outcome: Outcome) -> None:
        for change in outcome.changes:
            self._observe(change)
        for claim in outcome.claims:
            self._observe(claim)
        sent: list[RoutesSent] = []
        # Those that are told the same get the same messages, which remember their octets.
        made: dict[tuple[Envelope, Hashable], tuple[Update, ...]] = {}
        for session, tell in outcome.tells.items():
            if not tell or session not in self._senders:
                continue
            sender, envelope, client = self._senders[session]
            key = envelope, tell.key()
            if (messages := made.get(key)) is None:
                messages = made[key] = tuple(updates(tell, self.settings, envelope))
            try:
                sender.send(*messages)
            except SessionError:
                continue  # it is closing, and will say so; the others must hear all the same
            if tell.difference:
                announced = tuple(run for _, run in tell.difference.announced)
                sent.append(RoutesSent(session, client, tuple(tell.difference.withdrawn), announced))
        for told in sent:
            self._observe(told)
