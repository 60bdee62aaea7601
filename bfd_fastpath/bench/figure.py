# SPDX-License-Identifier: Apache-2.0
"""One measured figure: the median of its windows, and how far they lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self


@dataclass(frozen=True, slots=True)
class Figure:
    """In the unit of its row; windows in the order in which they were measured."""

    median: float
    min: float
    max: float
    windows: tuple[float, ...]
    #: What a packet costs above one only received and sent, in cycles; None where that is no question.
    cycles_over_io: float | None = None

    @classmethod
    def of(cls, windows: Sequence[float], cycles_over_io: float | None = None) -> Self:
        """The figure of at least one window; ValueError without."""
        if not windows:
            raise ValueError("a figure of no windows")
        each = tuple(map(float, windows))
        return cls(median(each), min(each), max(each), each, cycles_over_io)

    @property
    def spread(self) -> float:
        """Between the quartiles, in the unit of the row; see spread()."""
        return spread(self.windows)


def spread(windows: Sequence[float]) -> float:
    """How far the quartiles lie apart; the least and the most of less than four."""
    if len(windows) < 4:
        return max(windows) - min(windows)
    first, _, third = quantiles(windows, n=4, method="inclusive")
    return third - first
