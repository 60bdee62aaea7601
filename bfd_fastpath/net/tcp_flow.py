# SPDX-License-Identifier: Apache-2.0
"""Writes what BGP sessions said to a capture file, as TCP segments that other tools read. It sniffs nothing.

The octets and their times come from the speakers themselves. The segments round them are made here: a
handshake, numbers that fit, an acknowledgement for each segment, and cuts at a fixed size, not where the
kernel cut. The server's port is written as 179 whatever it was, because that is the port at which dissectors
look for BGP.
"""

from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import PcapWriter

Address = IPv4Address | IPv6Address

BGP_PORT: Final = 179
SEGMENT_OCTETS: Final = 1440
_WINDOW: Final = 65535


def packet_time(time_ns: int) -> Decimal:
    """Nanoseconds since the epoch as the exact decimal number of seconds that a packet carries."""
    return Decimal(time_ns) / 1_000_000_000


@dataclass(slots=True)
class _End:
    """One end of a TCP connection: where it is, and the next sequence number that it will use."""

    address: Address
    port: int
    mac: str
    sequence: int


class SegmentFile(Protocol):
    """Where the segments go."""

    def next_flow(self) -> int:
        """A number for a new connection, from 1."""

    def write(self, packet: Ether) -> None: ...


class TcpFlow:
    """One TCP connection in a capture file. `client` is the end that connected."""

    def __init__(
        self, writer: SegmentFile, client: tuple[Address, int], server: Address, time_ns: int
    ) -> None:
        self._writer = writer
        number = writer.next_flow()
        self._client = _End(client[0], client[1], "02:00:00:00:00:01", number * 1_000_003)
        self._server = _End(server, BGP_PORT, "02:00:00:00:00:02", number * 1_000_033)
        self._closed = False
        self._segment(self._client, self._server, "S", b"", time_ns)
        self._segment(self._server, self._client, "SA", b"", time_ns)
        self._segment(self._client, self._server, "A", b"", time_ns)

    def said(self, by_client: bool, data: bytes, time_ns: int) -> None:
        """One side sent these octets of the stream at this time (nanoseconds since the epoch)."""
        sender, receiver = (self._client, self._server) if by_client else (self._server, self._client)
        for start in range(0, len(data), SEGMENT_OCTETS):
            chunk = data[start : start + SEGMENT_OCTETS]
            last = start + SEGMENT_OCTETS >= len(data)
            self._segment(sender, receiver, "PA" if last else "A", chunk, time_ns)
            self._segment(receiver, sender, "A", b"", time_ns)

    def close(self, by_client: bool, time_ns: int) -> None:
        """An orderly end, begun by one side. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        first, second = (self._client, self._server) if by_client else (self._server, self._client)
        self._segment(first, second, "FA", b"", time_ns)
        self._segment(second, first, "FA", b"", time_ns)
        self._segment(first, second, "A", b"", time_ns)

    def _segment(self, sender: _End, receiver: _End, flags: str, data: bytes, time_ns: int) -> None:
        network: Any = IP if sender.address.version == 4 else IPv6
        packet = (
            Ether(src=sender.mac, dst=receiver.mac)
            / network(src=str(sender.address), dst=str(receiver.address))
            / TCP(
                sport=sender.port,
                dport=receiver.port,
                flags=flags,
                seq=sender.sequence,
                ack=receiver.sequence if "A" in flags else 0,
                window=_WINDOW,
            )
        )
        if data:
            packet = packet / Raw(load=data)
        packet.time = packet_time(time_ns)
        self._writer.write(packet)
        # SYN and FIN each take one number (RFC 9293 3.4).
        sender.sequence = (sender.sequence + len(data) + ("S" in flags) + ("F" in flags)) % (1 << 32)


class FlowFile:
    """A capture file (pcap, Ethernet, nanoseconds) of TCP connections. Use as a context manager, or call
    close()."""

    def __init__(self, path: Path) -> None:
        self._writer: Any = PcapWriter(str(path), linktype=1, nano=True, sync=True)
        self._flows = 0

    def open_flow(self, client: tuple[Address, int], server: Address, time_ns: int) -> TcpFlow:
        """A connection from `client` (address, port) to the server began at this time."""
        return TcpFlow(self, client, server, time_ns)

    def next_flow(self) -> int:
        self._flows += 1
        return self._flows

    def write(self, packet: Ether) -> None:
        self._writer.write(packet)

    def close(self) -> None:
        self._writer.close()

    def __enter__(self) -> "FlowFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
