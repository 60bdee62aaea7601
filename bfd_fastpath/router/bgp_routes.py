# SPDX-License-Identifier: Apache-2.0
"""Routes of our BGP neighbours in the RIB: the best path to each prefix, behind it the others' next hops."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import structlog

from bfd_fastpath.prefixes import Prefix, Run
from bfd_fastpath.router.events import Address, RouterEvent, RoutesLearned, RoutesWithdrawn
from bfd_fastpath.router.links import Links
from bfd_fastpath.router.paths import Path
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.rib import Offer, Refusal, Rib, Source
from bfd_fastpath.router.target import Gateway, Group, of_gateways
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
    """A path that can be used: its next hop is at one of our links."""

    peer: Peer
    path: Path
    gateway: Gateway

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
        self._offers: dict[tuple[int, tuple[Gateway, ...]], Offer] = {}

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
            Candidate(peer, path, gateway)
            for peer, path in paths
            if (gateway := self._gateway(path.next_hop)) is not None
        ]
        return _ordered(found) if len(found) > 1 else found

    def _refresh(self) -> None:
        self._gateways.clear()
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
        gateways = tuple(dict.fromkeys(one.gateway for one in ordered))[: _BACKUPS + 1]
        known = self._offers.get((preference, gateways))
        if known is None:
            known = Offer(preference, of_gateways([(gateways[0], 1)], gateways[1:]))
            if len(self._offers) >= _KEPT:
                self._offers.clear()
            self._offers[preference, gateways] = known
        return known

    def _gateway(self, address: Address) -> Gateway | None:
        if address not in self._gateways:
            self._gateways[address] = self._links.gateway(address)
        return self._gateways[address]

    def _tell(self, refused: list[Refusal]) -> None:
        """Where a group finds no room, the best path goes alone; what finds none at all is logged."""
        alone: dict[Prefix, Offer] = {}
        for one in refused:
            offer = self._rib.offer(Source.BGP, one.prefix)
            if offer is not None and isinstance(offer.target, Group):
                alone[one.prefix] = Offer(offer.preference, self.candidates(one.prefix)[0].gateway)
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
