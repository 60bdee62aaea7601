# SPDX-License-Identifier: Apache-2.0
"""Where next hops on no link of ours lead, and which routes say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bfd_fastpath.prefixes import PrefixMap, Run
from bfd_fastpath.router.events import Prefix
from bfd_fastpath.router.recursion import Recursion, Resolution
from bfd_fastpath.router.target import Through, Wanted


class Followed:
    """`offers` is Recursion's. `seed`: any number, see PrefixMap."""

    def __init__(self, offers: Callable[[Prefix], Iterable[Wanted]], seed: int) -> None:
        self._recursion = Recursion(offers)
        self._seed = seed
        #: What a change of may lead them elsewhere.
        self._watched: PrefixMap[bool] = PrefixMap(seed)

    def of(self, through: Through) -> Resolution:
        """Where it leads now. It is remembered until again()."""
        return self._recursion.of(through)

    def concern(self, touched: Iterable[Run]) -> bool:
        """Whether one of these prefixes has to do with what is remembered."""
        for run in Run.of(self._recursion.news()):
            self._watched.set(run, True)
        return len(self._watched) > 0 and any(
            value is not None for run in touched for value, _ in self._watched.split(run)
        )

    def again(self, used: Iterable[Through]) -> set[Through]:
        """Routes are others now: resolve those that are used anew, forget the others; those that lead
        elsewhere."""
        self._watched = PrefixMap(self._seed)
        return self._recursion.again(used)
