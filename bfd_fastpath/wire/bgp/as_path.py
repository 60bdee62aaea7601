# SPDX-License-Identifier: Apache-2.0
"""AS_PATH: segments of AS numbers, in two or four octets each on the wire (RFC 4271 4.3, RFC 6793, RFC
5065).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.malformed import Malformed, MalformedError

AS_TRANS = 23456


class AsPathError(MalformedError):
    """An AS_PATH that is malformed by RFC 7606 7.2, RFC 7607 or RFC 5065."""

    def __init__(self, text: str, kind: Malformed = Malformed.AS_PATH) -> None:
        super().__init__(text, kind)


class SegmentType(IntEnum):
    """Kinds of segments."""

    SET = 1
    SEQUENCE = 2
    CONFED_SEQUENCE = 3
    CONFED_SET = 4


_BRACKETS = {
    SegmentType.SET: ("{", "}"),
    SegmentType.CONFED_SEQUENCE: ("(", ")"),
    SegmentType.CONFED_SET: ("[", "]"),
}
_CONFEDERATION = (SegmentType.CONFED_SEQUENCE, SegmentType.CONFED_SET)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; 1 to 255 AS numbers."""

    kind: SegmentType
    asns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AsPath:
    """The path, nearest AS first. Empty for routes that begin in this AS."""

    segments: tuple[Segment, ...] = ()

    @classmethod
    def sequence(cls, *asns: int) -> AsPath:
        """A path of AS_SEQUENCEs; more than 255 numbers make several segments."""
        parts = range(0, len(asns), 255)
        return cls(tuple(Segment(SegmentType.SEQUENCE, asns[start : start + 255]) for start in parts))

    @classmethod
    def decode(cls, value: bytes, *, as4: bool, confederation: bool = True) -> AsPath:
        """Read the attribute's value. Raises AsPathError.

        `confederation` says whether confederation segments may come from this peer (RFC 5065 5).
        """
        width, code = (4, "I") if as4 else (2, "H")
        segments: list[Segment] = []
        position, end = 0, len(value)
        while position < end:
            if position + 2 > end:
                raise AsPathError("one octet left, a segment header has 2")
            kind, count = value[position], value[position + 1]
            stop = position + 2 + count * width
            if not SegmentType.SET <= kind <= SegmentType.CONFED_SET:
                raise AsPathError(f"segment type {kind} is unknown")
            if not count:
                raise AsPathError("a segment without AS numbers")
            if stop > end:
                raise AsPathError(f"a segment of {count} AS numbers runs past the end")
            if kind in _CONFEDERATION and not confederation:
                text = "confederation segment from outside the confederation (RFC 5065 5)"
                raise AsPathError(text, Malformed.AS_PATH_CONFEDERATION)
            asns = struct.unpack(f">{count}{code}", value[position + 2 : stop])
            if 0 in asns:
                raise AsPathError("AS 0 in the path (RFC 7607 2)", Malformed.AS_PATH_ZERO)
            segments.append(Segment(SegmentType(kind), asns))
            position = stop
        return cls(tuple(segments))

    def encode(self, *, as4: bool) -> bytes:
        """The attribute's value; towards a two-octet peer wide numbers become AS_TRANS (RFC 6793 4.2.2)."""
        parts: list[bytes] = []
        for segment in self.segments:
            asns = segment.asns if as4 else tuple(asn if asn < 65536 else AS_TRANS for asn in segment.asns)
            parts.append(struct.pack(f">BB{len(asns)}{'I' if as4 else 'H'}", segment.kind, len(asns), *asns))
        return b"".join(parts)

    @property
    def asns(self) -> tuple[int, ...]:
        """All AS numbers in order, those of sets included."""
        return tuple(asn for segment in self.segments for asn in segment.asns)

    @property
    def length(self) -> int:
        """The length that route selection compares: a set counts one, confederation segments nothing."""
        total = 0
        for segment in self.segments:
            if segment.kind == SegmentType.SEQUENCE:
                total += len(segment.asns)
            elif segment.kind == SegmentType.SET:
                total += 1
        return total

    @property
    def first(self) -> int | None:
        """The neighbouring AS: the first number of a leading AS_SEQUENCE, None where the path does not
        begin so.
        """
        if self.segments and self.segments[0].kind == SegmentType.SEQUENCE:
            return self.segments[0].asns[0]
        return None

    def __contains__(self, asn: int) -> bool:
        return any(asn in segment.asns for segment in self.segments)

    def __str__(self) -> str:
        shown: list[str] = []
        for segment in self.segments:
            numbers = [str(asn) for asn in segment.asns]
            if segment.kind == SegmentType.SEQUENCE:
                shown.extend(numbers)
            else:
                opening, closing = _BRACKETS[segment.kind]
                shown.append(opening + " ".join(numbers) + closing)
        return " ".join(shown)

    @property
    def wide(self) -> bool:
        """Whether a number does not fit two octets."""
        return any(asn > 65535 for asn in self.asns)


def merge(as_path: AsPath, as4_path: AsPath) -> AsPath:
    """The true path from a two-octet peer's AS_PATH and AS4_PATH (RFC 6793 4.2.3)."""
    surplus = as_path.length - as4_path.length
    if surplus < 0:
        return as_path
    leading: list[Segment] = []
    for segment in as_path.segments:
        if segment.kind in _CONFEDERATION:
            leading.append(segment)
            continue
        if surplus <= 0:
            break
        if segment.kind == SegmentType.SET:
            leading.append(segment)
            surplus -= 1
        else:
            leading.append(Segment(segment.kind, segment.asns[:surplus]))
            surplus -= len(leading[-1].asns)
    return AsPath(_joined((*leading, *as4_path.segments)))


def _joined(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        both = last is not None and last.kind == segment.kind == SegmentType.SEQUENCE
        if last is not None and both and len(last.asns) + len(segment.asns) <= 255:
            joined[-1] = Segment(segment.kind, last.asns + segment.asns)
        else:
            joined.append(segment)
    return tuple(joined)
