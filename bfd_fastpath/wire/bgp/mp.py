# SPDX-License-Identifier: Apache-2.0
"""MP_REACH_NLRI and MP_UNREACH_NLRI as records, and how they are written (RFC 4760 3 and 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from bfd_fastpath.wire.bgp.attributes import OPTIONAL_LOCAL, AttributeType, encode_attribute
from bfd_fastpath.wire.bgp.family import BGP_LS, Family
from bfd_fastpath.wire.bgp.nlri import Nlri, encode_nlris

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class MpReach:
    """Announced NLRIs of one family. `next_hops`: one address, or a global and a link-local one (RFC 2545
    3).
    """

    family: Family
    next_hops: tuple[Address, ...]
    nlris: Sequence[Nlri]

    @property
    def next_hop(self) -> Address | None:
        """The next hop to resolve: the global one of two; None for families that have none."""
        return self.next_hops[0] if self.next_hops else None

    def encode(self) -> bytes:
        """The whole attribute."""
        next_hop = b"".join(each.packed for each in self.next_hops)
        head = self.family.encode() + bytes((len(next_hop),)) + next_hop + b"\0"
        return _attribute(AttributeType.MP_REACH, self.family, head + encode_nlris(self.nlris))


@dataclass(frozen=True, slots=True)
class MpUnreach:
    """Withdrawn NLRIs of one family. Without any, alone in its UPDATE, it is End-of-RIB (RFC 4724 2)."""

    family: Family
    nlris: Sequence[Nlri]

    def encode(self) -> bytes:
        """The whole attribute."""
        return _attribute(
            AttributeType.MP_UNREACH, self.family, self.family.encode() + encode_nlris(self.nlris)
        )


def _attribute(kind: AttributeType, family: Family, value: bytes) -> bytes:
    """BGP-LS attributes always have a length of two octets, so that equal content gives equal octets at any
    size.
    """
    return encode_attribute(OPTIONAL_LOCAL, kind, value, extended=family == BGP_LS)
