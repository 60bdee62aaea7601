# SPDX-License-Identifier: Apache-2.0
"""One BGP peer over TCP: connects or is connected to, resolves collisions, reconnects, hands BGP events to
one callback.

What the events mean is the callback's affair; what it raises is logged and costs nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable

import structlog

from bfd_fastpath.net import tcp
from bfd_fastpath.net.backoff import Backoff
from bfd_fastpath.net.bgp_connection import LINGER_S, BgpConnection
from bfd_fastpath.net.malformed_log import MalformedLog
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.net.tap import Tap
from bfd_fastpath.wire.bgp import (
    BgpError,
    BgpSession,
    Cease,
    CloseCause,
    Closed,
    ErrorCode,
    Established,
    Event,
    Family,
    Malformed,
    Notification,
    NotificationSent,
    PeerInfo,
    SessionError,
    State,
    Update,
    end_of_rib,
)
from bfd_fastpath.wire.bgp.collision import keeps_outgoing
from bfd_fastpath.wire.bgp.message import MessageType, frame
from bfd_fastpath.wire.bgp.refresh import RefreshKind

_COLLISION = Notification(ErrorCode.CEASE, Cease.COLLISION)
_REJECTED = frame(MessageType.NOTIFICATION, Notification(ErrorCode.CEASE, Cease.REJECTED).encode())
_log = structlog.get_logger("bgp")


class Speaker:
    """One peer. Use it from the event loop's thread. `on_event(event)` gets the wire.bgp events, in order.

    `clock()` gives monotonic nanoseconds, `draw()` numbers in 0..1 for jitter.
    """

    def __init__(
        self,
        settings: SpeakerSettings,
        on_event: Callable[[Event], None],
        *,
        tap: Tap | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self.last_error = ""
        """Why the last connection attempt or session failed, for people; empty when none did."""
        self.malformed: Counter[Malformed] = Counter()
        """What was wrong with what the peer sent, over all sessions."""
        self._malformed_log = MalformedLog(str(settings.remote), clock)
        self._on_event = on_event
        self._tap = tap
        self._clock = clock
        self._draw = draw
        self._backoff = Backoff(settings.reconnect_first_s, settings.reconnect_most_s, draw)
        self._connections: list[BgpConnection] = []
        self._connecting = False
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    # Life

    def start(self) -> None:
        """Begin to connect, where the settings say so. A running event loop is needed."""
        if self._task is None and self.settings.connect and not self._stopping:
            self._task = asyncio.get_running_loop().create_task(
                self._run(), name=f"bgp {self.settings.remote}"
            )

    async def stop(self, text: str = "", subcode: int = Cease.SHUTDOWN) -> None:
        """Close with Cease and the text (RFC 9003), and return when the connections are gone; at most
        LINGER_S.
        """
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for connection in tuple(self._connections):
            connection.close(Notification.shutdown(text, subcode))
        deadline = asyncio.get_running_loop().time() + LINGER_S + 1
        while self._connections and asyncio.get_running_loop().time() < deadline:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), deadline - asyncio.get_running_loop().time())
        for connection in tuple(self._connections):
            connection.abort()

    def resume(self) -> None:
        """Begin anew after stop()."""
        self._stopping = False
        self._backoff.reset()
        self.start()

    def reset(self, notification: Notification | None = None) -> None:
        """End the present session, by default with Cease, administrative reset; a new one is tried after
        the delay.
        """
        for connection in tuple(self._connections):
            connection.close(notification or Notification.shutdown(subcode=Cease.RESET))

    # Use

    @property
    def peer(self) -> PeerInfo | None:
        """The peer of the established session, None without one."""
        connection = self._established()
        return connection.session.peer if connection is not None else None

    @property
    def state(self) -> str:
        """stopped, connect, active, open-sent, open-confirm or established (RFC 4271 8.2.2)."""
        states = [connection.session.state for connection in self._connections]
        for state in (State.ESTABLISHED, State.OPEN_CONFIRM, State.OPEN_SENT):
            if state in states:
                return str(state.value)
        if self._stopping:
            return "stopped"
        return "connect" if self._connecting else "active"

    @property
    def limit(self) -> int:
        """The largest UPDATE that the peer takes, in octets. Raises SessionError without a session."""
        return self._session().session.limit

    @property
    def buffered(self) -> int:
        """Octets written that the kernel has not taken yet."""
        return sum(connection.buffered for connection in self._connections)

    def send(self, *updates: Update) -> int:
        """Send UPDATEs in one write; the time in ns at which they were handed to the socket.

        Raises SessionError where there is no session, or one is too large: then nothing is sent.
        """
        return self.send_all(updates)

    def send_all(self, updates: Iterable[Update]) -> int:
        """As send(), from any iterable."""
        connection = self._session()
        peer = connection.session.peer
        messages = [update.encode(as4=peer is None or peer.as4) for update in updates]
        return self.send_encoded(messages)

    def send_encoded(self, messages: Iterable[bytes]) -> int:
        """As send(), for whole UPDATE messages encoded for this peer."""
        connection = self._session()
        messages = tuple(messages)
        largest = max(map(len, messages), default=0)
        if largest > connection.session.limit:
            raise SessionError(f"an UPDATE of {largest} octets; this peer takes {connection.session.limit}")
        now_ns = self._clock()
        for message in messages:
            connection.session.send_encoded(message, now_ns)
        return connection.pump()

    def send_end_of_rib(self, family: Family) -> int:
        """Send End-of-RIB for the family. Raises SessionError without a session or without the family."""
        connection = self._session()
        if connection.session.peer is None or family not in connection.session.peer.families:
            raise SessionError(f"{family} is not negotiated with {self.settings.remote}")
        return self.send(end_of_rib(family))

    def send_refresh(self, family: Family, kind: RefreshKind = RefreshKind.REQUEST) -> None:
        """Ask the peer to send the family again. Raises SessionError where it does not offer that."""
        connection = self._session()
        connection.session.send_refresh(family, kind)
        connection.pump()

    def mark(self, family: Family, kind: RefreshKind) -> None:
        """Say where our repetition of the family begins or ends (RFC 7313), where the session has such
        marks."""
        connection = self._established()
        peer = connection.session.peer if connection is not None else None
        if peer is not None and peer.enhanced_refresh and family in peer.families:
            self.send_refresh(family, kind)

    async def drain(self) -> None:
        """Wait while the peer is slow to take what was sent."""
        connection = self._established()
        if connection is not None:
            await connection.drain()

    def adopt(self, transport: asyncio.Transport, data: bytes) -> None:
        """Take over a connection that the peer opened; `data` is what it has sent so far.

        A speaker that stops, or has, turns it away with Cease, connection rejected.
        """
        if self._stopping:
            transport.write(_REJECTED)
            transport.close()
            return
        connection = self._connection(outgoing=False)
        transport.set_protocol(connection)
        self._begin(connection, transport)
        connection.data_received(data)

    def turned_away(self, error: BgpError, octets: bytes) -> None:
        """A connection of the peer's ended before its OPEN could be read: count and log that."""
        self.malformed.update(fault.kind for fault in error.faults)
        self._malformed_log.happened(NotificationSent(error.notification, error.text, octets))

    # Inside

    async def _run(self) -> None:
        while not self._stopping:
            if not self._connections:
                await self._attempt()
            while self._connections:
                self._changed.clear()
                await self._changed.wait()
            await asyncio.sleep(self._backoff.delay_s())

    async def _attempt(self) -> None:
        self._connecting = True
        try:
            sock = await self._connected_socket()
        except (OSError, TimeoutError) as error:
            self._failed(
                f"cannot connect to {self.settings.remote} port {self.settings.remote_port}: {_reason(error)}"
            )
            return
        finally:
            self._connecting = False
        if self._established() is not None:
            sock.close()
            return
        connection = self._connection(outgoing=True)
        self._connections.append(connection)
        try:
            await asyncio.get_running_loop().create_connection(lambda: connection, sock=sock)
        except OSError as error:
            self._connections.remove(connection)
            self._failed(f"connection to {self.settings.remote} lost at once: {_reason(error)}")

    async def _connected_socket(self) -> socket.socket:
        settings = self.settings
        sock = tcp.tcp_socket(settings.remote.version)
        try:
            if settings.password is not None:
                tcp.set_md5(sock, settings.remote, settings.password)
            tcp.set_ttl(sock, settings.remote.version)
            if settings.gtsm:
                tcp.require_ttl(sock, settings.remote.version)
            if settings.local is not None or settings.local_port:
                anywhere = tcp.ANY[settings.remote.version]
                tcp.bind(
                    sock, settings.local if settings.local is not None else anywhere, settings.local_port
                )
            address = str(settings.remote), settings.remote_port
            connecting = asyncio.get_running_loop().sock_connect(sock, address)
            await asyncio.wait_for(connecting, settings.connect_timeout_s)
        except BaseException:
            sock.close()
            raise
        return sock

    def _connection(self, *, outgoing: bool) -> BgpConnection:
        session = BgpSession(
            self.settings.session, jitter=lambda: 0.75 + 0.25 * self._draw(), malformed=self.malformed
        )
        return BgpConnection(
            session,
            self,
            outgoing=outgoing,
            clock=self._clock,
            tap=self._tap,
            send_hold_s=self.settings.send_hold_s,
        )

    def _begin(self, connection: BgpConnection, transport: asyncio.Transport) -> None:
        self._connections.append(connection)
        self._changed.set()
        connection.connection_made(transport)

    def _established(self) -> BgpConnection | None:
        for connection in self._connections:
            if connection.session.state == State.ESTABLISHED:
                return connection
        return None

    def _session(self) -> BgpConnection:
        connection = self._established()
        if connection is None:
            raise SessionError(f"no BGP session with {self.settings.remote}: {self.state}")
        return connection

    def _failed(self, text: str) -> None:
        if text != self.last_error:
            _log.warning("no BGP session", peer=str(self.settings.remote), reason=text)
        self.last_error = text

    # Owner of connections

    def opened(self, connection: BgpConnection) -> None:
        """The peer's OPEN is here: of two connections one goes (RFC 4271 6.8)."""
        peer = connection.session.peer
        for other in tuple(self._connections):
            if other is connection or other.session.closed or peer is None:
                continue
            ours = self.settings.session
            if other.session.state == State.ESTABLISHED:
                loser = connection
            elif other.outgoing == connection.outgoing:
                loser = other
            else:
                keep = keeps_outgoing((ours.router_id, ours.local_asn), (peer.router_id, peer.asn))
                loser = connection if connection.outgoing != keep else other
            loser.close(_COLLISION)
            if loser is connection:
                return

    def happened(self, connection: BgpConnection, event: Event) -> None:
        """An event of a connection: to the callback, but for the quiet end of a colliding one."""
        if isinstance(event, Established):
            self._backoff.reset()
            self.last_error = ""
        elif isinstance(event, Closed):
            if event.cause == CloseCause.COLLISION and not event.was_established:
                return
            if event.cause != CloseCause.LOCAL:
                self._failed(f"{event.cause.value}: {event.text}")
        elif isinstance(event, NotificationSent) and event.notification == _COLLISION:
            return
        self._malformed_log.happened(event)
        try:
            self._on_event(event)
        except Exception:
            _log.exception(
                "the handler of a BGP event failed", peer=str(self.settings.remote), event_kind=type(event)
            )

    def gone(self, connection: BgpConnection) -> None:
        """A connection is over."""
        if connection in self._connections:
            self._connections.remove(connection)
        self._changed.set()


def _reason(error: OSError | TimeoutError) -> str:
    """In words; asyncio puts its own text where the system's would be."""
    if isinstance(error, tcp.TcpError):
        return error.strerror or str(error)
    if error.errno is None:
        return "no answer in time" if isinstance(error, TimeoutError) else str(error)
    return os.strerror(error.errno)
