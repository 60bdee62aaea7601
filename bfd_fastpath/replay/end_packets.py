# SPDX-License-Identifier: Apache-2.0
"""The BFD packets of a capture as far as one address is concerned: who sends, who receives, and the frame
that an engine is handed. It opens no file and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy
from numpy.typing import NDArray

from bfd_fastpath.replay.end_report import Address

#: enum pydp_replay_kind.
SINGLE_HOP: Final = 1
MULTIHOP: Final = 2
SBFD_REQUEST: Final = 4
ECHO: Final = 6
ETHERNET: Final = 1
NONE: Final = 0xFFFFFFFF
TYPE_4: Final = b"\x08\x00"
TYPE_6: Final = b"\x86\xdd"


class Row(NamedTuple):
    """One packet: columns of struct pydp_replay_packet by their names there."""

    number: int
    time_ns: int
    at: int
    captured: int
    session: int
    my_discriminator: int
    your_discriminator: int
    desired_min_tx_us: int
    required_min_rx_us: int
    required_min_echo_rx_us: int
    source_port: int
    link_type: int
    vlan: int
    network_at: int
    kind: int
    fault: int
    state: int
    diagnostic: int
    multiplier: int
    auth_type: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Packets from and to the address, in order. `data` is where Row.at points, until the next batch."""

    columns: NDArray[Any]
    #: True where the address is the source, and where it is the destination.
    own: NDArray[numpy.bool_]
    theirs: NDArray[numpy.bool_]
    data: memoryview

    def rows(self, mask: NDArray[numpy.bool_]) -> list[Row]:
        """The packets where the mask is true."""
        chosen = self.columns[list(Row._fields)][mask]
        return [Row._make(one) for one in chosen.tolist()]


class Chunk(Protocol):
    """Packets as pydp.replay.packets hands them out: struct pydp_replay_packet, and what `at` points into."""

    @property
    def columns(self) -> NDArray[Any]: ...
    @property
    def data(self) -> memoryview: ...


def batches(chunks: Iterable[Chunk], address: Address) -> Iterator[Batch]:
    """All packets of a capture that have the address at one of their ends."""
    wanted = numpy.frombuffer(address.packed.ljust(16, b"\0"), numpy.uint64)
    for chunk in chunks:
        columns = chunk.columns
        family = columns["family"] == address.version
        own, theirs = (
            family & (_octets(columns, name) == wanted).all(axis=1) for name in ("source", "destination")
        )
        if own.any() or theirs.any():
            yield Batch(columns, own, theirs, chunk.data)


def _octets(columns: NDArray[Any], name: str) -> NDArray[Any]:
    """A column of addresses as two words each."""
    return numpy.ascontiguousarray(columns[name]).view(numpy.uint64).reshape(-1, 2)


def link_header(row: Row, data: memoryview) -> bytes | None:
    """The link-layer header as captured, where it is Ethernet's."""
    if row.link_type != ETHERNET or row.network_at < 14:
        return None
    return bytes(data[row.at : row.at + row.network_at])


def turned(header: bytes) -> bytes:
    """The header of a frame the other way."""
    return header[6:12] + header[:6] + header[12:]


def made_header(destination: bytes, source: bytes, vlan: int, version: int) -> bytes:
    """An Ethernet header, with one tag where the VLAN is not 0."""
    tag = b"\x81\x00" + vlan.to_bytes(2, "big") if vlan else b""
    return destination + source + tag + (TYPE_4 if version == 4 else TYPE_6)


def ip_packet(row: Row, data: memoryview) -> bytes | None:
    """The IP packet without what the link put behind it; None where the capture cut it off."""
    octets = bytes(data[row.at + row.network_at : row.at + row.captured])
    if len(octets) < 20:
        return None
    if octets[0] >> 4 == 4:
        length = int.from_bytes(octets[2:4], "big")
        if octets[10:12] == b"\0\0" and length <= len(octets):
            octets = _with_checksum(octets)
    else:
        length = 40 + int.from_bytes(octets[4:6], "big")
    return octets[:length] if length <= len(octets) else None


def _with_checksum(octets: bytes) -> bytes:
    """A header checksum that was left to the sender's NIC when the packet was captured (RFC 791 3.1)."""
    header = octets[: 4 * (octets[0] & 15)]
    total = sum(int.from_bytes(header[i : i + 2], "big") for i in range(0, len(header), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return octets[:10] + (total ^ 0xFFFF).to_bytes(2, "big") + octets[12:]
