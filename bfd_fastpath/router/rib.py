# SPDX-License-Identifier: Apache-2.0
"""The routing information base: what each source of routes offers for a prefix; the best is in the engine."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import pydp
from bfd_fastpath.prefixes import Prefix, PrefixMap, Run
from bfd_fastpath.router.followed import Followed
from bfd_fastpath.router.next_hop_table import NextHopTable
from bfd_fastpath.router.target import Target, Through, Wanted

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
    target: Wanted


@dataclass(frozen=True, slots=True)
class Refusal:
    """A route that is the best of its prefix and not in the engine, and why."""

    prefix: Prefix
    error: pydp.PydpError


class Rib:
    """One engine's. A prefix whose best route the engine has no room for keeps the one it had, while that is
    offered. Prefixes are kept and handed to the engine by the run: a full table costs some forty octets a
    prefix here."""

    def __init__(self, engine: pydp.Engine, max_next_hops: int) -> None:
        self._routes = engine.routes
        self.next_hops = NextHopTable(engine.nexthops, max_next_hops)
        seed = secrets.randbits(64)
        self._offers: dict[Source, PrefixMap[Offer]] = {source: PrefixMap(seed) for source in Source}
        self._installed: PrefixMap[Target] = PrefixMap(seed)
        self._refused: dict[Prefix, pydp.PydpError] = {}
        #: Where next hops that are on no link of ours lead.
        self.recursion = Followed(lambda prefix: [offer.target for _, offer in self.offers(prefix)], seed)
        #: Likewise, by routes that are not BGP's: next hops of BGP.
        self.below_bgp = Followed(
            lambda prefix: [
                offer.target for source, offer in self.offers(prefix) if source is not Source.BGP
            ],
            seed,
        )
        #: Called when what `below_bgp` remembers may be another now.
        self.moved: Callable[[], None] = lambda: None

    # -- changes -------------------------------------------------------------------------------------------

    def change(
        self, source: Source, offers: Mapping[Prefix, Offer], gone: Iterable[Prefix] = ()
    ) -> list[Refusal]:
        """What a source offers from now on, beside what it offered before, and what no more; those of these
        that found no room."""
        by_offer: dict[Offer, list[Prefix]] = {}
        for prefix, offer in offers.items():
            by_offer.setdefault(offer, []).append(prefix)
        runs: list[tuple[Run, Offer | None]] = [(run, None) for run in Run.of(gone)]
        runs += [(run, offer) for offer, prefixes in by_offer.items() for run in Run.of(prefixes)]
        return self.change_runs(source, runs)

    def change_runs(self, source: Source, runs: Iterable[tuple[Run, Offer | None]]) -> list[Refusal]:
        """As change(), for many prefixes; None: no more offered."""
        mine = self._offers[source]
        touched: list[Run] = []
        for run, offer in runs:
            before = mine.remove(run) if offer is None else mine.set(run, offer)
            touched += [part for old, part in before if old != offer]
        elsewhere = self._elsewhere() if self.recursion.concern(touched) else []
        refused = self._install(touched)
        if elsewhere:
            refused += self._install(elsewhere)
        if source is not Source.BGP and self.below_bgp.concern(touched):
            self.moved()
        return refused

    def _elsewhere(self) -> list[Run]:
        """Those whose next hops other routes lead elsewhere, now that these are others."""
        offers = [offer for mine in self._offers.values() for offer in mine.values()]
        changed = self.recursion.again({one.target for one in offers if isinstance(one.target, Through)})
        if not changed:
            return []
        return [
            run
            for mine in self._offers.values()
            for version in (4, 6)
            for offer, run in mine.runs(version)
            if offer.target in changed
        ]

    def replace(self, source: Source, offers: Mapping[Prefix, Offer]) -> list[Refusal]:
        """All that a source offers; what is as before is not touched."""
        mine = self._offers[source]
        gone = [prefix for version in (4, 6) for prefix in mine.run(version) if prefix not in offers]
        return self.change(source, offers, gone)

    def clear(self, source: Source) -> list[Refusal]:
        """A source offers nothing any more."""
        mine = self._offers[source]
        return self.change_runs(source, [(mine.run(version), None) for version in (4, 6)])

    def _install(self, touched: Iterable[Run]) -> list[Refusal]:
        removed, wanted, unused = self._differences(touched)
        self._remove(removed)
        refused = self._set(wanted)
        self.next_hops.collect(unused)
        if removed and self._refused:
            again = list(islice(self._refused, max(sum(map(len, removed)), _AGAIN)))
            _, wanted, unused = self._differences(Run.of(again))
            self._set(wanted)
            self.next_hops.collect(unused)
        return refused

    def _differences(
        self, touched: Iterable[Run]
    ) -> tuple[list[Run], dict[Target, list[Run]], dict[Target, None]]:
        """Prefixes to remove, those to set by where they are to lead, and the targets that these leave."""
        removed: list[Run] = []
        wanted: dict[Target, list[Run]] = {}
        unused: dict[Target, None] = {}
        for run in touched:
            if self._refused:
                for prefix in run:
                    self._refused.pop(prefix, None)
            for best, part in self._best(run):
                target = self.leads(best.target) if best is not None else None
                for was, piece in self._installed.split(part):
                    if target == was:
                        continue
                    if was is not None:
                        unused[was] = None
                    if target is not None:
                        wanted.setdefault(target, []).append(piece)
                    elif was is not None:
                        removed.append(piece)
        return removed, wanted, unused

    def _best(self, run: Run) -> list[tuple[Offer | None, Run]]:
        """The prefixes by the best of what is offered; a source that offers nothing is not asked."""
        found: list[tuple[Offer | None, Run]] = [(None, run)]
        for mine in self._offers.values():
            if len(mine):
                found = [
                    (_preferred(best, self._usable(other)), piece)
                    for best, part in found
                    for other, piece in mine.split(part)
                ]
        return found

    def _usable(self, offer: Offer | None) -> Offer | None:
        """None where no other route leads to its next hops."""
        return None if offer is None or self.leads(offer.target) is None else offer

    def leads(self, wanted: Wanted) -> Target | None:
        """Where packets go by it; None where no other route leads to its next hops."""
        return self.recursion.of(wanted).target if isinstance(wanted, Through) else wanted

    def _remove(self, runs: list[Run]) -> None:
        for version in (4, 6):
            run = Run.joined(version, (one for one in runs if one.version == version))
            if run:
                self._routes.remove_nlri(version, run.octets)
                self._installed.remove(run)

    def _set(self, wanted: Mapping[Target, list[Run]]) -> list[Refusal]:
        refused: list[Refusal] = []
        for target, runs in wanted.items():
            try:
                number = self.next_hops.id_of(target)
            except pydp.PydpError as error:
                refused += [Refusal(prefix, error) for run in runs for prefix in run]
                continue
            for version in (4, 6):
                run = Run.joined(version, (one for one in runs if one.version == version))
                refused += self._set_run(target, number, run)
        for one in refused:
            self._refuse(one)
        return refused

    def _set_run(self, target: Target, number: int, run: Run) -> list[Refusal]:
        """In bulk; where one is refused, the others are still set."""
        refused: list[Refusal] = []
        while run:
            done, error = len(run), None
            try:
                self._routes.set_nlri(run.version, run.octets, number)
            except pydp.PydpError as found:
                done, error = found.done, found
            head, run = run.cut(done) if error is not None else (run, run.cut(0)[0])
            self._installed.set(head, target)
            if error is not None:
                first, run = run.cut(1)
                refused.append(Refusal(first[0], error))
        return refused

    def _refuse(self, refusal: Refusal) -> None:
        prefix = refusal.prefix
        self._refused[prefix] = refusal.error
        was = self._installed.get(prefix)
        if was is not None and not any(
            self.leads(offer.target) == was
            for mine in self._offers.values()
            if (offer := mine.get(prefix)) is not None
        ):
            self._remove(Run.of([prefix]))

    # -- views ---------------------------------------------------------------------------------------------

    def offer(self, source: Source, prefix: Prefix) -> Offer | None:
        """What one source offers for a prefix."""
        return self._offers[source].get(prefix)

    def offers(self, prefix: Prefix) -> list[tuple[Source, Offer]]:
        """Who offers a prefix, best first."""
        found = [
            (source, offer)
            for source, mine in self._offers.items()
            if (offer := mine.get(prefix)) is not None
        ]
        return sorted(found, key=lambda one: one[1].preference)

    def run(self, source: Source, version: int) -> Run:
        """The prefixes that a source offers, in no order."""
        return self._offers[source].run(version)

    def installed(self, prefix: Prefix) -> Target | None:
        """Where packets to it go, as far as no longer prefix has them."""
        return self._installed.get(prefix)

    def refused(self) -> Mapping[Prefix, pydp.PydpError]:
        """The best routes that are not in the engine, and why."""
        return self._refused

    def counts(self) -> dict[Source, int]:
        """How many prefixes each source offers."""
        return {source: len(mine) for source, mine in self._offers.items()}

    @property
    def memory(self) -> int:
        """Octets of the tables here; the engine's own are engine.routes'."""
        return sum(mine.memory for mine in self._offers.values()) + self._installed.memory


def _preferred(one: Offer | None, other: Offer | None) -> Offer | None:
    if one is None or other is None:
        return one or other
    return other if other.preference < one.preference else one
