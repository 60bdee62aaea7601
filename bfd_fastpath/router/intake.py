# SPDX-License-Identifier: Apache-2.0
"""UPDATEs of one neighbour into what it taught us: routes and member nodes become records and events. Pure;
no I/O."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.events import (
    Address,
    AskLearned,
    AskWithdrawn,
    NodeLearned,
    NodeWithdrawn,
    RouterEvent,
    RoutesLearned,
    RoutesWithdrawn,
)
from bfd_fastpath.router.learned import Learned
from bfd_fastpath.router.paths import Path, Paths, Unused
from bfd_fastpath.wire.bgp import Role
from bfd_fastpath.wire.bgp.family import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    NH_REACH_SAFI,
    Afi,
    Family,
    nh_reach,
)
from bfd_fastpath.wire.bgp.nlri import Nlri
from bfd_fastpath.wire.bgp.update import Update
from bfd_fastpath.wire.bgpls import LinkNlri, LinkState, NodeNlri, RawNlri
from bfd_fastpath.wire.bgpls.profile_l5 import Network, Reader, TrackedNode
from bfd_fastpath.wire.bgpls.profile_l7 import RouterName
from bfd_fastpath.wire.nhreach import NhReachNlri


@dataclass(slots=True)
class IntakeCounts:
    """What was read and not used."""

    #: Routes whose AS_PATH has our own AS (RFC 4271 9.1.2: a loop).
    loops: int = 0
    #: Routes without a next hop that a session could go to.
    without_next_hop: int = 0
    #: BGP-LS NLRIs that are no member's node in a LAN of ours.
    foreign: int = 0
    #: Routes that are leaks by our role and their Only to Customer (RFC 9234 5).
    leaks: int = 0
    #: ReachAsks about addresses outside the LANs, or beyond as many as are remembered.
    asks_outside: int = 0
    asks_beyond: int = 0
    #: ReachTells: only clients tell.
    tells: int = 0


#: So many asks of one neighbour are remembered.
MOST_ASKS = 65_536


class Intake:
    """Reads one neighbour's UPDATEs. `reader` knows the LANs in which member nodes lie; `allowed` is where it
    may ask about, None: in those LANs. `role` is ours towards it."""

    def __init__(
        self,
        peer: Address,
        own_as: int,
        reader: Reader,
        learned: Learned,
        role: Role | None = None,
        peer_as: int = 0,
        allowed: tuple[Network, ...] | None = None,
    ) -> None:
        self.learned = learned
        self.counts = IntakeCounts()
        self.reader = reader
        self.allowed = allowed
        self._peer = peer
        self._paths = Paths(own_as, role, peer_as)

    def update(self, update: Update, now_ns: int) -> list[RouterEvent]:
        """Withdrawals first, then announcements."""
        events: list[RouterEvent] = []
        for family, nlris in update.withdrawals():
            events += self._withdraw(family, nlris, now_ns)
        for family, _, nlris in update.announcements():
            if family == BGP_LS:
                events += self._nodes(nlris, update.attributes.link_state, now_ns)
                continue
            if _asks(family):
                events += self._ask(nlris, now_ns)
                continue
            path = self._paths.of(update, family)
            if isinstance(path, Path):
                events += self._announce(nlris, path, now_ns)
            else:
                self._count(path, len(nlris))
                # An announcement replaces the route before it, and this one cannot be used.
                events += self._withdraw(family, nlris, now_ns)
        return events

    def forget(self, family: Family, now_ns: int) -> list[RouterEvent]:
        """The family is gone, with its session or alone; its routes go, the wants stay (see Learned)."""
        if family == BGP_LS:
            return [NodeWithdrawn(now_ns, self._peer, one) for one in self.learned.forget_nodes()]
        if _asks(family):
            asks = self.learned.forget_asks(_version(family))
            return [AskWithdrawn(now_ns, self._peer, one) for one in asks]
        gone = self.learned.forget_routes(4 if family == IPV4_UNICAST else 6)
        return [RoutesWithdrawn(now_ns, self._peer, part, hop) for hop, part in _by_next_hop(gone)]

    def lost(self, now_ns: int, keep: frozenset[Family] = frozenset()) -> list[RouterEvent]:
        """The BGP session is gone, and all it told with it, but for what is kept for a while."""
        families = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS, nh_reach(4), nh_reach(6))
        gone = (family for family in families if family not in keep)
        return [event for family in gone for event in self.forget(family, now_ns)]

    def sweep(self, family: Family, now_ns: int) -> list[RouterEvent]:
        """The neighbour has told the family again: routes that it did not repeat are gone."""
        return list(self._withdraw(family, self.learned.stale(4 if family == IPV4_UNICAST else 6), now_ns))

    def _count(self, why: Unused, routes: int) -> None:
        match why:
            case Unused.LOOP:
                self.counts.loops += routes
            case Unused.LEAK:
                self.counts.leaks += routes
            case Unused.NEXT_HOP:
                self.counts.without_next_hop += routes

    def _announce(self, nlris: Sequence[Nlri], path: Path, now_ns: int) -> Iterator[RouterEvent]:
        for run in _runs(nlris):
            for part in self.learned.announce(run, path, now_ns):
                yield RoutesLearned(now_ns, self._peer, part, path.next_hop)

    def _withdraw(self, family: Family, nlris: Sequence[Nlri], now_ns: int) -> Iterator[RouterEvent]:
        if family == BGP_LS:
            for address in self._members(nlris):
                if self.learned.node_gone(address):
                    yield NodeWithdrawn(now_ns, self._peer, address)
            return
        if _asks(family):
            for nlri in nlris:
                if isinstance(nlri, NhReachNlri) and not nlri.tell and self.learned.ask_gone(nlri.address):
                    yield AskWithdrawn(now_ns, self._peer, nlri.address)
            return
        for run in _runs(nlris):
            for next_hop, part in _by_next_hop(self.learned.withdraw(run)):
                yield RoutesWithdrawn(now_ns, self._peer, part, next_hop)

    def _nodes(
        self, nlris: Sequence[Nlri], link_state: LinkState | None, now_ns: int
    ) -> Iterator[RouterEvent]:
        said = link_state.participation() if link_state is not None else None
        flag = said.flag if said is not None else 0
        router = (
            None
            if said is None or not said.asn or not int(said.bgp_id)
            else RouterName(said.asn, said.bgp_id)
        )
        for address in self._members(nlris):
            if self.learned.node(address, flag, router):
                yield NodeLearned(now_ns, self._peer, address, flag)

    def _ask(self, nlris: Sequence[Nlri], now_ns: int) -> Iterator[RouterEvent]:
        """A state in an ask means nothing. Beyond the most that is remembered the first ones stay."""
        lans = self.reader.lans if self.allowed is None else self.allowed
        for nlri in nlris:
            if not isinstance(nlri, NhReachNlri):
                continue
            if nlri.tell:
                self.counts.tells += 1
            elif not any(nlri.address.version == one.version and nlri.address in one for one in lans):
                self.counts.asks_outside += 1
            elif len(self.learned.asked) >= MOST_ASKS and nlri.address not in self.learned.asked:
                self.counts.asks_beyond += 1
            elif self.learned.ask(nlri.address):
                yield AskLearned(now_ns, self._peer, nlri.address)

    def _members(self, nlris: Sequence[Nlri]) -> Iterator[Address]:
        for nlri in nlris:
            meaning = self.reader.read(nlri) if isinstance(nlri, NodeNlri | LinkNlri | RawNlri) else None
            if isinstance(meaning, TrackedNode):
                yield meaning.address
            else:
                self.counts.foreign += 1


def _runs(nlris: Sequence[Nlri]) -> list[Run]:
    """Prefixes as they came, or as somebody made them."""
    if isinstance(nlris, Run):
        return [nlris]
    return Run.of(nlri for nlri in nlris if isinstance(nlri, IPv4Network | IPv6Network))


def _asks(family: Family) -> bool:
    """Whether it is NH-Reach: of the families that are offered, only its have a private SAFI."""
    return family.afi in (Afi.IPV4, Afi.IPV6) and family.safi >= NH_REACH_SAFI


def _version(family: Family) -> int:
    return 4 if family.afi == Afi.IPV4 else 6


def _by_next_hop(gone: Iterable[tuple[Path, Run]]) -> Iterator[tuple[Address, Run]]:
    """Many paths have few next hops."""
    parts: dict[tuple[Address, int], list[Run]] = {}
    for path, part in gone:
        parts.setdefault((path.next_hop, part.version), []).append(part)
    for (next_hop, version), several in parts.items():
        yield next_hop, Run.joined(version, several)
