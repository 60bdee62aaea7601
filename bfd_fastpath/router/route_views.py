# SPDX-License-Identifier: Apache-2.0
"""What `show routes` answers: a page of all routes, those of one prefix, or the way to an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from itertools import count
from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.events import Address, Prefix
from bfd_fastpath.router.next_hop_views import ways
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.rfc9314 import WallClock
from bfd_fastpath.router.rib import Source
from bfd_fastpath.router.target import Remote, Through, Wanted

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Json = dict[str, Any]
#: Whose route it is: BGP has one for each neighbour.
Owner = Source | Peer
#: Prefixes in one answer: some milliseconds of the loop.
PAGE = 250
#: Listings that are under way at a time, and how long one is kept without being asked on.
_LISTINGS, _KEPT_NS = 4, 60_000_000_000


@dataclass(slots=True)
class Listing:
    """The prefixes of each source when the listing began; one that goes meanwhile is left out."""

    parts: list[tuple[Owner, Run]]
    used_ns: int

    def page(self, start: int) -> tuple[list[tuple[Owner, Prefix]], int | None]:
        """From a position on; the next position, None at the end."""
        found: list[tuple[Owner, Prefix]] = []
        position = start
        for owner, prefixes in self.parts:
            found += [(owner, one) for one in prefixes[position : position + PAGE - len(found)]]
            position = max(0, position - len(prefixes))
            if len(found) == PAGE:
                return found, start + PAGE
        return found, None


class RouteViews:
    """The routes of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._listings: dict[int, Listing] = {}
        self._numbers = count(1)

    def page(self, cursor: str | None = None) -> Json:
        """The first routes, or with the "next" of the answer before, those behind. KeyError for a cursor that
        is too old, or none."""
        now = pydp.clock_ns()
        for number, one in list(self._listings.items()):
            if now - one.used_ns > _KEPT_NS:
                del self._listings[number]
        if cursor is None:
            number, start = next(self._numbers), 0
            while len(self._listings) >= _LISTINGS:
                del self._listings[min(self._listings, key=lambda one: self._listings[one].used_ns)]
            self._listings[number] = Listing(self._parts(), now)
        else:
            first, _, second = cursor.partition(".")
            if not (first.isdecimal() and second.isdecimal()):
                raise KeyError(cursor)
            number, start = int(first), int(second)
        listing = self._listings[number]
        listing.used_ns = now
        found, following = listing.page(start)
        if following is None:
            del self._listings[number]
        teller = Teller(self._router)
        rows = [row for owner, prefix in found if (row := teller.row(owner, prefix)) is not None]
        return {"routes": rows, "next": None if following is None else f"{number}.{following}"}

    def of_prefix(self, prefix: Prefix) -> Json:
        """Every route of exactly this prefix, best first."""
        return {"routes": list(Teller(self._router).rows(prefix)), "next": None}

    def of_address(self, address: Address) -> Json:
        """Routes of the longest prefix that has the address; of those that are used, where it forwards."""
        if self._router.config.forwarding.enabled:
            match = self._router.engine.routes.match(address)
            return self.of_prefix(match.prefix) if match is not None else {"routes": [], "next": None}
        for length in range(address.max_prefixlen, -1, -1):
            found = self.of_prefix(ip_network((address, length), strict=False))
            if found["routes"]:
                return found
        return {"routes": [], "next": None}

    def _parts(self) -> list[tuple[Owner, Run]]:
        rib = self._router.forwarding.rib
        parts: list[tuple[Owner, Run]] = [
            (source, rib.run(source, version))
            for source in Source
            if source is not Source.BGP
            for version in (4, 6)
        ]
        return parts + [
            (peer, peer.learned.run(version)) for peer in self._router.peers() for version in (4, 6)
        ]


class Teller:
    """Rows of one answer; each next hop is looked at once."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._rib = router.forwarding.rib
        self._forwards = router.config.forwarding.enabled
        self._wall = WallClock(pydp.clock_ns(), datetime.now(UTC))
        self._ways = ways(router)

    def rows(self, prefix: Prefix) -> Iterator[Json]:
        """One for each source that offers it, for BGP one for each neighbour."""
        peers = [one.peer for one in self._router.forwarding.bgp.candidates(prefix)]
        peers += [peer for peer in self._router.peers() if peer not in peers]
        owners: list[Owner] = [source for source, _ in self._rib.offers(prefix)]
        place = owners.index(Source.BGP) if Source.BGP in owners else len(owners)
        for owner in [*owners[:place], *peers, *owners[place + 1 :]]:
            if (row := self.row(owner, prefix)) is not None:
                yield row

    def row(self, owner: Owner, prefix: Prefix) -> Json | None:
        """None where it has no route any more."""
        return self._offered(owner, prefix) if isinstance(owner, Source) else self._learned(owner, prefix)

    def _offered(self, source: Source, prefix: Prefix) -> Json | None:
        offer = self._rib.offer(source, prefix)
        if offer is None:
            return None
        hops, through = self._ways(offer.target), remote(offer.target)
        return {
            "prefix": str(prefix),
            "source": source.value,
            "route-preference": offer.preference,
            "next-hop": through[0] if through else hops[0]["address"] or hops[0]["kind"],
            "next-hop-state": _state(hops) if hops else "down",
            "next-hops": hops,
            "through": through,
            "used": self._used(source, prefix),
            "why": self._why(source, prefix),
            "peer": None,
            "as-path": None,
            "learned-at": None,
        }

    def _learned(self, peer: Peer, prefix: Prefix) -> Json | None:
        route = peer.learned.route(prefix)
        if route is None:
            return None
        offer = self._rib.offer(Source.BGP, prefix)
        bgp = self._router.forwarding.bgp
        best = next(iter(bgp.candidates(prefix)), None)
        is_best = offer is not None and best is not None and best.peer is peer
        entry = self._router.nhib.get(route.next_hop)
        state = entry.state if entry is not None else Reachability.UNKNOWN
        return {
            "prefix": str(prefix),
            "source": Source.BGP.value,
            "route-preference": offer.preference if offer is not None else None,
            "next-hop": str(route.next_hop),
            "next-hop-state": state.value,
            "next-hops": self._ways(offer.target) if offer is not None and is_best else [],
            "through": [str(route.next_hop)] if is_best and bgp.is_remote(route.next_hop) else [],
            "used": is_best and self._used(Source.BGP, prefix)
            if self._forwards
            else state is not Reachability.DOWN,
            "why": self._why(Source.BGP, prefix) if is_best else bgp.why(peer, route.next_hop),
            "peer": str(peer.neighbor.address),
            "as-path": list(route.as_path),
            "learned-at": self._wall(route.learned_ns),
        }

    def _used(self, source: Source, prefix: Prefix) -> bool:
        """The engine goes by it: it is the best of those that lead somewhere, and found room."""
        for first, offer in self._rib.offers(prefix):
            target = self._rib.leads(offer.target)
            if target is not None:
                return first is source and self._rib.installed(prefix) == target
        return False

    def _why(self, source: Source, prefix: Prefix) -> str | None:
        """Why the engine does not go by it: it leads nowhere, or is the best one and found no room."""
        offer = self._rib.offer(source, prefix)
        if offer is not None and isinstance(offer.target, Through):
            resolution = self._rib.recursion.of(offer.target)
            if resolution.target is None:
                return resolution.why
        error = self._rib.refused().get(prefix)
        return str(error) if error is not None and self._rib.offers(prefix)[0][0] is source else None


def _state(hops: list[Json]) -> str | None:
    """Up while one of them can be used; None for what is no neighbour."""
    live = [one["live"] for one in hops if one["live"] is not None]
    return None if not live else "up" if any(live) else "down"


def remote(wanted: Wanted) -> list[str]:
    """The next hops that are on no link of ours, those in reserve last."""
    if not isinstance(wanted, Through):
        return []
    hops = (*(hop for hop, _ in wanted.members), *wanted.backups)
    return [str(hop.address) for hop in hops if isinstance(hop, Remote)]
