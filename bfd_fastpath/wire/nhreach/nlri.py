# SPDX-License-Identifier: Apache-2.0
"""The NLRIs of NH-Reach (draft-ietf-idr-rs-bfd-09 5): one octet of type and state, then an address. There
is no length octet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_TELL = 0x80
_STATE = 0x03
#: The first octet of a ReachTell, by the state.
TELLS = tuple(bytes((_TELL | state,)) for state in range(3))


class NhReachError(ValueError):
    """The octets are no whole number of NLRIs: none of them can be trusted to begin where it seems to."""


class NhState(IntEnum):
    """What is said of the address. 3 is read as UNKNOWN."""

    UNKNOWN = 0
    UP = 1
    DOWN = 2


_STATES = NhState.UNKNOWN, NhState.UP, NhState.DOWN, NhState.UNKNOWN


@dataclass(frozen=True, slots=True)
class NhReachNlri:
    """A ReachAsk, or with `tell` a ReachTell. An Ask's state is sent as UNKNOWN and means nothing.

    Type and address are the key; a withdrawal's state means nothing.
    """

    address: Address
    tell: bool = False
    state: NhState = NhState.UNKNOWN

    @property
    def key(self) -> tuple[bool, Address]:
        """What an announcement replaces and a withdrawal takes away."""
        return self.tell, self.address

    def encode(self) -> bytes:
        """5 octets for IPv4, 17 for IPv6."""
        return (TELLS[self.state] if self.tell else b"\0") + self.address.packed


def decode_run(version: int, data: bytes) -> tuple[NhReachNlri, ...]:
    """The NLRIs of one MP attribute. `version` is 4 (AFI 1) or 6 (AFI 2). Reserved bits are ignored.

    Raises NhReachError where the length is no multiple of an NLRI's.
    """
    size = 5 if version == 4 else 17
    if len(data) % size:
        raise NhReachError(f"{len(data)} octets of NH-Reach, no multiple of {size}")
    kind: type[IPv4Address] | type[IPv6Address] = IPv4Address if version == 4 else IPv6Address
    found = []
    for start in range(0, len(data), size):
        head = data[start]
        address = kind(data[start + 1 : start + size])
        tell = bool(head & _TELL)
        found.append(NhReachNlri(address, tell, _STATES[head & _STATE] if tell else NhState.UNKNOWN))
    return tuple(found)


def settled(nlris: Iterable[NhReachNlri]) -> dict[tuple[bool, Address], NhState]:
    """What one UPDATE says of each key: two different states of one address make it UNKNOWN (-09 5)."""
    said: dict[tuple[bool, Address], NhState] = {}
    for nlri in nlris:
        if said.setdefault(nlri.key, nlri.state) is not nlri.state:
            said[nlri.key] = NhState.UNKNOWN
    return said
