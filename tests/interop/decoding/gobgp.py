# SPDX-License-Identifier: Apache-2.0
"""GoBGP told UPDATEs octet by octet, each over a session of its own, and what it has of them then."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, TypeVar

from bfd_fastpath.bench.daemons.daemon import Daemon, free_port
from bfd_fastpath.bench.daemons.gobgpd import GLOBAL
from bfd_fastpath.wire.bgp import Notification, SessionSettings
from bfd_fastpath.wire.bgp.message import KEEPALIVE, Framer, MessageType, frame
from tests.interop.decoding.generated import FAMILIES
from tests.interop.support.poll import until

ADDRESS = "127.0.27.1"
ASN = 64900
#: What is told behind each UPDATE: where it is, or a NOTIFICATION has come, the UPDATE has been read.
MARK = bytes.fromhex("00000014" + "40010100" + "4002060201" + "00000000" + "400304c6336401" + "18c00002")
MARKED = "192.0.2.0/24"
_BOUND_S = 30.0
C = TypeVar("C", bound="Connection")

_NEIGHBOUR = """
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{address}"
    peer-as = {asn}
  [neighbors.error-handling.config]
    treat-as-withdraw = true
  [neighbors.transport.config]
    passive-mode = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ls"
"""


def source(number: int) -> str:
    """The address that a session comes from."""
    return str(IPv4Address("127.0.28.1") + number)


class Gobgp(Daemon):
    """Expects so many sessions, all of one AS."""

    def __init__(self, directory: Path, sessions: int, peer_asn: int) -> None:
        directory.mkdir(parents=True)
        self.port, self._grpc = free_port(ADDRESS), free_port(ADDRESS)
        self._peer_asn = peer_asn
        text = GLOBAL.format(asn=ASN, port=self.port, address=ADDRESS)
        text += "".join(_NEIGHBOUR.format(address=source(one), asn=peer_asn) for one in range(sessions))
        file = directory / "gobgpd.toml"
        file.write_text(text)
        grpc = f"{ADDRESS}:{self._grpc}"
        super().__init__(directory, "gobgpd", "-p", "--pprof-disable", "--api-hosts", grpc, "-f", file)
        self.ready(ADDRESS, self._grpc)
        self.ready(ADDRESS, self.port)

    def session(self, number: int) -> Session:
        """An established one."""
        return self._welcome(lambda: Session(number, self._peer_asn, self.port), number)

    def opening(self, number: int, octets: bytes) -> str:
        """Its answer to these octets in place of an OPEN: a NOTIFICATION's code and subcode, "taken" for a KEEPALIVE,
        "closed" where it says nothing."""
        connection = self._welcome(lambda: Connection(number, self.port), number)
        try:
            return connection.answer(octets)
        finally:
            connection.close()

    def _welcome(self, connect: Callable[[], C], number: int) -> C:
        """GoBGP listens before it knows all whom it expects, and resets who comes too soon."""

        def connected() -> C | None:
            try:
                return connect()
            except ConnectionError:
                return None

        found = until(connected, bound=_BOUND_S, what=f"a session from {source(number)}")
        assert found is not None
        return found

    def rib(self, family: str) -> dict[str, list[dict[str, Any]]]:
        """Its paths by prefix; each has the address that it is from."""
        words = "gobgp", "-u", ADDRESS, "-p", str(self._grpc), "global", "rib", "-a", family, "-j"
        found: dict[str, list[dict[str, Any]]] = json.loads(self.ask(*words))
        return found

    def read(self, sessions: Mapping[int, Session]) -> None:
        """Waits until each has had its mark or a NOTIFICATION; AssertionError where one has neither."""

        def waiting() -> list[int]:
            marked = {path["neighbor-ip"] for path in self.rib("ipv4").get(MARKED, ())}
            return [
                number
                for number, one in sessions.items()
                if source(number) not in marked and one.notification() is None
            ]

        until(waiting, lambda seen: not seen, _BOUND_S, "an answer to each session")


class Connection:
    """One TCP connection, spoken by hand. It has said its OPEN."""

    def __init__(self, number: int, port: int) -> None:
        self._framer = Framer()
        self._socket = socket.create_connection((ADDRESS, port), 10, (source(number), 0))
        try:
            kind, _ = self._next()
        except ConnectionError:
            self._socket.close()
            raise
        assert kind is MessageType.OPEN

    def answer(self, octets: bytes) -> str:
        """See Gobgp.opening."""
        self._socket.sendall(octets)
        try:
            kind, body = self._next()
        except ConnectionError:
            return "closed"
        if kind is MessageType.NOTIFICATION:
            note = Notification.decode(body)
            return f"{note.code}/{note.subcode}"
        assert kind is MessageType.KEEPALIVE
        return "taken"

    def _next(self) -> tuple[MessageType, bytes]:
        while (message := self._framer.next()) is None:
            octets = self._socket.recv(65536)
            if not octets:
                raise ConnectionError("closed")
            self._framer.feed(octets)
        return message

    def close(self) -> None:
        self._socket.close()


class Session(Connection):
    """An established one."""

    def __init__(self, number: int, asn: int, port: int) -> None:
        super().__init__(number, port)
        self._mark = MARK[:13] + asn.to_bytes(4, "big") + MARK[17:]
        self._notification: Notification | None = None
        settings = SessionSettings(asn, IPv4Address("10.1.0.1") + number, FAMILIES, hold_time_s=90)
        self._socket.sendall(settings.open().encode() + KEEPALIVE)
        while self._next()[0] is not MessageType.KEEPALIVE:
            pass
        self._socket.setblocking(False)

    def tell(self, *bodies: bytes) -> None:
        """These UPDATEs, and the mark."""
        self._socket.setblocking(True)
        self._socket.sendall(b"".join(frame(MessageType.UPDATE, one) for one in (*bodies, self._mark)))
        self._socket.setblocking(False)

    def notification(self) -> Notification | None:
        """What it has been told at its end."""
        try:
            while self._notification is None:
                kind, body = self._next()
                if kind is MessageType.NOTIFICATION:
                    self._notification = Notification.decode(body)
        except (BlockingIOError, ConnectionError):
            pass
        return self._notification
