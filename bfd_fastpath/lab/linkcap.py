# SPDX-License-Identifier: Apache-2.0
"""Writes what crossed a link to a capture file, from the copies that a pydp capture made. It changes no
packet."""

from pathlib import Path
from typing import Any, Protocol

from scapy.config import conf
from scapy.packet import Raw
from scapy.utils import PcapWriter

from bfd_fastpath.net.tcp_flow import packet_time

_ETHERNET = 1


class _Octets(Raw):
    """A frame that is written as it is, without being taken apart."""


conf.l2types.register_layer2num(_ETHERNET, _Octets)


class CapturedPacket(Protocol):
    """What is used of a captured packet. `time_ns` is CLOCK_MONOTONIC."""

    @property
    def time_ns(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class LinkFile:
    """A capture file (pcap, Ethernet, nanoseconds). `epoch_offset_ns` turns CLOCK_MONOTONIC into time since
    the epoch."""

    def __init__(self, path: Path, epoch_offset_ns: int) -> None:
        self._writer: Any = PcapWriter(str(path), linktype=_ETHERNET, nano=True, sync=True)
        self._offset = epoch_offset_ns
        self.packets = 0

    def write(self, packet: CapturedPacket) -> None:
        """Append one packet, the octets exactly as captured."""
        copy: Any = _Octets(load=packet.data)
        copy.wirelen = packet.length
        copy.time = packet_time(packet.time_ns + self._offset)
        self._writer.write(copy)
        self.packets += 1

    def close(self) -> None:
        self._writer.close()
