# SPDX-License-Identifier: Apache-2.0
"""Communities: plain (RFC 1997), extended (RFC 4360) and large (RFC 8092). Their meaning is policy and not
here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

GRACEFUL_SHUTDOWN = 0xFFFF0000
"""RFC 8326."""
NO_EXPORT = 0xFFFFFF01
NO_ADVERTISE = 0xFFFFFF02


class CommunityError(ValueError):
    """A community attribute whose length is zero or no multiple of its element's."""


@dataclass(frozen=True, slots=True, order=True)
class LargeCommunity:
    """Three numbers of 32 bits."""

    global_administrator: int
    local_1: int
    local_2: int

    def __str__(self) -> str:
        return f"{self.global_administrator}:{self.local_1}:{self.local_2}"


def _require(value: bytes, size: int, name: str) -> None:
    if not value or len(value) % size:
        raise CommunityError(f"{name} of {len(value)} octets, not a nonzero multiple of {size}")


def decode_communities(value: bytes) -> tuple[int, ...]:
    """32-bit numbers. Raises CommunityError (RFC 7606 7.8)."""
    _require(value, 4, "COMMUNITIES")
    return struct.unpack(f">{len(value) // 4}I", value)


def encode_communities(communities: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(communities)}I", *communities)


def decode_extended(value: bytes) -> tuple[bytes, ...]:
    """Eight octets each. Raises CommunityError (RFC 7606 7.14)."""
    _require(value, 8, "EXTENDED COMMUNITIES")
    return tuple(value[start : start + 8] for start in range(0, len(value), 8))


def decode_large(value: bytes) -> tuple[LargeCommunity, ...]:
    """Duplicates go silently (RFC 8092 5). Raises CommunityError (RFC 8092 6)."""
    _require(value, 12, "LARGE_COMMUNITY")
    return tuple(dict.fromkeys(LargeCommunity(*numbers) for numbers in struct.iter_unpack(">III", value)))


def encode_large(communities: tuple[LargeCommunity, ...]) -> bytes:
    return b"".join(struct.pack(">III", c.global_administrator, c.local_1, c.local_2) for c in communities)
