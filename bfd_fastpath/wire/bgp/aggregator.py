# SPDX-License-Identifier: Apache-2.0
"""The AGGREGATOR attribute (RFC 4271 5.1.7): who made an aggregate. Two or four octets of AS, then an
address.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.wire.bgp.as_path import AS_TRANS
from bfd_fastpath.wire.malformed import Malformed, MalformedError


@dataclass(frozen=True, slots=True)
class Aggregator:
    """AS number and BGP identifier of the aggregating speaker."""

    asn: int
    address: IPv4Address

    @classmethod
    def decode(cls, value: bytes, *, as4: bool) -> Aggregator:
        """Raises MalformedError where the length is not 8 (`as4`) or 6, and for AS 0 (RFC 7607 2)."""
        width = 4 if as4 else 2
        if len(value) != width + 4:
            text = f"AGGREGATOR of {len(value)} octets, not {width + 4}"
            raise MalformedError(text, Malformed.AGGREGATOR_LENGTH)
        asn = int.from_bytes(value[:width], "big")
        if not asn:
            raise MalformedError("AGGREGATOR of AS 0 (RFC 7607 2)", Malformed.AGGREGATOR_ZERO)
        return cls(asn, IPv4Address(value[width:]))

    def encode(self, *, as4: bool) -> bytes:
        if as4:
            return self.asn.to_bytes(4, "big") + self.address.packed
        return (self.asn if self.asn < 65536 else AS_TRANS).to_bytes(2, "big") + self.address.packed
