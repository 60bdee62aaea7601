# SPDX-License-Identifier: Apache-2.0
"""Several prefixes of one IP version as BGP writes them: a sequence that becomes objects only where
somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from bfd_fastpath.prefixes import nlri
from bfd_fastpath.prefixes.prefix import Prefix, PrefixError, decode_ipv4, decode_ipv6, encode_prefixes


class Run(Sequence[Prefix]):
    """`octets` are NLRI without path identifiers, well-formed, bits beyond a prefix's length zero; `count`
    prefixes.

    It equals a tuple of the same prefixes.
    """

    __slots__ = ("_count", "_mark", "octets", "version")

    def __init__(self, version: int, octets: bytes, count: int) -> None:
        self.version = version
        self.octets = octets
        self._count = count
        self._mark = (0, 0)

    @classmethod
    def read(cls, version: int, data: bytes, start: int, end: int) -> Run | None:
        """The prefixes of data[start:end]; None where they are malformed."""
        found = nlri.read(version, data, start, end)
        return None if found is None else cls(version, *found)

    @classmethod
    def of(cls, prefixes: Iterable[Prefix]) -> list[Run]:
        """Prefixes of both versions in at most two runs, those of IPv4 first."""
        several = list(prefixes)
        parts = [(version, [one for one in several if one.version == version]) for version in (4, 6)]
        return [cls(version, encode_prefixes(part), len(part)) for version, part in parts if part]

    @classmethod
    def joined(cls, version: int, runs: Iterable[Run]) -> Run:
        """Runs of one version one after another."""
        several = list(runs)
        if len(several) == 1:
            return several[0]
        return cls(version, b"".join([one.octets for one in several]), sum(map(len, several)))

    def cut(self, count: int) -> tuple[Run, Run]:
        """The first `count` prefixes, and the others."""
        at = nlri.skip(self.version, self.octets, 0, count)
        head = min(count, self._count)
        return (
            Run(self.version, self.octets[:at], head),
            Run(self.version, self.octets[at:], self._count - head),
        )

    def pieces(self, octets: int) -> Iterator[Run]:
        """Runs of at most so many octets, but at least one prefix each."""
        at = 0
        while at < len(self.octets):
            end, count = nlri.fit(self.version, self.octets, at, octets)
            yield Run(self.version, self.octets[at:end], count)
            at = end

    def each(self) -> Iterator[bytes]:
        """The octets of each prefix."""
        at = 0
        while at < len(self.octets):
            end = at + 1 + ((self.octets[at] + 7) >> 3)
            yield self.octets[at:end]
            at = end

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Prefix]:
        return iter(self._decoded(self.octets))

    @overload
    def __getitem__(self, index: int) -> Prefix: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Prefix]: ...
    def __getitem__(self, index: int | slice) -> Prefix | Sequence[Prefix]:
        if isinstance(index, int):
            first = range(self._count)[index]
            return self._between(first, first + 1)[0]
        places = range(self._count)[index]
        if places.step != 1:
            return tuple(self)[index]
        return tuple(self._between(places.start, places.stop))

    def _between(self, first: int, behind: int) -> Sequence[Prefix]:
        """Where the last look ended is remembered: a page costs no walk over those before."""
        place, at = self._mark if self._mark[0] <= first else (0, 0)
        at = nlri.skip(self.version, self.octets, at, first - place)
        end = nlri.skip(self.version, self.octets, at, behind - first)
        self._mark = max(first, behind), end
        return self._decoded(self.octets[at:end])

    def _decoded(self, octets: bytes) -> Sequence[Prefix]:
        decode = decode_ipv4 if self.version == 4 else decode_ipv6
        return decode(octets, 0, len(octets))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Run):
            return self.octets == other.octets and (self.version == other.version or not self.octets)
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Run({', '.join(map(str, self))})"


__all__ = ["Prefix", "PrefixError", "Run"]
