# SPDX-License-Identifier: Apache-2.0
"""The ROUTE-REFRESH message (RFC 2918) with the subtypes of RFC 7313."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.bgp.errors import BgpError
from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.message import HEADER, MessageType, frame
from bfd_fastpath.wire.bgp.notification import ErrorCode, Notification


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
    def decode(cls, body: bytes) -> RouteRefresh:
        """Raises BgpError where a subtype this code acts on has another length than 4 (RFC 7313 5)."""
        if len(body) != 4 and body[2] in (RefreshKind.BEGIN, RefreshKind.END):
            message = HEADER.pack(b"\xff" * 16, 19 + len(body), MessageType.ROUTE_REFRESH) + body
            raise BgpError(
                Notification(ErrorCode.ROUTE_REFRESH, 1, message), f"ROUTE-REFRESH of {len(body)} octets"
            )
        return cls(Family(int.from_bytes(body[:2], "big"), body[3]), body[2])
