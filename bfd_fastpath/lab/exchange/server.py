# SPDX-License-Identifier: Apache-2.0
"""The embedded route server in virtual time: its service, and its ends of the BGP connections."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from random import Random

from bfd_fastpath.lab.exchange.cast import LANS, SERVER_AS, Cast, Player, server_address
from bfd_fastpath.lab.exchange.connection import Connection, Side
from bfd_fastpath.lab.exchange.member import Member
from bfd_fastpath.lab.exchange.wanted import Sabotage, Wanted
from bfd_fastpath.lab.exchange.world import Actor, World
from bfd_fastpath.routeserver.service import RouteService, session_settings
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import (
    BgpSession,
    Cease,
    Endpoint,
    ErrorCode,
    Event,
    Family,
    Notification,
    Update,
)
from bfd_fastpath.wire.bgp.refresh import RefreshKind
from bfd_fastpath.wire.bgpls import Flag

_PORT = 179
SERVER_ID = IPv4Address("198.18.0.1")


class _Seat:
    """What the service sends through: one session."""

    def __init__(self, server: Server, number: int, session: BgpSession) -> None:
        self._server = server
        self._number = number
        self.session = session
        self.connection: Connection

    def happened(self, event: Event) -> None:
        service = self._server.service
        if service is not None:
            service.handle(self._number, self, event)

    def send(self, *updates: Update) -> None:
        for update in updates:
            passed = self._server.spoiled(update)
            if passed is not None:
                self.session.send(passed, self._server.now_ns)
        self._server.dirty[self._number] = self

    def refuse(self, text: str, subcode: int = Cease.REJECTED) -> None:
        self.session.close(Notification(ErrorCode.CEASE, subcode))
        self._server.dirty[self._number] = self

    def mark(self, family: Family, kind: RefreshKind) -> None:
        if self.session.peer is not None and self.session.peer.enhanced_refresh:
            self.session.send_refresh(family, kind)
            self._server.dirty[self._number] = self

    @property
    def limit(self) -> int:
        return self.session.limit


def _flag(player: Player) -> Flag:
    """What the exchange knows of a member."""
    if player.known_without_bfd:
        return Flag.NO_BFD
    return Flag.TAKES_PART if player.bfd else Flag.UNKNOWN


class Server(Actor):
    """The route server; `service` is None while it is dead."""

    def __init__(self, world: World, cast: Cast, wanted: Wanted, random: Random) -> None:
        super().__init__()
        self._world = world
        self._wanted = wanted
        self._random = random
        self._settings = ServerSettings(
            asn=SERVER_AS,
            identifier=SERVER_ID,
            lan=(LANS[cast.version],),
            clients=tuple(
                ClientSettings(
                    name=player.name,
                    asn=player.asn,
                    lan_addresses=(player.address,),
                    identifier=player.identifier,
                    flag=_flag(player),
                )
                for player in cast.players
            ),
            hold_time_s=wanted.hold_time_s,
        )
        self.service: RouteService | None = RouteService(self._settings)
        self.dirty: dict[int, _Seat] = {}
        """Sessions with something to send."""
        self.connections: dict[int, Connection] = {}
        """By member; those that are not over."""
        self.sabotage: Sabotage | None = None
        self._number = 0

    @property
    def now_ns(self) -> int:
        return self._world.now_ns

    def accept(self, member: Member) -> bool:
        """The member connects. False: the server is dead, or still believes in the connection before."""
        index = member.player.index
        before = self.connections.get(index)
        if self.service is None or (before is not None and not before.server.session.closed):
            return False
        self._number += 1
        configured = self._settings.clients[index]
        settings = session_settings(self._settings, configured)
        session = BgpSession(settings, jitter=lambda: self._random.uniform(0.75, 1.0))
        seat = _Seat(self, self._number, session)
        side = Side(self, session, seat.happened, lambda: None, self._done)
        connection = Connection(self._world, index, member.new_side(), side)
        seat.connection = self.connections[index] = member.connection = connection
        port = 49152 + self._number % 16384
        server = server_address(member.player.address.version)
        connection.open((Endpoint(member.player.address, port), Endpoint(server, _PORT)))
        return True

    def stop_dead(self) -> None:
        """No word to anybody: connections are reset, what was known is gone."""
        self.service = None
        for connection in self.connections.values():
            if not connection.server.session.closed:
                connection.reset(connection.server)
        self.connections.clear()

    def start_again(self) -> None:
        self.service = RouteService(self._settings)

    def spoiled(self, update: Update) -> Update | None:
        """What a sabotaged server lets through."""
        if self.sabotage is not Sabotage.DROP_WITHDRAWALS or not update.withdrawn:
            return update
        left = replace(update, withdrawn=())
        return left if left.announced or left.mp_reach or left.mp_unreach else None

    def _done(self, finish_ns: int) -> None:
        """What the service said goes out, to whomever."""
        dirty, self.dirty = self.dirty, {}
        for seat in dirty.values():
            seat.connection.flush(seat.connection.server)
