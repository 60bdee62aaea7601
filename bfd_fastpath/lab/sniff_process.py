# SPDX-License-Identifier: Apache-2.0
"""Writes what a bridge passes on to some of its ports to a capture file, from inside the bridge's namespace:
BFD with its ARP and ND, or BGP. Only what leaves a port has crossed the bridge; what a cut drops never
does."""

import signal
import socket
import sys
import time
from pathlib import Path

from bfd_fastpath.lab.linkcap import LinkFile

_EVERYTHING = 3
_BFD_PORTS = {3784}
_BGP_PORTS = {179}


class Frame:
    """One frame as LinkFile takes it."""

    def __init__(self, data: bytes) -> None:
        self.time_ns = time.time_ns()
        self.length = len(data)
        self.data = data


def wanted(frame: bytes, kind: str) -> bool:
    """`kind` is "bfd" (UDP 3784, ARP, neighbour discovery) or "bgp" (TCP 179)."""
    ether_type = frame[12:14]
    if ether_type == b"\x08\x06":
        return kind == "bfd"
    if ether_type == b"\x08\x00" and len(frame) >= 34:
        protocol, start = frame[23], 14 + 4 * (frame[14] & 15)
    elif ether_type == b"\x86\xdd" and len(frame) >= 54:
        protocol, start = frame[20], 54
    else:
        return False
    if protocol == socket.IPPROTO_ICMPV6:
        return kind == "bfd"
    ports = {int.from_bytes(frame[start + i : start + i + 2], "big") for i in (0, 2)}
    if kind == "bfd":
        return protocol == socket.IPPROTO_UDP and bool(ports & _BFD_PORTS)
    return protocol == socket.IPPROTO_TCP and bool(ports & _BGP_PORTS)


def main() -> int:
    """Arguments: "bfd" or "bgp", the file, the bridge's ports. Until SIGTERM."""
    kind, path, ports = sys.argv[1], Path(sys.argv[2]), set(sys.argv[3:])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    file = LinkFile(path, 0)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING)) as sniffer:
        while True:
            data, (port, _, packet_type, *_rest) = sniffer.recvfrom(65536)
            outgoing = packet_type == socket.PACKET_OUTGOING
            if port in ports and outgoing and wanted(data, kind):
                file.write(Frame(data))


if __name__ == "__main__":
    sys.exit(main())
