# SPDX-License-Identifier: Apache-2.0
"""From figures to places on a picture."""

from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Axis:
    """low lies at `begin`, high at `end`; logarithmic axes begin above 0, and what is below low lies at
    it."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        if self.log:
            share = (log10(max(value, self.low)) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + (self.end - self.begin) * min(max(share, 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Round figures, some six; powers of ten on a logarithmic axis."""
        if self.log:
            return [10.0**power for power in range(ceil(log10(self.low)), floor(log10(self.high)) + 1)]
        step = 10.0 ** floor(log10((self.high - self.low) / 5))
        step = next(
            step * factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 6
        )
        return [step * number for number in range(ceil(self.low / step), floor(self.high / step) + 1)]


def from_zero(most: float, begin: float, end: float) -> Axis:
    """An axis from 0 to a little above the most."""
    return Axis(0.0, most * 1.02 if most > 0 else 1.0, begin, end)


def by_decades(least: float, most: float, begin: float, end: float) -> Axis:
    """A logarithmic axis from the power of ten below to the one above."""
    low = 10.0 ** floor(log10(least))
    high = 10.0 ** ceil(log10(most))
    return Axis(low, high if high > low else low * 10, begin, end, log=True)
