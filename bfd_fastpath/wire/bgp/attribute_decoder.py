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
from bfd_fastpath.wire.bgp.as_path import AsPath, AsPathError, merge
from bfd_fastpath.wire.bgp.attributes import AttributeFlag, Attributes, AttributeType, RawAttribute
from bfd_fastpath.wire.bgp.community import decode_communities, decode_extended, decode_large
from bfd_fastpath.wire.bgp.errors import BgpError, Fault, Outcome
from bfd_fastpath.wire.bgp.notification import ErrorCode, Notification, UpdateError
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgpls.attribute import LinkState

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
    """The attribute field cut up: MP attributes by type, the others as one string of octets and as a list."""

    mp: dict[int, bytes] = field(default_factory=dict)
    others: list[tuple[int, int, bytes]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def _withdraw(kind: int | None, text: str, subcode: int, data: bytes = b"") -> Fault:
    return Fault(Outcome.TREAT_AS_WITHDRAW, text, subcode, kind, data=data)


def _discard(kind: int, text: str, subcode: int = UpdateError.OPTIONAL_ATTRIBUTE) -> Fault:
    return Fault(Outcome.ATTRIBUTE_DISCARD, text, subcode, kind)


def _reset(subcode: int, text: str, data: bytes = b"") -> BgpError:
    return BgpError(Notification(ErrorCode.UPDATE, subcode, data), text)


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
            found.faults.append(
                _withdraw(None, "the last attribute has no length", UpdateError.ATTRIBUTE_LIST)
            )
            break
        flags, kind = data[position], data[position + 1]
        start = position + (4 if flags & _EXTENDED else 3)
        stop = start + int.from_bytes(data[position + 2 : start], "big")
        mp = kind in (AttributeType.MP_REACH, AttributeType.MP_UNREACH)
        if start > end or stop > end:
            if mp:
                raise _reset(
                    UpdateError.ATTRIBUTE_LENGTH, f"attribute {kind} runs past the end", data[position:end]
                )
            text = f"attribute {kind} claims {stop - start} octets, {end - start} are left"
            found.faults.append(_withdraw(kind, text, UpdateError.ATTRIBUTE_LENGTH, data[position:end]))
            break
        if kind in seen:
            if mp:
                raise _reset(UpdateError.ATTRIBUTE_LIST, f"attribute {kind} occurs twice (RFC 7606 3g)")
            found.faults.append(
                _discard(kind, f"attribute {kind} is repeated: the first one counts (RFC 7606 3g)")
            )
        elif mp:
            found.mp[kind] = data[start:stop]
            if flags & _KIND != _OPTIONAL:
                found.faults.append(_flags_fault(kind, flags, data[position:stop]))
        else:
            found.others.append((flags, kind, data[start:stop]))
        seen.add(kind)
        position = stop
    return found


def _flags_fault(kind: int, flags: int, data: bytes) -> Fault:
    return _withdraw(
        kind, f"attribute {kind} has flags {flags:#04x} (RFC 7606 3c)", UpdateError.ATTRIBUTE_FLAGS, data
    )


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
        elif flags & _KIND != rule.flags:
            faults.append(_flags_fault(kind, flags, value))
        elif rule.internal_only and context.external:
            faults.append(_discard(kind, f"attribute {kind} from an external peer (RFC 7606 7)"))
        elif rule.old_speakers_only and context.as4:
            faults.append(
                _discard(kind, f"attribute {kind} from a speaker of four-octet AS numbers (RFC 6793 6)")
            )
        else:
            try:
                fields[rule.name] = rule.read(value, context)
            except ValueError as error:
                faults.append(
                    Fault(rule.outcome, f"attribute {kind}: {error}", rule.subcode, kind, data=value)
                )
    _resolve_two_octet(fields)
    if context.first_as is not None and "as_path" in fields and fields["as_path"].first != context.first_as:
        text = f"the path does not begin with AS {context.first_as} (RFC 4271 6.3)"
        faults.append(_withdraw(AttributeType.AS_PATH, text, UpdateError.AS_PATH))
    if (customer := fields.pop("only_to_customer", None)) is not None:
        unknown.append(RawAttribute(_KIND, AttributeType.ONLY_TO_CUSTOMER, customer))
    return Attributes(**fields, unknown=tuple(unknown)), tuple(faults)


def _keep_unknown(flags: int, kind: int, value: bytes, unknown: list[RawAttribute]) -> None:
    if not flags & _OPTIONAL:
        octets = bytes((flags & ~_EXTENDED, kind, len(value))) if len(value) < 256 else bytes((flags, kind))
        raise _reset(
            UpdateError.UNRECOGNISED_WELL_KNOWN, f"unknown well-known attribute {kind}", octets + value
        )
    if flags & _TRANSITIVE:
        partial = flags & ~(_EXTENDED | 0x0F) | AttributeFlag.PARTIAL.value
        unknown.append(RawAttribute(partial, kind, value))


def _resolve_two_octet(fields: dict[str, Any]) -> None:
    """Put AS4_PATH and AS4_AGGREGATOR where they belong (RFC 6793 4.2.3)."""
    as4_path, as4_aggregator = fields.pop("as4_path", None), fields.pop("as4_aggregator", None)
    aggregator = fields.get("aggregator")
    if as4_aggregator is not None and aggregator is not None:
        if aggregator.asn != 23456:
            return
        fields["aggregator"] = as4_aggregator
    if as4_path is not None and "as_path" in fields:
        fields["as_path"] = merge(fields["as_path"], as4_path)


def _exactly(value: bytes, length: int) -> bytes:
    if len(value) != length:
        raise ValueError(f"{len(value)} octets, not {length}")
    return value


def _origin(value: bytes, _: AttributeContext) -> Origin:
    return Origin(_exactly(value, 1)[0])


def _as_path(value: bytes, context: AttributeContext) -> AsPath:
    return AsPath.decode(value, as4=context.as4, confederation=not context.external)


def _as4_path(value: bytes, _: AttributeContext) -> AsPath:
    path = AsPath.decode(value, as4=True)
    if not path.segments:
        raise AsPathError("empty")
    return AsPath(tuple(segment for segment in path.segments if segment.kind <= 2))


def _next_hop(value: bytes, _: AttributeContext) -> IPv4Address:
    address = IPv4Address(_exactly(value, 4))
    if not int(address) or int(address) >= 0xE0000000:
        raise ValueError(f"{address} is no host address (RFC 4271 6.3)")
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
    """How one attribute is read: its field, the flags it must have, and what a fault costs."""

    name: str
    flags: int
    read: Callable[[bytes, AttributeContext], Any]
    outcome: Outcome = Outcome.TREAT_AS_WITHDRAW
    subcode: int = UpdateError.ATTRIBUTE_LENGTH
    internal_only: bool = False
    old_speakers_only: bool = False


_LOST = Outcome.ATTRIBUTE_DISCARD
_RULES: dict[int, _Rule] = {
    AttributeType.ORIGIN: _Rule("origin", _TRANSITIVE, _origin, subcode=UpdateError.ORIGIN),
    AttributeType.AS_PATH: _Rule("as_path", _TRANSITIVE, _as_path, subcode=UpdateError.AS_PATH),
    AttributeType.NEXT_HOP: _Rule("next_hop", _TRANSITIVE, _next_hop, subcode=UpdateError.NEXT_HOP),
    AttributeType.MED: _Rule("med", _OPTIONAL, _number),
    AttributeType.LOCAL_PREF: _Rule("local_pref", _TRANSITIVE, _number, internal_only=True),
    AttributeType.ATOMIC_AGGREGATE: _Rule("atomic_aggregate", _TRANSITIVE, _atomic, _LOST),
    AttributeType.AGGREGATOR: _Rule(
        "aggregator", _KIND, lambda value, context: Aggregator.decode(value, as4=context.as4), _LOST
    ),
    AttributeType.COMMUNITIES: _Rule("communities", _KIND, lambda value, _: decode_communities(value)),
    AttributeType.ORIGINATOR_ID: _Rule(
        "originator_id", _OPTIONAL, lambda value, _: IPv4Address(_exactly(value, 4)), internal_only=True
    ),
    AttributeType.CLUSTER_LIST: _Rule("cluster_list", _OPTIONAL, _cluster_list, internal_only=True),
    AttributeType.EXTENDED_COMMUNITIES: _Rule(
        "extended_communities", _KIND, lambda value, _: decode_extended(value)
    ),
    AttributeType.AS4_PATH: _Rule("as4_path", _KIND, _as4_path, _LOST, old_speakers_only=True),
    AttributeType.AS4_AGGREGATOR: _Rule(
        "as4_aggregator",
        _KIND,
        lambda value, _: Aggregator.decode(value, as4=True),
        _LOST,
        old_speakers_only=True,
    ),
    AttributeType.LINK_STATE: _Rule("link_state", _OPTIONAL, lambda value, _: LinkState.decode(value), _LOST),
    AttributeType.LARGE_COMMUNITIES: _Rule("large_communities", _KIND, lambda value, _: decode_large(value)),
    AttributeType.ONLY_TO_CUSTOMER: _Rule("only_to_customer", _KIND, lambda value, _: _exactly(value, 4)),
}
