# SPDX-License-Identifier: Apache-2.0
"""What the prefixes of an UPDATE have in common, kept small: its attributes as octets, and what routes are
compared by. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bfd_fastpath.router.events import Address
from bfd_fastpath.wire.bgp import Attributes, Family, Role
from bfd_fastpath.wire.bgp.as_path import AsPath
from bfd_fastpath.wire.bgp.attribute_decoder import split
from bfd_fastpath.wire.bgp.attributes import (
    OPTIONAL_LOCAL,
    AttributeType,
    encode_attribute,
    encode_attributes,
    only_to_customer,
)
from bfd_fastpath.wire.bgp.role import leaks, marked_in
from bfd_fastpath.wire.bgp.update import Update

#: Attributes that repeat from one UPDATE to the next are looked at once; so many are remembered.
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Merit:
    """What the routes of one UPDATE are compared by (RFC 4271 9.1.2.2); defaults for what is missing."""

    as_path_length: int = 0
    #: 0 IGP, 1 EGP, 2 incomplete.
    origin: int = 2
    #: 0 for an empty AS_PATH.
    neighbour_as: int = 0
    med: int = 0
    local_pref: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """`octets`: the attributes with four-octet AS numbers; a next hop of MP_REACH stands there as in RFC
    6396 4.3.4. Paths with the same octets are equal."""

    octets: bytes
    next_hop: Address
    merit: Merit

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and self.octets == other.octets

    def __hash__(self) -> int:
        return hash(self.octets)

    @property
    def as_path(self) -> AsPath:
        """As it came; empty for a route of the neighbour's own AS."""
        for _, kind, value in split(self.octets, 0, len(self.octets)).others:
            if kind == AttributeType.AS_PATH:
                return AsPath.decode(value, as4=True)
        return AsPath()


class Unused(StrEnum):
    """Why the prefixes of an UPDATE are no routes."""

    #: Our own AS is in the AS_PATH (RFC 4271 9.1.2).
    LOOP = "loop"
    #: There is none that a session could go to.
    NEXT_HOP = "next-hop"
    #: It should not have come to us by its Only to Customer (RFC 9234 5).
    LEAK = "leak"


class Paths:
    """Makes the paths of one neighbour's UPDATEs. `role` is ours towards it, None for none."""

    def __init__(self, own_as: int, role: Role | None = None, peer_as: int = 0) -> None:
        self._own_as = own_as
        self._role = role
        self._peer_as = peer_as
        self._known: dict[tuple[int, tuple[Address, ...]], tuple[Attributes, Path | Unused]] = {}

    def of(self, update: Update, family: Family) -> Path | Unused:
        """The path of what the UPDATE announces in this family."""
        reach = update.mp_reach
        next_hops = reach.next_hops if reach is not None and reach.family == family else ()
        key = id(update.attributes), next_hops
        known = self._known.get(key)
        if known is not None:
            return known[1]
        made = self._make(update.attributes, family, next_hops)
        if len(self._known) >= _KEPT:
            self._known.clear()
        # The attributes stay alive as long as their id is remembered.
        self._known[key] = update.attributes, made
        return made

    def _make(self, attributes: Attributes, family: Family, next_hops: tuple[Address, ...]) -> Path | Unused:
        if attributes.as_path is not None and self._own_as in attributes.as_path:
            return Unused.LOOP
        next_hop = next_hops[0] if next_hops else attributes.next_hop
        if next_hop is None or next_hop.is_link_local:
            return Unused.NEXT_HOP
        if self._role is not None:
            marks = [raw for raw in attributes.unknown if raw.type == AttributeType.ONLY_TO_CUSTOMER]
            customer_only = int.from_bytes(marks[0].value, "big") if marks else None
            if leaks(self._role, customer_only, self._peer_as):
                return Unused.LEAK
            if customer_only is None and marked_in(self._role):
                mark = only_to_customer(self._peer_as)
                attributes = replace(attributes, unknown=(*attributes.unknown, mark))
        octets = b""
        if next_hops:
            packed = b"".join([one.packed for one in next_hops])
            octets = encode_attribute(OPTIONAL_LOCAL, AttributeType.MP_REACH, bytes((len(packed),)) + packed)
            attributes = replace(attributes, next_hop=None)
        if attributes.link_state is not None:
            attributes = replace(attributes, link_state=None)
        return Path(octets + encode_attributes(attributes), next_hop, _merit(attributes))


def _merit(attributes: Attributes) -> Merit:
    path, missing = attributes.as_path, Merit()
    return Merit(
        as_path_length=path.length if path is not None else 0,
        origin=missing.origin if attributes.origin is None else attributes.origin,
        neighbour_as=(path.first or 0) if path is not None else 0,
        med=attributes.med or 0,
        local_pref=missing.local_pref if attributes.local_pref is None else attributes.local_pref,
    )
