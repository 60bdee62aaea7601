# SPDX-License-Identifier: Apache-2.0
"""Poll-gap histograms: bucket i counts gaps from 2**i to 2**(i + 1) microseconds, bucket 0 all below 2. A
hello's lateness is told in the same buckets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps between two looks at the ports, of one end while it was measured."""

    us_log2: tuple[int, ...] = ()
    max_ns: int = 0

    def __add__(self, other: "Gaps") -> "Gaps":
        """Those of both whiles."""
        counts = zip_longest(self.us_log2, other.us_log2, fillvalue=0)
        return Gaps(tuple(map(sum, counts)), max(self.max_ns, other.max_ns))

    def below_us(self, share: float) -> int:
        """Microseconds that this share of the gaps (0.999: p99.9) stays below; a power of two."""
        wanted, seen = share * sum(self.us_log2), 0
        for bucket, count in enumerate(self.us_log2):
            seen += count
            if seen >= wanted:
                return int(2 ** (bucket + 1))
        return int(2 ** len(self.us_log2))

    def __str__(self) -> str:
        return f"{duration(self.below_us(0.999) * 1000)} / {duration(self.max_ns)}"


def difference(after: Sequence[int], before: Sequence[int]) -> tuple[int, ...]:
    """What was added to a histogram between two looks at it."""
    return tuple(new - old for new, old in zip(after, before, strict=True))


def at_least(histogram: Sequence[int], us: float) -> bool:
    """Whether anything in it may have been as long as that: its bucket reaches that far."""
    return any(count and 2 ** (bucket + 1) > us for bucket, count in enumerate(histogram))


def duration(ns: float) -> str:
    """For people: '820 ns', '16 us', '4.1 ms', '1 s'."""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if abs(ns) >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"
