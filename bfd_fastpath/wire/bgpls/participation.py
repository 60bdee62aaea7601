# SPDX-License-Identifier: Apache-2.0
"""The private TLV by which a route server tells its clients who takes part in next-hop verification.

It sits in attribute 29 beside a member's Node NLRI; its code and enterprise number are configurable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError

EXAMPLE_PEN = 32473
"""The private enterprise number RFC 5612 reserves for examples."""


NOBODY = IPv4Address("0.0.0.0")


class Flag(IntEnum):
    """What the server knows about a member's BFD. Clients start sessions on all but NO_BFD."""

    UNKNOWN = 0
    TAKES_PART = 1
    NO_BFD = 2


@dataclass(frozen=True, slots=True)
class Participation:
    """A member's flag, ASN (0 unknown) and BGP identifier (0.0.0.0 unknown)."""

    flag: int
    asn: int = 0
    bgp_id: IPv4Address = NOBODY
    pen: int = EXAMPLE_PEN

    def tlv(self, code: int = codes.PARTICIPATION) -> Tlv:
        value = self.pen.to_bytes(4, "big") + bytes((self.flag, 0, 0, 0)) + self.asn.to_bytes(4, "big")
        return Tlv(code, value + self.bgp_id.packed)

    @classmethod
    def from_tlv(cls, tlv: Tlv, pen: int = EXAMPLE_PEN) -> Participation | None:
        """Read it; None where the enterprise number is another's. Reserved octets are ignored.

        Raises TlvError where a value with our number has another length than 16.
        """
        if len(tlv.value) < 4 or int.from_bytes(tlv.value[:4], "big") != pen:
            return None
        if len(tlv.value) != 16:
            raise TlvError(f"TLV {tlv.code} with enterprise number {pen} has {len(tlv.value)} octets, not 16")
        asn = int.from_bytes(tlv.value[8:12], "big")
        return cls(tlv.value[4], asn, IPv4Address(tlv.value[12:16]), pen)
