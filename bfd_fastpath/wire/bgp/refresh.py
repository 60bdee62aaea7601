# SPDX-License-Identifier: Apache-2.0
"""The ROUTE-REFRESH message (RFC 2918) with the subtypes of RFC 7313."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.bgp.errors import BgpError
from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.message import HEADER, MessageType, bad_length, frame
from bfd_fastpath.wire.malformed import Malformed


class RefreshKind(IntEnum):
    """Subtypes; others are ignored (RFC 7313 5)."""

    REQUEST = 0
    BEGIN = 1
    END = 2


@dataclass(frozen=True, slots=True)
class RouteRefresh:
    """A family and a subtype, which may be unknown."""

    family: Family
    subtype: int = RefreshKind.REQUEST

    def encode(self) -> bytes:
        """The whole message."""
        body = self.family.afi.to_bytes(2, "big") + bytes((self.subtype, self.family.safi))
        return frame(MessageType.ROUTE_REFRESH, body)

    @classmethod
    def decode(cls, body: bytes, *, marks: bool = True, strict: bool = True) -> RouteRefresh:
        """`marks`: one side offers RFC 7313; without it the subtype is reserved and means nothing (RFC
        2918 3). `strict`: the peer does.

        Raises BgpError where a strict peer's mark has not 4 octets (RFC 7313 5), and for fewer octets.
        """
        if strict and len(body) != 4 and len(body) > 2 and body[2] in (RefreshKind.BEGIN, RefreshKind.END):
            message = HEADER.pack(b"\xff" * 16, 19 + len(body), MessageType.ROUTE_REFRESH) + body
            raise BgpError(Malformed.REFRESH_LENGTH, f"ROUTE-REFRESH of {len(message)} octets", message)
        if len(body) < 4:
            raise bad_length(MessageType.ROUTE_REFRESH, HEADER.size + len(body))
        family = Family(int.from_bytes(body[:2], "big"), body[3])
        return cls(family, body[2] if marks else RefreshKind.REQUEST)
