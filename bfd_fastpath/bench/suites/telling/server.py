# SPDX-License-Identifier: Apache-2.0
"""A route server as a process: it asks for next hops by NH-Reach, and keeps what comes with the kernel's word
on when. It reads nothing of that before it is asked, since the member works on the same core.

`python -m bfd_fastpath.bench.suites.telling.server FIRST COUNT` prints its port. A line of its standard
input is answered with a line of JSON: by address, when the octets that last told it to be down were at the
socket (CLOCK_MONOTONIC, ns). It ends with its standard input.
"""

import json
import select
import socket
import struct
import sys
import time
from ipaddress import IPv4Address
from typing import Final

from bfd_fastpath.net.tcp import endpoint_of
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

ASN, MEMBER_ASN = 64499, 64500
LOOPBACK: Final = "127.0.0.1"
_FAMILY = bgp.nh_reach(4)
#: Linux's SO_TIMESTAMPNS, which is also the type of the message that carries it: seconds and nanoseconds.
_TIMESTAMP: Final = 35
_STAMP: Final = struct.Struct("qq")
_OCTETS: Final = 1 << 18


class _Server:
    def __init__(self, sock: socket.socket, hops: list[IPv4Address]) -> None:
        self._sock = sock
        self._hops = hops
        self._kept: list[tuple[int, bytes]] = []
        self._session = bgp.BgpSession(
            bgp.SessionSettings(
                ASN, IPv4Address("192.0.2.254"), (_FAMILY,), peer_asn=MEMBER_ASN, hold_time_s=0
            )
        )
        local, remote = (bgp.Endpoint(*endpoint_of(one)) for one in (sock.getsockname(), sock.getpeername()))
        self._session.connected(time.monotonic_ns(), local, remote)
        self._send()

    def readable(self) -> bool:
        """Takes what is there; False where the member is gone."""
        data, ancillary, _, _ = self._sock.recvmsg(_OCTETS, socket.CMSG_SPACE(_STAMP.size))
        if self._session.state is bgp.State.ESTABLISHED:
            self._kept.append((_arrived(ancillary), data))
        elif data:
            self._session.receive(data, time.monotonic_ns())
            for event in self._session.events():
                if isinstance(event, bgp.Established):
                    self._ask()
            self._send()
        return bool(data)

    def downs(self) -> dict[str, int]:
        found: dict[str, int] = {}
        behind_ns = time.time_ns() - time.monotonic_ns()
        for time_ns, data in self._kept:
            self._session.receive(data, time.monotonic_ns())
            for event in self._session.events():
                if isinstance(event, bgp.UpdateReceived):
                    for address in _told_down(event.update):
                        found[str(address)] = time_ns - behind_ns
        return found

    def _ask(self) -> None:
        attributes = bgp.Attributes(origin=bgp.Origin.IGP, as_path=bgp.AsPath.sequence(ASN))
        asks = [(NhReachNlri(hop),) for hop in self._hops]
        for update in bgp.pack_announcements(_FAMILY, attributes, (), asks):
            self._session.send(update, time.monotonic_ns())

    def _send(self) -> None:
        self._sock.sendall(self._session.data_to_send())


def _arrived(ancillary: list[tuple[int, int, bytes]]) -> int:
    """CLOCK_REALTIME, of the latest of the octets."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _TIMESTAMP):
            seconds, rest = _STAMP.unpack(value)
            return int(seconds * 1_000_000_000 + rest)
    return time.time_ns()


def _told_down(update: bgp.Update) -> list[IPv4Address]:
    return [
        nlri.address
        for _, _, nlris in update.announcements()
        for nlri in nlris
        if isinstance(nlri, NhReachNlri)
        and nlri.state is NhState.DOWN
        and isinstance(nlri.address, IPv4Address)
    ]


def _serve(first: str, count: str) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        print(listener.getsockname()[1], flush=True)
        sock, _ = listener.accept()
    with sock:
        sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        server = _Server(sock, [IPv4Address(first) + number for number in range(int(count))])
        watched = {sock.fileno(), sys.stdin.fileno()}
        while sys.stdin.fileno() not in (ready := select.select(watched, [], [])[0]):
            if sock.fileno() in ready and not server.readable():
                watched.remove(sock.fileno())
        if sys.stdin.readline():
            print(json.dumps(server.downs()), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
