# SPDX-License-Identifier: Apache-2.0
"""One TCP connection with the BGP session on it: moves octets, keeps its timer, hands its events on. It
never reconnects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from bfd_fastpath.net.tap import Direction, Flow, Tap
from bfd_fastpath.net.tcp import endpoint_of
from bfd_fastpath.wire.bgp import BgpSession, Endpoint, Event, Notification

LINGER_S = 1.0
"""How long the peer may take to close after our NOTIFICATION, in seconds."""
HIGH_WATER = 4 << 20
SEND_HOLD_S = 480.0
"""How long a peer may take nothing while more than HIGH_WATER octets wait for it, in seconds (RFC 9687)."""
_log = structlog.get_logger("bgp")


class Owner(Protocol):
    """Whom a connection belongs to."""

    def opened(self, connection: BgpConnection) -> None:
        """The peer's OPEN was accepted; the owner may close this connection or another (RFC 4271 6.8)."""

    def happened(self, connection: BgpConnection, event: Event) -> None:
        """An event of the session."""

    def gone(self, connection: BgpConnection) -> None:
        """The connection is closed and needs nothing more."""


class BgpConnection(asyncio.Protocol):
    """Drives one BgpSession. All methods are for the event loop's thread."""

    def __init__(
        self,
        session: BgpSession,
        owner: Owner,
        *,
        outgoing: bool,
        clock: Callable[[], int],
        tap: Tap | None = None,
        send_hold_s: float = SEND_HOLD_S,
    ) -> None:
        self.session = session
        self.outgoing = outgoing
        self.flow: Flow | None = None
        self.last_write_ns = 0
        self._owner = owner
        self._clock = clock
        self._tap = tap
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._delivering = False
        self._opened = False
        self._finishing = False
        self._send_hold_s = send_hold_s
        self._send_hold: asyncio.TimerHandle | None = None
        self._written = 0
        self._writable = asyncio.Event()
        self._writable.set()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=HIGH_WATER)
        local = Endpoint(*endpoint_of(transport.get_extra_info("sockname")))
        remote = Endpoint(*endpoint_of(transport.get_extra_info("peername")))
        self.flow = Flow(local, remote, self.outgoing)
        self.session.connected(self._clock(), local, remote)
        self.pump()

    def data_received(self, data: bytes) -> None:
        if self.session.closed:
            return
        now_ns = self._clock()
        self._show(Direction.IN, data, now_ns)
        self.session.receive(data, now_ns)
        self.pump()

    def eof_received(self) -> bool:
        self.session.disconnected("the peer closed the connection")
        self.pump()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.session.disconnected("connection lost" if error is None else f"connection lost: {error}")
        self._transport = None
        self._writable.set()
        self.pump()
        if self._timer is not None:
            self._timer.cancel()
        if self._send_hold is not None:
            self._send_hold.cancel()
        self._owner.gone(self)

    def pause_writing(self) -> None:
        self._writable.clear()
        if self._send_hold is None:
            self._watch_peer()

    def resume_writing(self) -> None:
        self._writable.set()

    def _watch_peer(self) -> None:
        """A peer that says KEEPALIVE and reads nothing would cost memory for ever."""
        taken = self._written - self.buffered
        loop = asyncio.get_running_loop()
        self._send_hold = loop.call_later(self._send_hold_s, self._look_again, taken)

    def _look_again(self, taken: int) -> None:
        self._send_hold = None
        if self._writable.is_set():
            return
        if self._written - self.buffered > taken:
            self._watch_peer()
            return
        self.session.disconnected(f"the peer took nothing for {self._send_hold_s:g} s (RFC 9687)")
        self.pump()
        self.abort()

    # What the owner calls

    def pump(self) -> int:
        """Write what the session wants written, then hand on its events; time of the last write in ns."""
        self._write()
        if self._delivering:
            return self.last_write_ns
        self._delivering = True
        try:
            self._deliver()
        finally:
            self._delivering = False
        if self.session.closed:
            self._finish()
        else:
            self._arm()
        return self.last_write_ns

    def close(self, notification: Notification | None = None) -> None:
        """End the session in order: NOTIFICATION, then a wait of at most LINGER_S for the peer to close."""
        self.session.close(notification)
        self.pump()

    def abort(self) -> None:
        """Drop the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    async def drain(self) -> None:
        """Wait until the peer has taken enough that less than HIGH_WATER octets are buffered."""
        await self._writable.wait()

    @property
    def buffered(self) -> int:
        """Octets that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def _write(self) -> None:
        data = self.session.data_to_send()
        if data and self._transport is not None and not self._finishing:
            self._written += len(data)
            self._transport.write(data)
            self.last_write_ns = self._clock()
            self._show(Direction.OUT, data, self.last_write_ns)

    def _deliver(self) -> None:
        if not self._opened and self.session.peer is not None:
            self._opened = True
            self._owner.opened(self)
            self._write()
        while events := self.session.events():
            for event in events:
                self._owner.happened(self, event)
            self._write()

    def _show(self, direction: Direction, data: bytes, now_ns: int) -> None:
        if self._tap is None or self.flow is None:
            return
        try:
            self._tap(direction, data, now_ns, self.flow)
        except Exception:
            _log.exception("an observer of the octets failed", peer=str(self.flow.remote))

    def _arm(self) -> None:
        """Set the loop's timer to the session's deadline; a timer that is due earlier finds out when it
        fires.
        """
        deadline = self.session.next_deadline()
        if deadline is None:
            return
        loop = asyncio.get_running_loop()
        when = loop.time() + max(0, deadline - self._clock()) / 1e9
        if self._timer is not None and not self._timer.cancelled():
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self._due)

    def _due(self) -> None:
        self._timer = None
        self.session.timer(self._clock())
        self.pump()

    def _finish(self) -> None:
        """Half-close, so that octets still coming cannot turn our NOTIFICATION into a reset, and close a
        little later.
        """
        if self._finishing or self._transport is None:
            return
        self._finishing = True
        if self._timer is not None:
            self._timer.cancel()
        transport = self._transport
        if transport.is_closing():
            return
        try:
            transport.write_eof()
        except OSError:  # the peer has reset it already: nobody is left to wait for
            transport.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(LINGER_S, transport.abort)
