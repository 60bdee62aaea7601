# SPDX-License-Identifier: Apache-2.0
"""An RTR cache on a TCP port of this machine, for routers that take records of ours (RFC 8210)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from bfd_fastpath.net import tcp
from bfd_fastpath.wire.rtr import Cache, CacheSession, Records

#: Routers at a time.
CONNECTIONS = 8
_log = structlog.get_logger("rtr")


class RtrServer:
    """Use it from the event loop's thread. `began()` is called when a router has asked for everything: it
    knew nothing."""

    def __init__(self, address: tcp.Address, port: int, began: Callable[[], None]) -> None:
        # Another session number than the one before has, whose serials mean something else.
        self.cache = Cache(int(time.time()) % 65536)
        self.address = address
        self.port = port
        self._began = began
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises TcpError where the port is taken. With port 0, `port` tells the real one."""
        sock = tcp.tcp_socket(self.address.version)
        try:
            tcp.bind(sock, self.address, self.port)
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Connection(self), sock=sock)
        except tcp.TcpError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            raise tcp.bind_error(error, self.address, self.port) from error
        self.port = sock.getsockname()[1]

    async def stop(self) -> None:
        """End all connections, and listen no longer."""
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        await self._server.wait_closed()
        self._server = None

    def publish(self, records: Records) -> tuple[int, int]:
        """Exactly these; routers are told when that is new. The session and serial that they then have."""
        if self.cache.replace(records):
            for connection in self._connections:
                connection.notify()
        return self.cache.session, self.cache.serial

    @property
    def routers(self) -> int:
        """How many are connected."""
        return len(self._connections)

    def accepts(self, connection: _Connection) -> bool:
        """A connection came: keep it, or turn it away."""
        if len(self._connections) >= CONNECTIONS:
            _log.warning("RTR connection refused", reason=f"there are {CONNECTIONS} already")
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: _Connection) -> None:
        self._connections.discard(connection)

    def began(self) -> None:
        self._began()


class _Connection(asyncio.Protocol):
    def __init__(self, server: RtrServer) -> None:
        self._server = server
        self._session = CacheSession(server.cache)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not self._server.accepts(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        resets = self._session.resets
        self._transport.write(self._session.receive(data))
        if self._session.ended:
            _log.warning("RTR connection ended", reason=self._session.ended)
            self._transport.close()
        elif self._session.resets != resets:
            self._server.began()

    def connection_lost(self, error: Exception | None) -> None:
        self._server.forget(self)

    def notify(self) -> None:
        if self._transport is not None:
            self._transport.write(self._session.notify())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
