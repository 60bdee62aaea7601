# SPDX-License-Identifier: Apache-2.0
"""From what a session must be told to UPDATE messages that fit. What to tell is decided elsewhere."""

from collections.abc import Iterable, Iterator

from bfd_fastpath.routeserver.records import MemberFlag, Tell
from bfd_fastpath.routeserver.settings import Address, Prefix, ServerSettings
from bfd_fastpath.routeserver.table import Path
from bfd_fastpath.wire.bgp.as_path import AsPath
from bfd_fastpath.wire.bgp.attributes import Attributes, encode_attributes
from bfd_fastpath.wire.bgp.family import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, Family
from bfd_fastpath.wire.bgp.message import HEADER
from bfd_fastpath.wire.bgp.mp import MpReach, MpUnreach
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgp.update import Update, end_of_rib
from bfd_fastpath.wire.bgpls import LinkState, NodeNlri, Participation
from bfd_fastpath.wire.bgpls.profile_l5 import node

#: Header, the two length fields, and flags, type, length, family and next-hop length of an MP attribute.
_FIXED = HEADER.size + 4 + 4 + 3 + 2


def updates(tell: Tell, settings: ServerSettings, local: Address, limit: int) -> Iterator[Update]:
    """The messages of at most `limit` octets, in order: withdrawals, announcements, members, End-of-RIB.

    `local` is our address of the session, the next hop of the Nodes. Routes whose attributes leave no room
    for a
    prefix become withdrawals (RFC 8654 4).
    """
    too_large = [p for path in tell.difference.announced if _room(path, limit) <= 0 for p in _of(tell, path)]
    yield from _withdrawals([*tell.difference.withdrawn, *too_large], limit)
    for path in tell.difference.announced:
        if _room(path, limit) > 0:
            yield from _announcements(path, _of(tell, path), _room(path, limit))
    yield from _members(tell.members, settings, local, limit)
    for version in tell.end_of_routes:
        yield end_of_rib(_family(version))
    if tell.end_of_members:
        yield end_of_rib(BGP_LS)


def _of(tell: Tell, path: Path) -> list[Prefix]:
    return tell.difference.announced[path]


def _family(version: int) -> Family:
    return IPV4_UNICAST if version == 4 else IPV6_UNICAST


def _size(prefix: Prefix) -> int:
    return 1 + (prefix.prefixlen + 7) // 8


def _room(path: Path, limit: int) -> int:
    """Octets left for prefixes beside the attributes of `path`, whichever AS number width the peer reads."""
    attributes = max(len(encode_attributes(path.attributes, as4=as4)) for as4 in (True, False))
    # A prefix takes up to 17 octets; less room than that is none.
    return limit - _FIXED - attributes - 32 - 17


def _cut(prefixes: Iterable[Prefix], room: int) -> Iterator[list[Prefix]]:
    """Runs of prefixes that take at most `room` octets and a little."""
    run: list[Prefix] = []
    taken = 0
    for prefix in prefixes:
        run.append(prefix)
        taken += _size(prefix)
        if taken >= room:
            yield run
            run, taken = [], 0
    if run:
        yield run


def _withdrawals(prefixes: list[Prefix], limit: int) -> Iterator[Update]:
    for run in _cut([p for p in prefixes if p.version == 4], limit - _FIXED - 17):
        yield Update(withdrawn=tuple(p for p in run if p.version == 4))
    for run in _cut([p for p in prefixes if p.version == 6], limit - _FIXED - 17):
        yield Update(mp_unreach=MpUnreach(IPV6_UNICAST, tuple(run)))


def _announcements(path: Path, prefixes: list[Prefix], room: int) -> Iterator[Update]:
    for run in _cut(prefixes, room):
        if run[0].version == 4:
            yield Update(attributes=path.attributes, announced=tuple(p for p in run if p.version == 4))
        else:
            yield Update(
                attributes=path.attributes, mp_reach=MpReach(IPV6_UNICAST, path.next_hops, tuple(run))
            )


def _members(
    members: dict[Address, MemberFlag | None], settings: ServerSettings, local: Address, limit: int
) -> Iterator[Update]:
    gone = [node(a, identifier=settings.bgpls_identifier) for a, flag in members.items() if flag is None]
    each = max((len(n.encode()) for n in gone), default=1)
    batch = max(1, (limit - _FIXED) // each)
    for start in range(0, len(gone), batch):
        chosen: tuple[NodeNlri, ...] = tuple(gone[start : start + batch])
        yield Update(mp_unreach=MpUnreach(BGP_LS, chosen))
    for address, flag in members.items():
        if flag is not None:
            yield _member(address, flag, settings, local)


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
