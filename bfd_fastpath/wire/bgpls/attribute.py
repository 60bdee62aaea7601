# SPDX-License-Identifier: Apache-2.0
"""The BGP-LS attribute, type 29 (RFC 9552 5.3): a list of TLVs about all NLRIs of its UPDATE."""

from __future__ import annotations

from dataclasses import dataclass

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.link_performance import LinkPerformance
from bfd_fastpath.wire.bgpls.participation import EXAMPLE_PEN, Participation
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError, decode, encode, ordered


@dataclass(frozen=True, slots=True)
class LinkState:
    """The TLVs as they came: disorder is no error here, and unknown ones stay (RFC 9552 5.1)."""

    tlvs: tuple[Tlv, ...] = ()

    @classmethod
    def make(
        cls,
        *,
        node_name: str | None = None,
        participation: Participation | None = None,
        participation_code: int = codes.PARTICIPATION,
    ) -> LinkState:
        """The attribute of a node. Raises ValueError for a name that is not 1 to 255 ASCII octets."""
        tlvs: list[Tlv] = []
        if node_name is not None:
            octets = node_name.encode("ascii", "strict") if node_name.isascii() else b""
            if not 1 <= len(octets) <= 255:
                raise ValueError(
                    f"node name {node_name!r} is not 1 to 255 ASCII characters (RFC 9552 5.3.1.3)"
                )
            tlvs.append(Tlv(codes.NODE_NAME, octets))
        if participation is not None:
            tlvs.append(participation.tlv(participation_code))
        return cls(ordered(tlvs))

    @classmethod
    def of_link(cls, performance: LinkPerformance) -> LinkState:
        """The attribute of a link. Raises ValueError for a value that its field does not hold."""
        return cls(performance.tlvs())

    @classmethod
    def decode(cls, value: bytes) -> LinkState:
        """Read the attribute's value. Raises TlvError when malformed: the whole attribute is then
        discarded. So is an empty one (RFC 7606 4).
        """
        if not value:
            raise TlvError("empty")
        tlvs = decode(value)
        for tlv in tlvs:
            codes.require_length(tlv)
        return cls(tlvs)

    def encode(self) -> bytes:
        return encode(self.tlvs)

    def value(self, code: int) -> bytes | None:
        """The value of the first TLV with this code, None where it is absent."""
        for tlv in self.tlvs:
            if tlv.code == code:
                return tlv.value
        return None

    @property
    def node_name(self) -> str | None:
        """TLV 1026; octets beyond ASCII are shown escaped."""
        value = self.value(codes.NODE_NAME)
        return None if value is None else value.decode("ascii", "backslashreplace")

    @property
    def performance(self) -> LinkPerformance:
        """What is said of a link's delay and loss (RFC 8571)."""
        return LinkPerformance.from_tlvs(self.tlvs)

    def participation(self, code: int = codes.PARTICIPATION, pen: int = EXAMPLE_PEN) -> Participation | None:
        """The member flag under `code` with enterprise number `pen`; None where absent, another's or
        unreadable.
        """
        for tlv in self.tlvs:
            if tlv.code == code:
                try:
                    found = Participation.from_tlv(tlv, pen)
                except TlvError:
                    continue
                if found is not None:
                    return found
        return None
