# SPDX-License-Identifier: Apache-2.0
"""Path attributes as one record shared by all routes of an UPDATE, and how they are written (RFC 4271 4.3).

MP_REACH and MP_UNREACH are not among them (mp.py). How attributes are read and checked is
attribute_decoder.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from ipaddress import IPv4Address

from bfd_fastpath.wire.bgp.aggregator import Aggregator
from bfd_fastpath.wire.bgp.as_path import AsPath, Segment, SegmentType
from bfd_fastpath.wire.bgp.community import LargeCommunity, encode_communities, encode_large
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgpls.attribute import LinkState


class AttributeType(IntEnum):
    """Attribute type codes known here."""

    ORIGIN = 1
    AS_PATH = 2
    NEXT_HOP = 3
    MED = 4
    LOCAL_PREF = 5
    ATOMIC_AGGREGATE = 6
    AGGREGATOR = 7
    COMMUNITIES = 8
    ORIGINATOR_ID = 9
    CLUSTER_LIST = 10
    MP_REACH = 14
    MP_UNREACH = 15
    EXTENDED_COMMUNITIES = 16
    AS4_PATH = 17
    AS4_AGGREGATOR = 18
    LINK_STATE = 29
    LARGE_COMMUNITIES = 32
    ONLY_TO_CUSTOMER = 35


class AttributeFlag(IntFlag):
    """The flags octet."""

    OPTIONAL = 0x80
    TRANSITIVE = 0x40
    PARTIAL = 0x20
    EXTENDED_LENGTH = 0x10


WELL_KNOWN = AttributeFlag.TRANSITIVE
OPTIONAL_TRANSITIVE = AttributeFlag.OPTIONAL | AttributeFlag.TRANSITIVE
OPTIONAL_LOCAL = AttributeFlag.OPTIONAL


@dataclass(frozen=True, slots=True)
class RawAttribute:
    """An optional transitive attribute that is passed on unread. `flags` as received, length bit excluded."""

    flags: int
    type: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an UPDATE says about its routes; None, False or empty where an attribute is absent.

    `next_hop` is the NEXT_HOP attribute only: routes in MP_REACH carry theirs there. `extended_communities`
    holds eight octets each.
    """

    origin: Origin | None = None
    as_path: AsPath | None = None
    next_hop: IPv4Address | None = None
    med: int | None = None
    local_pref: int | None = None
    atomic_aggregate: bool = False
    aggregator: Aggregator | None = None
    communities: tuple[int, ...] = ()
    originator_id: IPv4Address | None = None
    cluster_list: tuple[IPv4Address, ...] = ()
    extended_communities: tuple[bytes, ...] = ()
    link_state: LinkState | None = None
    large_communities: tuple[LargeCommunity, ...] = ()
    unknown: tuple[RawAttribute, ...] = ()


NO_ATTRIBUTES = Attributes()


def only_to_customer(asn: int) -> RawAttribute:
    """The attribute of RFC 9234 5, which stands among `unknown`."""
    return RawAttribute(OPTIONAL_TRANSITIVE, AttributeType.ONLY_TO_CUSTOMER, asn.to_bytes(4, "big"))


def encode_attribute(flags: int, kind: int, value: bytes, *, extended: bool = False) -> bytes:
    """One attribute; the length takes two octets where it must, or where `extended`."""
    if extended or len(value) > 255:
        return bytes((flags | AttributeFlag.EXTENDED_LENGTH, kind)) + len(value).to_bytes(2, "big") + value
    return bytes((flags, kind, len(value))) + value


def encode_attributes(attributes: Attributes, *, as4: bool = True) -> bytes:
    """The attributes in ascending order of their codes (RFC 4271 5). `as4`: the peer reads four-octet AS
    numbers.
    """
    parts: dict[int, tuple[int, bytes]] = {}
    kind = AttributeType
    if attributes.origin is not None:
        parts[kind.ORIGIN] = WELL_KNOWN, bytes((attributes.origin,))
    if attributes.as_path is not None:
        parts[kind.AS_PATH] = WELL_KNOWN, attributes.as_path.encode(as4=as4)
    if attributes.next_hop is not None:
        parts[kind.NEXT_HOP] = WELL_KNOWN, attributes.next_hop.packed
    if attributes.med is not None:
        parts[kind.MED] = OPTIONAL_LOCAL, attributes.med.to_bytes(4, "big")
    if attributes.local_pref is not None:
        parts[kind.LOCAL_PREF] = WELL_KNOWN, attributes.local_pref.to_bytes(4, "big")
    if attributes.atomic_aggregate:
        parts[kind.ATOMIC_AGGREGATE] = WELL_KNOWN, b""
    if attributes.aggregator is not None:
        parts[kind.AGGREGATOR] = OPTIONAL_TRANSITIVE, attributes.aggregator.encode(as4=as4)
    if attributes.communities:
        parts[kind.COMMUNITIES] = OPTIONAL_TRANSITIVE, encode_communities(attributes.communities)
    if attributes.originator_id is not None:
        parts[kind.ORIGINATOR_ID] = OPTIONAL_LOCAL, attributes.originator_id.packed
    if attributes.cluster_list:
        parts[kind.CLUSTER_LIST] = OPTIONAL_LOCAL, b"".join(each.packed for each in attributes.cluster_list)
    if attributes.extended_communities:
        parts[kind.EXTENDED_COMMUNITIES] = OPTIONAL_TRANSITIVE, b"".join(attributes.extended_communities)
    if attributes.link_state is not None and attributes.link_state.tlvs:
        parts[kind.LINK_STATE] = OPTIONAL_LOCAL, attributes.link_state.encode()
    if attributes.large_communities:
        parts[kind.LARGE_COMMUNITIES] = OPTIONAL_TRANSITIVE, encode_large(attributes.large_communities)
    for raw in attributes.unknown:
        parts[raw.type] = raw.flags, raw.value
    if not as4:
        parts.update(_for_two_octet_peer(attributes))
    return b"".join([encode_attribute(flags, code, value) for code, (flags, value) in sorted(parts.items())])


def _for_two_octet_peer(attributes: Attributes) -> dict[int, tuple[int, bytes]]:
    """AS4_PATH and AS4_AGGREGATOR, where AS_TRANS hides a number (RFC 6793 4.2.2); confederation segments
    stay out.
    """
    parts: dict[int, tuple[int, bytes]] = {}
    if attributes.as_path is not None and attributes.as_path.wide:
        plain = (SegmentType.SET, SegmentType.SEQUENCE)
        segments: tuple[Segment, ...] = tuple(s for s in attributes.as_path.segments if s.kind in plain)
        parts[AttributeType.AS4_PATH] = OPTIONAL_TRANSITIVE, AsPath(segments).encode(as4=True)
    if attributes.aggregator is not None and attributes.aggregator.asn > 65535:
        parts[AttributeType.AS4_AGGREGATOR] = OPTIONAL_TRANSITIVE, attributes.aggregator.encode(as4=True)
    return parts
