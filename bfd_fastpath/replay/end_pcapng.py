# SPDX-License-Identifier: Apache-2.0
"""A capture file (pcapng, one Ethernet interface, nanoseconds) written from frames and times. It reads
nothing and makes no frame.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from scapy.layers.l2 import Ether

from bfd_fastpath.wire import pcapng


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
        self._write(pcapng.head(interface))

    def frame(self, time_ns: int, octets: bytes) -> None:
        """One frame; nanoseconds since the epoch."""
        self._write(pcapng.packet(time_ns, octets))
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
