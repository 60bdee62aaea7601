# SPDX-License-Identifier: Apache-2.0
"""The records of a table dump, and how they are written (RFC 6396 2, 4.3). Times are seconds since 1970."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

HEADER = struct.Struct(">IHHI")
TABLE_DUMP_V2 = 13
PEER_INDEX_TABLE = 1
#: Subtypes of unicast tables by IP version.
RIB = {4: 2, 6: 4}
IPV6_PEER, WIDE_AS = 1, 2


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer of whoever made the dump."""

    asn: int
    router_id: IPv4Address
    address: IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class RibEntry:
    """What one peer said of a prefix. `attributes`: those of BGP with four-octet AS numbers, next hops of
    MP_REACH as in RFC 6396 4.3.4. `peer`: index of the table of peers.
    """

    peer: int
    time_s: int
    attributes: bytes


@dataclass(frozen=True, slots=True)
class RibRecord:
    """A prefix, as NLRI octets of BGP, with what each peer said of it."""

    version: int
    nlri: bytes
    entries: tuple[RibEntry, ...]


def peer_table(time_s: int, collector: IPv4Address, peers: Sequence[Peer], view: str = "") -> bytes:
    """The record that comes first. Raises ValueError for more than 65535 peers."""
    if len(peers) > 0xFFFF:
        raise ValueError(f"{len(peers)} peers; a dump has at most 65535")
    name = view.encode()
    parts = [collector.packed, len(name).to_bytes(2, "big"), name, len(peers).to_bytes(2, "big")]
    for peer in peers:
        kind = WIDE_AS | (IPV6_PEER if peer.address.version == 6 else 0)
        parts += [bytes((kind,)), peer.router_id.packed, peer.address.packed, peer.asn.to_bytes(4, "big")]
    return _record(time_s, PEER_INDEX_TABLE, b"".join(parts))


def rib(time_s: int, sequence: int, record: RibRecord) -> bytes:
    """One prefix. `sequence` counts the records of a dump from 0."""
    parts = [(sequence & 0xFFFFFFFF).to_bytes(4, "big"), record.nlri, len(record.entries).to_bytes(2, "big")]
    for one in record.entries:
        parts.append(struct.pack(">HIH", one.peer, one.time_s, len(one.attributes)))
        parts.append(one.attributes)
    return _record(time_s, RIB[record.version], b"".join(parts))


def _record(time_s: int, subtype: int, body: bytes) -> bytes:
    return HEADER.pack(time_s, TABLE_DUMP_V2, subtype, len(body)) + body
