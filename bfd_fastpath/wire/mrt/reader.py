# SPDX-License-Identifier: Apache-2.0
"""Reads a table dump: its peers, then its prefixes (RFC 6396 4.3). What is no unicast table is passed
over."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.wire.mrt.records import (
    HEADER,
    IPV6_PEER,
    PEER_INDEX_TABLE,
    RIB,
    TABLE_DUMP_V2,
    WIDE_AS,
    Peer,
    RibEntry,
    RibRecord,
)

_VERSIONS = {subtype: version for version, subtype in RIB.items()}
#: Longer ones are no records of tables.
_LONGEST = 1 << 24
_ENTRY = struct.Struct(">HIH")


class MrtError(ValueError):
    """The octets are no dump, or end within a record; the text says where."""


def read_table(read: Callable[[int], bytes]) -> Iterator[tuple[Peer, ...] | RibRecord]:
    """The peers, once, and each prefix. `read(n)` gives at most n octets, fewer only at the end. Raises
    MrtError."""
    at = 0
    while head := read(HEADER.size):
        if len(head) < HEADER.size:
            raise MrtError(f"octet {at}: the file ends within the head of a record")
        _, kind, subtype, length = HEADER.unpack(head)
        if length > _LONGEST:
            raise MrtError(f"octet {at}: a record of {length} octets: is this an MRT file?")
        body = read(length)
        if len(body) < length:
            raise MrtError(f"octet {at}: the file ends within a record of {length} octets")
        try:
            if kind == TABLE_DUMP_V2 and subtype == PEER_INDEX_TABLE:
                yield _peers(body)
            elif kind == TABLE_DUMP_V2 and subtype in _VERSIONS:
                yield _rib(_VERSIONS[subtype], body)
        except (struct.error, IndexError) as error:
            raise MrtError(
                f"octet {at}: a malformed record of type {kind}, subtype {subtype}: {error}"
            ) from error
        at += HEADER.size + length


def _peers(body: bytes) -> tuple[Peer, ...]:
    at = 6 + int.from_bytes(body[4:6], "big")
    (count,) = struct.unpack_from(">H", body, at)
    at += 2
    found: list[Peer] = []
    for _ in range(count):
        kind, at = body[at], at + 1
        size, width = 16 if kind & IPV6_PEER else 4, 4 if kind & WIDE_AS else 2
        identifier, packed, asn = struct.unpack_from(f">4s{size}s{width}s", body, at)
        address = IPv6Address(packed) if kind & IPV6_PEER else IPv4Address(packed)
        found.append(Peer(int.from_bytes(asn, "big"), IPv4Address(identifier), address))
        at += 4 + size + width
    return tuple(found)


def _rib(version: int, body: bytes) -> RibRecord:
    length = body[4]
    behind = 5 + ((length + 7) >> 3)
    if length > (32 if version == 4 else 128):
        raise IndexError(f"a prefix of {length} bits")
    (count,) = struct.unpack_from(">H", body, behind)
    at, found = behind + 2, []
    for _ in range(count):
        peer, time_s, size = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        if at + size > len(body):
            raise IndexError("attributes run past the end")
        found.append(RibEntry(peer, time_s, body[at : at + size]))
        at += size
    return RibRecord(version, body[4:behind], tuple(found))
