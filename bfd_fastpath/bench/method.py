# SPDX-License-Identifier: Apache-2.0
"""What may be said of windows: differences round by round, and when figures lie too far apart to judge by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from bfd_fastpath.bench.document import Better, Row, Verdict
from bfd_fastpath.bench.figure import Figure, spread

#: Fewer windows, or rounds of differences, judge nothing.
LEAST_WINDOWS: Final = 5
#: A figure whose quartiles lie further apart than this part of it is none to judge by.
SPREAD: Final = 0.25
#: What the windows of a ceiling and of a figure may differ by: they are not the same windows.
_ABOVE: Final = 1.02


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one part to another, in the same rounds."""

    middle: float
    least: float
    most: float
    #: From the first to the third quartile.
    spread: float

    @property
    def judges(self) -> bool:
        return self.middle > 0 and self.spread <= SPREAD * self.middle


def difference(values: Sequence[float]) -> Difference:
    """Of the differences of each round."""
    return Difference(median(values), min(values), max(values), spread(values))


def too_few(rounds: int) -> str:
    """Why so many rounds are none to judge by; "" where they are."""
    if rounds >= LEAST_WINDOWS:
        return ""
    return f"{'one round is' if rounds == 1 else f'{rounds} rounds are'} too few to judge by"


def ratio(one: Difference | None, other: Difference | None) -> float | None:
    """Of their middles; None where either is not known, or there is nothing to hold the one against."""
    if one is None or other is None or other.middle <= 0:
        return None
    return one.middle / other.middle


def steady(figure: Figure) -> bool:
    """Whether it may be judged by; one of a single window is."""
    return figure.spread <= SPREAD * abs(figure.median)


def judged(row: Row, *, doubt: str = "", compare_spread: bool = True) -> Row:
    """The row with its verdict, and whether its goal is met.

    doubt: why there is no verdict whatever the figures say; it goes into the detail. compare_spread: off for
    rows whose windows are expected to differ (those of a distribution).
    """
    verdict = Verdict.OK
    if row.better is Better.HIGHER and row.ceiling is not None and row.ours.median > _ABOVE * row.ceiling:
        verdict, doubt = Verdict.ABOVE_CEILING, doubt or "above what the source of the packets gives"
    elif doubt:
        verdict = Verdict.NO_VERDICT
    elif compare_spread and not all(map(steady, _compared(row))):
        verdict, doubt = Verdict.NO_VERDICT, "the windows lie too far apart"
    met = row.goal.met(row.ours, row.peers) if row.goal is not None and verdict is Verdict.OK else None
    detail: Mapping[str, object] = {**row.detail, "doubt": doubt} if doubt else row.detail
    return replace(row, verdict=verdict, met=met, detail=detail)


def _compared(row: Row) -> list[Figure]:
    peer = row.peers.get(row.goal.of) if row.goal is not None and row.goal.of is not None else None
    return [row.ours] if peer is None else [row.ours, peer]
