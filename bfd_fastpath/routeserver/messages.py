# SPDX-License-Identifier: Apache-2.0
"""From what a session must be told to UPDATE messages that fit. What to tell is decided elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.difference import Difference
from bfd_fastpath.routeserver.records import Tell
from bfd_fastpath.routeserver.settings import Address, ServerSettings
from bfd_fastpath.routeserver.table import Path
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    Family,
    MpReach,
    Origin,
    PackError,
    Update,
    end_of_rib,
    nh_reach,
    pack_announcements,
    pack_withdrawals,
    singles,
)
from bfd_fastpath.wire.bgpls import LinkState, Participation
from bfd_fastpath.wire.bgpls.profile_l5 import node
from bfd_fastpath.wire.nhreach import NhReachNlri


@dataclass(frozen=True, slots=True)
class Envelope:
    """What messages of one session must respect."""

    #: Our address of the session, the next hop of the Nodes.
    local: Address
    #: Octets that a message may have.
    limit: int
    #: The peer reads four-octet AS numbers.
    as4: bool


def updates(tell: Tell, settings: ServerSettings, envelope: Envelope) -> Iterator[Update]:
    """The messages, in order: withdrawals, announcements, members, asks, End-of-RIB.

    Routes whose attributes leave no room for a prefix become withdrawals (RFC 8654 4).
    """
    if tell.difference:
        yield from _routes(tell.difference, envelope)
    gone = [node(a, identifier=settings.bgpls_identifier) for a, flag in tell.members.items() if flag is None]
    if gone:
        yield from pack_withdrawals(BGP_LS, singles(gone), limit=envelope.limit)
    for address, flag in tell.members.items():
        if flag is not None:
            told = Participation(flag.flag, flag.asn, flag.identifier, settings.enterprise)
            yield _member(
                address, told, settings.flag_tlv, settings.asn, settings.bgpls_identifier, envelope.local
            )
    yield from _asks(tell, settings, envelope)
    for version in tell.end_of_routes:
        yield end_of_rib(_family(version))
    if tell.end_of_members:
        yield end_of_rib(BGP_LS)


def _routes(difference: Difference, envelope: Envelope) -> Iterator[Update]:
    withdrawn = difference.withdrawn
    announcements: list[Update] = []
    for path, run in difference.announced:
        try:
            announcements += _announcements(path, run, envelope)
        except PackError:
            withdrawn.append(run)
    for version in (4, 6):
        if chosen := [run for run in withdrawn if run.version == version]:
            gone = Run.joined(version, chosen)
            yield from pack_withdrawals(_family(version), gone, limit=envelope.limit)
    yield from announcements


def _asks(tell: Tell, settings: ServerSettings, envelope: Envelope) -> Iterator[Update]:
    """One AS_SEQUENCE with our AS, and no next hop (rs-bfd-09 5)."""
    safi = settings.nh_reach_safi
    if safi is None or not (tell.asks or tell.end_of_asks):
        return
    attributes = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(settings.asn))
    for version in (4, 6):
        family = nh_reach(version, safi)
        asks = {NhReachNlri(a): on for a, on in tell.asks.items() if a.version == version}
        gone, new = [n for n, on in asks.items() if not on], [n for n, on in asks.items() if on]
        if gone:
            yield from pack_withdrawals(family, singles(gone), limit=envelope.limit)
        if new:
            yield from pack_announcements(
                family, attributes, (), singles(new), limit=envelope.limit, as4=envelope.as4
            )
        if version in tell.end_of_asks:
            yield end_of_rib(family)


def _family(version: int) -> Family:
    return IPV4_UNICAST if version == 4 else IPV6_UNICAST


def _announcements(path: Path, run: Run, envelope: Envelope) -> list[Update]:
    """Raises PackError when a prefix does not fit beside the attributes."""
    hops = path.next_hops if run.version == 6 or path.extended else ()
    family, limit, as4 = _family(run.version), envelope.limit, envelope.as4
    return list(pack_announcements(family, path.attributes, hops, run, limit=limit, as4=as4))


@lru_cache(maxsize=4096)
def _member(
    address: Address, told: Participation, code: int, asn: int, identifier: int, local: Address
) -> Update:
    """One Node an UPDATE, since attribute 29 belongs to all NLRIs beside it. All are told the same."""
    attributes = Attributes(
        origin=Origin.IGP,
        as_path=AsPath.sequence(asn),
        link_state=LinkState.make(participation=told, participation_code=code),
    )
    return Update(
        attributes=attributes, mp_reach=MpReach(BGP_LS, (local,), (node(address, identifier=identifier),))
    )
