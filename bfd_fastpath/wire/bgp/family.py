# SPDX-License-Identifier: Apache-2.0
"""Address families as BGP names them: an AFI and a SAFI (RFC 4760). What their NLRIs look like is
nlri.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Afi(IntEnum):
    """Address family identifiers used here."""

    IPV4 = 1
    IPV6 = 2
    LINK_STATE = 16388


class Safi(IntEnum):
    """Subsequent address family identifiers used here."""

    UNICAST = 1
    LINK_STATE = 71


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """A pair of AFI (16 bit) and SAFI (8 bit); any numbers, known or not."""

    afi: int
    safi: int

    def encode(self) -> bytes:
        """The three octets that MP_REACH and MP_UNREACH begin with."""
        return self.afi.to_bytes(2, "big") + self.safi.to_bytes(1, "big")

    def __str__(self) -> str:
        return _NAMES.get((self.afi, self.safi)) or f"afi {self.afi} safi {self.safi}"


NH_REACH_SAFI = 241
"""The SAFI that NH-Reach has by default: it was never assigned one, and 241 to 254 are for private use (RFC
4760 8).
"""

_NAMES = {
    (1, 1): "ipv4-unicast",
    (2, 1): "ipv6-unicast",
    (16388, 71): "bgp-ls",
    (1, NH_REACH_SAFI): "ipv4-nh-reach",
    (2, NH_REACH_SAFI): "ipv6-nh-reach",
}

IPV4_UNICAST = Family(Afi.IPV4, Safi.UNICAST)
IPV6_UNICAST = Family(Afi.IPV6, Safi.UNICAST)
BGP_LS = Family(Afi.LINK_STATE, Safi.LINK_STATE)


def nh_reach(version: int, safi: int = NH_REACH_SAFI) -> Family:
    """The NH-Reach family for next hops of IP version 4 or 6 (draft-ietf-idr-rs-bfd-09 5)."""
    return Family(Afi.IPV4 if version == 4 else Afi.IPV6, safi)
