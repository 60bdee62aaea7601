# SPDX-License-Identifier: Apache-2.0
"""Choosing the best path (RFC 4271 9.1.2.2, as far as eBGP paths differ). Pure functions over records of
paths."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol, TypeVar

from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.routeserver.table import Path


class Candidate(Protocol):
    """What choosing looks at. A missing MED counts as 0 (RFC 4271 9.1.2.2 c)."""

    @property
    def as_path_length(self) -> int: ...
    @property
    def origin(self) -> int: ...
    @property
    def neighbour_as(self) -> int: ...
    @property
    def med(self) -> int: ...
    @property
    def tie(self) -> tuple[Any, ...]:
        """Of paths that are as good as each other the lowest is taken."""


C = TypeVar("C", bound=Candidate)


def eligible(
    paths: Iterable[Path], client: str, own: Collection[Address], excluded: Collection[Address]
) -> list[Path]:
    """Paths that this client may be given at all.

    Never its own (RFC 7947 2.3: a client is not sent its routes back), never one whose next hop is its own
    address
    (RFC 4271 5.1.3), and never one whose next hop it declared Down. Excluding before choosing is what avoids
    path hiding
    (RFC 7947 2.3): another client's path takes the place.
    """
    return [p for p in paths if p.client != client and p.next_hop not in excluded and p.next_hop not in own]


def best(paths: Collection[C]) -> C | None:
    """The one path to use, or None. The order of `paths` does not matter."""
    if len(paths) < 2:
        return next(iter(paths), None)
    shortest = min(p.as_path_length for p in paths)
    remaining = [p for p in paths if p.as_path_length == shortest]
    origin = min(p.origin for p in remaining)
    remaining = [p for p in remaining if p.origin == origin]
    # MED compares only paths from one neighbouring AS, so it can take paths away but never ranks those of
    # different ASes.
    lowest: dict[int, int] = {}
    for p in remaining:
        lowest[p.neighbour_as] = min(p.med, lowest.get(p.neighbour_as, p.med))
    remaining = [p for p in remaining if p.med == lowest[p.neighbour_as]]
    return min(remaining, key=lambda p: p.tie)
