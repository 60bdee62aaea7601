# SPDX-License-Identifier: Apache-2.0
"""A capture file (pcapng, one Ethernet interface, nanoseconds) written from frames and times. It reads
nothing and makes no frame.
"""

from __future__ import annotations

from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final

from scapy.layers.l2 import Ether

_SECTION: Final = Struct("<IIIHHqI")
_BLOCK: Final = Struct("<II")
_INTERFACE: Final = Struct("<HHI")
_PACKET: Final = Struct("<IIIIIII")
_LENGTH: Final = Struct("<I")
_ETHERNET: Final = 1
_IF_NAME: Final = 2
_IF_TSRESOL: Final = 9
#: Powers of ten below a second.
_NANOSECONDS: Final = b"\x09"


class PcapngFile:
    """Packets of one interface, in the order in which they are written. Use as a context manager, or call
    close(). OSError where the file cannot be written.

    It says nothing of the machine or the time at which it was made: the same packets give the same octets.
    """

    def __init__(self, path: Path, interface: str) -> None:
        self.packets = 0
        self._flows = 0
        self._file = path.open("wb", buffering=1 << 20)
        self._write = self._file.write
        self._write(_SECTION.pack(0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28))
        options = _option(_IF_NAME, interface.encode()) + _option(_IF_TSRESOL, _NANOSECONDS) + bytes(4)
        length = _BLOCK.size + _INTERFACE.size + len(options) + _LENGTH.size
        head = _BLOCK.pack(1, length) + _INTERFACE.pack(_ETHERNET, 0, 0)
        self._write(head + options + _LENGTH.pack(length))

    def frame(self, time_ns: int, octets: bytes) -> None:
        """One frame; nanoseconds since the epoch."""
        captured = len(octets)
        padding = -captured % 4
        length = _PACKET.size + captured + padding + _LENGTH.size
        head = _PACKET.pack(6, length, 0, time_ns >> 32, time_ns & 0xFFFFFFFF, captured, captured)
        self._write(b"".join((head, octets, bytes(padding), _LENGTH.pack(length))))
        self.packets += 1

    def next_flow(self) -> int:
        """A number for a new connection, from 1 (net.tcp_flow)."""
        self._flows += 1
        return self._flows

    def write(self, packet: Ether) -> None:
        """A packet of scapy's with its own time (net.tcp_flow)."""
        self.frame(int(packet.time * 1_000_000_000), bytes(packet))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> PcapngFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _option(code: int, value: bytes) -> bytes:
    return code.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value + bytes(-len(value) % 4)
