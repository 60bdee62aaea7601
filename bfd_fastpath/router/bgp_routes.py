# SPDX-License-Identifier: Apache-2.0
"""Routes of our BGP neighbours in the RIB: the best path to each prefix, behind it the others' next hops."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import chain

import structlog

from bfd_fastpath.prefixes import Prefix, Run
from bfd_fastpath.router.events import Address, RouterEvent, RoutesLearned, RoutesWithdrawn
from bfd_fastpath.router.links import Links
from bfd_fastpath.router.paths import Path
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.recursion import Resolution
from bfd_fastpath.router.rib import Offer, Refusal, Rib, Source
from bfd_fastpath.router.target import Gateway, Group, Remote, Target, Through, of_gateways
from bfd_fastpath.routeserver.decision import best

EXTERNAL, INTERNAL = 20, 200
#: Of a group: the best path's next hop and as many others.
_BACKUPS = 8
#: Offers are shared by the routes that have the same next hops; so many are remembered.
_KEPT = 65_536
#: Who offers a prefix, and by which path.
Paths = tuple[tuple[Peer, Path], ...]
_log = structlog.get_logger("forwarding")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A path that can be used: its next hop is at one of our links, or other routes lead there."""

    peer: Peer
    path: Path
    target: Gateway | Group

    @property
    def as_path_length(self) -> int:
        return self.path.merit.as_path_length

    @property
    def origin(self) -> int:
        return self.path.merit.origin

    @property
    def neighbour_as(self) -> int:
        return self.path.merit.neighbour_as

    @property
    def med(self) -> int:
        return self.path.merit.med

    @property
    def tie(self) -> tuple[int, ...]:
        """RFC 4271 9.1.2.2 d, f, g."""
        address = self.peer.neighbor.address
        return (
            self.peer.internal,
            self.peer.identifier,
            address.version,
            int(address),
            self.peer.neighbor.port,
        )


class BgpRoutes:
    """Off until set(). `peers()` are the neighbours there are. `later(flush)` calls flush soon, once what
    came in together has been read: many UPDATEs are then one change of the tables. Left out: at once."""

    def __init__(
        self,
        rib: Rib,
        peers: Callable[[], Collection[Peer]],
        later: Callable[[Callable[[], None]], object] = lambda flush: flush(),
    ) -> None:
        self._rib = rib
        self._peers = peers
        self._later = later
        self._changed: dict[int, list[Run]] = {}
        self._links = Links()
        self._enabled = False
        self._gateways: dict[Address, Gateway | None] = {}
        #: Where next hops that are at none of our links led when they were last looked at.
        self._remote: dict[Address, Resolution] = {}
        self._offers: dict[tuple[int, tuple[Gateway | Group, ...]], Offer] = {}
        rib.moved = self._moved

    def set(self, enabled: bool) -> None:
        """Use them, or no more."""
        if enabled != self._enabled:
            self._enabled = enabled
            self._refresh()

    def follow(self, links: Links) -> None:
        """Our addresses are others now, and with them where next hops are."""
        self._links = links
        if self._enabled:
            self._refresh()

    def happened(self, events: Iterable[RouterEvent]) -> None:
        """A neighbour's routes are others now."""
        if not self._enabled:
            return
        waiting = bool(self._changed)
        for event in events:
            if isinstance(event, RoutesLearned | RoutesWithdrawn):
                self._changed.setdefault(event.prefixes.version, []).append(event.prefixes)
        if self._changed and not waiting:
            self._later(self._flush)

    def _flush(self) -> None:
        changed, self._changed = self._changed, {}
        for version, runs in changed.items() if self._enabled else ():
            self._change(Run.joined(version, runs))

    def candidates(self, prefix: Prefix) -> list[Candidate]:
        """The paths to a prefix that can be used, the best first."""
        return self._candidates(
            (peer, path) for peer in self._peers() if (path := peer.learned.path(prefix)) is not None
        )

    def _candidates(self, paths: Iterable[tuple[Peer, Path]]) -> list[Candidate]:
        found = [
            Candidate(peer, path, target)
            for peer, path in paths
            if (target := self._target(peer, path.next_hop)) is not None
        ]
        return _ordered(found) if len(found) > 1 else found

    def _refresh(self) -> None:
        self._gateways.clear()
        self._remote.clear()
        self._rib.below_bgp.again(())
        self._offers.clear()
        if not self._enabled:
            self._tell(self._rib.clear(Source.BGP))
            return
        for version in (4, 6):
            offered = self._rib.run(Source.BGP, version)
            for run in (offered, *(peer.learned.run(version) for peer in self._peers())):
                self._change(run)

    def _change(self, run: Run) -> None:
        """Those that lead the same way are changed together."""
        offers: dict[Offer | None, list[Run]] = {}
        for paths, part in self._by_paths(run):
            offers.setdefault(self._offer(paths), []).append(part)
        self._tell(
            self._rib.change_runs(
                Source.BGP, [(Run.joined(run.version, parts), offer) for offer, parts in offers.items()]
            )
        )

    def _by_paths(self, run: Run) -> list[tuple[Paths, Run]]:
        """Prefixes by who offers them, and by which paths."""
        found: list[tuple[Paths, Run]] = [((), run)]
        for peer in self._peers():
            if len(peer.learned):
                found = [
                    (paths if path is None else (*paths, (peer, path)), piece)
                    for paths, part in found
                    for path, piece in peer.learned.split(part)
                ]
        return found

    def _offer(self, paths: Paths) -> Offer | None:
        ordered = self._candidates(paths)
        if not ordered:
            return None
        preference = INTERNAL if ordered[0].peer.internal else EXTERNAL
        targets = tuple(dict.fromkeys(one.target for one in ordered))[: _BACKUPS + 1]
        known = self._offers.get((preference, targets))
        if known is None:
            known = Offer(preference, _in_order(targets))
            if len(self._offers) >= _KEPT:
                self._offers.clear()
            self._offers[preference, targets] = known
        return known

    def _target(self, peer: Peer, address: Address) -> Gateway | Group | None:
        gateway = self._gateway(address)
        if gateway is not None or self._is_one_hop_away(peer):
            return gateway
        target = self._resolved(address).target
        return target if isinstance(target, Gateway | Group) else None

    def why(self, peer: Peer, address: Address) -> str | None:
        """Why no path of a neighbour with this next hop can be used; None: it can."""
        if not self._enabled or self._target(peer, address) is not None:
            return None
        if self._is_one_hop_away(peer):
            return f"{address} is on no link of ours, as next hops of {peer.neighbor.address} have to be"
        return self._resolved(address).why

    def is_remote(self, address: Address) -> bool:
        """It is at none of our links."""
        return self._gateway(address) is None

    def _is_one_hop_away(self, peer: Peer) -> bool:
        """RFC 4271 6.3: then the next hops that it names share a link with us."""
        return not peer.internal and self._gateway(peer.neighbor.address) is not None

    def _gateway(self, address: Address) -> Gateway | None:
        if address not in self._gateways:
            self._gateways[address] = self._links.gateway(address)
        return self._gateways[address]

    def _resolved(self, address: Address) -> Resolution:
        known = self._remote.get(address)
        if known is None:
            through = Through(((Remote(address), 1),))
            known = self._remote[address] = self._rib.below_bgp.of(through)
        return known

    def _moved(self) -> None:
        """Other routes are others now: paths whose next hops they lead elsewhere are chosen among again."""
        before, self._remote = self._remote, {}
        self._rib.below_bgp.again(())
        waiting = bool(self._changed)
        for peer in self._peers() if self._enabled else ():
            named = {path.next_hop for path in peer.learned.paths()} & before.keys()
            elsewhere = {one for one in named if self._resolved(one) != before[one]}
            for version in (4, 6) if elsewhere else ():
                self._changed.setdefault(version, []).extend(
                    run
                    for path, run in peer.learned.split(peer.learned.run(version))
                    if path is not None and path.next_hop in elsewhere
                )
        if self._changed and not waiting:
            self._later(self._flush)

    def _tell(self, refused: list[Refusal]) -> None:
        """Where a group finds no room, the best path goes alone; what finds none at all is logged."""
        alone: dict[Prefix, Offer] = {}
        for one in refused:
            offer = self._rib.offer(Source.BGP, one.prefix)
            if offer is not None and isinstance(offer.target, Group):
                best_target = self.candidates(one.prefix)[0].target
                alone[one.prefix] = Offer(offer.preference, _gateways(best_target)[0])
        left = [one for one in refused if one.prefix not in alone]
        left += self._rib.change(Source.BGP, alone) if alone else []
        if left:
            _log.error(
                "routes find no room", routes=len(left), first=left[0].prefix, error=str(left[0].error)
            )


def _ordered(paths: list[Candidate]) -> list[Candidate]:
    """The best first, then the best of the others, and so on."""
    left, ordered = list(paths), []
    while left:
        highest = max(one.path.merit.local_pref for one in left)
        chosen = best([one for one in left if one.path.merit.local_pref == highest])
        assert chosen is not None
        left.remove(chosen)
        ordered.append(chosen)
    return ordered


def _in_order(targets: tuple[Gateway | Group, ...]) -> Target:
    """The first of them, the others' neighbours in reserve."""
    first, *others = targets
    members = first.members if isinstance(first, Group) else ((first, 1),)
    reserve = (
        *(first.backups if isinstance(first, Group) else ()),
        *chain.from_iterable(map(_gateways, others)),
    )
    named = {gateway for gateway, _ in members}
    backups = [one for one in dict.fromkeys(reserve) if one not in named]
    return of_gateways(members, backups[:_BACKUPS])


def _gateways(target: Gateway | Group) -> tuple[Gateway, ...]:
    return target.gateways() if isinstance(target, Group) else (target,)
