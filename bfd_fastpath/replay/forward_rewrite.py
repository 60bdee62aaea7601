# SPDX-License-Identifier: Apache-2.0
"""Which octets of a packet a router changed, by the names of their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bfd_fastpath.replay.forward_frame import look, packet

#: First octet, one behind the last, name.
_FIELDS_4: Final = ((0, 8, "first words"), (8, 9, "TTL"), (9, 10, "protocol"), (10, 12, "header checksum"))
_FIELDS_6: Final = ((0, 7, "first words"), (7, 8, "hop limit"))
_DECIMAL: Final = ("TTL", "hop limit")


def rewritten(before: bytes, after: bytes) -> Iterator[str]:
    """Before and after, a field each; the Ethernet header first."""
    was, now = look(before), look(after)
    for begin, name in ((0, "destination MAC"), (6, "source MAC")):
        old, new = before[begin : begin + 6], after[begin : begin + 6]
        if old != new:
            yield f"{name} {old.hex(':')} -> {new.hex(':')}"
    if was.vlan != now.vlan:
        yield f"VLAN {was.vlan or 'none'} -> {now.vlan or 'none'}"
    if not was.version or was.version != now.version:
        return
    old, new = packet(before, was), packet(after, now)
    fields = _FIELDS_4 if was.version == 4 else _FIELDS_6
    for begin, end, name in (*fields, (fields[-1][1], max(len(old), len(new)), "the rest")):
        if old[begin:end] != new[begin:end]:
            yield f"{name} {_value(name, old[begin:end])} -> {_value(name, new[begin:end])}"


def _value(name: str, octets: bytes) -> str:
    return str(int.from_bytes(octets, "big")) if name in _DECIMAL else f"0x{octets.hex()}"
