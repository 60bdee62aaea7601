# SPDX-License-Identifier: Apache-2.0
"""What is said of one next hop, and with which NLRIs: profile L5 applied to our own addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report.settings import Address, ReportSettings
from bfd_fastpath.wire.bgpls import LinkNlri, NodeNlri, RawNlri, profile_l5


class Statement(Enum):
    """What a receiver holds about one next hop."""

    NOTHING = "nothing"
    NODE = "node"
    """Node without Link: Down."""
    LINK = "link"
    """Node and Link: Up."""


class Untellable(StrEnum):
    """Why nothing can be said of a next hop in this profile."""

    LINK_LOCAL = "link-local"
    NO_LAN_ADDRESS = "no-lan-address"  # we have no address on its LAN
    OUTSIDE_64 = "outside-64"  # 8 octets do not tell it from other addresses of the LAN


@dataclass(frozen=True, slots=True)
class Names:
    """The NLRIs of one next hop, as octets: they are said again and again."""

    node: RawNlri
    link: RawNlri


def statement(state: Reachability | None, *, announce_unverified: bool) -> Statement:
    """What the profile's table says for a state; None is for no entry."""
    if state is Reachability.UP:
        return Statement.LINK
    if state is Reachability.DOWN:
        return Statement.NODE
    if state is Reachability.UNKNOWN and announce_unverified:
        return Statement.LINK
    return Statement.NOTHING


def names(address: Address, settings: ReportSettings) -> Names | Untellable:
    """The NLRIs for an address, or why there are none."""
    if address.is_link_local:
        return Untellable.LINK_LOCAL
    local = settings.local(address)
    if local is None:
        return Untellable.NO_LAN_ADDRESS
    if not profile_l5.tellable(address, settings.prefixes, full=settings.full_ipv6_id):
        return Untellable.OUTSIDE_64
    identifier, full = settings.identifier, settings.full_ipv6_id
    return Names(
        _octets(profile_l5.node(address, identifier=identifier, full=full)),
        _octets(profile_l5.link(local, address, identifier=identifier, full=full)),
    )


def _octets(nlri: NodeNlri | LinkNlri) -> RawNlri:
    whole = nlri.encode()
    return RawNlri(int.from_bytes(whole[:2], "big"), whole[4:])


def own_nodes(settings: ReportSettings) -> tuple[NodeNlri, ...]:
    """Our own name card: one Node for each address of ours on a LAN."""
    mine = (one.address for one in settings.lan if not one.address.is_link_local)
    nodes = (
        profile_l5.node(address, identifier=settings.identifier, full=settings.full_ipv6_id)
        for address in mine
    )
    return tuple(dict.fromkeys(nodes))
