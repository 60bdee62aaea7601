# SPDX-License-Identifier: Apache-2.0
"""The packets of a row as capture files, one a port, which net_pcap plays without end: UDP to one destination
after the other.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.routes import Octets, Table
from bfd_fastpath.bench.suites.forward.row import Row

#: net_pcap's own addresses, by the order in which its ports are made.
PORT_MACS: Final = ("02:70:63:61:70:00", "02:70:63:61:70:01")
LEAST_PACKETS: Final = 1024
_SENDER: Final = bytes.fromhex("020000000099")
_CHECK_SEQUENCE: Final = 4
_TTL: Final = 64
_UDP: Final = 17
SOURCES: Final = {4: bytes((198, 18, 0, 1)), 6: bytes.fromhex("20010002000000000000000000000001")}
_LINK_ETHERNET: Final = 1


def packets(row: Row) -> int:
    """How many a port: enough for its destinations, and for its sizes to be mixed."""
    return max(LEAST_PACKETS, row.destinations // 2)


def write(row: Row, table: Table, room: Path, name: str) -> tuple[Path, Path]:
    """The files for the two ports; what one of them receives leaves by the other."""
    files = []
    for port, mac in enumerate(PORT_MACS):
        destinations = table.behind(1 - port, max(row.destinations // 2, 1))
        path = room / f"{name}-{port}.pcap"
        save(path, _frames(row, destinations, bytes.fromhex(mac.replace(":", ""))))
        files.append(path)
    return files[0], files[1]


def _frames(row: Row, destinations: Octets, mac: bytes) -> Iterator[bytes]:
    sizes = row.sizes
    for number in range(packets(row)):
        destination = bytes(destinations[number % len(destinations)])
        yield frame(row.family, sizes[number % len(sizes)], mac, destination)


def frame(family: int, size: int, mac: bytes, destination: bytes) -> bytes:
    """size: with the check sequence, which the frame does not have."""
    rest = size - _CHECK_SEQUENCE - 14 - (20 if family == 4 else 40)
    udp = struct.pack("!HHHH", 1024, 9, rest, 0) + bytes(rest - 8)
    if family == 6:
        header = struct.pack("!IHBB", 6 << 28, rest, _UDP, _TTL) + SOURCES[6] + destination
        return mac + _SENDER + b"\x86\xdd" + header + udp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + rest, 0, 0, _TTL, _UDP, 0) + SOURCES[4] + destination
    total: int = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return mac + _SENDER + b"\x08\x00" + head[:10] + total.to_bytes(2, "big") + head[12:] + udp


def save(path: Path, frames: Iterable[bytes]) -> None:
    """As a capture file."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _LINK_ETHERNET))
        for octets in frames:
            file.write(struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets)
