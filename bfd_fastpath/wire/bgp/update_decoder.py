# SPDX-License-Identifier: Apache-2.0
"""Reads UPDATEs of one peer and handles their faults by RFC 7606, so that what it returns can be applied as
it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from bfd_fastpath.prefixes import Prefix, PrefixError
from bfd_fastpath.wire.bgp.attribute_decoder import (
    AttributeContext,
    RawAttributes,
    as_received,
    bad_flags,
    decode_attributes,
    split,
)
from bfd_fastpath.wire.bgp.attributes import NO_ATTRIBUTES, Attributes, AttributeType
from bfd_fastpath.wire.bgp.errors import BgpError, Fault, strongest
from bfd_fastpath.wire.bgp.family import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, Afi, Family, Safi
from bfd_fastpath.wire.bgp.mp import Address, MpReach, MpUnreach
from bfd_fastpath.wire.bgp.nlri import Nlri, decode_nlris, decode_prefixes, is_nh_reach
from bfd_fastpath.wire.bgp.update import Update
from bfd_fastpath.wire.bgpls.nlri import FramingError
from bfd_fastpath.wire.malformed import Malformed, Outcome
from bfd_fastpath.wire.nhreach import NhReachError

_CACHED = 4096
_CACHED_OCTETS = 1024
_KNOWN_NEXT_HOPS = {IPV4_UNICAST: (4,), IPV6_UNICAST: (16, 32), BGP_LS: (4, 16, 32)}


@dataclass(frozen=True, slots=True)
class Decoded:
    """One UPDATE read. `updates`: usually one record, two where a withdrawal made of announcements spans
    families.

    `disabled`: families that the faults cost (RFC 4760 7); nothing of them is left in `updates`.
    """

    updates: tuple[Update, ...] = ()
    faults: tuple[Fault, ...] = ()
    end_of_rib: Family | None = None
    disabled: tuple[Family, ...] = ()


class UpdateDecoder:
    """Reads the UPDATEs of one session. Attributes that repeat from one UPDATE to the next are read once."""

    __slots__ = (
        "_cache",
        "_clean",
        "_context",
        "_extended_next_hop",
        "_families",
        "_ignored",
        "_nh_reach_safi",
    )

    def __init__(
        self,
        families: frozenset[Family],
        context: AttributeContext | None = None,
        extended_next_hop: frozenset[Family] = frozenset(),
        nh_reach_safi: int | None = None,
    ) -> None:
        self._families = families
        self._context = context if context is not None else AttributeContext()
        self._extended_next_hop = extended_next_hop
        self._nh_reach_safi = nh_reach_safi
        self._ignored: set[Family] = set()
        self._clean: dict[bytes, Attributes] = {}
        self._cache: dict[tuple[bool, bytes], tuple[Attributes, tuple[Fault, ...]]] = {}

    def ignore(self, family: Family) -> None:
        """Read nothing of the family any more (RFC 4760 7)."""
        self._ignored.add(family)
        self._clean.clear()

    def decode(self, body: bytes) -> Decoded:
        """Read a body of at least 4 octets. Raises BgpError where the session has to be reset."""
        first, last = self._sections(body)
        try:
            withdrawn: Sequence[Prefix] = decode_prefixes(4, body, 2, first) if first > 2 else ()
            announced: Sequence[Prefix] = (
                decode_prefixes(4, body, last, len(body)) if last < len(body) else ()
            )
        except PrefixError as error:
            raise BgpError(Malformed.PREFIX, str(error)) from error
        if first + 2 == last:
            return self._without_attributes(withdrawn, announced)
        if (clean := self._clean.get(body[first + 2 : last])) is not None:
            return Decoded((Update(withdrawn, clean, announced),))
        raw = split(body, first + 2, last)
        attributes, attribute_faults = self._attributes(raw, body, first + 2, last)
        faults = [*raw.faults, *attribute_faults]
        reach, unreach = self._reach(raw, faults), self._unreach(raw, faults)
        if announced or (reach is not None and reach.nlris):
            self._require_mandatory(attributes, announced, faults)
        if not announced:
            self._refuse_hidden(raw, reach, faults)
        if IPV4_UNICAST not in self._families or IPV4_UNICAST in self._ignored:
            withdrawn, announced = (), ()
        update = Update(withdrawn, attributes, announced, unreach, reach)
        self._remember_clean(body[first + 2 : last], attributes, raw, faults)
        return self._judged(update, raw, faults)

    def _sections(self, body: bytes) -> tuple[int, int]:
        """Where the withdrawn routes and the attributes end (RFC 4271 6.3; RFC 7606 3a and b)."""
        first = 2 + int.from_bytes(body[:2], "big")
        if first + 2 > len(body):
            text = f"{first - 2} octets of withdrawn routes in {len(body)} octets"
            raise BgpError(Malformed.UPDATE_LENGTHS, text)
        last = first + 2 + int.from_bytes(body[first : first + 2], "big")
        if last > len(body):
            text = f"{last - first - 2} octets of attributes in {len(body)} octets"
            raise BgpError(Malformed.UPDATE_LENGTHS, text)
        return first, last

    def _without_attributes(self, withdrawn: Sequence[Prefix], announced: Sequence[Prefix]) -> Decoded:
        if IPV4_UNICAST not in self._families or IPV4_UNICAST in self._ignored:
            return Decoded()
        if not withdrawn and not announced:
            return Decoded(end_of_rib=IPV4_UNICAST)
        if not announced:
            return Decoded((Update(withdrawn),))
        faults: list[Fault] = []
        self._require_mandatory(NO_ATTRIBUTES, announced, faults)
        return Decoded((Update((*withdrawn, *announced)),), tuple(faults))

    def _attributes(
        self, raw: RawAttributes, body: bytes, start: int, end: int
    ) -> tuple[Attributes, tuple[Fault, ...]]:
        """Read them, or remember them. The key says whether it is the field itself or a rewriting without
        MP. Attribute 29 is about the NLRIs beside it and does not repeat: it is not remembered.
        """
        if not raw.mp:
            return self._remembered((False, body[start:end]), raw.others)
        others = [one for one in raw.others if one[1] != AttributeType.LINK_STATE]
        attributes, faults = self._remembered((True, b"".join(map(_rewritten, others))), others)
        if len(others) == len(raw.others):
            return attributes, faults
        single = [one for one in raw.others if one[1] == AttributeType.LINK_STATE]
        about, more = decode_attributes(single, self._context)
        return replace(attributes, link_state=about.link_state), faults + more

    def _remembered(
        self, key: tuple[bool, bytes], others: list[tuple[int, int, bytes]]
    ) -> tuple[Attributes, tuple[Fault, ...]]:
        known = self._cache.get(key)
        if known is None:
            known = decode_attributes(others, self._context)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            if len(key[1]) <= _CACHED_OCTETS:
                self._cache[key] = known
        return known

    def _remember_clean(
        self, octets: bytes, attributes: Attributes, raw: RawAttributes, faults: list[Fault]
    ) -> None:
        """A field without fault and without MP attributes, complete for IPv4, needs no second look."""
        complete = None not in (attributes.origin, attributes.as_path, attributes.next_hop)
        wanted = IPV4_UNICAST in self._families and IPV4_UNICAST not in self._ignored
        if faults or raw.mp or not complete or not wanted or len(octets) > _CACHED_OCTETS:
            return
        if len(self._clean) >= _CACHED:
            self._clean.clear()
        self._clean[octets] = attributes

    def _require_mandatory(
        self, attributes: Attributes, announced: Sequence[Nlri], faults: list[Fault]
    ) -> None:
        """ORIGIN, AS_PATH and, outside MP_REACH, NEXT_HOP (RFC 7606 3d). One that was malformed is told
        already.
        """
        told = {fault.attribute for fault in faults}
        wanted = [
            (AttributeType.ORIGIN, attributes.origin),
            (AttributeType.AS_PATH, attributes.as_path),
            *([(AttributeType.NEXT_HOP, attributes.next_hop)] if announced else []),
        ]
        for kind, value in wanted:
            if value is None and kind not in told:
                text = f"{kind.name} is missing (RFC 7606 3d)"
                faults.append(Fault(Malformed.ATTRIBUTE_MISSING, text, kind, data=bytes((kind,))))

    def _refuse_hidden(self, raw: RawAttributes, reach: MpReach | None, faults: list[Fault]) -> None:
        """Errors in attributes other than MP_UNREACH that announce nothing may have hidden NLRI: reset (RFC
        7606 5.2).
        """
        if AttributeType.MP_REACH in raw.mp:
            # One that could not be read, or is of a family that is not, may have announced something.
            if reach is None or reach.nlris or any(fault.kind in _NLRI_LOST for fault in faults):
                return
        elif not raw.others and not raw.faults:
            return
        decisive = strongest(fault for fault in faults if fault.outcome >= Outcome.TREAT_AS_WITHDRAW)
        if decisive is not None:
            text = f"{decisive.text}; no reachable NLRI (RFC 7606 5.2)"
            subcode = decisive.kind.subcode
            raise BgpError(Malformed.HIDDEN_NLRI, text, decisive.data, subcode=subcode, beside=faults)

    def _judged(self, update: Update, raw: RawAttributes, faults: list[Fault]) -> Decoded:
        disabled = tuple(
            dict.fromkeys(f.family for f in faults if f.outcome == Outcome.FAMILY_DISABLE and f.family)
        )
        if disabled:
            update = _without(update, disabled)
        if any(fault.outcome == Outcome.TREAT_AS_WITHDRAW for fault in faults):
            return Decoded(_as_withdrawal(update), tuple(faults), disabled=disabled)
        only_unreach = len(raw.mp) == 1 and not raw.others and not update.withdrawn and not update.announced
        if only_unreach and update.mp_unreach is not None and not update.mp_unreach.nlris and not faults:
            return Decoded(end_of_rib=update.mp_unreach.family)
        return Decoded((update,), tuple(faults), disabled=disabled)

    def _reach(self, raw: RawAttributes, faults: list[Fault]) -> MpReach | None:
        kind = AttributeType.MP_REACH
        family = self._family(raw, kind, faults)
        if family is None:
            return None
        flags, value = raw.mp[kind]
        start = 4 + value[3] if len(value) > 3 else len(value)
        if start + 1 > len(value):
            text, wrong = f"{len(value)} octets do not hold the next hop", Malformed.MP_REACH_LENGTH
        elif (next_hops := self._next_hops(family, value[4:start])) is None:
            text, wrong = f"next hop of {value[3]} octets (RFC 7606 7.11)", Malformed.MP_NEXT_HOP
        else:
            nlris = self._nlris(raw, kind, family, start + 1, faults)
            return None if nlris is None else MpReach(family, next_hops, nlris)
        octets = as_received(flags, kind, value)
        faults.append(Fault(wrong, f"{family}: MP_REACH: {text}", kind, family, octets))
        return None

    def _unreach(self, raw: RawAttributes, faults: list[Fault]) -> MpUnreach | None:
        kind = AttributeType.MP_UNREACH
        family = self._family(raw, kind, faults)
        if family is None:
            return None
        nlris = self._nlris(raw, kind, family, 3, faults)
        return None if nlris is None else MpUnreach(family, nlris)

    def _family(self, raw: RawAttributes, kind: AttributeType, faults: list[Fault]) -> Family | None:
        """The family of an MP attribute, None where there is nothing to read."""
        if kind not in raw.mp:
            return None
        flags, value = raw.mp[kind]
        if len(value) < 3:
            text = f"{kind.name} of {len(value)} octets names no family"
            raise BgpError(Malformed.MP_SHORT, text, as_received(flags, kind, value))
        family = Family(int.from_bytes(value[:2], "big"), value[2])
        if family in self._ignored:
            return None
        if family not in self._families:
            faults.append(Fault(Malformed.MP_FAMILY, f"{family} was not negotiated", kind, family))
            return None
        if bad_flags(flags):
            text = f"{family}: {kind.name} has flags {flags:#04x} (RFC 7606 5.3)"
            faults.append(Fault(Malformed.MP_FLAGS, text, kind, family, as_received(flags, kind, value)))
            return None
        return family

    def _nlris(
        self, raw: RawAttributes, kind: AttributeType, family: Family, start: int, faults: list[Fault]
    ) -> Sequence[Nlri] | None:
        flags, value = raw.mp[kind]
        try:
            nlris, discarded = decode_nlris(family, value[start:], self._nh_reach_safi)
        except ValueError as error:
            octets = as_received(flags, kind, value)
            faults.append(Fault(_unreadable(error), f"{family}: {error}", kind, family, octets))
            return None
        for fault in discarded:
            faults.append(Fault(fault.kind, fault.text, kind, family, fault.raw))
        return nlris

    def _next_hops(self, family: Family, octets: bytes) -> tuple[Address, ...] | None:
        """The next hops, None for an unexpected length. Families not read here may have any, or none."""
        lengths = _KNOWN_NEXT_HOPS.get(family)
        if is_nh_reach(family, self._nh_reach_safi):
            lengths = (0,)
        elif lengths is None:
            lengths = (0, 4, 16, 32)
        elif family in self._extended_next_hop and family.afi == Afi.IPV4 and family.safi == Safi.UNICAST:
            lengths = (4, 16, 32)
        if len(octets) not in lengths:
            return None
        if len(octets) == 4:
            return (IPv4Address(octets),)
        return tuple(IPv6Address(octets[start : start + 16]) for start in range(0, len(octets), 16))


def _rewritten(attribute: tuple[int, int, bytes]) -> bytes:
    flags, kind, value = attribute
    return bytes((flags, kind)) + len(value).to_bytes(2, "big") + value


_NLRI_LOST = (Malformed.BGP_LS_TLV, Malformed.BGP_LS_ORDER, Malformed.BGP_LS_DESCRIPTOR)


def _unreadable(error: ValueError) -> Malformed:
    """Which family's way of NLRI could not be cut up."""
    if isinstance(error, FramingError):
        return Malformed.BGP_LS_FRAMING
    return Malformed.NH_REACH_LENGTH if isinstance(error, NhReachError) else Malformed.MP_PREFIX


def _without(update: Update, families: tuple[Family, ...]) -> Update:
    """The UPDATE without what it says of these families."""
    reach, unreach = update.mp_reach, update.mp_unreach
    plain = IPV4_UNICAST not in families
    return Update(
        update.withdrawn if plain else (),
        update.attributes,
        update.announced if plain else (),
        unreach if unreach is not None and unreach.family not in families else None,
        reach if reach is not None and reach.family not in families else None,
    )


def _as_withdrawal(update: Update) -> tuple[Update, ...]:
    """The UPDATE with each announcement turned into a withdrawal (RFC 7606 2)."""
    withdrawn = (*update.withdrawn, *update.announced)
    reach, unreach = update.mp_reach, update.mp_unreach
    if reach is None:
        return (Update(withdrawn, mp_unreach=unreach),)
    taken = MpUnreach(reach.family, reach.nlris)
    if unreach is None:
        return (Update(withdrawn, mp_unreach=taken),)
    if unreach.family == reach.family:
        return (Update(withdrawn, mp_unreach=MpUnreach(reach.family, (*unreach.nlris, *reach.nlris))),)
    return Update(withdrawn, mp_unreach=unreach), Update(mp_unreach=taken)
