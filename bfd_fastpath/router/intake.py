# SPDX-License-Identifier: Apache-2.0
"""UPDATEs of one neighbour into what it taught us: routes and member nodes become records and events. Pure;
no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from bfd_fastpath.router.events import (
    Address,
    NodeLearned,
    NodeWithdrawn,
    Prefix,
    RouteLearned,
    RouterEvent,
    RouteWithdrawn,
)
from bfd_fastpath.router.learned import Learned, Merit, Route
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgp.family import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, Family
from bfd_fastpath.wire.bgp.nlri import Nlri
from bfd_fastpath.wire.bgp.update import Update
from bfd_fastpath.wire.bgpls import LinkNlri, LinkState, NodeNlri, RawNlri
from bfd_fastpath.wire.bgpls.profile_l5 import Reader, TrackedNode


@dataclass(frozen=True, slots=True)
class Path:
    """What the prefixes of one UPDATE have in common."""

    next_hop: Address
    as_path: tuple[int, ...]
    merit: Merit


@dataclass(slots=True)
class IntakeCounts:
    """What was read and not used."""

    #: Routes whose AS_PATH has our own AS (RFC 4271 9.1.2: a loop).
    loops: int = 0
    #: Routes without a next hop that a session could go to.
    without_next_hop: int = 0
    #: BGP-LS NLRIs that are no member's node in a LAN of ours.
    foreign: int = 0


class Intake:
    """Reads one neighbour's UPDATEs. `reader` knows the LANs in which member nodes lie."""

    def __init__(self, peer: Address, own_as: int, reader: Reader, learned: Learned) -> None:
        self.learned = learned
        self.counts = IntakeCounts()
        self.reader = reader
        self._peer = peer
        self._own_as = own_as

    def update(self, update: Update, now_ns: int) -> list[RouterEvent]:
        """Withdrawals first, then announcements."""
        events: list[RouterEvent] = []
        for family, nlris in update.withdrawals():
            events += self._withdraw(family, nlris, now_ns)
        as_path = update.attributes.as_path.asns if update.attributes.as_path is not None else ()
        for family, next_hop, nlris in update.announcements():
            if family == BGP_LS:
                events += self._nodes(nlris, update.attributes.link_state, now_ns)
            elif self._own_as in as_path:
                self.counts.loops += len(nlris)
                # An announcement replaces the route before it, and this one cannot be used.
                events += self._withdraw(family, nlris, now_ns)
            elif next_hop is None or next_hop.is_link_local:
                self.counts.without_next_hop += len(nlris)
                events += self._withdraw(family, nlris, now_ns)
            else:
                events += self._announce(nlris, Path(next_hop, as_path, _merit(update.attributes)), now_ns)
        return events

    def forget(self, family: Family, now_ns: int) -> list[RouterEvent]:
        """The family is gone, with its session or alone; its routes go, the wants stay (see Learned)."""
        if family == BGP_LS:
            return [NodeWithdrawn(now_ns, self._peer, one) for one in self.learned.forget_nodes()]
        gone = self.learned.forget_routes(4 if family == IPV4_UNICAST else 6)
        return [RouteWithdrawn(now_ns, self._peer, one.prefix, one.next_hop) for one in gone]

    def lost(self, now_ns: int) -> list[RouterEvent]:
        """The BGP session is gone, and all it told with it."""
        return [
            event for family in (IPV4_UNICAST, IPV6_UNICAST, BGP_LS) for event in self.forget(family, now_ns)
        ]

    def _announce(self, nlris: tuple[Nlri, ...], path: Path, now_ns: int) -> Iterator[RouterEvent]:
        for prefix in _prefixes(nlris):
            if self.learned.announce(Route(prefix, path.next_hop, path.as_path, now_ns, path.merit)):
                yield RouteLearned(now_ns, self._peer, prefix, path.next_hop)

    def _withdraw(self, family: Family, nlris: tuple[Nlri, ...], now_ns: int) -> Iterator[RouterEvent]:
        if family == BGP_LS:
            for address in self._members(nlris):
                if self.learned.node_gone(address):
                    yield NodeWithdrawn(now_ns, self._peer, address)
            return
        for prefix in _prefixes(nlris):
            route = self.learned.withdraw(prefix)
            if route is not None:
                yield RouteWithdrawn(now_ns, self._peer, prefix, route.next_hop)

    def _nodes(
        self, nlris: tuple[Nlri, ...], link_state: LinkState | None, now_ns: int
    ) -> Iterator[RouterEvent]:
        said = link_state.participation() if link_state is not None else None
        flag = said.flag if said is not None else 0
        for address in self._members(nlris):
            if self.learned.node(address, flag):
                yield NodeLearned(now_ns, self._peer, address, flag)

    def _members(self, nlris: tuple[Nlri, ...]) -> Iterator[Address]:
        for nlri in nlris:
            meaning = self.reader.read(nlri) if isinstance(nlri, NodeNlri | LinkNlri | RawNlri) else None
            if isinstance(meaning, TrackedNode):
                yield meaning.address
            else:
                self.counts.foreign += 1


def _merit(attributes: Attributes) -> Merit:
    path, missing = attributes.as_path, Merit()
    return Merit(
        as_path_length=path.length if path is not None else 0,
        origin=missing.origin if attributes.origin is None else attributes.origin,
        neighbour_as=(path.first or 0) if path is not None else 0,
        med=attributes.med or 0,
        local_pref=missing.local_pref if attributes.local_pref is None else attributes.local_pref,
    )


def _prefixes(nlris: tuple[Nlri, ...]) -> Iterator[Prefix]:
    for nlri in nlris:
        if isinstance(nlri, IPv4Network | IPv6Network):
            yield nlri
