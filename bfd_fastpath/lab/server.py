# SPDX-License-Identifier: Apache-2.0
"""The embedded route server, listening: one speaker for each expected session, all of them served by one
RouteService."""

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.routeserver.service import RouteService, ServiceEvent, session_settings
from bfd_fastpath.routeserver.settings import Address, ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import Cease, ErrorCode, Event, Family, Notification, Update, counts
from bfd_fastpath.wire.bgp.refresh import RefreshKind


@dataclass(frozen=True, slots=True)
class ExpectedSession:
    """A client's session and the address that it comes from."""

    client: ClientSettings
    remote: Address
    #: TCP-MD5; None: without.
    password: bytes | None = field(default=None, repr=False)
    gtsm: bool = False


class _Seat:
    """One expected session: what the service sends through."""

    def __init__(
        self, number: int, service: RouteService, settings: SpeakerSettings, tap: Tap | None
    ) -> None:
        self._number = number
        self._service = service
        self.speaker = Speaker(settings, self._happened, tap=tap)

    def _happened(self, event: Event) -> None:
        self._service.handle(self._number, self, event)

    def send(self, *updates: Update) -> object:
        return self.speaker.send(*updates)

    def refuse(self, text: str, subcode: int = Cease.REJECTED) -> None:
        self.speaker.reset(Notification(ErrorCode.CEASE, subcode))

    def mark(self, family: Family, kind: RefreshKind) -> None:
        self.speaker.mark(family, kind)

    @property
    def limit(self) -> int:
        return self.speaker.limit


class EmbeddedServer:
    """Listens on one address or several, all on one port. With port 0 and one address, `port` tells the real
    one after `start`."""

    def __init__(
        self,
        settings: ServerSettings,
        sessions: Iterable[ExpectedSession],
        addresses: Collection[Address],
        port: int = 0,
        *,
        observe: Callable[[ServiceEvent], None] = lambda event: None,
        tap: Tap | None = None,
    ) -> None:
        self.service = RouteService(settings, observe, seed=secrets.randbits(64))
        self._listeners = [Listener(address, port) for address in addresses]
        self._seats = []
        for number, expected in enumerate(sessions, 1):
            seat = _Seat(number, self.service, _speaker_settings(settings, expected), tap)
            self._seats.append(seat)
            for listener in self._listeners:
                if listener.address.version == expected.remote.version:
                    listener.add(seat.speaker)

    @property
    def port(self) -> int:
        return self._listeners[0].port

    def malformed(self) -> dict[str, dict[str, int]]:
        """By peer, what was wrong with what it sent; peers with which nothing was are left out."""
        found = {str(one.speaker.settings.remote): counts(one.speaker.malformed) for one in self._seats}
        return {peer: counted for peer, counted in found.items() if counted}

    async def start(self) -> None:
        """Listen. Raises net.tcp's TcpError when the port cannot be had."""
        for listener in self._listeners:
            await listener.start()
        for seat in self._seats:
            seat.speaker.start()

    async def stop(self) -> None:
        """End all sessions with Cease, and listen no longer."""
        for seat in self._seats:
            await seat.speaker.stop()
        for listener in self._listeners:
            await listener.stop()


def _speaker_settings(settings: ServerSettings, expected: ExpectedSession) -> SpeakerSettings:
    session = session_settings(settings, expected.client)
    return SpeakerSettings(
        session=session,
        remote=expected.remote,
        connect=False,
        password=expected.password,
        gtsm=expected.gtsm,
    )
