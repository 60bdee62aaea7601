# SPDX-License-Identifier: Apache-2.0
"""From what a session must be told to UPDATE messages that fit. What to tell is decided elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from bfd_fastpath.routeserver.records import MemberFlag, Tell
from bfd_fastpath.routeserver.settings import Address, Prefix, ServerSettings
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
    pack_announcements,
    pack_withdrawals,
    singles,
)
from bfd_fastpath.wire.bgpls import LinkState, Participation
from bfd_fastpath.wire.bgpls.profile_l5 import node


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
    """The messages, in order: withdrawals, announcements, members, End-of-RIB.

    Routes whose attributes leave no room for a prefix become withdrawals (RFC 8654 4).
    """
    withdrawn = list(tell.difference.withdrawn)
    announcements: list[Update] = []
    for path, prefixes in tell.difference.announced.items():
        try:
            announcements += _announcements(path, prefixes, envelope)
        except PackError:
            withdrawn += prefixes
    for family in (IPV4_UNICAST, IPV6_UNICAST):
        chosen = [p for p in withdrawn if _family(p.version) == family]
        yield from pack_withdrawals(family, singles(chosen), limit=envelope.limit)
    yield from announcements
    gone = [node(a, identifier=settings.bgpls_identifier) for a, flag in tell.members.items() if flag is None]
    yield from pack_withdrawals(BGP_LS, singles(gone), limit=envelope.limit)
    for address, flag in tell.members.items():
        if flag is not None:
            yield _member(address, flag, settings, envelope.local)
    for version in tell.end_of_routes:
        yield end_of_rib(_family(version))
    if tell.end_of_members:
        yield end_of_rib(BGP_LS)


def _family(version: int) -> Family:
    return IPV4_UNICAST if version == 4 else IPV6_UNICAST


def _announcements(path: Path, prefixes: list[Prefix], envelope: Envelope) -> list[Update]:
    """Raises PackError when a prefix does not fit beside the attributes."""
    found: list[Update] = []
    limit, as4 = envelope.limit, envelope.as4
    for family, version, hops in ((IPV4_UNICAST, 4, ()), (IPV6_UNICAST, 6, path.next_hops)):
        chosen = singles(p for p in prefixes if p.version == version)
        found += pack_announcements(family, path.attributes, hops, chosen, limit=limit, as4=as4)
    return found


def _member(address: Address, flag: MemberFlag, settings: ServerSettings, local: Address) -> Update:
    """One Node an UPDATE, since attribute 29 belongs to all NLRIs beside it."""
    told = Participation(flag.flag, flag.asn, flag.identifier, settings.enterprise)
    attributes = Attributes(
        origin=Origin.IGP,
        as_path=AsPath.sequence(settings.asn),
        link_state=LinkState.make(participation=told, participation_code=settings.flag_tlv),
    )
    nlri = node(address, identifier=settings.bgpls_identifier)
    return Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (local,), (nlri,)))
