# SPDX-License-Identifier: Apache-2.0
"""A process that plays a route server: connects, opens a BGP session, and sends a file of UPDATEs as fast
as they are taken.

`python -m bfd_fastpath.bench.suites.control.sender FILE OWN_ADDRESS OWN_AS ADDRESS PORT`. It prints the
time of its first octet (CLOCK_MONOTONIC, ns) and that of the last, and keeps the session up until its
standard input ends.
"""

import select
import socket
import sys
import time
from ipaddress import IPv4Address
from pathlib import Path

from bfd_fastpath.wire.bgp import BgpSession, SessionSettings, State

_PIECE = 1 << 18


def main(file: str, own: str, asn: str, address: str, port: str) -> None:
    data = memoryview(Path(file).read_bytes())
    session = BgpSession(SessionSettings(int(asn), IPv4Address(own), hold_time_s=180))
    with socket.create_connection((address, int(port)), source_address=(own, 0)) as peer:
        session.connected(time.monotonic_ns())
        while session.state is not State.ESTABLISHED:
            peer.sendall(session.data_to_send())
            session.receive(peer.recv(65536), time.monotonic_ns())
            assert not session.closed, session.events()
        peer.sendall(session.data_to_send())
        print(time.monotonic_ns(), flush=True)
        for start in range(0, len(data), _PIECE):
            peer.sendall(data[start : start + _PIECE])
        print(time.monotonic_ns(), flush=True)
        while True:
            readable, _, _ = select.select([peer, sys.stdin], [], [], 1)
            if sys.stdin in readable:
                return
            if peer in readable:
                heard = peer.recv(1 << 20)
                if not heard:
                    return
                session.receive(heard, time.monotonic_ns())
            session.timer(time.monotonic_ns())
            peer.sendall(session.data_to_send())


if __name__ == "__main__":
    main(*sys.argv[1:])
