# SPDX-License-Identifier: Apache-2.0
"""Choosing the best path (RFC 4271 9.1.2.2, as far as eBGP paths differ). Pure functions over records of
paths."""

from collections.abc import Collection
from typing import Any, Protocol, TypeVar


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
