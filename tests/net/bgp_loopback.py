# SPDX-License-Identifier: Apache-2.0
"""Speakers and scripted peers on loopback, and a bounded wait that runs inside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, ip_address
from typing import Any

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.net.tcp import Address
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, Notification, Open, SessionSettings
from bfd_fastpath.wire.bgp.message import EXTENDED_LIMIT, KEEPALIVE, Framer, MessageType

LOOPBACK = ip_address("127.0.0.1")
FAMILIES = (IPV4_UNICAST, BGP_LS)


async def until(look: Callable[[], Any], bound_s: float = 10.0) -> Any:
    """Returns the first true value of look(); AssertionError when there is none within the bound."""
    loop = asyncio.get_running_loop()
    end = loop.time() + bound_s
    while not (seen := look()):
        assert loop.time() < end, f"not within {bound_s} s"
        await asyncio.sleep(0.005)
    return seen


def session_settings(asn: int, **settings: Any) -> SessionSettings:
    settings.setdefault("families", FAMILIES)
    return SessionSettings(asn, IPv4Address(0x0A000000 + asn), **settings)


class Peer:
    """A speaker with the events it told."""

    def __init__(
        self, asn: int, remote: Address = LOOPBACK, *, tap=None, handler=None, session=None, **settings: Any
    ):
        self.events: list[Any] = []
        settings.setdefault("reconnect_first_s", 0.05)
        settings.setdefault("reconnect_most_s", 0.2)
        chosen = SpeakerSettings(session or session_settings(asn), remote, **settings)
        self.speaker = Speaker(chosen, handler or self.events.append, tap=tap)

    @property
    def info(self) -> Any:
        """The established session's peer; AssertionError without one."""
        assert self.speaker.peer is not None
        return self.speaker.peer

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def listening(
    *peers: Peer, address: Address = LOOPBACK, port: int = 0, **settings: Any
) -> AsyncIterator[Listener]:
    listener = Listener(address, port, **settings)
    for peer in peers:
        listener.add(peer.speaker)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop()
        for peer in peers:
            await peer.speaker.stop()


@asynccontextmanager
async def running(*peers: Peer) -> AsyncIterator[None]:
    for peer in peers:
        peer.speaker.start()
    try:
        yield
    finally:
        for peer in peers:
            await peer.speaker.stop()


class ScriptedPeer:
    """A peer that says only what the test makes it say."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._framer = Framer()
        self._framer.limit = EXTENDED_LIMIT

    @classmethod
    async def to(cls, listener: Listener, **settings: Any) -> "ScriptedPeer":
        return cls(*await asyncio.open_connection(str(listener.address), listener.port, **settings))

    def say(self, octets: bytes) -> None:
        self._writer.write(octets)

    def open(self, asn: int, hold_time_s: int = 90) -> None:
        settings = session_settings(asn, hold_time_s=hold_time_s)
        self.say(settings.open().encode())

    async def hear(self) -> tuple[MessageType, bytes] | None:
        """The next message, None where the other side has closed."""
        while (message := self._framer.next()) is None:
            octets = await asyncio.wait_for(self._reader.read(65536), 10)
            if not octets:
                return None
            self._framer.feed(octets)
        return message

    async def hear_more(self) -> tuple[MessageType, bytes]:
        """The next message; AssertionError where the other side has closed."""
        message = await self.hear()
        assert message is not None
        return message

    async def hear_open(self) -> Open:
        message = await self.hear_more()
        assert message[0] == MessageType.OPEN
        return Open.decode(message[1])

    async def hear_notification(self) -> Notification:
        """The next NOTIFICATION; what comes before it is skipped."""
        while message := await self.hear():
            if message[0] == MessageType.NOTIFICATION:
                return Notification.decode(message[1])
        raise AssertionError("closed without a NOTIFICATION")

    async def establish(self, asn: int, hold_time_s: int = 90) -> None:
        self.open(asn, hold_time_s)
        await self.hear_open()
        self.say(KEEPALIVE)

    def close(self) -> None:
        self._writer.close()
