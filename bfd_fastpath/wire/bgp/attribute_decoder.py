# SPDX-License-Identifier: Apache-2.0
"""Reads the path attributes of an UPDATE and decides, fault by fault, by RFC 7606. MP attributes are handed
on unread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from bfd_fastpath.wire.bgp.aggregator import Aggregator
from bfd_fastpath.wire.bgp.as_path import AS_TRANS, AsPath, AsPathError, merge
from bfd_fastpath.wire.bgp.attributes import AttributeFlag, Attributes, AttributeType, RawAttribute
from bfd_fastpath.wire.bgp.community import decode_communities, decode_extended, decode_large
from bfd_fastpath.wire.bgp.errors import BgpError, Fault
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgpls.attribute import LinkState
from bfd_fastpath.wire.malformed import Malformed, MalformedError

_OPTIONAL, _TRANSITIVE = AttributeFlag.OPTIONAL.value, AttributeFlag.TRANSITIVE.value
_KIND = _OPTIONAL | _TRANSITIVE
_EXTENDED = AttributeFlag.EXTENDED_LENGTH.value


@dataclass(frozen=True, slots=True)
class AttributeContext:
    """What reading depends on. `external`: the peer is of another AS. `first_as`: the AS every path must
    begin with.
    """

    as4: bool = True
    external: bool = True
    first_as: int | None = None


@dataclass(slots=True)
class RawAttributes:
    """The attribute field cut up: flags and value of MP attributes by type; flags, type, value of others."""

    mp: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    others: list[tuple[int, int, bytes]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def as_received(flags: int, kind: int, value: bytes) -> bytes:
    """The octets of an attribute that was cut up: what a NOTIFICATION carries (RFC 4271 6.3)."""
    return bytes((flags, kind)) + len(value).to_bytes(2 if flags & _EXTENDED else 1, "big") + value


def split(data: bytes, position: int, end: int) -> RawAttributes:
    """Cut data[position:end] into attributes.

    An attribute that runs past the end ends the list and makes the UPDATE a withdrawal (RFC 7606 4), unless
    it is an MP attribute, whose NLRIs are then lost. Raises BgpError for that, and for a repeated MP
    attribute (3g).
    """
    found = RawAttributes()
    seen: set[int] = set()
    while position < end:
        if end - position < 3:
            text = "the last attribute has no length"
            found.faults.append(Fault(Malformed.ATTRIBUTE_UNDERRUN, text, data=data[position:end]))
            break
        flags, kind = data[position], data[position + 1]
        start = position + (4 if flags & _EXTENDED else 3)
        stop = start + int.from_bytes(data[position + 2 : start], "big")
        mp = kind in (AttributeType.MP_REACH, AttributeType.MP_UNREACH)
        if start > end or stop > end:
            rest = data[position:end]
            if mp:
                raise BgpError(Malformed.MP_OVERRUN, f"attribute {kind} runs past the end", rest)
            text = f"attribute {kind} claims {stop - start} octets, {max(end - start, 0)} are left"
            short = Malformed.ATTRIBUTE_UNDERRUN if start > end else Malformed.ATTRIBUTE_OVERRUN
            found.faults.append(Fault(short, text, kind, data=rest))
            break
        if kind in seen:
            if mp:
                raise BgpError(Malformed.MP_REPEATED, f"attribute {kind} occurs twice (RFC 7606 3g)")
            text = f"attribute {kind} is repeated: the first one counts (RFC 7606 3g)"
            found.faults.append(Fault(Malformed.ATTRIBUTE_REPEATED, text, kind, data=data[position:stop]))
        elif mp:
            found.mp[kind] = flags, data[start:stop]
        else:
            found.others.append((flags, kind, data[start:stop]))
        seen.add(kind)
        position = stop
    return found


def bad_flags(flags: int) -> bool:
    """Whether an MP attribute may not have these flags (RFC 4760 3, 4)."""
    return flags & _KIND != _OPTIONAL


def decode_attributes(
    others: list[tuple[int, int, bytes]], context: AttributeContext
) -> tuple[Attributes, tuple[Fault, ...]]:
    """Read the attributes that are no MP attributes.

    Faulty ones are left out and told. Raises BgpError for an unrecognised well-known attribute (RFC 4271
    6.3).
    """
    fields: dict[str, Any] = {}
    faults: list[Fault] = []
    unknown: list[RawAttribute] = []
    for flags, kind, value in others:
        rule = _RULES.get(kind)
        if rule is None:
            _keep_unknown(flags, kind, value, unknown)
        elif (fault := _wrong(rule, flags, value, context)) is not None:
            faults.append(
                Fault(fault[0], f"attribute {kind} {fault[1]}", kind, data=as_received(flags, kind, value))
            )
        else:
            try:
                fields[rule.name] = rule.read(value, context)
            except ValueError as error:
                octets = as_received(flags, kind, value)
                faults.append(Fault(rule.fault(error), f"attribute {kind}: {error}", kind, data=octets))
    _resolve_two_octet(fields)
    if context.first_as is not None and "as_path" in fields and fields["as_path"].first != context.first_as:
        text = f"the path does not begin with AS {context.first_as} (RFC 4271 6.3)"
        faults.append(Fault(Malformed.AS_PATH_FIRST, text, AttributeType.AS_PATH))
    if (customer := fields.pop("only_to_customer", None)) is not None:
        unknown.append(RawAttribute(_KIND, AttributeType.ONLY_TO_CUSTOMER, customer))
    unknown.sort(key=lambda raw: raw.type)  # in whatever order they came, they say the same
    return Attributes(**fields, unknown=tuple(unknown)), tuple(faults)


def _wrong(rule: _Rule, flags: int, value: bytes, context: AttributeContext) -> tuple[Malformed, str] | None:
    """What is wrong with an attribute before its value is looked at."""
    if flags & _KIND != rule.flags:
        return Malformed.ATTRIBUTE_FLAGS, f"has flags {flags:#04x} (RFC 7606 3c)"
    if rule.internal_only and context.external:
        return Malformed.INTERNAL_ATTRIBUTE, "from an external peer (RFC 7606 7)"
    if rule.old_speakers_only and context.as4:
        return Malformed.AS4_NEEDLESS, "from a speaker of four-octet AS numbers (RFC 6793 6)"
    return None


def _keep_unknown(flags: int, kind: int, value: bytes, unknown: list[RawAttribute]) -> None:
    if not flags & _OPTIONAL:
        text = f"unknown well-known attribute {kind}"
        raise BgpError(Malformed.UNKNOWN_WELL_KNOWN, text, as_received(flags, kind, value))
    if flags & _TRANSITIVE:
        partial = flags & ~(_EXTENDED | 0x0F) | AttributeFlag.PARTIAL.value
        unknown.append(RawAttribute(partial, kind, value))


def _resolve_two_octet(fields: dict[str, Any]) -> None:
    """Put AS4_PATH and AS4_AGGREGATOR where they belong (RFC 6793 4.2.3)."""
    as4_path, as4_aggregator = fields.pop("as4_path", None), fields.pop("as4_aggregator", None)
    aggregator = fields.get("aggregator")
    if as4_aggregator is not None and aggregator is not None:
        if aggregator.asn != AS_TRANS:
            return
        fields["aggregator"] = as4_aggregator
    if as4_path is not None and "as_path" in fields:
        fields["as_path"] = merge(fields["as_path"], as4_path)


def _exactly(value: bytes, length: int) -> bytes:
    if len(value) != length:
        raise ValueError(f"{len(value)} octets, not {length}")
    return value


def _origin(value: bytes, _: AttributeContext) -> Origin:
    if len(value) != 1:
        raise MalformedError(f"{len(value)} octets, not 1", Malformed.ORIGIN_LENGTH)
    if value[0] not in _ORIGINS:
        raise MalformedError(f"ORIGIN {value[0]}", Malformed.ORIGIN_VALUE)
    return Origin(value[0])


def _as_path(value: bytes, context: AttributeContext) -> AsPath:
    return AsPath.decode(value, as4=context.as4, confederation=not context.external)


def _as4_path(value: bytes, _: AttributeContext) -> AsPath:
    path = AsPath.decode(value, as4=True)
    if not path.segments:
        raise AsPathError("empty")
    return AsPath(tuple(segment for segment in path.segments if segment.kind <= 2))


def _next_hop(value: bytes, _: AttributeContext) -> IPv4Address:
    if len(value) != 4:
        raise MalformedError(f"{len(value)} octets, not 4", Malformed.NEXT_HOP_LENGTH)
    address = IPv4Address(value)
    if not int(address) or int(address) >= 0xE0000000:
        raise MalformedError(f"{address} is no host address (RFC 4271 6.3)", Malformed.NEXT_HOP_ADDRESS)
    return address


def _number(value: bytes, _: AttributeContext) -> int:
    return int.from_bytes(_exactly(value, 4), "big")


def _atomic(value: bytes, _: AttributeContext) -> bool:
    return not _exactly(value, 0)


def _cluster_list(value: bytes, _: AttributeContext) -> tuple[IPv4Address, ...]:
    if not value or len(value) % 4:
        raise ValueError(f"{len(value)} octets, not a nonzero multiple of 4")
    return tuple(IPv4Address(value[start : start + 4]) for start in range(0, len(value), 4))


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one attribute is read: its field, the flags it must have, and what a fault of its value is, where
    no MalformedError says so.
    """

    name: str
    flags: int
    read: Callable[[bytes, AttributeContext], Any]
    wrong: Malformed | None = None
    internal_only: bool = False
    old_speakers_only: bool = False

    def fault(self, error: ValueError) -> Malformed:
        """What the error is counted as."""
        if self.wrong is not None:
            return self.wrong
        if isinstance(error, MalformedError):
            return error.kind
        raise error


_ORIGINS = frozenset(Origin)
_RULES: dict[int, _Rule] = {
    AttributeType.ORIGIN: _Rule("origin", _TRANSITIVE, _origin),
    AttributeType.AS_PATH: _Rule("as_path", _TRANSITIVE, _as_path),
    AttributeType.NEXT_HOP: _Rule("next_hop", _TRANSITIVE, _next_hop),
    AttributeType.MED: _Rule("med", _OPTIONAL, _number, Malformed.MED),
    AttributeType.LOCAL_PREF: _Rule(
        "local_pref", _TRANSITIVE, _number, Malformed.LOCAL_PREF, internal_only=True
    ),
    AttributeType.ATOMIC_AGGREGATE: _Rule(
        "atomic_aggregate", _TRANSITIVE, _atomic, Malformed.ATOMIC_AGGREGATE
    ),
    AttributeType.AGGREGATOR: _Rule(
        "aggregator", _KIND, lambda value, context: Aggregator.decode(value, as4=context.as4)
    ),
    AttributeType.COMMUNITIES: _Rule(
        "communities", _KIND, lambda value, _: decode_communities(value), Malformed.COMMUNITIES
    ),
    AttributeType.ORIGINATOR_ID: _Rule(
        "originator_id",
        _OPTIONAL,
        lambda value, _: IPv4Address(_exactly(value, 4)),
        Malformed.ORIGINATOR_ID,
        internal_only=True,
    ),
    AttributeType.CLUSTER_LIST: _Rule(
        "cluster_list", _OPTIONAL, _cluster_list, Malformed.CLUSTER_LIST, internal_only=True
    ),
    AttributeType.EXTENDED_COMMUNITIES: _Rule(
        "extended_communities",
        _KIND,
        lambda value, _: decode_extended(value),
        Malformed.EXTENDED_COMMUNITIES,
    ),
    AttributeType.AS4_PATH: _Rule("as4_path", _KIND, _as4_path, Malformed.AS4_PATH, old_speakers_only=True),
    AttributeType.AS4_AGGREGATOR: _Rule(
        "as4_aggregator",
        _KIND,
        lambda value, _: Aggregator.decode(value, as4=True),
        Malformed.AS4_AGGREGATOR,
        old_speakers_only=True,
    ),
    AttributeType.LINK_STATE: _Rule(
        "link_state", _OPTIONAL, lambda value, _: LinkState.decode(value), Malformed.LINK_STATE
    ),
    AttributeType.LARGE_COMMUNITIES: _Rule(
        "large_communities", _KIND, lambda value, _: decode_large(value), Malformed.LARGE_COMMUNITIES
    ),
    AttributeType.ONLY_TO_CUSTOMER: _Rule(
        "only_to_customer", _KIND, lambda value, _: _exactly(value, 4), Malformed.ONLY_TO_CUSTOMER
    ),
}
