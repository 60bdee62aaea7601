# SPDX-License-Identifier: Apache-2.0
"""The members' BGP sessions with the agent, for the reachability families only, and what each member says
it lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog

from bfd_fastpath.agent.driver import Neighbour
from bfd_fastpath.agent.settings import Agent, Member
from bfd_fastpath.config.model import Address
from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.history import History
from bfd_fastpath.routeserver.records import Claimed, ReachChange, Standing
from bfd_fastpath.routeserver.service import (
    Joined,
    Left,
    Refused,
    RouteService,
    ServiceEvent,
    session_settings,
)
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import Cease, EndOfRib, ErrorCode, Event, Family, Notification, Update
from bfd_fastpath.wire.bgp.refresh import RefreshKind

_log = structlog.get_logger("clients")


@dataclass(slots=True)
class Seat:
    """One address that a member's session may come from: what the service sends through."""

    number: int
    member: str
    service: RouteService
    speaker: Speaker

    def send(self, *updates: Update) -> object:
        return self.speaker.send(*updates)

    def refuse(self, text: str, subcode: int = Cease.REJECTED) -> None:
        self.speaker.reset(Notification(ErrorCode.CEASE, subcode))

    def mark(self, family: Family, kind: RefreshKind) -> None:
        self.speaker.mark(family, kind)

    @property
    def limit(self) -> int:
        return self.speaker.limit


class Clients:
    """Listens for the members. `changed()` is called when what some member lost has changed, `heard(member,
    whole)` when a member spoke of a next hop, and with `whole` when it has said all that it has to say."""

    def __init__(
        self, settings: Agent, changed: Callable[[], None], heard: Callable[[Member, bool], None]
    ) -> None:
        self._settings = settings
        self._changed = changed
        self._heard = heard
        self._members: dict[str, Member] = {}
        self._seats: dict[Address, Seat] = {}
        self._numbers = 0
        self._going = asyncio.Lock()
        #: By the wall clock.
        self.history = History()
        self._listeners = [Listener(address, settings.port) for address in settings.listen]
        self.service = RouteService(
            ServerSettings(
                settings.asn,
                settings.router_id,
                settings.lan,
                bgpls_identifier=settings.identifier,
                hold_time_s=settings.hold_time_s,
                versions=(),
                nh_reach_safi=settings.nh_reach_safi,
            ),
            self._observe,
        )

    async def start(self) -> None:
        """Listen. Raises net.tcp's TcpError when an address or port cannot be had."""
        for listener in self._listeners:
            await listener.start()

    async def stop(self, text: str = "", subcode: int = Cease.SHUTDOWN) -> None:
        """End all sessions with Cease, and listen no longer."""
        for seat in tuple(self._seats.values()):
            await seat.speaker.stop(text, subcode)
        for listener in self._listeners:
            await listener.stop()

    @property
    def members(self) -> Iterable[Member]:
        return self._members.values()

    def excluded(self) -> dict[str, frozenset[Address]]:
        """By member: the next hops that it declared Down. Members that lost nothing are left out."""
        return {name: lost for name, client in self._running() if (lost := client.excluded())}

    def spoken_of(self, member: Member) -> frozenset[Address]:
        """Next hops that it says are Up or Down."""
        return frozenset(self.service.server.clients[member.name].states())

    def nhib(self) -> Iterator[tuple[Member, dict[Address, Standing]]]:
        """Each member that has a session, with what it was asked about or spoke of."""
        for name, client in self._running():
            if client.sessions:
                yield self._members[name], self.service.server.exchange.nhib(name)

    def seats(self, member: Member) -> Iterator[tuple[Address, Speaker]]:
        """Where its sessions come from, and the session of each."""
        for address in (*member.addresses, *member.session_addresses):
            if address in self._seats:
                yield address, self._seats[address].speaker

    def not_taken(self, member: Member) -> dict[str, dict[str, int]]:
        """By the address of each session that stands: what it said and is not believed, by reason."""
        sessions = self.service.server.clients[member.name].sessions.values()
        found = {str(one.facts.peer_address): one.not_taken() for one in sessions}
        return {
            peer: {why: count for why, count in counted.items() if count}
            for peer, counted in found.items()
            if any(counted.values())
        }

    def _running(self) -> Iterator[tuple[str, Client]]:
        for name, client in self.service.server.clients.items():
            if name in self._members:
                yield name, client

    # Members come and go

    async def go_to(self, members: Iterable[Member]) -> None:
        """Exactly these are members. Sessions of those that stay as they are run on. Of several calls at a
        time the last one counts."""
        target = {member.name: member for member in members}
        async with self._going:
            await self._go_to(target)

    async def _go_to(self, target: Mapping[str, Member]) -> None:
        for name, member in tuple(self._members.items()):
            if target.get(name) != member:
                await self._leave(member)
        for name, member in target.items():
            if name not in self._members:
                self._join(member)

    def identify(self, neighbours: Iterable[Neighbour]) -> None:
        """Members without a session have the BGP identifiers that the route server knows, by which others
        speak of them in profile L7. Of several of one member the lowest counts, unless it goes by another of
        them."""
        there = {one.address: one for one in neighbours if one.identifier is not None}
        for member in self._members.values():
            found = (there[address] for address in member.addresses if address in there)
            said = {one.identifier for one in found if one.identifier and one.asn == member.asn}
            if said and self.service.server.clients[member.name].member.identifier not in said:
                self.service.identify(member.name, min(said))

    def _join(self, member: Member) -> None:
        if not any(
            listener.address.version == a.version for listener in self._listeners for a in member.addresses
        ):
            _log.warning("no listen address of its IP version", member=member.name)
        own = (*member.addresses, *member.session_addresses)
        client = ClientSettings(
            member.name, member.asn, member.addresses, session_addresses=own, flag=member.flag
        )
        try:
            self.service.join(client)
        except ValueError as error:
            _log.warning("not taken as a member", member=member.name, reason=str(error))
            return
        self._members[member.name] = member
        for address in own:
            self._numbers += 1
            seat = self._seat(self._numbers, member, client, address)
            self._seats[address] = seat
            for listener in self._of(address):
                listener.add(seat.speaker)
        self._changed()

    async def _leave(self, member: Member) -> None:
        for address in (*member.addresses, *member.session_addresses):
            seat = self._seats.pop(address)
            for listener in self._of(address):
                listener.remove(seat.speaker)
            await seat.speaker.stop("no member any more", Cease.DECONFIGURED)
        del self._members[member.name]
        self.service.leave(member.name)
        self._changed()

    def _of(self, address: Address) -> list[Listener]:
        return [listener for listener in self._listeners if listener.address.version == address.version]

    def _seat(self, number: int, member: Member, client: ClientSettings, address: Address) -> Seat:
        session = session_settings(self.service.settings, client)
        settings = SpeakerSettings(
            session=session, remote=address, connect=False, password=member.password, gtsm=member.ttl_security
        )

        def happened(event: Event) -> None:
            self.service.handle(number, seat, event)
            if isinstance(event, EndOfRib):
                self._heard(member, True)

        seat = Seat(number, member.name, self.service, Speaker(settings, happened))
        return seat

    # What they say

    def _observe(self, event: ServiceEvent) -> None:
        self.history.observe(event, time.time_ns())
        if isinstance(event, ReachChange):
            told = _log.warning if event.new is Reachability.DOWN else _log.info
            told(
                "next hop",
                client=event.client,
                address=event.address,
                old=event.old.value,
                new=event.new.value,
            )
            if Reachability.DOWN in (event.old, event.new):
                self._changed()
            if event.client in self._members:
                self._heard(self._members[event.client], False)
        elif isinstance(event, Claimed):
            _log.warning("claims another's links", client=event.client, claimed=event.claimed)
        elif isinstance(event, Joined):
            _log.info("session up", client=event.client, peer=event.peer_address)
        elif isinstance(event, Left):
            _log.warning("session down", client=event.client, reason=event.text)
        elif isinstance(event, Refused):
            _log.warning("session refused", peer=event.peer_address, reason=event.text)
