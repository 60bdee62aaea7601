# SPDX-License-Identifier: Apache-2.0
"""Our own prefixes as UPDATEs for one peer, and the difference between two sets of them. Pure."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from bfd_fastpath.config.model import Announcement
from bfd_fastpath.router.events import Address
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    Family,
    Origin,
    PeerInfo,
    Role,
    Update,
    pack_announcements,
    pack_withdrawals,
    singles,
)
from bfd_fastpath.wire.bgp.attributes import only_to_customer
from bfd_fastpath.wire.bgp.role import marked_out


def announce(
    routes: Iterable[Announcement], own_as: int, peer: PeerInfo, limit: int, role: Role | None = None
) -> Iterator[Update]:
    """UPDATEs for the routes of the families that were negotiated. `limit`: octets that the peer takes in
    one; `role`: ours."""
    groups: dict[tuple[Family, Address], list[Announcement]] = {}
    for route in routes:
        if family(route) in peer.families and _takes(peer, route):
            groups.setdefault((family(route), route.next_hop), []).append(route)
    external = peer.asn != own_as
    path = AsPath.sequence(own_as) if external else AsPath()
    for (kind, next_hop), members in groups.items():
        # RFC 4760 3: routes in MP_REACH carry their next hop there and have no NEXT_HOP attribute.
        inside = isinstance(next_hop, IPv4Address) and kind == IPV4_UNICAST
        attributes = Attributes(
            origin=Origin.IGP,
            as_path=path,
            next_hop=next_hop if inside and isinstance(next_hop, IPv4Address) else None,
            local_pref=None if external else 100,
            unknown=(only_to_customer(own_as),) if external and role is not None and marked_out(role) else (),
        )
        nlris = singles(route.prefix for route in members)
        next_hops = () if inside else (next_hop,)
        yield from pack_announcements(kind, attributes, next_hops, nlris, limit=limit, as4=peer.as4)


def withdraw(routes: Iterable[Announcement], peer: PeerInfo, limit: int) -> Iterator[Update]:
    """UPDATEs that take the routes back."""
    groups: dict[Family, list[Announcement]] = {}
    for route in routes:
        if family(route) in peer.families:
            groups.setdefault(family(route), []).append(route)
    for kind, members in groups.items():
        yield from pack_withdrawals(kind, singles(route.prefix for route in members), limit=limit)


def difference(
    old: Iterable[Announcement], new: Iterable[Announcement]
) -> tuple[list[Announcement], list[Announcement]]:
    """(to withdraw, to announce) on the way from old to new; a changed next hop is only announced again."""
    before = {route.prefix: route for route in old}
    after = {route.prefix: route for route in new}
    gone = [route for prefix, route in before.items() if prefix not in after]
    return gone, [route for prefix, route in after.items() if before.get(prefix) != route]


def _takes(peer: PeerInfo, route: Announcement) -> bool:
    """Whether the peer reads this next hop (RFC 8950)."""
    return route.next_hop.version == route.prefix.version or family(route) in peer.extended_next_hop


def family(route: Announcement) -> Family:
    """The address family that the route is announced in."""
    return IPV4_UNICAST if isinstance(route.prefix, IPv4Network) else IPV6_UNICAST
