# SPDX-License-Identifier: Apache-2.0
"""Capabilities of an OPEN (RFC 5492): those used here as one record, the others kept as they came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.graceful import GracefulRestart, GracefulRestartError


class CapabilityCode(IntEnum):
    """Capability codes used here."""

    MULTIPROTOCOL = 1
    ROUTE_REFRESH = 2
    EXTENDED_NEXT_HOP = 5
    EXTENDED_MESSAGE = 6
    ROLE = 9
    GRACEFUL_RESTART = 64
    FOUR_OCTET_AS = 65
    ENHANCED_REFRESH = 70


class CapabilityError(ValueError):
    """A capability whose length is impossible."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability as on the wire."""

    code: int
    value: bytes

    def encode(self) -> bytes:
        return bytes((self.code, len(self.value))) + self.value


@dataclass(frozen=True, slots=True)
class ExtendedNextHop:
    """NLRIs of `family` may have a next hop of AFI `next_hop_afi` (RFC 8950 4)."""

    family: Family
    next_hop_afi: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one side can do. `asn` is the four-octet AS number, None where the capability is missing;
    `other_roles` are roles that came beside `role`.
    """

    families: tuple[Family, ...] = ()
    asn: int | None = None
    route_refresh: bool = False
    enhanced_refresh: bool = False
    extended_message: bool = False
    extended_next_hop: tuple[ExtendedNextHop, ...] = ()
    role: int | None = None
    other: tuple[Capability, ...] = ()
    other_roles: tuple[int, ...] = ()
    graceful_restart: GracefulRestart | None = None

    def encode(self) -> bytes:
        """The capabilities one after another."""
        code = CapabilityCode
        parts: list[Capability] = []
        for family in self.families:
            octets = family.afi.to_bytes(2, "big") + bytes((0, family.safi))
            parts.append(Capability(code.MULTIPROTOCOL, octets))
        if self.route_refresh:
            parts.append(Capability(code.ROUTE_REFRESH, b""))
        if self.extended_next_hop:
            entries = b"".join([_encode_next_hop(entry) for entry in self.extended_next_hop])
            parts.append(Capability(code.EXTENDED_NEXT_HOP, entries))
        if self.extended_message:
            parts.append(Capability(code.EXTENDED_MESSAGE, b""))
        if self.role is not None:
            parts.append(Capability(code.ROLE, bytes((self.role,))))
        if self.graceful_restart is not None:
            parts.append(Capability(code.GRACEFUL_RESTART, self.graceful_restart.encode()))
        if self.asn is not None:
            parts.append(Capability(code.FOUR_OCTET_AS, self.asn.to_bytes(4, "big")))
        if self.enhanced_refresh:
            parts.append(Capability(code.ENHANCED_REFRESH, b""))
        return b"".join([part.encode() for part in (*parts, *self.other)])

    @classmethod
    def from_list(cls, capabilities: list[Capability]) -> Capabilities:
        """Sort out a list; repeated families count once. Raises CapabilityError for an impossible length."""
        families: dict[Family, None] = {}
        next_hops: dict[ExtendedNextHop, None] = {}
        other: list[Capability] = []
        single: dict[int, bytes] = {}
        roles: dict[int, None] = {}
        graceful: GracefulRestart | None = None
        for capability in capabilities:
            value = capability.value
            if capability.code == CapabilityCode.MULTIPROTOCOL:
                _require(capability, 4)
                families[Family(int.from_bytes(value[:2], "big"), value[3])] = None
            elif capability.code == CapabilityCode.EXTENDED_NEXT_HOP:
                next_hops.update(dict.fromkeys(_decode_next_hops(capability)))
            elif capability.code == CapabilityCode.GRACEFUL_RESTART:
                graceful = _graceful(capability)
            elif capability.code == CapabilityCode.ROLE:
                _require(capability, 1)
                roles[value[0]] = None
            elif capability.code in _SINGLE:
                _require(capability, _SINGLE[capability.code])
                single[capability.code] = value
            else:
                other.append(capability)
        asn = single.get(CapabilityCode.FOUR_OCTET_AS)
        return cls(
            families=tuple(families),
            asn=None if asn is None else int.from_bytes(asn, "big"),
            route_refresh=CapabilityCode.ROUTE_REFRESH in single,
            enhanced_refresh=CapabilityCode.ENHANCED_REFRESH in single,
            extended_message=CapabilityCode.EXTENDED_MESSAGE in single,
            extended_next_hop=tuple(next_hops),
            role=next(iter(roles), None),
            other_roles=tuple(roles)[1:],
            graceful_restart=graceful,
            other=tuple(other),
        )


NO_CAPABILITIES = Capabilities()

_SINGLE: dict[int, int] = {
    CapabilityCode.ROUTE_REFRESH: 0,
    CapabilityCode.EXTENDED_MESSAGE: 0,
    CapabilityCode.FOUR_OCTET_AS: 4,
    CapabilityCode.ENHANCED_REFRESH: 0,
}


def split(data: bytes) -> list[Capability]:
    """Cut a capabilities parameter. Raises CapabilityError where it does not add up."""
    found: list[Capability] = []
    position, end = 0, len(data)
    while position < end:
        stop = position + 2 + data[position + 1] if position + 2 <= end else end + 1
        if stop > end:
            raise CapabilityError("a capability runs past the end of its parameter")
        found.append(Capability(data[position], data[position + 2 : stop]))
        position = stop
    return found


def _require(capability: Capability, length: int) -> None:
    if len(capability.value) != length:
        raise CapabilityError(f"capability {capability.code} of {len(capability.value)} octets, not {length}")


def _graceful(capability: Capability) -> GracefulRestart:
    """Of several the last one counts (RFC 4724 3)."""
    try:
        return GracefulRestart.decode(capability.value)
    except GracefulRestartError as error:
        raise CapabilityError(str(error)) from error


def _encode_next_hop(entry: ExtendedNextHop) -> bytes:
    """AFI, SAFI and next hop AFI, two octets each (RFC 8950 4)."""
    numbers = entry.family.afi, entry.family.safi, entry.next_hop_afi
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _decode_next_hops(capability: Capability) -> list[ExtendedNextHop]:
    value = capability.value
    if len(value) % 6:
        raise CapabilityError(f"extended next hop capability of {len(value)} octets, not a multiple of 6")
    found: list[ExtendedNextHop] = []
    for start in range(0, len(value), 6):
        afi, safi, next_hop_afi = (
            int.from_bytes(value[at : at + 2], "big") for at in (start, start + 2, start + 4)
        )
        found.append(ExtendedNextHop(Family(afi, safi), next_hop_afi))
    return found
