# SPDX-License-Identifier: Apache-2.0
"""From a decoded UPDATE to what the route server works with. Framing and attribute checks are the codec's."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.entries import Readers, SeenLink, SeenNode, Unreadable, read_entry, read_fault
from bfd_fastpath.routeserver.policy import audience, leaves_soon, without_instructions
from bfd_fastpath.routeserver.records import Inbound, Offer
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    Attributes,
    Fault,
    Nlri,
    OpaqueNlri,
    Origin,
    Outcome,
    Update,
)
from bfd_fastpath.wire.bgp.attributes import AttributeFlag, AttributeType
from bfd_fastpath.wire.bgpls import LinkNlri, LinkStateNlri, NodeNlri, RawNlri
from bfd_fastpath.wire.nhreach import NhReachNlri

#: Among the attributes kept as octets, those whose meaning is known here.
_RECOGNISED = (AttributeType.ONLY_TO_CUSTOMER,)
_UNICAST = (IPV4_UNICAST, IPV6_UNICAST)


def read_update(update: Update, faults: Iterable[Fault], readers: Readers, asn: int) -> Inbound:
    """What this UPDATE says, its faults having been handled by RFC 7606. `asn` is the route server's.

    A fault in an announcement must give Unknown, never Down: a Link that RFC 7606 turned into a withdrawal,
    or that could not be read, is kept as one that does not count. So is one withdrawn beside an NLRI that
    could not be read: that may have been its Node.
    """
    withdrawn: list[Run] = []
    offers: list[Offer] = []
    gone: list[bytes] = []
    seen: list[SeenLink | SeenNode | Unreadable] = []
    told: list[NhReachNlri] = []
    untold: list[NhReachNlri] = []
    foreign = 0
    faults = tuple(faults)
    distrusted = any(
        fault.outcome == Outcome.TREAT_AS_WITHDRAW or _garbles_withdrawal(fault) for fault in faults
    )
    for family, nlris in update.withdrawals():
        if family in _UNICAST:
            withdrawn += _runs(nlris)
        elif family == BGP_LS:
            gone += [nlri.encode() for nlri in _entries(nlris)]
            if distrusted:
                read = [read_entry(nlri, readers) for nlri in _entries(nlris)]
                seen += [replace(entry, counts=False) for entry in read if isinstance(entry, SeenLink)]
        else:
            untold += [nlri for nlri in nlris if isinstance(nlri, NhReachNlri)]
    for family, next_hop, nlris in update.announcements():
        if family in _UNICAST and next_hop is not None:
            reach = None if nlris is update.announced else update.mp_reach
            hops = (next_hop,) if reach is None else reach.next_hops
            offers += [_offer(update, run, hops, asn) for run in _runs(nlris)]
        elif family == BGP_LS:
            for nlri in _entries(nlris):
                entry = read_entry(nlri, readers)
                if entry is None:
                    foreign += 1
                else:
                    seen.append(entry)
        else:
            told += [nlri for nlri in nlris if isinstance(nlri, NhReachNlri)]
    for fault in faults:
        if fault.outcome != Outcome.NLRI_DISCARD or fault.family != BGP_LS or not fault.data:
            continue
        if fault.attribute == AttributeType.MP_UNREACH:
            gone.append(fault.data)
        elif (unread := read_fault(fault.data)) is not None:
            seen.append(unread)
    return Inbound(
        tuple(withdrawn), tuple(offers), tuple(seen), tuple(gone), foreign, tuple(told), tuple(untold)
    )


def _garbles_withdrawal(fault: Fault) -> bool:
    return (
        fault.outcome == Outcome.NLRI_DISCARD
        and fault.family == BGP_LS
        and fault.attribute == AttributeType.MP_UNREACH
    )


def _runs(nlris: Iterable[Nlri]) -> list[Run]:
    """One, where all are of one IP version."""
    if isinstance(nlris, Run):
        return [nlris]
    return Run.of(
        n for n in nlris if not isinstance(n, (NodeNlri, LinkNlri, RawNlri, NhReachNlri, OpaqueNlri))
    )


def _entries(nlris: Iterable[Nlri]) -> list[LinkStateNlri]:
    return [n for n in nlris if isinstance(n, (NodeNlri, LinkNlri, RawNlri))]


def _offer(update: Update, prefixes: Run, next_hops: tuple[Address, ...], asn: int) -> Offer:
    attributes = update.attributes
    path = attributes.as_path
    return Offer(
        prefixes=prefixes,
        next_hops=next_hops,
        attributes=_passed_on(without_instructions(attributes, asn), next_hops[0]),
        as_path_length=path.length if path is not None else 0,
        origin=attributes.origin if attributes.origin is not None else Origin.INCOMPLETE,
        neighbour_as=(path.first or 0) if path is not None else 0,
        med=attributes.med or 0,
        audience=audience(attributes, asn),
        graceful_shutdown=leaves_soon(attributes),
    )


def _passed_on(attributes: Attributes, next_hop: Address) -> Attributes:
    """Unmodified (RFC 7947 2.2), but for what eBGP never carries and the mark on attributes nobody here read.

    An IPv4 route with an IPv4 next hop goes out with NEXT_HOP even where it came in MP_REACH. Unrecognised
    transitive attributes get the Partial bit (RFC 4271 5).
    """
    unknown = tuple(
        raw if raw.type in _RECOGNISED else replace(raw, flags=raw.flags | AttributeFlag.PARTIAL)
        for raw in attributes.unknown
    )
    return replace(
        attributes,
        next_hop=next_hop if isinstance(next_hop, IPv4Address) else None,
        local_pref=None,
        originator_id=None,
        cluster_list=(),
        link_state=None,
        unknown=unknown,
    )
