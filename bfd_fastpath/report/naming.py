# SPDX-License-Identifier: Apache-2.0
"""What BGP-LS says of one next hop, and with which NLRIs: the profiles applied to our own addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

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

    # By identity, as those of Reachability.
    __hash__ = object.__hash__


BELIEVED = {
    Statement.NOTHING: None,
    Statement.NODE: Reachability.DOWN,
    Statement.LINK: Reachability.UP,
}
"""What a receiver makes of a statement; None: it knows of nothing."""
_SAID = {
    None: Statement.NOTHING,
    Reachability.UNKNOWN: Statement.NOTHING,
    Reachability.DOWN: Statement.NODE,
    Reachability.UP: Statement.LINK,
}
_SAID_UNVERIFIED = _SAID | {Reachability.UNKNOWN: Statement.LINK}


class Untellable(StrEnum):
    """Why nothing can be said of a next hop by this transport."""

    LINK_LOCAL = "link-local"
    FAMILY = "family-not-negotiated"
    NO_LAN_ADDRESS = "no-lan-address"  # we have no address on its LAN
    NO_ROUTER = "no-router"  # nobody said whose address it is: AS and BGP identifier
    TWO_ADDRESSES = "two-addresses"  # its router has several in the family, which a Node cannot tell apart
    OUTSIDE_64 = "outside-64"  # 8 octets do not tell it from other addresses of the LAN


@dataclass(frozen=True, slots=True)
class Names:
    """The NLRIs of one next hop, as octets: they are said again and again."""

    node: RawNlri
    link: RawNlri


def statement(state: Reachability | None, *, announce_unverified: bool) -> Statement:
    """What the profile's table says for a state; None is for no entry."""
    return _SAID_UNVERIFIED[state] if announce_unverified else _SAID[state]


class Profile(Protocol):
    """How addresses become NLRIs."""

    lasting: bool
    """The names of an address change with the settings alone."""

    def names(self, address: Address, settings: ReportSettings) -> Names | Untellable:
        """The NLRIs for an address, or why there are none."""

    def own_nodes(self, settings: ReportSettings) -> tuple[NodeNlri, ...]:
        """Our own name card."""


class ProfileL5:
    """A router is the address on its LAN."""

    lasting = True

    def names(self, address: Address, settings: ReportSettings) -> Names | Untellable:
        if address.is_link_local:
            return Untellable.LINK_LOCAL
        local = settings.local(address)
        if local is None:
            return Untellable.NO_LAN_ADDRESS
        if not profile_l5.tellable(address, settings.prefixes, full=settings.full_ipv6_id):
            return Untellable.OUTSIDE_64
        identifier, full = settings.identifier, settings.full_ipv6_id
        return Names(
            octets(profile_l5.node(address, identifier=identifier, full=full)),
            octets(profile_l5.link(local, address, identifier=identifier, full=full)),
        )

    def own_nodes(self, settings: ReportSettings) -> tuple[NodeNlri, ...]:
        """One Node for each address of ours on a LAN."""
        mine = (one.address for one in settings.lan if not one.address.is_link_local)
        nodes = (
            profile_l5.node(address, identifier=settings.identifier, full=settings.full_ipv6_id)
            for address in mine
        )
        return tuple(dict.fromkeys(nodes))


def octets(nlri: NodeNlri | LinkNlri) -> RawNlri:
    """An NLRI that is said again and again, written once."""
    whole = nlri.encode()
    return RawNlri(int.from_bytes(whole[:2], "big"), whole[4:])
