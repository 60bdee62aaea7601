# SPDX-License-Identifier: Apache-2.0
"""Performance of a link in its BGP-LS attribute: delay, its range and variation, and loss (RFC 8571)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bfd_fastpath.wire.bgpls import codes
from bfd_fastpath.wire.bgpls.tlv import Tlv

LONGEST_US = 2**24 - 1
"""Of any delay; it means "at least this" (RFC 8570 4.1)."""
HIGHEST_LOSS = 2**24 - 2
"""50.331642 %; more is said as this (RFC 8570 4.4)."""
LOSS_UNIT = 3e-8
"""Share of packets that one unit of loss stands for: 0.000003 %."""
_ANOMALOUS = 1 << 31


def delay_field(microseconds: float) -> int:
    """A delay as its field says it, at most LONGEST_US."""
    return min(round(microseconds), LONGEST_US)


def loss_field(share: float) -> int:
    """A share of lost packets, 0 to 1, in units of 0.000003 %, at most HIGHEST_LOSS."""
    return min(round(share / LOSS_UNIT), HIGHEST_LOSS)


@dataclass(frozen=True, slots=True)
class LinkPerformance:
    """24-bit fields as they are on the wire, delays in microseconds; None: that TLV is absent. The anomalous
    (A) bits say that a value is above a limit that somebody configured."""

    delay_us: int | None = None
    delay_range_us: tuple[int, int] | None = None
    """Shortest, longest."""
    variation_us: int | None = None
    loss: int | None = None
    """Units of 0.000003 %; 2^24 - 1: not measured."""
    delay_anomalous: bool = False
    range_anomalous: bool = False
    loss_anomalous: bool = False

    def tlvs(self) -> tuple[Tlv, ...]:
        """In ascending order. Raises ValueError for a value that 24 bits do not hold."""
        found: list[Tlv] = []
        if self.delay_us is not None:
            found.append(Tlv(codes.LINK_DELAY, _field(self.delay_us, self.delay_anomalous)))
        if self.delay_range_us is not None:
            low, high = self.delay_range_us
            value = _field(low, self.range_anomalous) + _field(high)
            found.append(Tlv(codes.LINK_DELAY_RANGE, value))
        if self.variation_us is not None:
            found.append(Tlv(codes.DELAY_VARIATION, _field(self.variation_us)))
        if self.loss is not None:
            found.append(Tlv(codes.LINK_LOSS, _field(self.loss, self.loss_anomalous)))
        return tuple(found)

    @classmethod
    def from_tlvs(cls, tlvs: Iterable[Tlv]) -> LinkPerformance:
        """What the first TLV of each kind says; reserved bits are ignored. Raises TlvError for a length that
        the code may not have."""
        first: dict[int, bytes] = {}
        for tlv in tlvs:
            if tlv.code in _CODES:
                codes.require_length(tlv)
                first.setdefault(tlv.code, tlv.value)
        delay, span = first.get(codes.LINK_DELAY), first.get(codes.LINK_DELAY_RANGE)
        variation, loss = first.get(codes.DELAY_VARIATION), first.get(codes.LINK_LOSS)
        return cls(
            None if delay is None else codes.low_24(delay),
            None if span is None else (codes.low_24(span[:4]), codes.low_24(span[4:])),
            None if variation is None else codes.low_24(variation),
            None if loss is None else codes.low_24(loss),
            codes.anomalous(delay),
            codes.anomalous(span),
            codes.anomalous(loss),
        )


_CODES = frozenset((codes.LINK_DELAY, codes.LINK_DELAY_RANGE, codes.DELAY_VARIATION, codes.LINK_LOSS))


def _field(value: int, anomalous: bool = False) -> bytes:
    if not 0 <= value < 2**24:
        raise ValueError(f"{value} does not fit into the 24 bits of an RFC 8571 field")
    return (value | (_ANOMALOUS if anomalous else 0)).to_bytes(4, "big")
