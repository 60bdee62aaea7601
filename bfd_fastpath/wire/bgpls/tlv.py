# SPDX-License-Identifier: Apache-2.0
"""The TLV of BGP-LS: two octets of type, two of length, the value, no padding (RFC 9552 5.1).

What a code means (its name, JSON key, length) is registered in codes.py; a TLV nobody registered survives
as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from bfd_fastpath.wire.malformed import Malformed, MalformedError

_HEADER = struct.Struct(">HH")


class TlvError(MalformedError):
    """A run of TLVs that cannot be read, or breaks a rule of RFC 9552 5.1 that makes it malformed. In an NLRI
    it is counted as `kind`.
    """

    def __init__(self, text: str, kind: Malformed = Malformed.BGP_LS_TLV) -> None:
        super().__init__(text, kind)


@dataclass(frozen=True, slots=True, order=True)
class Tlv:
    """One TLV. `code` is 16 bit wide; `value` holds at most 65535 octets."""

    code: int
    value: bytes

    def encode(self) -> bytes:
        return self.code.to_bytes(2, "big") + len(self.value).to_bytes(2, "big") + self.value


def decode(data: bytes) -> tuple[Tlv, ...]:
    """Split `data` into TLVs; they fill it exactly.

    Raises TlvError when a TLV's header or value runs past the end.
    """
    found: list[Tlv] = []
    position, end = 0, len(data)
    while position < end:
        if position + 4 > end:
            raise TlvError(f"{end - position} octets left, a TLV header has 4")
        code, length = _HEADER.unpack_from(data, position)
        position += 4
        if position + length > end:
            raise TlvError(f"TLV {code} claims {length} octets, {end - position} are left")
        found.append(Tlv(code, data[position : position + length]))
        position += length
    return tuple(found)


def encode(tlvs: Iterable[Tlv]) -> bytes:
    """The TLVs one after another, in the order given."""
    return b"".join(tlv.encode() for tlv in tlvs)


def sort_key(tlv: Tlv) -> tuple[int, int, bytes]:
    """The order RFC 9552 5.1 asks of NLRI TLVs: by type, then length, then value."""
    return tlv.code, len(tlv.value), tlv.value


def ordered(tlvs: Iterable[Tlv]) -> tuple[Tlv, ...]:
    """The TLVs in the order an NLRI must have them."""
    return tuple(sorted(tlvs, key=sort_key))


def require_order(tlvs: tuple[Tlv, ...]) -> None:
    """Check the order of NLRI TLVs.

    Raises TlvError where they do not ascend. Equal types may be ordered by value alone, as RFC 7752 3.1 had
    it.
    """
    for before, after in pairwise(tlvs):
        if before.code > after.code:
            text = f"TLV {after.code} follows TLV {before.code}: NLRI TLVs ascend (RFC 9552 5.1)"
            raise TlvError(text, Malformed.BGP_LS_ORDER)
        if before.code == after.code and sort_key(before) > sort_key(after) and before.value > after.value:
            text = f"two TLVs {after.code} in descending order (RFC 9552 5.1)"
            raise TlvError(text, Malformed.BGP_LS_ORDER)
