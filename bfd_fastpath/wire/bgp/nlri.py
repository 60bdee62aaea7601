# SPDX-License-Identifier: Apache-2.0
"""NLRIs of the families known here: prefixes for unicast, bgpls objects for BGP-LS, plain octets for the
rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bfd_fastpath.prefixes import Prefix, PrefixError, Run
from bfd_fastpath.prefixes.prefix import decode_ipv4, decode_ipv6, encode_prefixes
from bfd_fastpath.wire.bgp.family import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, Afi, Family
from bfd_fastpath.wire.bgpls.nlri import LinkNlri, LinkStateNlri, NlriFault, NodeNlri, RawNlri, decode_list
from bfd_fastpath.wire.nhreach import NhReachNlri, TellRun, decode_run


@dataclass(frozen=True, slots=True)
class OpaqueNlri:
    """The whole NLRI field of a family that is negotiated but not read here."""

    octets: bytes

    def encode(self) -> bytes:
        return self.octets


Nlri: TypeAlias = Prefix | LinkStateNlri | NhReachNlri | OpaqueNlri


def decode_prefixes(version: int, data: bytes, start: int, end: int) -> Run:
    """The unicast prefixes of data[start:end]. Raises PrefixError."""
    run = Run.read(version, data, start, end)
    if run is None:
        # The exact decoder says what is wrong, and where.
        (decode_ipv4 if version == 4 else decode_ipv6)(data, start, end)
        raise PrefixError("malformed prefixes")
    return run


def decode_nlris(
    family: Family, data: bytes, nh_reach_safi: int | None = None
) -> tuple[Sequence[Nlri], list[NlriFault]]:
    """Read an MP attribute's NLRI field: the NLRIs, and those discarded one by one.

    `nh_reach_safi` is read as NH-Reach. Raises PrefixError, bgpls FramingError or NhReachError (all
    ValueError) where the field as a whole cannot be read.
    """
    if family == IPV4_UNICAST:
        return decode_prefixes(4, data, 0, len(data)), []
    if family == IPV6_UNICAST:
        return decode_prefixes(6, data, 0, len(data)), []
    if family == BGP_LS:
        nlris, faults = decode_list(data)
        return tuple(nlris), faults
    if is_nh_reach(family, nh_reach_safi):
        return decode_run(4 if family.afi == Afi.IPV4 else 6, data), []
    return ((OpaqueNlri(data),) if data else ()), []


def is_nh_reach(family: Family, safi: int | None) -> bool:
    """Whether the family is NH-Reach where that has this SAFI; it is defined for IPv4 and IPv6 alone."""
    return family.safi == safi and family.afi in (Afi.IPV4, Afi.IPV6)


def encode_nlris(nlris: Iterable[Nlri]) -> bytes:
    """The NLRIs one after another."""
    if isinstance(nlris, Run | TellRun):
        return nlris.octets
    prefixes_or_objects = list(nlris)
    if prefixes_or_objects and not isinstance(prefixes_or_objects[0], _OBJECTS):
        return encode_prefixes(nlri for nlri in prefixes_or_objects if not isinstance(nlri, _OBJECTS))
    return b"".join([nlri.encode() for nlri in prefixes_or_objects if isinstance(nlri, _OBJECTS)])


_OBJECTS = (NodeNlri, LinkNlri, RawNlri, NhReachNlri, OpaqueNlri)
