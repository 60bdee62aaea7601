# SPDX-License-Identifier: Apache-2.0
"""A node descriptor: the sub-TLVs inside TLV 256 or 257 that name a node (RFC 9552 5.2.1). It is part of a
key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address
from itertools import pairwise

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError, decode, encode, ordered, require_order
from bfd_fastpath.wire.malformed import Malformed

#: Octets at most; what is longer is read anew each time, so that nobody can fill the memory with it.
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class NodeDescriptor:
    """Sub-TLVs in wire order; two descriptors are equal exactly when their octets are."""

    tlvs: tuple[Tlv, ...]

    @classmethod
    def make(
        cls,
        *,
        igp_router_id: bytes | None = None,
        asn: int | None = None,
        bgp_router_id: IPv4Address | None = None,
    ) -> NodeDescriptor:
        """A descriptor of the given sub-TLVs, in the order the wire asks for."""
        tlvs: list[Tlv] = []
        if asn is not None:
            tlvs.append(Tlv(codes.AUTONOMOUS_SYSTEM, asn.to_bytes(4, "big")))
        if igp_router_id is not None:
            tlvs.append(Tlv(codes.IGP_ROUTER_ID, igp_router_id))
        if bgp_router_id is not None:
            tlvs.append(Tlv(codes.BGP_ROUTER_ID, bgp_router_id.packed))
        return cls(ordered(tlvs))

    @classmethod
    def decode(cls, value: bytes) -> NodeDescriptor:
        """Read the value of TLV 256 or 257.

        Raises TlvError for lengths that do not fit, sub-TLVs out of order and repeated ones (RFC 9552
        5.2.1.4).
        """
        return _remembered(value) if len(value) <= REMEMBERED else _read(value)

    def encode(self) -> bytes:
        return encode(self.tlvs)

    def value(self, code: int) -> bytes | None:
        """The value of the sub-TLV with this code, None where it is absent."""
        for tlv in self.tlvs:
            if tlv.code == code:
                return tlv.value
        return None

    @property
    def igp_router_id(self) -> bytes | None:
        """Sub-TLV 515 as it stands: 4, 6, 7, 8 or 16 octets."""
        return self.value(codes.IGP_ROUTER_ID)

    @property
    def asn(self) -> int | None:
        """Sub-TLV 512."""
        value = self.value(codes.AUTONOMOUS_SYSTEM)
        return None if value is None else int.from_bytes(value, "big")

    @property
    def bgp_router_id(self) -> IPv4Address | None:
        """Sub-TLV 516 of RFC 9086; None where it is absent, or rs-bfd-01's flag of one octet."""
        value = self.value(codes.BGP_ROUTER_ID)
        return IPv4Address(value) if value is not None and len(value) == 4 else None


def _read(value: bytes) -> NodeDescriptor:
    tlvs = decode(value)
    require_order(tlvs)
    for before, after in pairwise(tlvs):
        if before.code == after.code and codes.kind_of(after.code) is not None:
            text = f"node descriptor repeats sub-TLV {after.code} (RFC 9552 5.2.1.4)"
            raise TlvError(text, Malformed.BGP_LS_DESCRIPTOR)
    for tlv in tlvs:
        codes.require_length(tlv)
    return NodeDescriptor(tlvs)


_remembered = lru_cache(maxsize=8192)(_read)
