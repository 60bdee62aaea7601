# SPDX-License-Identifier: Apache-2.0
"""The routing information base: what each source of routes offers for a prefix; the best is in the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import pydp
from bfd_fastpath.router.events import Prefix
from bfd_fastpath.router.next_hop_table import NextHopTable
from bfd_fastpath.router.target import Target
from bfd_fastpath.wire.bgp.prefix import encode_prefixes

#: Routes that found no room are tried again as others go, so many at a time at least.
_AGAIN = 64


class Source(StrEnum):
    """Who offers a route: RFC 8349's source-protocol, in a word."""

    CONNECTED = "connected"
    STATIC = "static"
    BGP = "bgp"
    KERNEL = "kernel"


@dataclass(frozen=True, slots=True)
class Offer:
    """A route of one source. The lowest preference for a prefix is used (administrative distance)."""

    preference: int
    target: Target


@dataclass(frozen=True, slots=True)
class Refusal:
    """A route that is the best of its prefix and not in the engine, and why."""

    prefix: Prefix
    error: pydp.PydpError


class Rib:
    """One engine's. A prefix whose best route the engine has no room for keeps the one it had, while that is
    offered."""

    def __init__(self, engine: pydp.Engine, max_next_hops: int) -> None:
        self._routes = engine.routes
        self.next_hops = NextHopTable(engine.nexthops, max_next_hops)
        self._offers: dict[Source, dict[Prefix, Offer]] = {source: {} for source in Source}
        self._installed: dict[Prefix, Target] = {}
        self._refused: dict[Prefix, pydp.PydpError] = {}

    # -- changes -------------------------------------------------------------------------------------------

    def change(
        self, source: Source, offers: Mapping[Prefix, Offer], gone: Iterable[Prefix] = ()
    ) -> list[Refusal]:
        """What a source offers from now on, beside what it offered before, and what no more; those of these
        that found no room."""
        mine = self._offers[source]
        touched = dict.fromkeys(prefix for prefix in gone if mine.pop(prefix, None) is not None)
        touched |= dict.fromkeys(prefix for prefix, offer in offers.items() if mine.get(prefix) != offer)
        mine.update(offers)
        return self._install(touched)

    def replace(self, source: Source, offers: Mapping[Prefix, Offer]) -> list[Refusal]:
        """All that a source offers; what is as before is not touched."""
        return self.change(source, offers, [one for one in self._offers[source] if one not in offers])

    def _install(self, touched: Iterable[Prefix]) -> list[Refusal]:
        removed, wanted, unused = self._differences(touched)
        self._remove(removed)
        refused = self._set(wanted)
        self.next_hops.collect(unused)
        if removed and self._refused:
            again = list(islice(self._refused, max(len(removed), _AGAIN)))
            _, wanted, unused = self._differences(again)
            self._set(wanted)
            self.next_hops.collect(unused)
        return refused

    def _differences(
        self, touched: Iterable[Prefix]
    ) -> tuple[list[Prefix], dict[Target, list[Prefix]], dict[Target, None]]:
        """Prefixes to remove, those to set by where they are to lead, and the targets that these leave."""
        removed: list[Prefix] = []
        wanted: dict[Target, list[Prefix]] = {}
        unused: dict[Target, None] = {}
        for prefix in touched:
            best = self._best(prefix)
            was = self._installed.get(prefix)
            if self._refused:
                self._refused.pop(prefix, None)
            if best is not None and best.target == was:
                continue
            if was is not None:
                unused[was] = None
            if best is not None:
                wanted.setdefault(best.target, []).append(prefix)
            elif was is not None:
                removed.append(prefix)
        return removed, wanted, unused

    def _best(self, prefix: Prefix) -> Offer | None:
        # A prefix is hashed in Python: a source that offers nothing is not asked.
        found = [offer for mine in self._offers.values() if mine and (offer := mine.get(prefix)) is not None]
        return found[0] if len(found) == 1 else min(found, key=lambda offer: offer.preference, default=None)

    def _remove(self, prefixes: list[Prefix]) -> None:
        for version in (4, 6):
            octets = encode_prefixes(prefix for prefix in prefixes if prefix.version == version)
            if octets:
                self._routes.remove_nlri(version, octets)
        for prefix in prefixes:
            del self._installed[prefix]

    def _set(self, wanted: Mapping[Target, list[Prefix]]) -> list[Refusal]:
        refused: list[Refusal] = []
        for target, prefixes in wanted.items():
            try:
                number = self.next_hops.id_of(target)
            except pydp.PydpError as error:
                refused += [Refusal(prefix, error) for prefix in prefixes]
                continue
            for version in (4, 6):
                refused += self._set_family(
                    target, number, [one for one in prefixes if one.version == version]
                )
        for one in refused:
            self._refuse(one)
        return refused

    def _set_family(self, target: Target, number: int, prefixes: list[Prefix]) -> list[Refusal]:
        """In bulk; where one is refused, the others are still set."""
        refused: list[Refusal] = []
        first = 0
        while first < len(prefixes):
            octets = encode_prefixes(prefixes[first:])
            done, error = len(prefixes) - first, None
            try:
                self._routes.set_nlri(prefixes[0].version, octets, number)
            except pydp.PydpError as found:
                done, error = found.done, found
            self._installed.update(dict.fromkeys(prefixes[first : first + done], target))
            first += done
            if error is not None:
                refused.append(Refusal(prefixes[first], error))
                first += 1
        return refused

    def _refuse(self, refusal: Refusal) -> None:
        prefix = refusal.prefix
        self._refused[prefix] = refusal.error
        was = self._installed.get(prefix)
        if was is not None and not any(
            offer.target == was for mine in self._offers.values() if (offer := mine.get(prefix)) is not None
        ):
            self._remove([prefix])

    # -- views ---------------------------------------------------------------------------------------------

    def offer(self, source: Source, prefix: Prefix) -> Offer | None:
        """What one source offers for a prefix."""
        return self._offers[source].get(prefix)

    def offers(self, prefix: Prefix) -> list[tuple[Source, Offer]]:
        """Who offers a prefix, best first."""
        found = [(source, mine[prefix]) for source, mine in self._offers.items() if prefix in mine]
        return sorted(found, key=lambda one: one[1].preference)

    def prefixes(self, source: Source) -> tuple[Prefix, ...]:
        """Those that a source offers."""
        return tuple(self._offers[source])

    def installed(self, prefix: Prefix) -> Target | None:
        """Where packets to it go, as far as no longer prefix has them."""
        return self._installed.get(prefix)

    def refused(self) -> Mapping[Prefix, pydp.PydpError]:
        """The best routes that are not in the engine, and why."""
        return self._refused

    def counts(self) -> dict[Source, int]:
        """How many prefixes each source offers."""
        return {source: len(mine) for source, mine in self._offers.items()}
