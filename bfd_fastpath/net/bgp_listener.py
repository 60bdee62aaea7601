# SPDX-License-Identifier: Apache-2.0
"""Where peers connect to: accepts connections, waits for each one's OPEN, and hands it to the speaker it is
for.

A peer is known by its address, and, where several share one, by the AS and BGP identifier of its OPEN.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

import structlog

from bfd_fastpath.net import tcp
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.wire.bgp import BgpError, Cease, ErrorCode, Malformed, Notification, Open
from bfd_fastpath.wire.bgp.message import Framer, MessageType, frame
from bfd_fastpath.wire.bgp.notification import FsmError, OpenError

OPEN_TIMEOUT_S = 30.0
PENDING_LIMIT = 256
_BACKLOG = 128
_log = structlog.get_logger("bgp")


class Listener:
    """Listens on one address and port for the peers of many speakers. Use it from the event loop's thread."""

    def __init__(
        self, address: tcp.Address, port: int = 179, *, open_timeout_s: float = OPEN_TIMEOUT_S
    ) -> None:
        self.address = address
        self.port = port
        self.open_timeout_s = open_timeout_s
        self.refused = 0
        """Connections that were turned away, since the start."""
        self._speakers: list[Speaker] = []
        self._pending: set[_Pending] = set()
        self._sock: socket.socket | None = None
        self._server: asyncio.Server | None = None

    def add(self, speaker: Speaker) -> None:
        """Accept this speaker's peer. Raises ValueError for a second TCP-MD5 password of one address."""
        settings = speaker.settings
        for other in self._at(settings.remote):
            if other.settings.password != settings.password:
                raise ValueError(
                    f"peers at {settings.remote} must share one TCP-MD5 password: it belongs to the address"
                )
        self._speakers.append(speaker)
        if self._sock is not None:
            self._sign(self._sock, speaker)

    def remove(self, speaker: Speaker) -> None:
        """Accept it no longer. Its connections stay with the speaker."""
        self._speakers.remove(speaker)

    async def start(self) -> None:
        """Listen. Raises TcpError where the port is taken or not ours to take. With port 0, `port` tells
        the real one.
        """
        sock = tcp.tcp_socket(self.address.version)
        try:
            tcp.set_ttl(sock, self.address.version)
            for speaker in self._speakers:
                self._sign(sock, speaker)
            tcp.bind(sock, self.address, self.port)
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Pending(self), sock=sock, backlog=_BACKLOG)
        except tcp.TcpError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            raise tcp.bind_error(error, self.address, self.port) from error
        self._sock = sock
        self.port = sock.getsockname()[1]

    async def stop(self) -> None:
        """Listen no longer. Connections that were handed over live on."""
        for pending in tuple(self._pending):
            pending.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._server, self._sock = None, None

    def _sign(self, sock: socket.socket, speaker: Speaker) -> None:
        settings = speaker.settings
        if settings.password is not None and settings.remote.version == self.address.version:
            tcp.set_md5(sock, settings.remote, settings.password)

    def _at(self, address: tcp.Address) -> list[Speaker]:
        return [speaker for speaker in self._speakers if speaker.settings.remote == address]

    def accepts(self, pending: _Pending, transport: asyncio.Transport, remote: tcp.Address) -> bool:
        """A connection came: keep it until its OPEN is here, or turn it away."""
        speakers = self._at(remote)
        if not speakers or len(self._pending) >= PENDING_LIMIT:
            reason = "too many connections wait for an OPEN" if speakers else "no peer is configured there"
            _log.warning("BGP connection refused", peer=str(remote), reason=reason)
            return False
        if all(speaker.settings.gtsm for speaker in speakers):
            tcp.require_ttl(transport.get_extra_info("socket"), remote.version)
        self._pending.add(pending)
        return True

    def malformed(self, remote: tcp.Address, error: BgpError, octets: bytes) -> None:
        """What came from there instead of an OPEN is the first speaker's to count: only an OPEN tells several
        apart.
        """
        for speaker in self._at(remote)[:1]:
            speaker.turned_away(error, octets)

    def forget(self, pending: _Pending) -> None:
        """It is no longer waiting."""
        self._pending.discard(pending)

    def speaker_for(self, remote: tcp.Address, opened: Open) -> Speaker | Notification:
        """The speaker this OPEN is for, a free one first; or what to answer."""
        matching: list[Speaker] = []
        for speaker in self._at(remote):
            wanted = speaker.settings.session
            if wanted.peer_asn in (None, opened.asn) and wanted.peer_router_id in (None, opened.router_id):
                matching.append(speaker)
        if not matching:
            return Notification(ErrorCode.OPEN, OpenError.PEER_AS)
        exact = [each for each in matching if each.settings.session.peer_router_id is not None] or matching
        return next((each for each in exact if each.peer is None), exact[0])

    @property
    def pending(self) -> int:
        """Connections whose OPEN has not come yet."""
        return len(self._pending)

    def speakers(self) -> Iterable[Speaker]:
        """Those whose peers are accepted."""
        return tuple(self._speakers)


class _Pending(asyncio.Protocol):
    """An accepted connection whose OPEN has not come yet."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._framer = Framer()
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._timeout: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._remote, _ = tcp.endpoint_of(transport.get_extra_info("peername"))
        if not self._listener.accepts(self, transport, self._remote):
            self._refuse(Notification(ErrorCode.CEASE, Cease.REJECTED))
            return
        self._timeout = asyncio.get_running_loop().call_later(self._listener.open_timeout_s, self.abort)

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._data += data
        self._framer.feed(data)
        try:
            message = self._framer.next()
            if message is None:
                return
            kind, body = message
            if kind == MessageType.NOTIFICATION:
                self.abort()
                return
            if kind != MessageType.OPEN:
                text = f"{kind.name} before OPEN"
                data = bytes((kind,))
                raise BgpError(Malformed.UNEXPECTED_MESSAGE, text, data, subcode=FsmError.OPEN_SENT)
            opened = Open.decode(body)
        except BgpError as error:
            self._listener.malformed(self._remote, error, self._data)
            self._refuse(error.notification)
            return
        self._hand_over(opened)

    def connection_lost(self, error: Exception | None) -> None:
        self._release()

    def abort(self) -> None:
        """Drop it."""
        if self._transport is not None:
            self._transport.abort()

    def _hand_over(self, opened: Open) -> None:
        assert self._transport is not None
        found = self._listener.speaker_for(self._remote, opened)
        if isinstance(found, Notification):
            _log.warning(
                "BGP connection refused", peer=str(self._remote), reason=f"no peer there is AS {opened.asn}"
            )
            self._refuse(found)
            return
        self._release()
        found.adopt(self._transport, self._data)

    def _refuse(self, notification: Notification) -> None:
        if self._transport is not None:
            self._listener.refused += 1
            self._transport.write(frame(MessageType.NOTIFICATION, notification.encode()))
            self._transport.close()

    def _release(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        self._listener.forget(self)
